/* host/lua/lloop.c -- Lua module "host.loop": sleep, events, signals and
   clocks; ltask.c has what it does with tasks. Times are seconds. */
#include <lauxlib.h>
#include <signal.h>
#include <stdlib.h>
#include <uv.h>

#include "host/lua/bridge.h"
#include "host/lua/interrupt.h"
#include "host/lua/ltask.h"
#include "host/lua/modules.h"
#include "host/lua/task.h"
#include "host/base/timer.h"

#define EVENT "host.loop.event"

/*
** sleep
*/

struct nap {
  struct sb_wait base;
  struct sb_timer *timer;
};

static void nap_drop(struct sb_wait *wait) {
  struct nap *nap = (struct nap *)wait;
  sb_timer_cancel(nap->timer);
  nap->timer = NULL;
}

static void on_nap(void *arg) {
  struct nap *nap = arg;
  nap->timer = NULL;
  sb_wait_wake(&nap->base);
}

static int sleep_k(lua_State *L, int status, lua_KContext ctx) {
  (void)L, (void)status, (void)ctx;
  return 0;
}

/* loop.sleep(seconds) */
static int loop_sleep(lua_State *L) {
  uint64_t delay = sb_check_milliseconds(L, 1);
  struct nap *nap = sb_wait_push(L, sizeof *nap, nap_drop);
  int rc = sb_timer_start(sb_host_loop(L), delay, on_nap, nap, &nap->timer);
  if (rc < 0) return luaL_error(L, "sleep: %s", uv_strerror(rc));
  return sb_wait_yield(L, &nap->base, sleep_k);
}

/*
** events
*/

struct event {
  struct await_event *first; /* who waits for it */
};

struct await_event {
  struct sb_wait base;
  struct await_event *next, **link; /* link is NULL while not in a list */
};

static void await_event_drop(struct sb_wait *wait) {
  struct await_event *await = (struct await_event *)wait;
  if (await->link == NULL) return;
  *await->link = await->next;
  if (await->next != NULL) await->next->link = await->link;
  await->link = NULL;
}

/* loop.event() -> event */
static int loop_event(lua_State *L) {
  struct event *event = lua_newuserdatauv(L, sizeof *event, 0);
  event->first = NULL;
  luaL_setmetatable(L, EVENT);
  return 1;
}

/* event:wait(): sleeps until the next notify */
static int event_wait(lua_State *L) {
  struct event *event = luaL_checkudata(L, 1, EVENT);
  struct await_event *await = sb_wait_push(L, sizeof *await, await_event_drop);
  await->next = event->first;
  await->link = &event->first;
  if (await->next != NULL) await->next->link = &await->next;
  event->first = await;
  return sb_wait_yield(L, &await->base, sleep_k);
}

/* event:notify(): wakes all that wait */
static int event_notify(lua_State *L) {
  struct event *event = luaL_checkudata(L, 1, EVENT);
  while (event->first != NULL) {
    struct sb_wait *wait = &event->first->base;
    await_event_drop(wait);
    sb_wait_wake(wait);
  }
  return 0;
}

static const luaL_Reg event_methods[] = {
    {"wait", event_wait}, {"notify", event_notify}, {NULL, NULL}};
static const luaL_Reg event_meta[] = {{NULL, NULL}};

/*
** signals and clocks
*/

struct hark {
  struct sb_wait base;
  uv_signal_t *handle; /* frees itself when closed */
};

static void free_handle(uv_handle_t *handle) { free(handle); }

static void hark_drop(struct sb_wait *wait) {
  struct hark *hark = (struct hark *)wait;
  if (hark->handle != NULL) uv_close((uv_handle_t *)hark->handle, free_handle);
  hark->handle = NULL;
}

static void on_signal(uv_signal_t *handle, int number) {
  struct hark *hark = handle->data;
  if (number == SIGINT) sb_interrupt_heard();
  uv_signal_stop(handle);
  sb_wait_wake(&hark->base);
}

/* loop.signal("INT" | "TERM" | "HUP" | "WINCH"): sleeps until the process gets
   the signal, which meanwhile has no other effect, but for INT while a script
   holds up the loop (interrupt.h) */
static int loop_signal(lua_State *L) {
  static const char *const names[] = {"INT", "TERM", "HUP", "WINCH", NULL};
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH};
  int number = numbers[luaL_checkoption(L, 1, NULL, names)];
  struct hark *hark = sb_wait_push(L, sizeof *hark, hark_drop);
  uv_signal_t *handle = malloc(sizeof *handle);
  if (handle == NULL) return luaL_error(L, "not enough memory");
  int rc = uv_signal_init(sb_host_loop(L), handle);
  if (rc < 0) {
    free(handle);
    return luaL_error(L, "signal: %s", uv_strerror(rc));
  }
  hark->handle = handle;
  handle->data = hark;
  rc = uv_signal_start(handle, on_signal, number);
  if (rc < 0) return luaL_error(L, "signal: %s", uv_strerror(rc));
  if (number == SIGINT) sb_interrupt_arm(L);
  uv_unref((uv_handle_t *)handle); /* listening alone keeps no program alive */
  return sb_wait_yield(L, &hark->base, sleep_k);
}

/* loop.now() -> seconds on a clock that is never set */
static int loop_now(lua_State *L) {
  lua_pushnumber(L, (lua_Number)uv_hrtime() / 1e9);
  return 1;
}

/* loop.time() -> seconds since 1970, with fractions */
static int loop_time(lua_State *L) {
  uv_timeval64_t now;
  int rc = uv_gettimeofday(&now);
  if (rc < 0) return luaL_error(L, "time: %s", uv_strerror(rc));
  lua_pushnumber(L, (lua_Number)now.tv_sec + (lua_Number)now.tv_usec / 1e6);
  return 1;
}

static const luaL_Reg loop_lib[] = {{"event", loop_event},
                                    {"spawn", sb_loop_spawn},
                                    {"sleep", loop_sleep},
                                    {"all", sb_loop_all},
                                    {"timeout", sb_loop_timeout},
                                    {"signal", loop_signal},
                                    {"now", loop_now},
                                    {"time", loop_time},
                                    {NULL, NULL}};

int luaopen_host_loop(lua_State *L) {
  sb_newtype(L, EVENT, event_meta, event_methods);
  luaL_newlib(L, loop_lib);
  return 1;
}
