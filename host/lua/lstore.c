/* host/lua/lstore.c -- Lua module "host.store": host/store/store.h for
   scripts. */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "host/lua/bridge.h"
#include "host/lua/modules.h"
#include "host/lua/task.h"
#include "host/lua/work.h"
#include "host/store/store.h"

#define STORE "host.store"

struct box {
  struct sb_store *store; /* NULL once closed */
};

static struct sb_store *check_store(lua_State *L) {
  struct box *box = luaL_checkudata(L, 1, STORE);
  if (box->store == NULL) luaL_error(L, "the store is closed");
  return box->store;
}

static struct sb_store_text check_text(lua_State *L, int index) {
  struct sb_store_text text;
  text.data = luaL_checklstring(L, index, &text.len);
  return text;
}

static struct sb_store_text opt_text(lua_State *L, int index) {
  struct sb_store_text text = {0};
  return lua_isnoneornil(L, index) ? text : check_text(L, index);
}

static void set_text(lua_State *L, const char *name,
                     struct sb_store_text text) {
  if (text.data == NULL) return;
  lua_pushlstring(L, text.data, text.len);
  lua_setfield(L, -2, name);
}

static const char *const state_names[] = {"intent",   "accepted", "doubt",
                                          "answered", "refused",  "settled"};

/* A change was not taken: raises if the script is to blame. */
static int refuse(lua_State *L, struct sb_store *store, int rc) {
  struct sb_store_call call;
  lua_Integer id = lua_tointeger(L, 2);
  if (rc == UV_ENOENT)
    return luaL_error(L, "there is no call %I in the store", (LUAI_UACINT)id);
  if (rc == UV_EINVAL && sb_store_call(store, id, &call) > 0)
    return luaL_error(L, "call %I is in state '%s', which does not allow this",
                      (LUAI_UACINT)id, state_names[call.state]);
  if (rc == UV_EROFS)
    return luaL_error(L, "the store was opened to be read only");
  return sb_fail(L, rc, "the store");
}

/*
** open
*/

struct opening {
  struct sb_work base;
  char *path;
  int readonly;
  int rc;
  struct sb_store *store;
  struct sb_store_error error;
};

static void run_open(struct sb_work *work) {
  struct opening *opening = (struct opening *)work;
  opening->rc = sb_store_open(opening->path, opening->readonly, &opening->store,
                              &opening->error);
}

static void release_open(struct sb_work *work) {
  struct opening *opening = (struct opening *)work;
  sb_store_free(opening->store);
  free(opening->path);
}

static int finish_open(lua_State *L, struct sb_work *work) {
  struct opening *opening = (struct opening *)work;
  if (opening->rc < 0)
    return sb_fail_message(L, opening->error.message, uv_err_name(opening->rc));
  struct box *box = lua_newuserdatauv(L, sizeof *box, 0);
  box->store = NULL;
  luaL_setmetatable(L, STORE);
  struct sb_store *store = opening->store;
  opening->store = NULL;
  int rc = sb_store_start(store, sb_host_loop(L));
  if (rc < 0) return sb_fail(L, rc, opening->path);
  box->store = store;
  return 1;
}

/* store.open(path[, { readonly = false }]) -> store | nil, message, code */
static int store_open(lua_State *L) {
  const char *path = sb_check_path(L, 1);
  int readonly = 0;
  if (!lua_isnoneornil(L, 2)) {
    luaL_checktype(L, 2, LUA_TTABLE);
    readonly = sb_field_boolean(L, 2, "readonly", 0);
  }
  struct opening *opening =
      sb_work_push(L, sizeof *opening, run_open, release_open);
  opening->path = sb_work_copy(L, path, strlen(path));
  opening->readonly = readonly;
  return sb_work_yield(L, &opening->base, finish_open);
}

/*
** What waits for a commit.
*/

struct commit {
  struct sb_wait base;
  struct sb_store_op *op; /* NULL once over */
  int rc;
  struct box *box; /* of an intent that the script does not know of yet */
  int64_t id;
};

static void commit_drop(struct sb_wait *wait) {
  struct commit *commit = (struct commit *)wait;
  struct sb_store_op *op = commit->op;
  struct box *box = commit->box;
  commit->op = NULL;
  commit->box = NULL;
  if (op != NULL) {
    sb_store_cancel(op);
  } else if (box != NULL && box->store != NULL && commit->rc == 0) {
    static const char reason[] = "withdrawn before it was sent";
    sb_store_settle(box->store, commit->id, SB_STORE_REFUSED,
                    (struct sb_store_text){reason, sizeof reason - 1});
  }
}

static void on_commit(void *arg, int rc) {
  struct commit *commit = arg;
  commit->op = NULL;
  commit->rc = rc;
  sb_wait_wake(&commit->base);
}

static int commit_k(lua_State *L, int status, lua_KContext ctx) {
  struct commit *commit = (struct commit *)ctx;
  (void)status;
  if (commit->rc < 0) return sb_fail(L, commit->rc, "the store");
  lua_pushboolean(L, 1);
  return 1;
}

static int intend_k(lua_State *L, int status, lua_KContext ctx) {
  struct commit *commit = (struct commit *)ctx;
  (void)status;
  if (commit->rc < 0) return sb_fail(L, commit->rc, "the store");
  commit->box = NULL;
  lua_pushinteger(L, commit->id);
  return 1;
}

/* store:intend(key, request[, meta]) -> id | nil, message, code */
static int store_intend(lua_State *L) {
  struct sb_store *store = check_store(L);
  struct sb_store_text key = check_text(L, 2);
  struct sb_store_text request = check_text(L, 3);
  struct sb_store_text meta = opt_text(L, 4);
  struct commit *commit = sb_wait_push(L, sizeof *commit, commit_drop);
  int rc = sb_store_intend(store, key, request, meta, &commit->id, on_commit,
                           commit, &commit->op);
  if (rc < 0) return refuse(L, store, rc);
  commit->box = lua_touserdata(L, 1);
  return sb_wait_yield(L, &commit->base, intend_k);
}

/* store:answer(id, answer[, meta]) -> true | nil, message, code */
static int store_answer(lua_State *L) {
  struct sb_store *store = check_store(L);
  lua_Integer id = luaL_checkinteger(L, 2);
  struct sb_store_text answer = check_text(L, 3);
  struct sb_store_text meta = opt_text(L, 4);
  struct commit *commit = sb_wait_push(L, sizeof *commit, commit_drop);
  int rc =
      sb_store_answer(store, id, answer, meta, on_commit, commit, &commit->op);
  if (rc < 0) return refuse(L, store, rc);
  return sb_wait_yield(L, &commit->base, commit_k);
}

/* store:flush() -> true | nil, message, code */
static int store_flush(lua_State *L) {
  struct sb_store *store = check_store(L);
  struct commit *commit = sb_wait_push(L, sizeof *commit, commit_drop);
  int rc = sb_store_flush(store, on_commit, commit, &commit->op);
  if (rc < 0) return refuse(L, store, rc);
  return sb_wait_yield(L, &commit->base, commit_k);
}

/*
** Changes that nobody waits for.
*/

/* store:accept(id, handle) */
static int store_accept(lua_State *L) {
  struct sb_store *store = check_store(L);
  int rc = sb_store_accept(store, luaL_checkinteger(L, 2), check_text(L, 3));
  return rc < 0 ? refuse(L, store, rc) : 0;
}

static int settle(lua_State *L, enum sb_store_state state) {
  struct sb_store *store = check_store(L);
  int rc =
      sb_store_settle(store, luaL_checkinteger(L, 2), state, check_text(L, 3));
  return rc < 0 ? refuse(L, store, rc) : 0;
}

/* store:refuse(id, reason) */
static int store_refuse(lua_State *L) { return settle(L, SB_STORE_REFUSED); }

/* store:doubt(id, reason) */
static int store_doubt(lua_State *L) { return settle(L, SB_STORE_DOUBT); }

/* store:forgive(id, reason) */
static int store_forgive(lua_State *L) { return settle(L, SB_STORE_SETTLED); }

/*
** Reads.
*/

static int push_call(lua_State *L, const struct sb_store_call *call) {
  lua_createtable(L, 0, 10);
  lua_pushinteger(L, call->id);
  lua_setfield(L, -2, "id");
  lua_pushstring(L, state_names[call->state]);
  lua_setfield(L, -2, "state");
  lua_pushnumber(L, call->at);
  lua_setfield(L, -2, "at");
  set_text(L, "key", call->key);
  set_text(L, "handle", call->handle);
  set_text(L, "reason", call->reason);
  set_text(L, "intent_meta", call->intent_meta);
  set_text(L, "request", call->request);
  set_text(L, "meta", call->meta);
  set_text(L, "answer", call->answer);
  return 1;
}

/* The result of a read that gives a call or nothing. */
static int return_call(lua_State *L, int rc, const struct sb_store_call *call) {
  if (rc < 0) return sb_fail(L, rc, "the store");
  if (rc > 0) return push_call(L, call);
  lua_pushnil(L);
  return 1;
}

/* store:answered(key) -> call | nil[, message, code] */
static int store_answered(lua_State *L) {
  struct sb_store *store = check_store(L);
  struct sb_store_call call;
  return return_call(L, sb_store_answered(store, check_text(L, 2), &call),
                     &call);
}

/* store:call(id) -> call | nil[, message, code] */
static int store_call(lua_State *L) {
  struct sb_store *store = check_store(L);
  struct sb_store_call call;
  return return_call(L, sb_store_call(store, luaL_checkinteger(L, 2), &call),
                     &call);
}

/* store:doubts() -> { call, ... } | nil, message, code */
static int store_doubts(lua_State *L) {
  struct sb_store *store = check_store(L);
  struct sb_store_call call = {0};
  int rc;
  lua_newtable(L);
  for (lua_Integer i = 1; (rc = sb_store_next_doubt(store, call.id, &call)) > 0;
       i++) {
    push_call(L, &call);
    lua_rawseti(L, -2, i);
  }
  return rc < 0 ? sb_fail(L, rc, "the store") : 1;
}

/*
** Records.
*/

/* store:put(kind, name, text[, { wait = false }]) -> true | nil, message,
   code. Without wait it is true at once. */
static int store_put(lua_State *L) {
  struct sb_store *store = check_store(L);
  struct sb_store_text kind = check_text(L, 2);
  struct sb_store_text name = check_text(L, 3);
  struct sb_store_text text = check_text(L, 4);
  int wait = 0;
  if (!lua_isnoneornil(L, 5)) {
    luaL_checktype(L, 5, LUA_TTABLE);
    wait = sb_field_boolean(L, 5, "wait", 0);
  }
  if (!wait) {
    int rc = sb_store_put(store, kind, name, text, NULL, NULL, NULL);
    if (rc < 0) return refuse(L, store, rc);
    lua_pushboolean(L, 1);
    return 1;
  }
  struct commit *commit = sb_wait_push(L, sizeof *commit, commit_drop);
  int rc =
      sb_store_put(store, kind, name, text, on_commit, commit, &commit->op);
  if (rc < 0) return refuse(L, store, rc);
  return sb_wait_yield(L, &commit->base, commit_k);
}

/* store:remove(kind, name) */
static int store_remove(lua_State *L) {
  struct sb_store *store = check_store(L);
  int rc = sb_store_remove(store, check_text(L, 2), check_text(L, 3));
  return rc < 0 ? refuse(L, store, rc) : 0;
}

/* store:get(kind, name) -> text | nil[, message, code] */
static int store_get(lua_State *L) {
  struct sb_store *store = check_store(L);
  struct sb_store_text text;
  int rc = sb_store_get(store, check_text(L, 2), check_text(L, 3), &text);
  if (rc < 0) return sb_fail(L, rc, "the store");
  if (rc > 0)
    lua_pushlstring(L, text.data, text.len);
  else
    lua_pushnil(L);
  return 1;
}

/* (store, kind, table): fills the table; returns the result of the last read */
static int fill_records(lua_State *L) {
  struct sb_store *store = lua_touserdata(L, 1);
  struct sb_store_text name, text;
  int rc;
  sb_store_scan_begin(store, check_text(L, 2));
  while ((rc = sb_store_scan_next(store, &name, &text)) > 0) {
    lua_pushlstring(L, name.data, name.len);
    if (text.data != NULL)
      lua_pushlstring(L, text.data, text.len);
    else
      lua_pushnil(L);
    lua_rawset(L, 3);
  }
  lua_pushinteger(L, rc);
  return 1;
}

/* store:all(kind) -> { [name] = text } | nil, message, code */
static int store_all(lua_State *L) {
  struct sb_store *store = check_store(L);
  check_text(L, 2);
  lua_settop(L, 2);
  lua_newtable(L);
  lua_pushcfunction(L, fill_records);
  lua_pushlightuserdata(L, store);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, 3);
  int status = lua_pcall(L, 3, 1, 0);
  sb_store_scan_end(store); /* whatever was raised */
  if (status != LUA_OK) return lua_error(L);
  int rc = (int)lua_tointeger(L, -1);
  if (rc < 0) return sb_fail(L, rc, "the store");
  lua_settop(L, 3);
  return 1;
}

/*
** close
*/

/* store:close() -> true | nil, message, code: any number of times */
static int store_close(lua_State *L) {
  struct box *box = luaL_checkudata(L, 1, STORE);
  if (box->store == NULL) {
    lua_pushboolean(L, 1);
    return 1;
  }
  struct commit *commit = sb_wait_push(L, sizeof *commit, commit_drop);
  int rc = sb_store_close(box->store, on_commit, commit, &commit->op);
  box->store = NULL;
  if (rc < 0) return sb_fail(L, rc, "the store");
  return sb_wait_yield(L, &commit->base, commit_k);
}

/* __close and __gc: the same without a wait, at the cost of the loop's */
static int store_free(lua_State *L) {
  struct box *box = luaL_checkudata(L, 1, STORE);
  struct sb_store *store = box->store;
  box->store = NULL;
  sb_store_free(store);
  return 0;
}

static const luaL_Reg store_lib[] = {{"open", store_open}, {NULL, NULL}};
static const luaL_Reg store_methods[] = {
    {"intend", store_intend},     {"accept", store_accept},
    {"answer", store_answer},     {"refuse", store_refuse},
    {"doubt", store_doubt},       {"forgive", store_forgive},
    {"answered", store_answered}, {"call", store_call},
    {"doubts", store_doubts},     {"put", store_put},
    {"remove", store_remove},     {"get", store_get},
    {"all", store_all},           {"flush", store_flush},
    {"close", store_close},       {NULL, NULL}};
static const luaL_Reg store_meta[] = {
    {"__gc", store_free}, {"__close", store_free}, {NULL, NULL}};

int luaopen_host_store(lua_State *L) {
  sb_newtype(L, STORE, store_meta, store_methods);
  luaL_newlib(L, store_lib);
  return 1;
}
