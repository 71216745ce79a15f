/* host/reserve.c -- see reserve.h. */
#include "host/reserve.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* The table of descriptors of 16,000 open files, and some. Memory that is not
   touched costs nothing. */
enum { SIZE = 512 * 1024, ALIGN = _Alignof(max_align_t) };

static _Alignas(max_align_t) char block[SIZE];
static atomic_size_t used;

static int is_spare(const void *place) {
  return (const char *)place >= block && (const char *)place < block + SIZE;
}

/* Zeroed, and never given twice. */
static void *spare(size_t size) {
  if (size == 0 || size > SIZE) return NULL;
  size_t need = (size + ALIGN - 1) / ALIGN * ALIGN;
  size_t at = atomic_fetch_add(&used, need);
  return at > SIZE - need ? NULL : block + at;
}

static void *get(size_t size) {
  void *place = malloc(size);
  return place != NULL ? place : spare(size);
}

static void *get_zeroed(size_t count, size_t size) {
  void *place = calloc(count, size);
  if (place != NULL || (size > 0 && count > SIZE / size)) return place;
  return spare(count * size);
}

/* libuv frees what libc has allocated, too: a block can have no head of ours.
 */
static size_t size_of(void *place) {
  return is_spare(place) ? (size_t)(block + SIZE - (char *)place)
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
