/* host/lua/lserver.c -- Lua module "host.server": host/net/server.h for
   scripts, with a task for each request. */
#include "host/lua/lserver.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/lua/bridge.h"
#include "host/lua/headers.h"
#include "host/lua/modules.h"

#define SERVER "host.server"

enum { LIMIT_BYTES = 64 << 20 }; /* of a body, and of its files */

void sb_listener_push(lua_State *L, struct listener *listener) {
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
  struct sb_exchange *exchange = sb_visit_take_exchange(visit);
  if (exchange != NULL) sb_exchange_close(exchange);
  free(visit);
}

void sb_visit_end_when_over(struct visit *visit) {
  struct listener *listener = visit->listener;
  if (!visit->handled || visit->awaits_sent) return;
  free_visit(visit);
  release_when_over(listener);
}

/*
** The request.
*/

static void add_header(void *arg, const char *name, const char *value) {
  if (value == NULL) value = "";
  sb_header_add(arg, name, strlen(name), value, strlen(value));
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
  return sb_visit_answer(L, response, visit);
}

/* (visit): calls the handler and answers with what it returns. */
static int serve(lua_State *L) {
  struct visit *visit = lua_touserdata(L, 1);
  sb_listener_push(L, visit->listener);
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
  sb_visit_close_answer(visit, state == SB_TASK_DONE);
  visit->handled = 1;
  sb_visit_end_when_over(visit);
}

static void begin_visit(lua_State *L, struct sb_turn *turn) {
  struct visit *visit = (struct visit *)turn;
  if (visit->listener->server == NULL) { /* closed before its turn came */
    visit->handled = 1;
    sb_visit_end_when_over(visit);
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
  options->host = sb_field_text(L, 1, "host", "127.0.0.1");
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
  if (!sb_field_table(L, 1, "spill")) return;
  int spill = lua_gettop(L);
  options->spill_dir = sb_field_text(L, spill, "dir", NULL);
  if (options->spill_dir == NULL)
    luaL_error(L, "field 'spill': 'dir' is missing");
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
      lua_newuserdatauv(L, sizeof *listener, LISTENER_VALUES);
  memset(listener, 0, sizeof *listener);
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  listener->L = lua_tothread(L, -1);
  lua_pop(L, 1);
  luaL_setmetatable(L, SERVER);
  if (!sb_field_function(L, 1, "handler"))
    return luaL_error(L, "field 'handler' is missing");
  lua_setiuservalue(L, 2, HANDLER);
  lua_newtable(L);
  lua_setiuservalue(L, 2, SENT_FUNCTIONS);
  read_options(L, &options);
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
  if (listener->server == NULL) luaL_error(L, "the server is closed");
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

int luaopen_host_server(lua_State *L) {
  sb_output_open(L);
  sb_newtype(L, SERVER, server_meta, server_methods);
  luaL_newlib(L, server_lib);
  return 1;
}
