/*
** host/lua/task.h -- the bridge between coroutines and the loop: tasks, which
** are coroutines that the loop resumes, and waits, which are what a task
** sleeps on. Loop thread only.
**
** Callbacks of the loop store what happened and call sb_wait_wake; they touch
** no Lua state, so nothing can throw or collect there. Continuations push.
**
**   static int sleep_k(lua_State *L, int status, lua_KContext ctx);
**
**   static int loop_sleep(lua_State *L) {
**     struct nap *nap = sb_wait_push(L, sizeof *nap, nap_drop);
**     int rc = sb_timer_start(sb_host_loop(L), ms, on_nap, nap, &nap->timer);
**     if (rc < 0) return sb_fail(L, rc, NULL);
**     return sb_wait_yield(L, &nap->base, sleep_k);
**   }
*/
#ifndef SB_HOST_LUA_TASK_H
#define SB_HOST_LUA_TASK_H

#include <lauxlib.h>
#include <lua.h>
#include <uv.h>

struct sb_host; /* one for each Lua state: its loop and what is ready to run */

/* Makes the host of L, whose libraries are open: coroutine.yield becomes one
   that a task cannot call. Raises on lack of memory. L is the main thread. */
void sb_host_open(lua_State *L, uv_loop_t *loop);

/* The coroutine of the task that runs right now, or NULL. May be called from a
   signal handler. */
lua_State *sb_host_running(lua_State *L);

/* Drops every task that still lives and closes the host's own handles; the
   loop must be run dry afterwards. Called before lua_close. */
void sb_host_close(lua_State *L);

uv_loop_t *sb_host_loop(lua_State *L);

/* Work for the next turn of the loop. run is called from the host's one
   protected door into Lua: it may raise, and the error is then reported on
   standard error as a fault of the program. A turn is queued at most once at
   a time; it must stay in place until it has run or was unposted. */
struct sb_turn {
  struct sb_turn *next, *prev; /* NULL while not queued */
  void (*run)(lua_State *L, struct sb_turn *turn);
};
void sb_turn_post(lua_State *L, struct sb_turn *turn);
void sb_turn_unpost(struct sb_turn *turn);

/*
** Waits.
*/

/* What a task sleeps on. Embed it as the first member. */
struct sb_wait {
  struct sb_host *host;
  struct sb_task *task; /* who sleeps; NULL before sb_wait_yield */
  lua_KFunction k;      /* how it goes on */
  void (*drop)(struct sb_wait *wait);
  int woken;
};

/* Pushes a zeroed userdata of the size given (at least that of sb_wait), which
   the running task is about to sleep on, and marks it to be closed. drop
   undoes the operation; it must be idempotent and must not raise, and it is
   called when the function returns, is cancelled, or raises. Raises outside a
   task. */
void *sb_wait_push(lua_State *L, size_t size,
                   void (*drop)(struct sb_wait *wait));

/* Sleeps: `return sb_wait_yield(L, wait, k)`. k continues when it was woken,
   with the stack as it was. A wait that was woken already is fine. A script
   that resumes or closes the coroutine of a task itself gets an error, and the
   task fails. */
int sb_wait_yield(lua_State *L, struct sb_wait *wait, lua_KFunction k);

/* From callbacks: the task runs on in the next turn of the loop. */
void sb_wait_wake(struct sb_wait *wait);

/*
** Tasks.
*/

struct sb_task;

enum sb_task_state {
  SB_TASK_READY,   /* queued, or running */
  SB_TASK_WAITING, /* asleep on a wait */
  SB_TASK_DONE,
  SB_TASK_FAILED,
  SB_TASK_CANCELLED
};

/* The methods of a task in Lua; they are host.loop's. */
extern const luaL_Reg sb_task_methods[];

/* Pops a function and its nargs arguments, makes a task of them, queues it,
   and pushes the task, a userdata of Lua type "host.task". Never runs it. */
struct sb_task *sb_task_spawn(lua_State *L, int nargs);

/* The task at index: raises when it is none, or whether it is one. */
struct sb_task *sb_task_check(lua_State *L, int index);
int sb_task_is(lua_State *L, int index);

enum sb_task_state sb_task_state(const struct sb_task *task);

/* Ends a task where it waits: its waits are dropped, its to-be-closed
   variables closed. Nothing happens to one that has ended; one that is running
   ends where it next waits, and one cancelled by the closers of a hundred
   others, each within the next, in the next turn. Does not raise. */
void sb_task_cancel(struct sb_task *task);

/* Whether its function, or what closes its variables, is being run. */
int sb_task_is_running(const struct sb_task *task);

/* Pushes onto L what an ended task left: its results when DONE, else the one
   error value. Returns how many values. Marks the failure as seen. */
int sb_task_results(lua_State *L, struct sb_task *task);

/* Pushes where the failed task at index raised its error, a string, or nil. */
void sb_task_traceback(lua_State *L, int index);

/* To be told of a task's end, once, outside of it. The watcher must stay in
   place until told or unwatched. */
struct sb_watch {
  struct sb_watch *next, **link;
  void (*ended)(struct sb_watch *watch, struct sb_task *task);
};
void sb_task_watch(struct sb_task *task, struct sb_watch *watch);
void sb_task_unwatch(struct sb_watch *watch);

/*
** Errands: tasks of a module's own, that no script holds. Their coroutines are
** used again, so one costs about as much as a call; the scheduler runs each
** node of a graph as one.
*/

/* Runs the function and nargs arguments on top of L as a task at once, until
   it ends or waits. ended is told when it has ended, perhaps before
   sb_errand_run returns: L is then the state that holds nresults values on top
   (or one error value when state is FAILED, and below it the traceback), to be
   read there or moved away. It must not raise. nargs is at most 10. */
typedef void sb_errand_ended(lua_State *L, enum sb_task_state state,
                             int nresults, void *arg);
struct sb_task *sb_errand_run(lua_State *L, int nargs, sb_errand_ended *ended,
                              void *arg);

#endif
