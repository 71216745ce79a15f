/* host/lua/lhttp.c -- Lua module "host.http": calls over HTTP. Times are
   seconds, sizes bytes. */
#include <lauxlib.h>
#include <string.h>

#include "host/net/http.h"
#include "host/lua/body.h"
#include "host/lua/bridge.h"
#include "host/lua/headers.h"
#include "host/lua/lrequest.h"
#include "host/lua/modules.h"
#include "host/lua/secret.h"
#include "host/lua/task.h"

#define CLIENT "host.http"
#define TRANSFER "host.transfer"
#define WITH_HEAD "host.head"

/* A started call, and who sleeps on it. */
struct transfer {
  struct sb_http_op *op; /* NULL once its results were handed over */
  struct expect *waiter;
  int events; /* were asked for */
};

static void on_event(void *arg);

/*
** The request.
*/

/* Starts the call that the table at 1 describes. Returns 0, or how many values
   it has pushed for a failure. */
static int begin(lua_State *L, struct transfer *transfer) {
  struct sb_http **client = lua_touserdata(L, lua_upvalueindex(1));
  struct sb_http_request req;
  const char *lines[SB_REQUEST_LINES];
  int rc = *client == NULL ? sb_http_open(sb_host_loop(L), client) : 0;
  if (rc < 0) return luaL_error(L, "http: %s", uv_strerror(rc));
  sb_request_check(L, &req, lines);
  if (sb_body_check(L, -1, &req.body) == 0) {
    transfer->events = req.events;
    rc = sb_http_start(*client, &req, on_event, transfer, &transfer->op);
    if (rc == 0) return 0;
    sb_fail(L, rc, "http");
  }
  lua_pushboolean(L, 0); /* nothing was sent */
  return 4;
}

/*
** The answer.
*/

/* Adds a line to the table on top. */
static void add_header(lua_State *L, const char *line, size_t len) {
  const char *colon = memchr(line, ':', len);
  if (colon == NULL) return;
  const char *value = colon + 1, *end = line + len;
  while (value < end && (*value == ' ' || *value == '\t')) value++;
  while (end > value && (unsigned char)end[-1] <= ' ') end--;
  sb_header_add(L, line, (size_t)(colon - line), value, (size_t)(end - value));
}

/* head.headers, made of head.head when it is first asked for. */
static int head_index(lua_State *L) {
  size_t len;
  const char *key = lua_tostring(L, 2);
  if (key == NULL || strcmp(key, "headers") != 0) return 0;
  if (lua_getfield(L, 1, "head") != LUA_TSTRING) return 0;
  const char *at = lua_tolstring(L, -1, &len), *end = at + len;
  lua_createtable(L, 0, 8);
  for (int first = 1; at < end; first = 0) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    if (stop == NULL) stop = end;
    if (!first) add_header(L, at, (size_t)(stop - at));
    at = stop + 1;
  }
  lua_pushvalue(L, 2);
  lua_pushvalue(L, -2);
  lua_rawset(L, 1);
  return 1;
}

/* Sets status and head of the table on top, and makes it one that has headers.
 */
static void set_head(lua_State *L, const struct sb_http_op *op) {
  struct sb_http_head head;
  sb_http_head(op, &head);
  lua_pushinteger(L, head.status);
  lua_setfield(L, -2, "status");
  lua_pushlstring(L, head.lines, head.len);
  lua_setfield(L, -2, "head");
  luaL_setmetatable(L, WITH_HEAD);
}

/* Pushes the list of spilled files. */
static void push_files(lua_State *L, const struct sb_spill *spill) {
  size_t count = spill == NULL ? 0 : sb_spill_count(spill);
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    const struct sb_spill_file *file = sb_spill_file(spill, i);
    lua_createtable(L, 0, 3);
    lua_pushstring(L, file->path); /* nil when there is an error, or data */
    lua_setfield(L, -2, "path");
    if (file->data != NULL) {
      lua_pushlstring(L, file->data, file->bytes);
      lua_setfield(L, -2, "data");
    }
    lua_pushinteger(L, (lua_Integer)file->bytes);
    lua_setfield(L, -2, "bytes");
    lua_pushstring(L, file->error);
    lua_setfield(L, -2, "error");
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static int push_failure(lua_State *L, const struct sb_http_result *result) {
  sb_fail_message(L, result->message, result->code);
  lua_pushboolean(L, result->sent);
  return 4;
}

static int push_cancelled(lua_State *L) {
  sb_fail_message(L, "the transfer was cancelled", "ECANCELED");
  lua_pushboolean(L, 1); /* as far as anyone knows */
  return 4;
}

/* The files are the script's once it has the table that names them. */
static int push_answer(lua_State *L, struct transfer *transfer) {
  const struct sb_http_result *result = sb_http_result(transfer->op);
  if (result->message != NULL) return push_failure(L, result);
  lua_createtable(L, 0, 5);
  set_head(L, transfer->op);
  if (!result->events) {
    lua_pushlstring(L, result->body, result->body_len);
    lua_setfield(L, -2, "body");
  }
  push_files(L, result->spill);
  lua_setfield(L, -2, "files");
  lua_pushnumber(L, result->seconds);
  lua_setfield(L, -2, "seconds");
  if (result->spill != NULL) sb_spill_take(result->spill);
  return 1;
}

/*
** Waiting.
*/

enum wanted { ANSWER, HEAD, EVENT };

struct expect {
  struct sb_wait base;
  struct transfer *transfer;
  struct transfer own; /* http.request's, which nobody else knows of */
  enum wanted wanted;
};

static void end(struct transfer *transfer) {
  sb_http_free(transfer->op);
  transfer->op = NULL;
}

static int has_head(const struct transfer *transfer) {
  struct sb_http_head head;
  sb_http_head(transfer->op, &head);
  return head.status > 0;
}

static int is_over(const struct transfer *transfer) {
  return sb_http_result(transfer->op) != NULL;
}

static int has_event(const struct transfer *transfer) {
  size_t len;
  return sb_http_peek(transfer->op, &len) != NULL;
}

static void on_event(void *arg) {
  struct transfer *transfer = arg;
  struct expect *waiter = transfer->waiter;
  if (waiter == NULL) return;
  if (is_over(transfer) || waiter->wanted == HEAD ||
      (waiter->wanted == EVENT && has_event(transfer)))
    sb_wait_wake(&waiter->base);
}

static void expect_drop(struct sb_wait *wait) {
  struct expect *expect = (struct expect *)wait;
  if (expect->transfer != NULL) expect->transfer->waiter = NULL;
  expect->transfer = NULL;
  end(&expect->own);
}

static struct expect *push_expect(lua_State *L) {
  return sb_wait_push(L, sizeof(struct expect), expect_drop);
}

static void expect_from(struct expect *expect, struct transfer *transfer) {
  expect->transfer = transfer;
  transfer->waiter = expect;
}

static int finish_k(lua_State *L, int status, lua_KContext ctx) {
  struct transfer *transfer = ((struct expect *)ctx)->transfer;
  (void)status;
  if (transfer->op == NULL) return push_cancelled(L);
  int n = push_answer(L, transfer);
  end(transfer);
  return n;
}

static int push_head(lua_State *L, const struct transfer *transfer) {
  if (!has_head(transfer)) {
    const struct sb_http_result *result = sb_http_result(transfer->op);
    return push_failure(L, result);
  }
  lua_createtable(L, 0, 2);
  set_head(L, transfer->op);
  return 1;
}

static int head_k(lua_State *L, int status, lua_KContext ctx) {
  struct transfer *transfer = ((struct expect *)ctx)->transfer;
  (void)status;
  return transfer->op == NULL ? push_cancelled(L) : push_head(L, transfer);
}

static struct transfer *check_transfer(lua_State *L) {
  struct transfer *transfer = luaL_checkudata(L, 1, TRANSFER);
  if (transfer->op == NULL) luaL_error(L, "the transfer is over");
  if (transfer->waiter != NULL)
    luaL_error(L, "another task waits for the transfer");
  return transfer;
}

/* transfer:head() -> { status, headers } | nil, message, code, sent */
static int transfer_head(lua_State *L) {
  struct transfer *transfer = check_transfer(L);
  if (has_head(transfer) || is_over(transfer)) return push_head(L, transfer);
  struct expect *expect = push_expect(L);
  expect->wanted = HEAD;
  expect_from(expect, transfer);
  return sb_wait_yield(L, &expect->base, head_k);
}

/* The first event in the queue, or what became of the transfer. */
static int push_event(lua_State *L, const struct transfer *transfer) {
  size_t len;
  const char *text = sb_http_peek(transfer->op, &len);
  if (text != NULL) {
    lua_pushlstring(L, text, len);
    sb_http_shift(transfer->op);
    return 1;
  }
  const struct sb_http_result *result = sb_http_result(transfer->op);
  if (result->message != NULL) return push_failure(L, result);
  lua_pushnil(L);
  return 1;
}

static int event_k(lua_State *L, int status, lua_KContext ctx) {
  struct transfer *transfer = ((struct expect *)ctx)->transfer;
  (void)status;
  return transfer->op == NULL ? push_cancelled(L) : push_event(L, transfer);
}

/* transfer:event() -> text | nil | nil, message, code, sent */
static int transfer_event(lua_State *L) {
  struct transfer *transfer = check_transfer(L);
  if (!transfer->events) luaL_error(L, "the transfer has no events");
  if (has_event(transfer) || is_over(transfer)) return push_event(L, transfer);
  struct expect *expect = push_expect(L);
  expect->wanted = EVENT;
  expect_from(expect, transfer);
  return sb_wait_yield(L, &expect->base, event_k);
}

/* transfer:finish() -> answer | nil, message, code, sent */
static int transfer_finish(lua_State *L) {
  struct transfer *transfer = check_transfer(L);
  sb_http_skip(transfer->op);
  struct expect *expect = push_expect(L);
  expect_from(expect, transfer);
  if (is_over(transfer)) return finish_k(L, LUA_OK, (lua_KContext)expect);
  return sb_wait_yield(L, &expect->base, finish_k);
}

/* transfer:cancel(), __close and __gc */
static int transfer_cancel(lua_State *L) {
  struct transfer *transfer = luaL_checkudata(L, 1, TRANSFER);
  int waited = transfer->op != NULL && transfer->waiter != NULL;
  end(transfer);
  if (waited) sb_wait_wake(&transfer->waiter->base);
  return 0;
}

/* http.start(options) -> transfer | nil, message, code, sent */
static int http_start(lua_State *L) {
  lua_settop(L, 1);
  struct transfer *transfer = lua_newuserdatauv(L, sizeof *transfer, 0);
  memset(transfer, 0, sizeof *transfer);
  luaL_setmetatable(L, TRANSFER);
  int failed = begin(L, transfer);
  if (failed > 0) return failed;
  lua_pushvalue(L, 2);
  return 1;
}

/* http.request(options) -> answer | nil, message, code, sent */
static int http_request(lua_State *L) {
  lua_settop(L, 1);
  luaL_checktype(L, 1, LUA_TTABLE);
  if (lua_getfield(L, 1, "events") != LUA_TNIL)
    luaL_error(L, "field 'events': only http.start hands them over");
  struct expect *expect = push_expect(L);
  expect_from(expect, &expect->own);
  int failed = begin(L, &expect->own);
  if (failed > 0) return failed;
  return sb_wait_yield(L, &expect->base, finish_k);
}

static int client_gc(lua_State *L) {
  struct sb_http **client = lua_touserdata(L, 1);
  sb_http_close(*client);
  *client = NULL;
  return 0;
}

static const luaL_Reg transfer_meta[] = {
    {"__gc", transfer_cancel}, {"__close", transfer_cancel}, {NULL, NULL}};

static const luaL_Reg transfer_methods[] = {{"head", transfer_head},
                                            {"event", transfer_event},
                                            {"finish", transfer_finish},
                                            {"cancel", transfer_cancel},
                                            {NULL, NULL}};

static const luaL_Reg head_meta[] = {{"__index", head_index}, {NULL, NULL}};

static const luaL_Reg client_meta[] = {{"__gc", client_gc}, {NULL, NULL}};

static const luaL_Reg http_lib[] = {{"request", http_request},
                                    {"start", http_start},
                                    {"attach", sb_attach},
                                    {"file", sb_attach_raw},
                                    {"secret", sb_secret_new},
                                    {"secret_from_env", sb_secret_from_env},
                                    {NULL, NULL}};

/* The client is made with the first call. It is older than every transfer, and
   so it is collected after them when the state is closed. */
int luaopen_host_http(lua_State *L) {
  sb_newtype(L, TRANSFER, transfer_meta, transfer_methods);
  sb_newtype(L, WITH_HEAD, head_meta, NULL);
  sb_newtype(L, CLIENT, client_meta, NULL);
  luaL_newlibtable(L, http_lib);
  struct sb_http **client = lua_newuserdatauv(L, sizeof *client, 0);
  *client = NULL;
  luaL_setmetatable(L, CLIENT);
  luaL_setfuncs(L, http_lib, 1);
  return 1;
}
