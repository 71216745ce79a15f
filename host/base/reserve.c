/* host/base/reserve.c -- see reserve.h. */
#include "host/base/reserve.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* The table of descriptors of 16,000 open files, and some. Memory that is not
   touched costs nothing. */
enum { SIZE = 512 * 1024 };

static _Alignas(max_align_t) char block[SIZE];
static atomic_size_t used;

static int is_spare(const void *place) {
  return (const char *)place >= block && (const char *)place < block + SIZE;
}

union head { /* in front of what is spare */
  size_t size;
  max_align_t align;
};

/* Zeroed, and never given twice. */
static void *spare(size_t size) {
  enum { UNIT = sizeof(union head) };
  if (size == 0 || size > SIZE - 2 * UNIT) return NULL;
  size_t need = UNIT + (size + UNIT - 1) / UNIT * UNIT;
  size_t at = atomic_fetch_add(&used, need);
  if (at > SIZE - need) return NULL;
  union head *head = (union head *)(void *)(block + at);
  head->size = size;
  return head + 1;
}

static void *get(size_t size) {
  void *place = malloc(size);
  if (place == NULL) place = spare(size);
  return place;
}

static void *get_zeroed(size_t count, size_t size) {
  void *place = calloc(count, size);
  if (place != NULL) return place;
  return size > 0 && count > SIZE / size ? NULL : spare(count * size);
}

/* libuv frees what libc has allocated, too: other blocks have no such head. */
static size_t size_of(void *place) {
  return is_spare(place) ? ((union head *)place - 1)->size
                         : malloc_usable_size(place);
}

static void give_back(void *place) {
  if (!is_spare(place)) free(place);
}

static void *resize(void *old, size_t size) {
  void *fresh = is_spare(old) ? NULL : realloc(old, size);
  if (fresh != NULL || size == 0) return fresh;
  fresh = get(size);
  if (fresh == NULL || old == NULL) return fresh;
  size_t len = size_of(old);
  memcpy(fresh, old, len < size ? len : size);
  give_back(old);
  return fresh;
}

int sb_reserve_install(void) {
  return uv_replace_allocator(get, resize, get_zeroed, give_back);
}
