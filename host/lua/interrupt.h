/*
** host/lua/interrupt.h -- Ctrl-C while a script runs that never waits, so that
** nobody hears it: the second breaks off the task at the line where it is, the
** third ends the process. One Lua state at a time.
*/
#ifndef SB_HOST_LUA_INTERRUPT_H
#define SB_HOST_LUA_INTERRUPT_H

#include <lua.h>

/* The loop of L has begun to listen for SIGINT; to be called each time, since
   libuv then sets its handler anew. On the thread that runs L. */
void sb_interrupt_arm(lua_State *L);

/* The loop has heard of a SIGINT. */
void sb_interrupt_heard(void);

#endif
