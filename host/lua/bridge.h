/*
** host/lua/bridge.h -- the few helpers that every binding file shares: object
** types, failures as values, and the registered host modules.
*/
#ifndef SB_HOST_LUA_BRIDGE_H
#define SB_HOST_LUA_BRIDGE_H

#include <lauxlib.h>
#include <lua.h>

/* Makes the metatable `name` once: meta holds its metamethods, methods (or
   NULL) what __index finds. Scripts cannot read or change the metatable. */
void sb_newtype(lua_State *L, const char *name, const luaL_Reg *meta,
                const luaL_Reg *methods);

/* The world failed: pushes nil, "what: reason", "ECODE" for the UV_E* error
   rc, and returns 3. what may be NULL. */
int sb_fail(lua_State *L, int rc, const char *what);

/* The same with a message and a code of the caller's. */
int sb_fail_message(lua_State *L, const char *message, const char *code);

/* t[name] of the table at index, checked: an absent field gives the default,
   one of the wrong type is an error that names the field. */
lua_Integer sb_field_integer(lua_State *L, int index, const char *name,
                             lua_Integer otherwise);
lua_Number sb_field_number(lua_State *L, int index, const char *name,
                           lua_Number otherwise);
int sb_field_boolean(lua_State *L, int index, const char *name, int otherwise);

/* Pushes t[name], a string, and returns it; when absent pushes nil and returns
   otherwise. The string lives as long as it stays on the stack. */
const char *sb_field_string(lua_State *L, int index, const char *name,
                            const char *otherwise, size_t *len);

/* The same for a text that C has to see whole: it raises for a zero byte. */
const char *sb_field_text(lua_State *L, int index, const char *name,
                          const char *otherwise);

/* Pushes t[name], a table or a function, or nil; whether it is there. */
int sb_field_table(lua_State *L, int index, const char *name);
int sb_field_function(lua_State *L, int index, const char *name);

/* The argument at index, a path: raises for what no file can be named by. */
const char *sb_check_path(lua_State *L, int index);

/* Puts every host module into package.preload. */
void sb_modules_preload(lua_State *L);

#endif
