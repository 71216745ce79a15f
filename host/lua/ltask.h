/*
** host/lua/ltask.h -- what lloop.c and ltask.c, the files of the module
** "host.loop", share.
*/
#ifndef SB_HOST_LUA_LTASK_H
#define SB_HOST_LUA_LTASK_H

#include <lua.h>
#include <stdint.h>

/* The seconds at index as milliseconds; raises for what is no time to wait. */
uint64_t sb_check_milliseconds(lua_State *L, int index);

/* loop.spawn(fn, ...) -> task */
int sb_loop_spawn(lua_State *L);

/* loop.all{ task | fn, ... } -> { the first result of each, in order }. The
   first that fails ends the others and raises what it raised. */
int sb_loop_all(lua_State *L);

/* loop.timeout(seconds, fn, ...) -> what fn returns | nil, message,
   "ETIMEDOUT" */
int sb_loop_timeout(lua_State *L);

#endif
