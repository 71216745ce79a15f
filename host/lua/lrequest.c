/* host/lua/lrequest.c -- see lrequest.h. */
#include "host/lua/lrequest.h"

#include <lauxlib.h>
#include <string.h>
#include <strings.h>

#include "host/lua/bridge.h"
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

static int is_token(const char *name) {
  static const char token[] = "abcdefghijklmnopqrstuvwxyz0123456789"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&'*+-.^_`|~";
  return name[0] != '\0' && name[strspn(name, token)] == '\0';
}

/* Those that are made from other options, or by libcurl. */
static int is_reserved(const char *name, int has_secret) {
  return strcasecmp(name, "Content-Length") == 0 ||
         strcasecmp(name, "Transfer-Encoding") == 0 ||
         (has_secret && strcasecmp(name, "Authorization") == 0);
}

/* Pushes the line of the header whose name and value are on top. */
static const char *push_header(lua_State *L, int has_secret) {
  if (lua_type(L, -2) != LUA_TSTRING || !lua_isstring(L, -1))
    luaL_error(L, "field 'headers': names and values are strings");
  size_t len;
  const char *name = lua_tostring(L, -2);
  lua_pushvalue(L, -1); /* a number must not change in the table */
  const char *value = lua_tolstring(L, -1, &len);
  if (!is_token(name) || is_reserved(name, has_secret))
    luaL_error(L, "field 'headers': '%s' cannot be set", name);
  if (strcspn(value, "\r\n") != len)
    luaL_error(L, "field 'headers': '%s' has a value of more lines", name);
  const char *line = len == 0 ? lua_pushfstring(L, "%s;", name) /* curl's way */
                              : lua_pushfstring(L, "%s: %s", name, value);
  lua_remove(L, -2);
  return line;
}

/* Leaves the lines in a table on the stack. */
static void check_headers(lua_State *L, const char **lines, int has_secret) {
  lines[0] = NULL;
  if (lua_getfield(L, 1, "headers") == LUA_TNIL) return;
  if (!lua_istable(L, -1))
    luaL_error(L, "field 'headers': table expected, got %s",
               luaL_typename(L, -1));
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

static const char *field_text(lua_State *L, int index, const char *name,
                              const char *otherwise) {
  size_t len;
  const char *text = sb_field_string(L, index, name, otherwise, &len);
  if (text != otherwise && strlen(text) != len)
    luaL_error(L, "field '%s': it has a zero inside", name);
  return text;
}

static void check_spill(lua_State *L, struct sb_http_request *req) {
  if (lua_getfield(L, 1, "spill") == LUA_TNIL) return;
  if (!lua_istable(L, -1))
    luaL_error(L, "field 'spill': table expected, got %s",
               luaL_typename(L, -1));
  int spill = lua_gettop(L);
  req->spill_max_bytes = field_size(L, spill, "max_bytes", SPILL_MAX);
  req->spill_dir = field_text(L, spill, "dir", NULL);
  if (req->spill_dir == NULL) luaL_error(L, "field 'spill': 'dir' is missing");
  req->spill_keep = sb_field_boolean(L, spill, "keep", 0);
}

void sb_request_check(lua_State *L, struct sb_http_request *req,
                      const char **lines) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkstack(L, 20, NULL);
  memset(req, 0, sizeof *req);
  req->method = field_text(L, 1, "method", "GET");
  if (!is_token(req->method)) luaL_error(L, "field 'method': no such method");
  req->url = field_text(L, 1, "url", NULL);
  if (req->url == NULL) luaL_error(L, "field 'url' is missing");
  req->proxy = field_text(L, 1, "proxy", NULL);
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
