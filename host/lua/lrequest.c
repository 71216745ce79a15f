/* host/lua/lrequest.c -- see lrequest.h. */
#include "host/lua/lrequest.h"

#include <lauxlib.h>
#include <string.h>
#include <strings.h>

#include "host/lua/bridge.h"
#include "host/lua/headers.h"
#include "host/lua/secret.h"

enum { HEADERS_MAX = SB_REQUEST_LINES - 1 };
enum { BODY_MAX = 16 << 20, SPILL_MAX = 64 << 20 };

static uint64_t field_milliseconds(lua_State *L, const char *name,
                                   lua_Number otherwise) {
  lua_Number seconds = sb_field_number(L, 1, name, otherwise);
  if (!(seconds >= 0 && seconds < 1e6))
    luaL_error(L, "field '%s': seconds expected, from 0 to 1e6", name);
  if (seconds > 0 && seconds < 0.001) return 1;
  return (uint64_t)(seconds * 1000 + 0.5);
}

static uint64_t field_size(lua_State *L, int index, const char *name,
                           lua_Integer otherwise) {
  lua_Integer size = sb_field_integer(L, index, name, otherwise);
  if (size < 0) luaL_error(L, "field '%s': bytes expected", name);
  return (uint64_t)size;
}

/* The methods that there are in practice, and others of their like. */
static int is_method(const char *name) {
  size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-");
  return len > 0 && name[len] == '\0';
}

/* Those that are made from other options, or by libcurl. */
static int is_reserved(const char *name, int has_secret) {
  return strcasecmp(name, "Content-Length") == 0 ||
         strcasecmp(name, "Transfer-Encoding") == 0 ||
         (has_secret && strcasecmp(name, "Authorization") == 0);
}

/* Pushes the line of the header whose name and value are on top. */
static const char *push_header(lua_State *L, int has_secret) {
  const char *name, *value;
  sb_header_check(L, -2, &name, &value);
  if (is_reserved(name, has_secret))
    luaL_error(L, "field 'headers': '%s' cannot be set", name);
  return *value == '\0' ? lua_pushfstring(L, "%s;", name) /* curl's way */
                        : lua_pushfstring(L, "%s: %s", name, value);
}

/* Leaves the lines in a table on the stack. */
static void check_headers(lua_State *L, const char **lines, int has_secret) {
  lines[0] = NULL;
  if (!sb_field_table(L, 1, "headers")) return;
  int headers = lua_gettop(L), count = 0;
  lua_createtable(L, 8, 0);
  lua_pushnil(L);
  while (lua_next(L, headers) != 0) {
    if (count == HEADERS_MAX)
      luaL_error(L, "field 'headers': more than %d", HEADERS_MAX);
    lines[count++] = push_header(L, has_secret);
    lines[count] = NULL;
    lua_rawseti(L, headers + 1, count);
    lua_pop(L, 1);
  }
}

static void check_spill(lua_State *L, struct sb_http_request *req) {
  if (!sb_field_table(L, 1, "spill")) return;
  int spill = lua_gettop(L);
  req->spill_max_bytes = field_size(L, spill, "max_bytes", SPILL_MAX);
  req->spill_dir = sb_field_text(L, spill, "dir", NULL);
  if (req->spill_dir == NULL) luaL_error(L, "field 'spill': 'dir' is missing");
  req->spill_keep = sb_field_boolean(L, spill, "keep", 0);
}

void sb_request_check(lua_State *L, struct sb_http_request *req,
                      const char **lines) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkstack(L, 20, NULL);
  memset(req, 0, sizeof *req);
  req->method = sb_field_text(L, 1, "method", "GET");
  if (!is_method(req->method)) luaL_error(L, "field 'method': no such method");
  req->url = sb_field_text(L, 1, "url", NULL);
  if (req->url == NULL) luaL_error(L, "field 'url' is missing");
  req->proxy = sb_field_text(L, 1, "proxy", NULL);
  if (lua_getfield(L, 1, "secret") != LUA_TNIL)
    req->bearer = sb_secret_check(L, -1, req->url);
  check_headers(L, lines, req->bearer != NULL);
  req->headers = lines;
  req->timeout_ms = field_milliseconds(L, "timeout", 600);
  req->connect_timeout_ms = field_milliseconds(L, "connect_timeout", 10);
  req->idle_timeout_ms = field_milliseconds(L, "idle_timeout", 0);
  req->max_bytes = field_size(L, 1, "max_bytes", BODY_MAX);
  check_spill(L, req);
  lua_getfield(L, 1, "events");
  req->events = lua_toboolean(L, -1);
  lua_getfield(L, 1, "body");
  if (!lua_isnil(L, -1) &&
      (strcmp(req->method, "GET") == 0 || strcmp(req->method, "HEAD") == 0))
    luaL_error(L, "field 'body': a %s has none", req->method);
}
