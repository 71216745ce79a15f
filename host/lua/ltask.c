/* host/lua/ltask.c -- what "host.loop" does with tasks: spawning them, waiting
   for one, for all of a list, or for no longer than so many seconds. */
#include "host/lua/ltask.h"

#include <lauxlib.h>
#include <stddef.h>
#include <uv.h>

#include "host/base/timer.h"
#include "host/lua/bridge.h"
#include "host/lua/task.h"

enum { PARTS_MOST = 10000000 }; /* of one loop.all */

uint64_t sb_check_milliseconds(lua_State *L, int index) {
  lua_Number seconds = luaL_checknumber(L, index);
  luaL_argcheck(L, seconds >= 0 && seconds < 1e9, index,
                "seconds expected, from 0 to 1e9");
  return (uint64_t)(seconds * 1000 + 0.5);
}

int sb_loop_spawn(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  sb_task_spawn(L, lua_gettop(L) - 1);
  return 1;
}

struct await {
  struct sb_wait base;
  struct sb_watch watch;
  struct sb_task *task; /* argument 1, which stays on the stack */
};

static void await_drop(struct sb_wait *wait) {
  sb_task_unwatch(&((struct await *)wait)->watch);
}

static struct await *await_of(struct sb_watch *watch) {
  return (struct await *)((char *)watch - offsetof(struct await, watch));
}

static void on_awaited(struct sb_watch *watch, struct sb_task *task) {
  (void)task;
  sb_wait_wake(&await_of(watch)->base);
}

static int push_outcome(lua_State *L, struct sb_task *task) {
  switch (sb_task_state(task)) {
  case SB_TASK_DONE:
    return sb_task_results(L, task);
  case SB_TASK_FAILED:
    sb_task_results(L, task);
    return lua_error(L);
  default:
    return sb_fail_message(L, "the task was cancelled", "ECANCELED");
  }
}

static int await_k(lua_State *L, int status, lua_KContext ctx) {
  (void)status;
  return push_outcome(L, ((struct await *)ctx)->task);
}

static int has_ended(struct sb_task *task) {
  return sb_task_state(task) >= SB_TASK_DONE;
}

/* task:await() -> its results; raises what it raised; nil, message,
   "ECANCELED" when it was cancelled */
static int task_await(lua_State *L) {
  struct sb_task *task = sb_task_check(L, 1);
  if (has_ended(task)) return push_outcome(L, task);
  struct await *await = sb_wait_push(L, sizeof *await, await_drop);
  await->task = task;
  await->watch.ended = on_awaited;
  sb_task_watch(task, &await->watch);
  return sb_wait_yield(L, &await->base, await_k);
}

/* task:cancel() */
static int task_cancel(lua_State *L) {
  struct sb_task *task = sb_task_check(L, 1);
  if (sb_task_is_running(task))
    return luaL_error(L, "a task cannot cancel itself");
  sb_task_cancel(task);
  return 0;
}

/* task:status() -> "ready" | "waiting" | "done" | "failed" | "cancelled" */
static int task_status(lua_State *L) {
  static const char *const names[] = {"ready", "waiting", "done", "failed",
                                      "cancelled"};
  lua_pushstring(L, names[sb_task_state(sb_task_check(L, 1))]);
  return 1;
}

/*
** timeout
*/

struct timeout {
  struct await await; /* first: it waits for the task, or for the timer */
  struct sb_timer *timer;
};

/* Whoever ends the wait ends what was to be limited by it. */
static void timeout_drop(struct sb_wait *wait) {
  struct timeout *timeout = (struct timeout *)wait;
  await_drop(wait);
  sb_timer_cancel(timeout->timer);
  timeout->timer = NULL;
  if (timeout->await.task != NULL) sb_task_cancel(timeout->await.task);
  timeout->await.task = NULL;
}

static void on_timeout(void *arg) {
  struct timeout *timeout = arg;
  timeout->timer = NULL;
  sb_wait_wake(&timeout->await.base);
}

static int timeout_k(lua_State *L, int status, lua_KContext ctx) {
  struct timeout *timeout = (struct timeout *)ctx;
  (void)status;
  if (has_ended(timeout->await.task))
    return push_outcome(L, timeout->await.task);
  timeout_drop(&timeout->await.base);
  lua_pushfstring(L, "timed out after %f seconds", lua_tonumber(L, 1));
  return sb_fail_message(L, lua_tostring(L, -1), "ETIMEDOUT");
}

int sb_loop_timeout(lua_State *L) {
  uint64_t delay = sb_check_milliseconds(L, 1);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  int top = lua_gettop(L);
  struct timeout *timeout = sb_wait_push(L, sizeof *timeout, timeout_drop);
  luaL_checkstack(L, top, "too many arguments");
  for (int i = 2; i <= top; i++) lua_pushvalue(L, i);
  struct sb_task *task = sb_task_spawn(L, top - 2);
  timeout->await.task = task;
  timeout->await.watch.ended = on_awaited;
  int rc = sb_timer_start(sb_host_loop(L), delay, on_timeout, timeout,
                          &timeout->timer);
  if (rc < 0) return luaL_error(L, "timeout: %s", uv_strerror(rc));
  sb_task_watch(task, &timeout->await.watch);
  return sb_wait_yield(L, &timeout->await.base, timeout_k);
}

/*
** all
*/

struct part {
  struct sb_watch watch; /* first: on_part finds the part by it */
  struct sb_task *task;  /* the list at 2 keeps it */
  struct all *all;
  int is_own; /* spawned here, so that nobody else has it */
};

struct all {
  struct sb_wait base;
  size_t count, open;
  struct sb_task *failed; /* the first that did not end well */
  struct part parts[];
};

/* Nobody waits any more for what was spawned here: it ends. */
static void all_drop(struct sb_wait *wait) {
  struct all *all = (struct all *)wait;
  for (size_t i = 0; i < all->count; i++) {
    struct part *part = &all->parts[i];
    sb_task_unwatch(&part->watch);
    if (part->is_own) sb_task_cancel(part->task);
    part->is_own = 0;
  }
}

static void on_part(struct sb_watch *watch, struct sb_task *task) {
  struct all *all = ((struct part *)watch)->all;
  all->open--;
  if (sb_task_state(task) != SB_TASK_DONE && all->failed == NULL)
    all->failed = task;
  if (all->open == 0 || all->failed != NULL) sb_wait_wake(&all->base);
}

static int all_k(lua_State *L, int status, lua_KContext ctx) {
  struct all *all = (struct all *)ctx;
  (void)status;
  if (all->failed != NULL) {
    all_drop(&all->base);
    for (size_t i = 0; i < all->count; i++) sb_task_cancel(all->parts[i].task);
    return push_outcome(L, all->failed);
  }
  lua_createtable(L, (int)all->count, 0);
  for (size_t i = 0; i < all->count; i++) {
    int n = sb_task_results(L, all->parts[i].task);
    lua_settop(L, lua_gettop(L) - n + (n > 0 ? 1 : 0));
    if (n == 0) lua_pushnil(L);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/* Pushes a copy of the list at 1, of tasks and functions and nothing else.
   Returns how many. */
static size_t copy_parts(lua_State *L) {
  lua_Integer count = luaL_len(L, 1);
  luaL_argcheck(L, count >= 0 && count <= PARTS_MOST, 1, "too long a list");
  lua_createtable(L, (int)count, 0);
  for (lua_Integer i = 1; i <= count; i++) {
    if (lua_geti(L, 1, i) != LUA_TFUNCTION && !sb_task_is(L, -1))
      luaL_error(L, "item %I: task or function expected, got %s",
                 (LUAI_UACINT)i, luaL_typename(L, -1));
    lua_rawseti(L, 2, i);
  }
  return (size_t)count;
}

/* Begins to wait for item i of the list at 2. */
static void begin_part(lua_State *L, struct all *all, size_t i) {
  struct part *part = &all->parts[i];
  int is_own = lua_rawgeti(L, 2, (lua_Integer)i + 1) == LUA_TFUNCTION;
  part->task = is_own ? sb_task_spawn(L, 0) : sb_task_check(L, -1);
  part->is_own = is_own;
  lua_rawseti(L, 2, (lua_Integer)i + 1);
  part->all = all;
  part->watch.ended = on_part;
  all->count++;
  if (!has_ended(part->task)) {
    all->open++;
    sb_task_watch(part->task, &part->watch);
  } else if (sb_task_state(part->task) != SB_TASK_DONE && all->failed == NULL) {
    all->failed = part->task;
  }
}

int sb_loop_all(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  size_t count = copy_parts(L);
  struct all *all =
      sb_wait_push(L, sizeof *all + count * sizeof all->parts[0], all_drop);
  for (size_t i = 0; i < count; i++) begin_part(L, all, i);
  if (all->open == 0 || all->failed != NULL)
    return all_k(L, LUA_OK, (lua_KContext)all);
  return sb_wait_yield(L, &all->base, all_k);
}

const luaL_Reg sb_task_methods[] = {{"await", task_await},
                                    {"cancel", task_cancel},
                                    {"status", task_status},
                                    {NULL, NULL}};
