/*
** host/base/reserve.h -- memory for libuv, which ends the process where it
** finds none for its own tables: what malloc refuses comes out of a block set
** aside for that. What else runs out of memory then is told so as ever, and can
** say it.
*/
#ifndef SB_HOST_RESERVE_H
#define SB_HOST_RESERVE_H

/* Once, before anything else of libuv is used. 0 or a negative UV_E*. */
int sb_reserve_install(void);

#endif
