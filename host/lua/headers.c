/* host/lua/headers.c -- see headers.h. */
#include "host/lua/headers.h"

#include <lauxlib.h>
#include <string.h>

static int is_token(const char *name, size_t len) {
  static const char token[] = "abcdefghijklmnopqrstuvwxyz0123456789"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&'*+-.^_`|~";
  return len > 0 && strspn(name, token) == len;
}

static int is_line(const char *value, size_t len) {
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)value[i];
    if ((c < ' ' && c != '\t') || c == 0x7f) return 0;
  }
  return 1;
}

void sb_header_check(lua_State *L, int index, const char **name,
                     const char **value) {
  size_t name_len, value_len;
  index = lua_absindex(L, index);
  if (lua_type(L, index) != LUA_TSTRING || !lua_isstring(L, index + 1))
    luaL_error(L, "field 'headers': names and values are strings");
  *name = lua_tolstring(L, index, &name_len);
  *value = lua_tolstring(L, index + 1, &value_len);
  if (!is_token(*name, name_len))
    luaL_error(L, "field 'headers': '%s' is no name of a header", *name);
  if (!is_line(*value, value_len))
    luaL_error(L, "field 'headers': a control character in '%s'", *name);
}

static void push_lower(lua_State *L, const char *name, size_t len) {
  char lower[64];
  luaL_Buffer longer;
  char *to = len <= sizeof lower ? lower : luaL_buffinitsize(L, &longer, len);
  for (size_t i = 0; i < len; i++) {
    char c = name[i];
    if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
    to[i] = c;
  }
  if (to == lower)
    lua_pushlstring(L, lower, len);
  else
    luaL_pushresultsize(&longer, len);
}

void sb_header_add(lua_State *L, const char *name, size_t name_len,
                   const char *value, size_t value_len) {
  push_lower(L, name, name_len);
  lua_pushvalue(L, -1);
  if (lua_rawget(L, -3) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_pushlstring(L, value, value_len);
  } else {
    lua_pushliteral(L, ", ");
    lua_pushlstring(L, value, value_len);
    lua_concat(L, 3);
  }
  lua_rawset(L, -3);
}
