/* host/lua/lfile.h -- what the files of the module "host.file" share. */
#ifndef SB_HOST_LUA_LFILE_H
#define SB_HOST_LUA_LFILE_H

#include <lua.h>

/* file.scan(paths[, with_states]) -> hex[, states] | nil, message, code */
int sb_file_scan_lua(lua_State *L);

#endif
