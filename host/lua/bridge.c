/* host/lua/bridge.c -- see bridge.h. */
#include "host/lua/bridge.h"

#include <string.h>
#include <uv.h>

void sb_newtype(lua_State *L, const char *name, const luaL_Reg *meta,
                const luaL_Reg *methods) {
  if (luaL_newmetatable(L, name)) {
    luaL_setfuncs(L, meta, 0);
    if (methods != NULL) {
      lua_newtable(L);
      luaL_setfuncs(L, methods, 0);
      lua_setfield(L, -2, "__index");
    }
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
  }
  lua_pop(L, 1);
}

int sb_fail(lua_State *L, int rc, const char *what) {
  luaL_pushfail(L);
  if (what != NULL)
    lua_pushfstring(L, "%s: %s", what, uv_strerror(rc));
  else
    lua_pushstring(L, uv_strerror(rc));
  lua_pushstring(L, uv_err_name(rc));
  return 3;
}

int sb_fail_message(lua_State *L, const char *message, const char *code) {
  luaL_pushfail(L);
  lua_pushstring(L, message);
  lua_pushstring(L, code);
  return 3;
}

/* Pushes t[name]; false when it is absent. */
static int push_field(lua_State *L, int index, const char *name) {
  return lua_getfield(L, index, name) != LUA_TNIL;
}

static int wrong_field(lua_State *L, const char *name, const char *expected) {
  return luaL_error(L, "field '%s': %s expected, got %s", name, expected,
                    luaL_typename(L, -1));
}

lua_Integer sb_field_integer(lua_State *L, int index, const char *name,
                             lua_Integer otherwise) {
  lua_Integer value = otherwise;
  if (push_field(L, index, name)) {
    int ok;
    value = lua_tointegerx(L, -1, &ok);
    if (!ok) wrong_field(L, name, "integer");
  }
  lua_pop(L, 1);
  return value;
}

lua_Number sb_field_number(lua_State *L, int index, const char *name,
                           lua_Number otherwise) {
  lua_Number value = otherwise;
  if (push_field(L, index, name)) {
    int ok;
    value = lua_tonumberx(L, -1, &ok);
    if (!ok) wrong_field(L, name, "number");
  }
  lua_pop(L, 1);
  return value;
}

int sb_field_boolean(lua_State *L, int index, const char *name, int otherwise) {
  int value = otherwise;
  if (push_field(L, index, name)) {
    if (!lua_isboolean(L, -1)) wrong_field(L, name, "boolean");
    value = lua_toboolean(L, -1);
  }
  lua_pop(L, 1);
  return value;
}

const char *sb_field_string(lua_State *L, int index, const char *name,
                            const char *otherwise, size_t *len) {
  if (!push_field(L, index, name)) {
    if (len != NULL) *len = 0;
    return otherwise;
  }
  if (lua_type(L, -1) != LUA_TSTRING) wrong_field(L, name, "string");
  return lua_tolstring(L, -1, len);
}

const char *sb_field_text(lua_State *L, int index, const char *name,
                          const char *otherwise) {
  size_t len;
  const char *text = sb_field_string(L, index, name, NULL, &len);
  if (text == NULL) return otherwise;
  if (strlen(text) != len)
    luaL_error(L, "field '%s': it has a zero inside", name);
  return text;
}

static int push_typed_field(lua_State *L, int index, const char *name,
                            int type) {
  if (!push_field(L, index, name)) return 0;
  if (lua_type(L, -1) != type) wrong_field(L, name, lua_typename(L, type));
  return 1;
}

int sb_field_table(lua_State *L, int index, const char *name) {
  return push_typed_field(L, index, name, LUA_TTABLE);
}

int sb_field_function(lua_State *L, int index, const char *name) {
  return push_typed_field(L, index, name, LUA_TFUNCTION);
}

const char *sb_check_path(lua_State *L, int index) {
  size_t len;
  const char *path = luaL_checklstring(L, index, &len);
  luaL_argcheck(L, len > 0, index, "the path is empty");
  luaL_argcheck(L, strlen(path) == len, index, "the path has a zero byte");
  return path;
}
