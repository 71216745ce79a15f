/* cmake/lua_noreturn.h -- told to clang-tidy alone: these raise, so what comes
   after them is not reached. Lua's headers cannot say so in C89. */
#include <lauxlib.h>
#include <lua.h>

__attribute__((noreturn)) int(lua_error)(lua_State *L);
__attribute__((noreturn)) int(luaL_error)(lua_State *L, const char *fmt, ...);
__attribute__((noreturn)) int(luaL_argerror)(lua_State *L, int arg,
                                             const char *extramsg);
__attribute__((noreturn)) int(luaL_typeerror)(lua_State *L, int arg,
                                              const char *tname);
