/* host/base/pool.c -- see pool.h. */
#include "host/base/pool.h"

#include <stdlib.h>
#include <string.h>

enum {
  STEP = 16,     /* sizes are rounded up to these; what malloc aligns to */
  CLASSES = 256, /* up to texts of a few KiB, which malloc would merge */
  SMALL = STEP * CLASSES,
  PAGE = 64 << 10
};

struct block {
  struct block *next; /* of the same class, unused as it is */
};

struct page {
  struct page *next;
  max_align_t blocks[];
};

struct sb_pool {
  struct block *unused[CLASSES + 1];
  char *fresh, *end; /* of the newest page: what was never handed out */
  struct page *pages;
};

struct sb_pool *sb_pool_new(void) {
  return calloc(1, sizeof(struct sb_pool));
}

void sb_pool_free(struct sb_pool *pool) {
  if (pool == NULL) return;
  while (pool->pages != NULL) {
    struct page *page = pool->pages;
    pool->pages = page->next;
    free(page);
  }
  free(pool);
}

static size_t class_of(size_t size) { return (size + STEP - 1) / STEP; }

static void *cut(struct sb_pool *pool, size_t size) {
  if ((size_t)(pool->end - pool->fresh) < size) {
    struct page *page = malloc(PAGE);
    if (page == NULL) return NULL;
    page->next = pool->pages;
    pool->pages = page;
    pool->fresh = (char *)page->blocks;
    pool->end = (char *)page + PAGE;
  }
  void *made = pool->fresh;
  pool->fresh += size;
  return made;
}

static void *get(struct sb_pool *pool, size_t size) {
  if (size > SMALL) return malloc(size);
  size_t class = class_of(size);
  struct block *block = pool->unused[class];
  if (block == NULL) return cut(pool, class * STEP);
  pool->unused[class] = block->next;
  return block;
}

static void put(struct sb_pool *pool, void *memory, size_t size) {
  if (size > SMALL) {
    free(memory);
    return;
  }
  struct block *block = memory;
  size_t class = class_of(size);
  block->next = pool->unused[class];
  pool->unused[class] = block;
}

void *sb_pool_resize(struct sb_pool *pool, void *block, size_t old,
                     size_t size) {
  if (block == NULL) return size == 0 ? NULL : get(pool, size);
  if (size == 0) {
    put(pool, block, old);
    return NULL;
  }
  if (old > SMALL && size > SMALL) return realloc(block, size);
  if (old <= SMALL && size <= SMALL && class_of(old) == class_of(size))
    return block;
  void *moved = get(pool, size);
  if (moved == NULL) return NULL;
  memcpy(moved, block, old < size ? old : size);
  put(pool, block, old);
  return moved;
}
