/* host/stb.c -- see stb.h. Compiled without our warnings: the code is not
   ours. */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

static void *capped_malloc(size_t size);
static void *capped_realloc(void *block, size_t size);
static void capped_free(void *block);
static void *needed_malloc(size_t size);
static void needed_free(void *block);

#define STBI_MALLOC(size) capped_malloc(size)
#define STBI_REALLOC(block, size) capped_realloc(block, size)
#define STBI_FREE(block) capped_free(block)
#define STBTT_malloc(size, user) ((void)(user), needed_malloc(size))
#define STBTT_free(block, user) ((void)(user), needed_free(block))

/* The rasteriser asserts how much it has rounded, which a long flat edge can
   exceed; no index depends on it. */
#define STBTT_assert(condition) ((void)0)

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#define STB_TRUETYPE_IMPLEMENTATION
#include "host/stb.h"

union header { /* in front of every block, aligned as malloc aligns */
  size_t size;
  max_align_t align;
};

static _Thread_local size_t left;

void sb_stb_allow(size_t bytes) { left = bytes; }

/* Zeroed: stb_image before 2.28, Debian 12's among them, decodes with whatever
   it finds in a table that the file uses and does not bring. */
static void *capped_malloc(size_t size) {
  if (size > left) return NULL;
  union header *header = calloc(1, sizeof *header + size);
  if (header == NULL) return NULL;
  header->size = size;
  left -= size;
  return header + 1;
}

static void capped_free(void *block) {
  if (block == NULL) return;
  union header *header = (union header *)block - 1;
  left += header->size;
  free(header);
}

static void *capped_realloc(void *block, size_t size) {
  void *fresh = capped_malloc(size);
  if (fresh == NULL || block == NULL) return fresh;
  size_t old = ((union header *)block - 1)->size;
  memcpy(fresh, block, old < size ? old : size);
  capped_free(block);
  return fresh;
}

/*
** stb_truetype: what the rasteriser was given, so that it can be stopped anywhere.
*/

union link {
  struct {
    union link *next, **place; /* place NULL: not in the list */
  } in;
  max_align_t align;
};

static _Thread_local union link *given;
static _Thread_local jmp_buf *stop; /* NULL: the rasteriser does not run */

static void *needed_malloc(size_t size) {
  union link *link = malloc(sizeof *link + size);
  if (link == NULL && stop != NULL) longjmp(*stop, 1);
  if (link == NULL) return NULL;
  link->in.place = NULL;
  if (stop == NULL) return link + 1;
  link->in.next = given;
  link->in.place = &given;
  if (given != NULL) given->in.place = &link->in.next;
  given = link;
  return link + 1;
}

static void needed_free(void *block) {
  if (block == NULL) return;
  union link *link = (union link *)block - 1;
  if (link->in.place != NULL) {
    *link->in.place = link->in.next;
    if (link->in.next != NULL) link->in.next->in.place = link->in.place;
  }
  free(link);
}

int sb_stb_rasterize(stbtt__bitmap *bitmap, stbtt_vertex *vertices, int count,
                     int x, int y) {
  jmp_buf here;
  volatile int rc = 0;
  stop = &here;
  if (setjmp(here) == 0)
    stbtt_Rasterize(bitmap, 1, vertices, count, 1, 1, 0, 0, x, y, 0, NULL);
  else
    rc = -1;
  stop = NULL;
  while (given != NULL) needed_free(given + 1);
  return rc;
}
