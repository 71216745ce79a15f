/* host/lua/modules.h -- what opens each host module. */
#ifndef SB_HOST_LUA_MODULES_H
#define SB_HOST_LUA_MODULES_H

#include <lua.h>

int luaopen_host_artifact(lua_State *L);
int luaopen_host_dag(lua_State *L);
int luaopen_host_file(lua_State *L);
int luaopen_host_http(lua_State *L);
int luaopen_host_json(lua_State *L);
int luaopen_host_limiter(lua_State *L);
int luaopen_host_image(lua_State *L);
int luaopen_host_loop(lua_State *L);
int luaopen_host_name(lua_State *L);
int luaopen_host_server(lua_State *L);
int luaopen_host_store(lua_State *L);
int luaopen_host_ui(lua_State *L);
int luaopen_host_watch(lua_State *L);

#endif
