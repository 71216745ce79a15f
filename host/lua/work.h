/*
** host/lua/work.h -- work for the thread pool that a task sleeps on: what burns
** CPU or waits for the disk.
*/
#ifndef SB_HOST_LUA_WORK_H
#define SB_HOST_LUA_WORK_H

#include <lua.h>
#include <stddef.h>

/* Embed it as the first member of what sb_work_push makes. */
struct sb_work {
  void (*run)(struct sb_work *work);     /* in the pool: no Lua, no loop */
  void (*release)(struct sb_work *work); /* frees what the members own */
};

/* Pushes the owner of a zeroed block of the size given and returns the block,
   to be filled and handed to sb_work_yield. Whatever raises in between, its
   release (or NULL) is called once, when nobody needs the block any more.
   Raises outside a task. */
void *sb_work_push(lua_State *L, size_t size, void (*run)(struct sb_work *work),
                   void (*release)(struct sb_work *work));

/* Bytes for work to read, which may outlive the task and its stack: a copy for
   its release to free, with a zero behind it. Raises when there is no memory.
 */
char *sb_work_copy(lua_State *L, const char *text, size_t len);

/* Pushes the results of finished work; what it returns is what the Lua
   function returns. It may raise. */
typedef int sb_work_finish(lua_State *L, struct sb_work *work);

/* `return sb_work_yield(L, work, finish)`: runs it in the pool while the task
   sleeps. If the task is cancelled the work runs to its end, unheard. */
int sb_work_yield(lua_State *L, struct sb_work *work, sb_work_finish *finish);

#endif
