/* host/lua/lfile.h -- what the files of the module "host.file" share. */
#ifndef SB_HOST_LUA_LFILE_H
#define SB_HOST_LUA_LFILE_H

#include <lua.h>
#include <stddef.h>

/* The path that an argument is; raises for one that no file can have. */
const char *sb_file_path(lua_State *L, int index);

/* Bytes for work, which may outlive the task and its stack; a NUL follows them.
   Raises when there is no memory. */
char *sb_work_copy(lua_State *L, const char *text, size_t len);

/* file.scan(paths[, with_states]) -> hex[, states] | nil, message, code */
int sb_file_scan_lua(lua_State *L);

#endif
