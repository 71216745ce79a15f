/* host/lua/modules.c -- the host modules that the program holds. Those with
   heavy libraries are loaded from files (CMakeLists.txt beside this). */
#include "host/lua/bridge.h"
#include "host/lua/modules.h"

static const luaL_Reg modules[] = {
    {"host.artifact", luaopen_host_artifact},
    {"host.dag", luaopen_host_dag},
    {"host.file", luaopen_host_file},
    {"host.json", luaopen_host_json},
    {"host.limiter", luaopen_host_limiter},
    {"host.image", luaopen_host_image},
    {"host.loop", luaopen_host_loop},
    {"host.name", luaopen_host_name},
    {"host.store", luaopen_host_store},
    {"host.ui", luaopen_host_ui},
    {"host.watch", luaopen_host_watch},
    {NULL, NULL},
};

void sb_modules_preload(lua_State *L) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  luaL_setfuncs(L, modules, 0);
  lua_pop(L, 1);
}
