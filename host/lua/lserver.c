/* host/lua/lserver.c -- Lua module "host.server": host/net/server.h for
   scripts, with a task for each request. */
#include <ctype.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/net/body.h"
#include "host/lua/body.h"
#include "host/lua/bridge.h"
#include "host/lua/modules.h"
#include "host/lua/task.h"
#include "host/net/server.h"

#define SERVER "host.server"
#define OUTPUT "host.server.output"

/* User values of the userdata. It stays in the registry, under its own
   address, from listen until it is closed and its last visit over. */
enum { HANDLER = 1, SENT_FUNCTIONS, USER_VALUES = SENT_FUNCTIONS };

enum { LIMIT_BYTES = 64 << 20 }; /* of a body, and of its files */

struct listener {
  struct sb_server *server; /* NULL once closed */
  lua_State *L;             /* the main thread */
  struct visit *visits;
};

/* A request from its arrival until its handler has ended and the answer's
   on_sent been told. */
struct visit {
  struct sb_turn turn; /* first */
  struct listener *listener;
  struct visit *next, **link;
  struct sb_exchange *exchange; /* NULL once answered */
  int handled, sending;         /* the handler has ended; on_sent is awaited */
  int writing;                  /* the answer is written by hand */
  int written;                  /* some of it was */
  int whole;
};

/* What a handler writes its answer to. */
struct output {
  struct visit *visit; /* NULL once the function that writes has ended */
};

static void push_listener(lua_State *L, struct listener *listener) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, listener);
}

/* Cannot raise: the registry has the key. */
static void release_when_over(struct listener *listener) {
  lua_State *L = listener->L;
  if (listener->server != NULL || listener->visits != NULL) return;
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, listener);
}

static void free_visit(struct visit *visit) {
  *visit->link = visit->next;
  if (visit->next != NULL) visit->next->link = visit->link;
  sb_turn_unpost(&visit->turn);
  if (visit->exchange != NULL) sb_exchange_close(visit->exchange);
  free(visit);
}

static void end_visit_when_over(struct visit *visit) {
  struct listener *listener = visit->listener;
  if (!visit->handled || visit->sending) return;
  free_visit(visit);
  release_when_over(listener);
}

/*
** on_sent
*/

static void tell_sent(lua_State *L, struct sb_turn *turn) {
  struct visit *visit = (struct visit *)turn;
  int whole = visit->whole;
  push_listener(L, visit->listener);
  lua_getiuservalue(L, -1, SENT_FUNCTIONS);
  lua_rawgetp(L, -1, visit);
  lua_pushnil(L);
  lua_rawsetp(L, -3, visit);
  visit->sending = 0;
  end_visit_when_over(visit);
  lua_pushboolean(L, whole);
  sb_task_spawn(L, 1);
}

static void on_sent(void *arg, int whole) {
  struct visit *visit = arg;
  visit->whole = whole;
  visit->turn.run = tell_sent;
  sb_turn_post(visit->listener->L, &visit->turn);
}

/* Keeps the function on top for tell_sent. */
static void keep_sent(lua_State *L, struct visit *visit) {
  push_listener(L, visit->listener);
  lua_getiuservalue(L, -1, SENT_FUNCTIONS);
  lua_pushvalue(L, -3);
  lua_rawsetp(L, -2, visit);
  lua_pop(L, 3);
  visit->sending = 1;
}

/*
** The response.
*/

static const char *check_header(lua_State *L, int index) {
  size_t len;
  if (lua_type(L, index) != LUA_TSTRING)
    luaL_error(L, "field 'headers': names and values are strings");
  const char *text = lua_tolstring(L, index, &len);
  if (strlen(text) != len || strpbrk(text, "\r\n") != NULL)
    luaL_error(L, "field 'headers': a control character in '%s'", text);
  return text;
}

/* Pushes an array of the headers in the response at index; they point into its
   strings. */
static struct sb_server_header *push_headers(lua_State *L, int index,
                                             size_t *count) {
  int type = lua_getfield(L, index, "headers");
  int table = lua_gettop(L);
  size_t n = 0;
  *count = 0;
  if (type == LUA_TNIL) return NULL;
  luaL_argexpected(L, type == LUA_TTABLE, table, "field 'headers': table");
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) n++;
  struct sb_server_header *headers =
      lua_newuserdatauv(L, (n + 1) * sizeof *headers, 0);
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    headers[*count].name = check_header(L, -2);
    headers[*count].value = check_header(L, -1);
    ++*count;
  }
  return headers;
}

/* Pushes the function, or nil, that a field of the response at index is. */
static int push_function(lua_State *L, int index, const char *name) {
  int type = lua_getfield(L, index, name);
  if (type != LUA_TNIL && type != LUA_TFUNCTION)
    luaL_error(L, "field '%s': function expected, got %s", name,
               luaL_typename(L, -1));
  return lua_gettop(L);
}

/* Answers with the response table at index; raises before anything is done if
   that is not one. */
static void respond(lua_State *L, int index, struct visit *visit) {
  struct sb_exchange *exchange = visit->exchange;
  size_t count;
  if (sb_field_boolean(L, index, "reset", 0)) {
    visit->exchange = NULL;
    sb_exchange_close(exchange);
    return;
  }
  lua_Integer status = sb_field_integer(L, index, "status", 200);
  if (status < 200 || status > 599)
    luaL_error(L, "field 'status': from 200 to 599 expected, got %I", status);
  struct sb_server_header *headers = push_headers(L, index, &count);
  int sent = push_function(L, index, "on_sent");
  lua_getfield(L, index, "body");
  struct sb_body *body;
  if (sb_body_check(L, -1, &body) < 0)
    luaL_error(L, "field 'body': %s", lua_tostring(L, -2));
  visit->exchange = NULL;
  if (lua_isnil(L, sent)) {
    sb_exchange_answer(exchange, (unsigned)status, headers, count, body, NULL,
                       NULL);
    return;
  }
  lua_pushvalue(L, sent);
  keep_sent(L, visit);
  if (sb_exchange_answer(exchange, (unsigned)status, headers, count, body,
                         on_sent, visit) < 0)
    on_sent(visit, 0);
}

static void respond_error(struct visit *visit) {
  static const char text[] = "{\"error\":{\"code\":500,\"message\":"
                             "\"the request handler failed\"}}\n";
  static const struct sb_server_header type = {"Content-Type",
                                               "application/json"};
  struct sb_exchange *exchange = visit->exchange;
  struct sb_body *body = NULL;
  if (exchange == NULL) return;
  visit->exchange = NULL;
  if (visit->written) { /* an end too early is all that can tell */
    sb_exchange_close(exchange);
    return;
  }
  body = sb_body_new();
  if (body != NULL) sb_body_add_text(body, text, sizeof text - 1);
  sb_exchange_answer(exchange, 500, &type, 1, body, NULL, NULL);
}

/*
** A response written by hand.
*/

struct sending {
  struct sb_wait base;
  struct sb_exchange *exchange; /* while it may be asked for room, else NULL */
  struct visit *visit;
  const char *text;
  size_t len;
};

static void sending_drop(struct sb_wait *wait) {
  struct sending *s = (struct sending *)wait;
  if (s->exchange != NULL) sb_exchange_await(s->exchange, NULL, NULL);
  s->exchange = NULL;
}

static void on_ready(void *arg) {
  struct sending *s = arg;
  s->exchange = NULL;
  sb_wait_wake(&s->base);
}

static int send_k(lua_State *L, int status, lua_KContext ctx) {
  struct sending *s = (struct sending *)ctx;
  ssize_t n = 0;
  (void)status;
  while (s->len > 0) {
    n = sb_exchange_write(s->visit->exchange, s->text, s->len);
    if (n < 0) break;
    s->text += n;
    s->len -= (size_t)n;
    s->visit->written = 1;
  }
  if (n == UV_EAGAIN) {
    s->exchange = s->visit->exchange;
    n = sb_exchange_await(s->exchange, on_ready, s);
    if (n == 0) return sb_wait_yield(L, &s->base, send_k);
    s->exchange = NULL;
  }
  if (n < 0) {
    s->visit->whole = 0;
    return sb_fail(L, (int)n, NULL);
  }
  lua_pushboolean(L, 1);
  return 1;
}

static struct visit *check_output(lua_State *L) {
  struct output *out = luaL_checkudata(L, 1, OUTPUT);
  luaL_argcheck(L, out->visit != NULL && out->visit->exchange != NULL, 1,
                "the answer is over");
  return out->visit;
}

/* output:send(text) -> true | nil, message, code */
static int output_send(lua_State *L) {
  size_t len;
  struct visit *visit = check_output(L);
  const char *text = luaL_checklstring(L, 2, &len);
  struct sending *s = sb_wait_push(L, sizeof *s, sending_drop);
  s->visit = visit;
  s->text = text;
  s->len = len;
  return send_k(L, LUA_OK, (lua_KContext)s);
}

/* output:abort() */
static int output_abort(lua_State *L) {
  struct visit *visit = check_output(L);
  sb_exchange_abort(visit->exchange);
  visit->exchange = NULL;
  visit->whole = 0;
  return 0;
}

static int output_close(lua_State *L) {
  struct output *out = luaL_checkudata(L, 1, OUTPUT);
  out->visit = NULL;
  return 0;
}

static int written_k(lua_State *L, int status, lua_KContext ctx) {
  struct visit *visit = (struct visit *)ctx;
  (void)L, (void)status;
  if (visit->exchange != NULL) sb_exchange_close(visit->exchange);
  visit->exchange = NULL;
  return 0;
}

/* Runs the function on top, which writes the answer of the response at
   index. */
static int write_answer(lua_State *L, int index, struct visit *visit) {
  int writer = lua_gettop(L);
  visit->writing = visit->whole = 1;
  if (push_function(L, index, "on_sent") && !lua_isnil(L, -1))
    keep_sent(L, visit);
  lua_settop(L, writer);
  struct output *out = lua_newuserdatauv(L, sizeof *out, 0);
  out->visit = visit;
  luaL_setmetatable(L, OUTPUT);
  lua_toclose(L, -1);
  lua_pushvalue(L, writer);
  lua_pushvalue(L, writer + 1);
  lua_callk(L, 1, 0, (lua_KContext)visit, written_k);
  return written_k(L, LUA_OK, (lua_KContext)visit);
}

/*
** The request.
*/

static void push_lower(lua_State *L, const char *text) {
  luaL_Buffer buf;
  size_t len = strlen(text);
  char *lower = luaL_buffinitsize(L, &buf, len);
  for (size_t i = 0; i < len; i++)
    lower[i] = (char)tolower((unsigned char)text[i]);
  luaL_pushresultsize(&buf, len);
}

/* One that comes twice is joined as HTTP does. */
static void add_header(void *arg, const char *name, const char *value) {
  lua_State *L = arg;
  push_lower(L, name);
  lua_pushvalue(L, -1);
  if (lua_rawget(L, -3) == LUA_TSTRING) {
    lua_pushfstring(L, "%s, %s", lua_tostring(L, -1), value);
    lua_remove(L, -2);
  } else {
    lua_pop(L, 1);
    lua_pushstring(L, value != NULL ? value : "");
  }
  lua_rawset(L, -3);
}

static void add_argument(void *arg, const char *name, const char *value) {
  lua_State *L = arg;
  lua_pushstring(L, value != NULL ? value : "");
  lua_setfield(L, -2, name);
}

static void push_files(lua_State *L, const struct sb_exchange *exchange) {
  uint64_t bytes;
  const char *path;
  lua_newtable(L);
  for (size_t i = 0; (path = sb_exchange_file(exchange, i, &bytes)) != NULL;
       i++) {
    lua_createtable(L, 0, 2);
    lua_pushstring(L, path);
    lua_setfield(L, -2, "path");
    lua_pushinteger(L, (lua_Integer)bytes);
    lua_setfield(L, -2, "bytes");
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void push_request(lua_State *L, const struct sb_exchange *exchange) {
  size_t len;
  lua_createtable(L, 0, 6);
  lua_pushstring(L, sb_exchange_method(exchange));
  lua_setfield(L, -2, "method");
  lua_pushstring(L, sb_exchange_path(exchange));
  lua_setfield(L, -2, "path");
  lua_newtable(L);
  sb_exchange_each(exchange, SB_EXCHANGE_QUERY, add_argument, L);
  lua_setfield(L, -2, "query");
  lua_newtable(L);
  sb_exchange_each(exchange, SB_EXCHANGE_HEADERS, add_header, L);
  lua_setfield(L, -2, "headers");
  const char *body = sb_exchange_body(exchange, &len);
  lua_pushlstring(L, body, len);
  lua_setfield(L, -2, "body");
  push_files(L, exchange);
  lua_setfield(L, -2, "files");
}

/*
** The task of a request.
*/

static int serve_k(lua_State *L, int status, lua_KContext ctx) {
  struct visit *visit = (struct visit *)ctx;
  int response = lua_gettop(L);
  (void)status;
  if (lua_type(L, response) != LUA_TTABLE)
    luaL_error(L, "a request handler returned %s, not a response table",
               luaL_typename(L, response));
  if (!lua_isnil(L, push_function(L, response, "write")))
    return write_answer(L, response, visit);
  respond(L, response, visit);
  return 0;
}

/* (visit): calls the handler and answers with what it returns. */
static int serve(lua_State *L) {
  struct visit *visit = lua_touserdata(L, 1);
  push_listener(L, visit->listener);
  lua_getiuservalue(L, -1, HANDLER);
  push_request(L, visit->exchange);
  lua_callk(L, 1, 1, (lua_KContext)visit, serve_k);
  return serve_k(L, LUA_OK, (lua_KContext)visit);
}

/* Must not raise. */
static void on_served(lua_State *L, enum sb_task_state state, int nresults,
                      void *arg) {
  struct visit *visit = arg;
  (void)nresults;
  if (state == SB_TASK_FAILED)
    fprintf(stderr, "sbhost: a request handler failed: %s\n%s\n",
            lua_isstring(L, -1) ? lua_tostring(L, -1) : luaL_typename(L, -1),
            lua_tostring(L, -2));
  respond_error(visit); /* unless it has answered */
  if (visit->writing && visit->sending)
    on_sent(visit, visit->whole && state == SB_TASK_DONE);
  visit->handled = 1;
  end_visit_when_over(visit);
}

static void begin_visit(lua_State *L, struct sb_turn *turn) {
  struct visit *visit = (struct visit *)turn;
  if (visit->listener->server == NULL) { /* closed before its turn came */
    visit->handled = 1;
    end_visit_when_over(visit);
    return;
  }
  lua_pushcfunction(L, serve);
  lua_pushlightuserdata(L, visit);
  sb_errand_run(L, 1, on_served, visit);
}

static void on_exchange(void *arg, struct sb_exchange *exchange) {
  struct listener *listener = arg;
  struct visit *visit = calloc(1, sizeof *visit);
  if (visit == NULL) {
    sb_exchange_close(exchange);
    return;
  }
  visit->listener = listener;
  visit->exchange = exchange;
  visit->next = listener->visits;
  visit->link = &listener->visits;
  if (visit->next != NULL) visit->next->link = &visit->next;
  listener->visits = visit;
  visit->turn.run = begin_visit;
  sb_turn_post(listener->L, &visit->turn);
}

/*
** The module.
*/

static void read_options(lua_State *L, struct sb_server_options *options) {
  options->host = sb_field_string(L, 1, "host", "127.0.0.1", NULL);
  lua_Integer port = sb_field_integer(L, 1, "port", 0);
  luaL_argcheck(L, port >= 0 && port <= 65535, 1,
                "field 'port': from 0 to 65535 expected");
  options->port = (uint16_t)port;
  lua_Integer body = sb_field_integer(L, 1, "max_body", LIMIT_BYTES);
  luaL_argcheck(L, body >= 0, 1, "field 'max_body': a size expected");
  options->max_body = (size_t)body;
  lua_Integer most = sb_field_integer(L, 1, "max_connections", 4096);
  luaL_argcheck(L, most > 0 && most <= 1 << 20, 1,
                "field 'max_connections': from 1 to 2^20 expected");
  options->max_connections = (unsigned)most;
  if (lua_getfield(L, 1, "spill") == LUA_TNIL) return;
  luaL_argexpected(L, lua_istable(L, -1), 1, "field 'spill': table");
  int spill = lua_gettop(L);
  options->spill_dir = sb_field_string(L, spill, "dir", NULL, NULL);
  luaL_argcheck(L, options->spill_dir != NULL, 1, "field 'spill.dir' missing");
  lua_Integer max = sb_field_integer(L, spill, "max_bytes", LIMIT_BYTES);
  luaL_argcheck(L, max >= 0, 1, "field 'spill.max_bytes': a size expected");
  options->max_spill = (uint64_t)max;
}

/* server.listen{ handler=, ... } -> server | nil, message, code */
static int server_listen(lua_State *L) {
  struct sb_server_options options = {0};
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  struct listener *listener =
      lua_newuserdatauv(L, sizeof *listener, USER_VALUES);
  memset(listener, 0, sizeof *listener);
  luaL_setmetatable(L, SERVER);
  if (lua_getfield(L, 1, "handler") != LUA_TFUNCTION)
    return luaL_argerror(L, 1, "field 'handler': function expected");
  lua_setiuservalue(L, 2, HANDLER);
  lua_newtable(L);
  lua_setiuservalue(L, 2, SENT_FUNCTIONS);
  read_options(L, &options);
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  listener->L = lua_tothread(L, -1);
  lua_pushvalue(L, 2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, listener);
  int rc = sb_server_open(sb_host_loop(L), &options, on_exchange, listener,
                          &listener->server);
  if (rc < 0) {
    release_when_over(listener);
    lua_pushfstring(L, "%s port %d", options.host, (int)options.port);
    return sb_fail(L, rc, lua_tostring(L, -1));
  }
  lua_pushvalue(L, 2);
  return 1;
}

/* server:port() -> integer */
static int server_port(lua_State *L) {
  struct listener *listener = luaL_checkudata(L, 1, SERVER);
  luaL_argcheck(L, listener->server != NULL, 1, "the server is closed");
  lua_pushinteger(L, sb_server_port(listener->server));
  return 1;
}

/* server:close(), __close */
static int server_close(lua_State *L) {
  struct listener *listener = luaL_checkudata(L, 1, SERVER);
  struct sb_server *server = listener->server;
  listener->server = NULL;
  sb_server_close(server);
  release_when_over(listener);
  return 0;
}

/* Only as the Lua state closes, when no turn comes any more, or when listen
   has failed: it is anchored before. */
static int server_gc(lua_State *L) {
  struct listener *listener = luaL_checkudata(L, 1, SERVER);
  server_close(L);
  for (struct visit *visit = listener->visits, *next; visit; visit = next) {
    next = visit->next;
    free_visit(visit);
  }
  return 0;
}

static const luaL_Reg server_lib[] = {{"listen", server_listen}, {NULL, NULL}};
static const luaL_Reg server_methods[] = {
    {"port", server_port}, {"close", server_close}, {NULL, NULL}};
static const luaL_Reg server_meta[] = {
    {"__gc", server_gc}, {"__close", server_close}, {NULL, NULL}};

static const luaL_Reg output_methods[] = {
    {"send", output_send}, {"abort", output_abort}, {NULL, NULL}};
static const luaL_Reg output_meta[] = {{"__close", output_close}, {NULL, NULL}};

int luaopen_host_server(lua_State *L) {
  sb_newtype(L, OUTPUT, output_meta, output_methods);
  sb_newtype(L, SERVER, server_meta, server_methods);
  luaL_newlib(L, server_lib);
  return 1;
}
