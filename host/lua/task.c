/* host/lua/task.c -- see task.h. */
#include "host/lua/task.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "host/lua/bridge.h"

#define HOST "host.state"
#define TASK "host.task"
#define WAIT "host.wait"

/* How many cancelled tasks may close their variables within each other; each
   takes some of the C stack. */
enum { CANCELS_MOST = 100 };

struct sb_host {
  lua_State *L; /* the main thread */
  uv_loop_t *loop;
  uv_idle_t idle;          /* active while a turn is queued */
  struct sb_turn ready;    /* list head: turns for the next drain */
  struct sb_task *current; /* whose coroutine is running, or NULL */
  struct sb_task *live;    /* all that have not ended, and all errands */
  struct sb_task *errands; /* idle errands, to be used again */
  int cancels;             /* under way, each within the one before */
  int closing;
};

struct sb_task {
  struct sb_turn turn; /* first: a turn runs its task */
  struct sb_host *host;
  lua_State *co;
  enum sb_task_state state;
  int nargs;            /* on top of co at the first resume, else 0 */
  int nresults;         /* on top of co when DONE */
  int seen;             /* a failure that somebody has been told of */
  int running;          /* on the C stack: resumed, or being closed */
  int doomed;           /* cancelled when that could not be done at once */
  struct sb_wait *wait; /* what it sleeps on */
  struct sb_watch *watches;
  sb_errand_ended *ended; /* errands only */
  void *ended_arg;
  struct sb_task *next_errand;
  struct sb_task *next_live, **live_link; /* NULL when not in host->live */
};

static char live_key; /* registry[&live_key]: keeps what is in host->live */

static struct sb_host *host_of(lua_State *L) {
  return *(struct sb_host **)lua_getextraspace(L);
}

uv_loop_t *sb_host_loop(lua_State *L) { return host_of(L)->loop; }

lua_State *sb_host_running(lua_State *L) {
  struct sb_task *task = host_of(L)->current;
  return task != NULL ? task->co : NULL;
}

/*
** Turns.
*/

static void list_init(struct sb_turn *head) { head->next = head->prev = head; }

static void list_append(struct sb_turn *head, struct sb_turn *turn) {
  turn->next = head;
  turn->prev = head->prev;
  head->prev->next = turn;
  head->prev = turn;
}

/* Runs under lua_pcall: the one door from the loop into Lua. */
static int run_turn(lua_State *L) {
  struct sb_turn *turn = lua_touserdata(L, 1);
  lua_settop(L, 0);
  turn->run(L, turn);
  return 0;
}

static int add_traceback(lua_State *L) {
  luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
  return 1;
}

/* Stopped once nothing is queued, so that the loop may sleep at once. */
static void on_idle(uv_idle_t *idle) {
  struct sb_host *host = idle->data;
  struct sb_turn batch = host->ready;
  if (batch.next == &host->ready) { /* all were taken back */
    uv_idle_stop(idle);
    return;
  }
  batch.next->prev = batch.prev->next = &batch;
  list_init(&host->ready);
  int top = lua_gettop(host->L); /* the program's own, under uv_run */
  while (batch.next != &batch) {
    struct sb_turn *turn = batch.next;
    sb_turn_unpost(turn);
    lua_pushcfunction(host->L, add_traceback);
    lua_pushcfunction(host->L, run_turn);
    lua_pushlightuserdata(host->L, turn);
    if (lua_pcall(host->L, 1, 0, -3) != LUA_OK)
      fprintf(stderr, "sbhost: %s\n", lua_tostring(host->L, -1));
    lua_settop(host->L, top);
  }
  if (host->ready.next == &host->ready) uv_idle_stop(idle);
}

void sb_turn_post(lua_State *L, struct sb_turn *turn) {
  struct sb_host *host = host_of(L);
  if (turn->next != NULL || host->closing) return;
  list_append(&host->ready, turn);
  uv_idle_start(&host->idle, on_idle); /* nothing when active already */
}

void sb_turn_unpost(struct sb_turn *turn) {
  if (turn->next == NULL) return;
  turn->prev->next = turn->next;
  turn->next->prev = turn->prev;
  turn->next = turn->prev = NULL;
}

/*
** Waits.
*/

/* One that is closed while its task still sleeps on it was closed by a script,
   with the coroutine: the task has to be told of its end. */
static int wait_close(lua_State *L) {
  struct sb_wait *wait = lua_touserdata(L, 1);
  struct sb_task *task = wait->task;
  if (task != NULL && task->wait == wait)
    sb_turn_post(wait->host->L, &task->turn);
  wait->task = NULL;
  if (wait->drop != NULL) wait->drop(wait);
  wait->drop = NULL;
  return 0;
}

void *sb_wait_push(lua_State *L, size_t size,
                   void (*drop)(struct sb_wait *wait)) {
  struct sb_host *host = host_of(L);
  if (host->current == NULL || host->current->co != L)
    luaL_error(L, "cannot wait here: only the function of a task can, not a "
                  "coroutine of its own, a finalizer or a callback");
  if (!lua_isyieldable(L))
    luaL_error(L, "cannot wait here: a C function stands in between "
                  "(a metamethod, table.sort, string.gsub, require, ...)");
  struct sb_wait *wait = lua_newuserdatauv(L, size, 0);
  memset(wait, 0, size);
  luaL_setmetatable(L, WAIT);
  wait->host = host;
  wait->drop = drop;
  lua_toclose(L, -1);
  return wait;
}

/* The loop resumes a task that sleeps on nothing any more; whoever else does it
   would go on before there is anything to go on with. */
static int wait_k(lua_State *L, int status, lua_KContext ctx) {
  struct sb_wait *wait = (struct sb_wait *)ctx;
  struct sb_task *task = wait->task;
  if (task->wait == wait) {
    sb_turn_post(L, &task->turn); /* to find that it has ended */
    return luaL_error(L, "only the loop resumes a task that waits; it was "
                         "resumed by a coroutine function");
  }
  wait->woken = 0; /* it may sleep on it once more */
  return wait->k(L, status, ctx);
}

int sb_wait_yield(lua_State *L, struct sb_wait *wait, lua_KFunction k) {
  struct sb_task *task = wait->host->current;
  wait->task = task;
  wait->k = k;
  task->wait = wait;
  return lua_yieldk(L, 0, (lua_KContext)wait, wait_k);
}

void sb_wait_wake(struct sb_wait *wait) {
  wait->woken = 1;
  if (wait->task != NULL && wait->task->wait == wait &&
      wait->task->state == SB_TASK_WAITING)
    sb_turn_post(wait->host->L, &wait->task->turn);
}

/*
** Tasks.
*/

static void end_task(lua_State *L, struct sb_task *task,
                     enum sb_task_state state);

/* What tasks end with that did not raise. The registry has them under their
   addresses from the start, so that to end a task needs no memory. */
static const char cancelled[] = "cancelled";
static const char foreign_yield[] =
    "a task was yielded by a C function, and nothing can resume it; "
    "wait with the functions of the host modules";
static const char foreign_end[] =
    "a task was resumed or closed by a coroutine function while it waited";

/* Pushes the userdata of a task that is live. */
static void push_live(lua_State *L, struct sb_task *task) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &live_key);
  lua_rawgetp(L, -1, task);
  lua_remove(L, -2);
}

static int make_traceback(lua_State *L) {
  struct sb_task *task = lua_touserdata(L, 1);
  luaL_traceback(L, task->co, NULL, 0);
  return 1;
}

/* Leaves the error value on the coroutine's stack (the one of that key in the
   registry, if there is a key), with its to-be-closed variables closed, and
   keeps the traceback of where it was raised: below the error value for an
   errand, else with the task. Whatever memory is left, it does not raise. */
static void unwind(lua_State *L, struct sb_task *task, const char *key) {
  lua_pushcfunction(L, make_traceback);
  lua_pushlightuserdata(L, task);
  lua_pcall(L, 1, 1, 0);
  task->running = 1;
  lua_resetthread(task->co);
  task->running = 0;
  if (key != NULL) {
    lua_settop(task->co, 0);
    lua_rawgetp(task->co, LUA_REGISTRYINDEX, key);
  }
  if (task->ended != NULL) {
    lua_xmove(L, task->co, 1);
    lua_insert(task->co, -2);
  } else {
    push_live(L, task);
    lua_insert(L, -2);
    lua_setiuservalue(L, -2, 2);
    lua_pop(L, 1);
  }
}

static void fail_task(lua_State *L, struct sb_task *task, const char *key) {
  unwind(L, task, key);
  end_task(L, task, SB_TASK_FAILED);
}

static void run_task(lua_State *L, struct sb_task *task) {
  struct sb_host *host = task->host;
  struct sb_task *outer = host->current;
  int nargs = task->nargs;
  int nresults = 0;

  task->nargs = 0;
  task->wait = NULL;
  if (task->state == SB_TASK_WAITING && lua_status(task->co) != LUA_YIELD) {
    fail_task(L, task, foreign_end);
    return;
  }
  task->state = SB_TASK_READY;
  task->running = 1;
  host->current = task;
  int status = lua_resume(task->co, L, nargs, &nresults);
  host->current = outer;
  task->running = 0;

  if (status == LUA_YIELD && task->wait != NULL) {
    task->state = SB_TASK_WAITING;
    if (task->doomed)
      sb_task_cancel(task);
    else if (task->wait->woken)
      sb_turn_post(host->L, &task->turn);
    return;
  }
  if (status == LUA_OK) {
    task->nresults = nresults;
    end_task(L, task, SB_TASK_DONE);
    return;
  }
  fail_task(L, task, status == LUA_YIELD ? foreign_yield : NULL);
}

static void on_turn(lua_State *L, struct sb_turn *turn) {
  struct sb_task *task = (struct sb_task *)turn;
  if (task->doomed)
    sb_task_cancel(task);
  else
    run_task(L, task);
}

/* Errands stay anchored for as long as the host lives, other tasks until they
   have ended. */
static struct sb_task *new_task(lua_State *L) {
  struct sb_task *task = lua_newuserdatauv(L, sizeof *task, 2);
  memset(task, 0, sizeof *task);
  task->host = host_of(L);
  task->turn.run = on_turn;
  luaL_setmetatable(L, TASK);
  task->co = lua_newthread(L);
  lua_setiuservalue(L, -2, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &live_key);
  lua_pushvalue(L, -2);
  lua_rawsetp(L, -2, task);
  lua_pop(L, 1);
  struct sb_host *host = task->host;
  task->next_live = host->live;
  task->live_link = &host->live;
  if (host->live != NULL) host->live->live_link = &task->next_live;
  host->live = task;
  return task;
}

/* Now only watchers and scripts keep it. */
static void forget(lua_State *L, struct sb_task *task) {
  if (task->live_link == NULL) return;
  *task->live_link = task->next_live;
  if (task->next_live != NULL) task->next_live->live_link = task->live_link;
  task->live_link = NULL;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &live_key);
  lua_pushnil(L);
  lua_rawsetp(L, -2, task);
  lua_pop(L, 1);
}

static void end_task(lua_State *L, struct sb_task *task,
                     enum sb_task_state state) {
  struct sb_host *host = task->host;
  task->state = state;
  task->wait = NULL;
  task->doomed = 0;
  if (task->ended != NULL) {
    sb_errand_ended *ended = task->ended;
    ended(task->co, state, state == SB_TASK_DONE ? task->nresults : 1,
          task->ended_arg);
    lua_settop(task->co, 0);
    task->next_errand = host->errands;
    host->errands = task;
    return;
  }
  push_live(L, task); /* until they have been told */
  forget(L, task);
  struct sb_watch *watch;
  while ((watch = task->watches) != NULL) {
    sb_task_unwatch(watch);
    watch->ended(watch, task);
  }
  lua_pop(L, 1);
}

struct sb_task *sb_task_spawn(lua_State *L, int nargs) {
  struct sb_task *task = new_task(L);
  if (!lua_checkstack(task->co, nargs + 1)) luaL_error(L, "too many arguments");
  lua_insert(L, -(nargs + 2));
  lua_xmove(L, task->co, nargs + 1);
  task->nargs = nargs;
  sb_turn_post(L, &task->turn);
  return task;
}

struct sb_task *sb_errand_run(lua_State *L, int nargs, sb_errand_ended *ended,
                              void *arg) {
  struct sb_host *host = host_of(L);
  struct sb_task *task = host->errands;
  if (task != NULL) {
    host->errands = task->next_errand;
  } else {
    task = new_task(L);
    lua_pop(L, 1);
  }
  lua_xmove(L, task->co, nargs + 1);
  task->nargs = nargs;
  task->ended = ended;
  task->ended_arg = arg;
  run_task(L, task);
  return task;
}

struct sb_task *sb_task_check(lua_State *L, int index) {
  return luaL_checkudata(L, index, TASK);
}

int sb_task_is(lua_State *L, int index) {
  return luaL_testudata(L, index, TASK) != NULL;
}

enum sb_task_state sb_task_state(const struct sb_task *task) {
  return task->state;
}

int sb_task_is_running(const struct sb_task *task) { return task->running; }

void sb_task_cancel(struct sb_task *task) {
  struct sb_host *host = task->host;
  if (task->state != SB_TASK_READY && task->state != SB_TASK_WAITING) return;
  if (host->closing) return;
  if (task->running || host->cancels == CANCELS_MOST) {
    task->doomed = 1;
    if (!task->running) sb_turn_post(host->L, &task->turn);
    return;
  }
  sb_turn_unpost(&task->turn);
  task->wait = NULL; /* what its closers do must not wake it */
  task->running = 1;
  host->cancels++;
  lua_resetthread(task->co);
  host->cancels--;
  task->running = 0;
  lua_settop(task->co, 0);
  lua_rawgetp(task->co, LUA_REGISTRYINDEX, cancelled);
  end_task(host->L, task, SB_TASK_CANCELLED);
}

int sb_task_results(lua_State *L, struct sb_task *task) {
  int n = task->state == SB_TASK_DONE ? task->nresults : 1;
  int top = lua_gettop(task->co);
  task->seen = 1;
  luaL_checkstack(L, n, "too many results");
  if (!lua_checkstack(task->co, n)) luaL_error(L, "too many results");
  for (int i = 0; i < n; i++) lua_pushvalue(task->co, top - n + 1 + i);
  lua_xmove(task->co, L, n);
  return n;
}

void sb_task_traceback(lua_State *L, int index) {
  lua_getiuservalue(L, index, 2);
}

void sb_task_watch(struct sb_task *task, struct sb_watch *watch) {
  watch->next = task->watches;
  watch->link = &task->watches;
  if (watch->next != NULL) watch->next->link = &watch->next;
  task->watches = watch;
}

void sb_task_unwatch(struct sb_watch *watch) {
  if (watch->link == NULL) return;
  *watch->link = watch->next;
  if (watch->next != NULL) watch->next->link = watch->link;
  watch->next = NULL;
  watch->link = NULL;
}

/* A failure that nobody waited for is not lost in silence. */
static int task_gc(lua_State *L) {
  struct sb_task *task = lua_touserdata(L, 1);
  if (task->state != SB_TASK_FAILED || task->seen || task->ended != NULL)
    return 0;
  sb_task_results(L, task);
  fprintf(stderr, "sbhost: a task failed and nobody waited for it: %s\n",
          luaL_tolstring(L, -1, NULL));
  return 0;
}

/*
** The host.
*/

/* coroutine.yield(...): as Lua's own, and an error in a task, which nothing
   would resume. */
static int yield_own(lua_State *L) {
  struct sb_host *host = host_of(L);
  if (host->current != NULL && host->current->co == L)
    return luaL_error(L, "coroutine.yield works only inside a coroutine of "
                         "one's own; wait with the functions of the host "
                         "modules, as with loop.sleep");
  return lua_yield(L, lua_gettop(L));
}

void sb_host_open(lua_State *L, uv_loop_t *loop) {
  static const luaL_Reg wait_meta[] = {
      {"__gc", wait_close}, {"__close", wait_close}, {NULL, NULL}};
  static const luaL_Reg task_meta[] = {{"__gc", task_gc}, {NULL, NULL}};

  struct sb_host *host = lua_newuserdatauv(L, sizeof *host, 0);
  memset(host, 0, sizeof *host);
  luaL_ref(L, LUA_REGISTRYINDEX); /* lives as long as the state */
  host->L = L;
  host->loop = loop;
  list_init(&host->ready);
  uv_idle_init(loop, &host->idle);
  host->idle.data = host;
  *(struct sb_host **)lua_getextraspace(L) = host;

  sb_newtype(L, WAIT, wait_meta, NULL);
  sb_newtype(L, TASK, task_meta, sb_task_methods);
  lua_newtable(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &live_key);
  lua_pushstring(L, cancelled);
  lua_rawsetp(L, LUA_REGISTRYINDEX, cancelled);
  lua_pushstring(L, foreign_yield);
  lua_rawsetp(L, LUA_REGISTRYINDEX, foreign_yield);
  lua_pushstring(L, foreign_end);
  lua_rawsetp(L, LUA_REGISTRYINDEX, foreign_end);
  if (lua_getglobal(L, "coroutine") == LUA_TTABLE) {
    lua_pushcfunction(L, yield_own);
    lua_setfield(L, -2, "yield");
  }
  lua_pop(L, 1);
}

void sb_host_close(lua_State *L) {
  struct sb_host *host = host_of(L);
  while (host->live != NULL) { /* closers that run here may spawn more */
    struct sb_task *task = host->live;
    push_live(L, task);
    sb_task_cancel(task);
    forget(L, task);
    lua_pop(L, 1);
  }
  host->errands = NULL;
  host->closing = 1;
  uv_close((uv_handle_t *)&host->idle, NULL);
}
