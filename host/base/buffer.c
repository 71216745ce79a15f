/* host/base/buffer.c -- see buffer.h. */
#include "host/base/buffer.h"

#include <stdlib.h>
#include <uv.h>

enum { FIRST_SIZE = 256 };

void sb_buffer_init(struct sb_buffer *buf, size_t limit) {
  *buf = (struct sb_buffer){.limit = limit};
}

void sb_buffer_reuse(struct sb_buffer *buf, size_t limit) {
  if (buf->size > limit) sb_buffer_free(buf);
  buf->len = 0;
  buf->limit = limit;
}

void sb_buffer_free(struct sb_buffer *buf) {
  free(buf->data);
  sb_buffer_init(buf, buf->limit);
}

int sb_buffer_grow(struct sb_buffer *buf, size_t extra) {
  if (extra > buf->limit - buf->len) return UV_E2BIG;
  size_t need = buf->len + extra;
  if (need <= buf->size) return 0;
  size_t size = buf->size > buf->limit / 2 ? buf->limit : buf->size * 2;
  if (size < FIRST_SIZE && FIRST_SIZE <= buf->limit) size = FIRST_SIZE;
  if (size < need) size = need;
  char *data = realloc(buf->data, size);
  if (data == NULL) return UV_ENOMEM;
  buf->data = data;
  buf->size = size;
  return 0;
}

int sb_buffer_append_text(struct sb_buffer *buf, const char *text) {
  return sb_buffer_append(buf, text, strlen(text));
}

char *sb_buffer_take(struct sb_buffer *buf, size_t *len) {
  char *data = buf->data;
  *len = buf->len;
  sb_buffer_init(buf, buf->limit);
  return data;
}
