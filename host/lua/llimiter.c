/* host/lua/llimiter.c -- Lua module "host.limiter": host/net/limiter.h for
   scripts. Times are seconds. */
#include <lauxlib.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "host/net/limiter.h"
#include "host/lua/bridge.h"
#include "host/lua/modules.h"
#include "host/lua/task.h"
#include "host/base/timer.h"

#define LIMITER "host.limiter"
#define SLOT "host.slot"

struct limiter {
  struct sb_limiter *core;
  uv_loop_t *loop;
  struct sb_timer *timer; /* for the end of a park that somebody waits for */
  uint64_t next;          /* when that is */
};

/* Its user value is the limiter. */
struct slot {
  struct sb_slot core; /* first: `granted` finds the slot by it */
  struct limiter *limiter;
  struct hold *hold; /* who waits for it, or NULL */
};

/* What acquire and backoff sleep on. */
struct hold {
  struct sb_wait base;
  struct slot *slot;      /* NULL once there is nothing to give back */
  struct sb_timer *timer; /* the sleep of a backoff */
  int error;
};

static uint64_t check_ns(lua_State *L, int index) {
  lua_Number seconds = luaL_checknumber(L, index);
  luaL_argcheck(L, seconds >= 0 && seconds < 1e9, index,
                "seconds expected, from 0 to 1e9");
  return (uint64_t)(seconds * 1e9);
}

static uint64_t to_ms(uint64_t ns) { return (ns + 999999) / 1000000; }

/*
** The limiter.
*/

/* Sees to it that the timer runs until the next end of a park. It is called
   after whatever may have changed that. A timer that cannot be had is tried
   again then. */
static void set_timer(struct limiter *limiter);

static void on_timer(void *arg) {
  struct limiter *limiter = arg;
  limiter->timer = NULL;
  sb_limiter_turn(limiter->core, uv_hrtime());
  set_timer(limiter);
}

static void set_timer(struct limiter *limiter) {
  uint64_t now = uv_hrtime();
  uint64_t next = sb_limiter_next(limiter->core, now);
  if (limiter->timer != NULL && next == limiter->next) return;
  sb_timer_cancel(limiter->timer);
  limiter->timer = NULL;
  limiter->next = next;
  if (next == UINT64_MAX) return;
  sb_timer_start(limiter->loop, next > now ? to_ms(next - now) : 0, on_timer,
                 limiter, &limiter->timer);
}

/* limiter.new() -> limiter */
static int limiter_new(lua_State *L) {
  struct limiter *limiter = lua_newuserdatauv(L, sizeof *limiter, 0);
  *limiter = (struct limiter){.loop = sb_host_loop(L)};
  luaL_setmetatable(L, LIMITER);
  limiter->core = sb_limiter_new();
  if (limiter->core == NULL) return luaL_error(L, "not enough memory");
  return 1;
}

static int limiter_gc(lua_State *L) {
  struct limiter *limiter = lua_touserdata(L, 1);
  sb_timer_cancel(limiter->timer);
  limiter->timer = NULL;
  sb_limiter_free(limiter->core);
  limiter->core = NULL;
  return 0;
}

/* limiter:lane(name, cap or nil) */
static int limiter_lane(lua_State *L) {
  struct limiter *limiter = luaL_checkudata(L, 1, LIMITER);
  const char *name = luaL_checkstring(L, 2);
  lua_Integer cap = luaL_optinteger(L, 3, 0);
  luaL_argcheck(L, lua_isnoneornil(L, 3) || (cap >= 1 && cap <= UINT32_MAX), 3,
                "a lane's cap must be at least 1");
  int rc = sb_limiter_lane(limiter->core, name, (uint32_t)cap, uv_hrtime());
  set_timer(limiter);
  return rc < 0 ? luaL_error(L, "lane: %s", uv_strerror(rc)) : 0;
}

/* limiter:park(model, seconds) */
static int limiter_park(lua_State *L) {
  struct limiter *limiter = luaL_checkudata(L, 1, LIMITER);
  const char *model = luaL_checkstring(L, 2);
  uint64_t until = uv_hrtime() + check_ns(L, 3);
  int rc = sb_limiter_park(limiter->core, model, until);
  set_timer(limiter);
  return rc < 0 ? luaL_error(L, "park: %s", uv_strerror(rc)) : 0;
}

/* limiter:caps() -> { { key =, cap =, used =, waiting = }, ... } */
static int limiter_caps(lua_State *L) {
  struct limiter *limiter = luaL_checkudata(L, 1, LIMITER);
  size_t count = sb_limiter_count(limiter->core);
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    struct sb_limiter_cap cap = sb_limiter_look(limiter->core, i);
    lua_createtable(L, 0, 4);
    lua_pushstring(L, cap.model);
    lua_setfield(L, -2, "key");
    lua_pushinteger(L, cap.cap);
    lua_setfield(L, -2, "cap");
    lua_pushinteger(L, cap.used);
    lua_setfield(L, -2, "used");
    lua_pushinteger(L, cap.waiting);
    lua_setfield(L, -2, "waiting");
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/*
** Waiting for a slot.
*/

static void give_back(struct slot *slot, enum sb_outcome outcome) {
  sb_limiter_leave(slot->limiter->core, &slot->core, outcome, uv_hrtime());
  set_timer(slot->limiter);
}

/* Also when the wait is over: by then it has no slot. */
static void hold_drop(struct sb_wait *wait) {
  struct hold *hold = (struct hold *)wait;
  sb_timer_cancel(hold->timer);
  hold->timer = NULL;
  if (hold->slot == NULL) return;
  hold->slot->hold = NULL;
  give_back(hold->slot, SB_OUTCOME_OTHER);
  hold->slot = NULL;
}

static struct hold *hold_push(lua_State *L, struct slot *slot) {
  struct hold *hold = sb_wait_push(L, sizeof *hold, hold_drop);
  hold->slot = slot;
  slot->hold = hold;
  return hold;
}

static void on_granted(struct sb_slot *core) {
  struct slot *slot = (struct slot *)core;
  if (slot->hold != NULL) sb_wait_wake(&slot->hold->base);
}

/* The slot is held, and on the stack at 1. */
static int hold_k(lua_State *L, int status, lua_KContext ctx) {
  struct hold *hold = (struct hold *)ctx;
  (void)status;
  if (hold->error < 0)
    return luaL_error(L, "limiter: %s", uv_strerror(hold->error));
  hold->slot->hold = NULL;
  hold->slot = NULL;
  lua_pushvalue(L, 1);
  return 1;
}

/* limiter:acquire(lane, model, priority) -> slot */
static int limiter_acquire(lua_State *L) {
  struct limiter *limiter = luaL_checkudata(L, 1, LIMITER);
  const char *lane = luaL_checkstring(L, 2);
  const char *model = luaL_checkstring(L, 3);
  lua_Number priority = luaL_optnumber(L, 4, 0);
  luaL_argcheck(L, !isnan(priority), 4, "not a number");
  struct slot *slot = lua_newuserdatauv(L, sizeof *slot, 1);
  *slot = (struct slot){.core.granted = on_granted, .limiter = limiter};
  luaL_setmetatable(L, SLOT);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  lua_insert(L, 1);
  struct hold *hold = hold_push(L, slot);
  hold->error = sb_limiter_ask(limiter->core, &slot->core, lane, model,
                               priority, uv_hrtime());
  set_timer(limiter);
  if (hold->error < 0 || slot->core.held)
    return hold_k(L, LUA_OK, (lua_KContext)hold);
  return sb_wait_yield(L, &hold->base, hold_k);
}

/*
** Slots.
*/

static const char *const outcome_names[] = {"ok", "busy", "other", NULL};

static struct slot *check_slot(lua_State *L) {
  struct slot *slot = luaL_checkudata(L, 1, SLOT);
  if (slot->hold != NULL) luaL_error(L, "the slot is backing off");
  return slot;
}

/* slot:release("ok" | "busy" | "other") */
static int slot_release(lua_State *L) {
  struct slot *slot = check_slot(L);
  give_back(slot, (enum sb_outcome)luaL_checkoption(L, 2, NULL, outcome_names));
  return 0;
}

/* slot:is_parked() -> boolean */
static int slot_is_parked(lua_State *L) {
  const struct slot *slot = check_slot(L);
  lua_pushboolean(L, sb_limiter_is_parked(&slot->core, uv_hrtime()));
  return 1;
}

/* __close and __gc: any number of times */
static int slot_close(lua_State *L) {
  struct slot *slot = luaL_checkudata(L, 1, SLOT);
  if (slot->core.held) give_back(slot, SB_OUTCOME_OTHER);
  return 0;
}

static void on_rested(void *arg) {
  struct hold *hold = arg;
  struct slot *slot = hold->slot;
  hold->timer = NULL;
  hold->error =
      sb_limiter_ask_again(slot->limiter->core, &slot->core, uv_hrtime());
  set_timer(slot->limiter);
  if (hold->error < 0 || slot->core.held) sb_wait_wake(&hold->base);
}

/* slot:backoff(seconds, outcome = "busy") -> slot */
static int slot_backoff(lua_State *L) {
  struct slot *slot = check_slot(L);
  uint64_t rest = check_ns(L, 2);
  int outcome = luaL_checkoption(L, 3, "busy", outcome_names);
  if (!slot->core.held) return luaL_error(L, "the slot was released");
  struct hold *hold = hold_push(L, slot);
  give_back(slot, (enum sb_outcome)outcome);
  int rc = sb_timer_start(sb_host_loop(L), to_ms(rest), on_rested, hold,
                          &hold->timer);
  if (rc < 0) return luaL_error(L, "backoff: %s", uv_strerror(rc));
  return sb_wait_yield(L, &hold->base, hold_k);
}

static const luaL_Reg limiter_lib[] = {{"new", limiter_new}, {NULL, NULL}};

static const luaL_Reg limiter_methods[] = {{"lane", limiter_lane},
                                           {"acquire", limiter_acquire},
                                           {"park", limiter_park},
                                           {"caps", limiter_caps},
                                           {NULL, NULL}};

static const luaL_Reg limiter_meta[] = {{"__gc", limiter_gc}, {NULL, NULL}};

static const luaL_Reg slot_methods[] = {{"release", slot_release},
                                        {"backoff", slot_backoff},
                                        {"is_parked", slot_is_parked},
                                        {NULL, NULL}};

static const luaL_Reg slot_meta[] = {
    {"__gc", slot_close}, {"__close", slot_close}, {NULL, NULL}};

int luaopen_host_limiter(lua_State *L) {
  sb_newtype(L, LIMITER, limiter_meta, limiter_methods);
  sb_newtype(L, SLOT, slot_meta, slot_methods);
  luaL_newlib(L, limiter_lib);
  return 1;
}
