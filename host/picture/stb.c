/* host/picture/stb.c -- see stb.h. Compiled without our warnings: the code is
   not ours. */
#include <stdlib.h>
#include <string.h>

static void *capped_malloc(size_t size);
static void *capped_realloc(void *block, size_t size);
static void capped_free(void *block);

#define STBI_MALLOC(size) capped_malloc(size)
#define STBI_REALLOC(block, size) capped_realloc(block, size)
#define STBI_FREE(block) capped_free(block)

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#define STB_TRUETYPE_IMPLEMENTATION
#include "host/picture/stb.h"

union header { /* in front of every block, aligned as malloc aligns */
  size_t size;
  max_align_t align;
};

static _Thread_local size_t left;
static _Thread_local bool starved;

void sb_stb_allow(size_t bytes) {
  left = bytes;
  starved = false;
}

bool sb_stb_starved(void) { return starved; }

/* Zeroed: stb_image before 2.28, Debian 12's among them, decodes with whatever
   it finds in a table that the file uses and does not bring. */
static void *capped_malloc(size_t size) {
  if (size > left) return NULL;
  union header *header = calloc(1, sizeof *header + size);
  if (header == NULL) {
    starved = true;
    return NULL;
  }
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
