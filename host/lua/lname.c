/* host/lua/lname.c -- Lua module "host.name": host/files/name.h for scripts. */
#include <lauxlib.h>

#include "host/lua/modules.h"
#include "host/files/name.h"

static size_t check_max(lua_State *L, int index) {
  lua_Integer max = luaL_optinteger(L, index, SB_NAME_DEFAULT);
  luaL_argcheck(L, max >= SB_NAME_MIN && max <= SB_NAME_MAX, index,
                "16 to 1024 bytes expected");
  return (size_t)max;
}

/* name.slug(text[, max_bytes = 48]) -> slug */
static int name_slug(lua_State *L) {
  size_t len;
  char slug[SB_NAME_MAX + 1];
  const char *text = luaL_checklstring(L, 1, &len);
  if (sb_name_slug(text, len, check_max(L, 2), slug) < 0)
    return luaL_error(L, "not enough memory");
  lua_pushstring(L, slug);
  return 1;
}

/* name.unique(slug, taken[, max_bytes = 48]) -> slug, slug-2, slug-3... : the
   first that is no key of taken, whatever its metatable says */
static int name_unique(lua_State *L) {
  size_t len;
  char numbered[SB_NAME_MAX + 1];
  const char *slug = luaL_checklstring(L, 1, &len);
  luaL_checktype(L, 2, LUA_TTABLE);
  size_t max = check_max(L, 3);
  luaL_argcheck(L, len <= max, 1, "longer than max_bytes");
  lua_pushvalue(L, 1);
  for (size_t number = 2;; number++) {
    lua_pushvalue(L, -1);
    if (lua_rawget(L, 2) == LUA_TNIL) break;
    lua_pop(L, 2);
    sb_name_number(slug, len, number, max, numbered);
    lua_pushstring(L, numbered);
  }
  lua_pop(L, 1);
  return 1;
}

/* name.width(text) -> columns */
static int name_width(lua_State *L) {
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  lua_pushinteger(L, (lua_Integer)sb_name_width(text, len));
  return 1;
}

static const luaL_Reg name_lib[] = {{"slug", name_slug},
                                    {"unique", name_unique},
                                    {"width", name_width},
                                    {NULL, NULL}};

int luaopen_host_name(lua_State *L) {
  luaL_newlib(L, name_lib);
  return 1;
}
