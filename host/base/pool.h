/*
** host/base/pool.h -- memory in blocks whose owner remembers their size: small
** ones are cut from pages and handed out again, large ones are malloc's. For a
** Lua state, which makes and drops small blocks all the time. Not safe for use
** by two threads at once.
*/
#ifndef SB_HOST_POOL_H
#define SB_HOST_POOL_H

#include <stddef.h>

struct sb_pool;

struct sb_pool *sb_pool_new(void); /* NULL: not enough memory */

/* Frees all small blocks too. NULL is fine. */
void sb_pool_free(struct sb_pool *pool);

/* What realloc does with block, of old bytes, or NULL: to 0 bytes frees it and
   gives NULL. NULL for more means that there is no memory, and that block is as
   it was. Memory of small blocks stays with the pool. */
void *sb_pool_resize(struct sb_pool *pool, void *block, size_t old,
                     size_t size);

#endif
