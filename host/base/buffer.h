/*
** host/base/buffer.h -- a growing run of bytes with a limit set at init. Sizes
** are bytes. Not safe for use by two threads at once.
**
** What can fail returns 0, UV_ENOMEM, or UV_E2BIG when the limit would be
** passed; the buffer is then as it was.
*/
#ifndef SB_HOST_BUFFER_H
#define SB_HOST_BUFFER_H

#include <stddef.h>
#include <string.h>

/* Read-only to the outside, but for what sb_buffer_reserve allows. */
struct sb_buffer {
  char *data; /* NULL while nothing was ever put in; not NUL-ended */
  size_t len, size, limit;
};

void sb_buffer_init(struct sb_buffer *buf, size_t limit);

/* Empties a buffer and gives it another limit. It keeps its memory, unless that
   is more than the limit. */
void sb_buffer_reuse(struct sb_buffer *buf, size_t limit);

/* Frees the memory; buf is then empty with the same limit. */
void sb_buffer_free(struct sb_buffer *buf);

/* Makes room for extra more bytes: data + len may be written that far, and
   len raised over what was written. */
int sb_buffer_grow(struct sb_buffer *buf, size_t extra);

static inline int sb_buffer_reserve(struct sb_buffer *buf, size_t extra) {
  return buf->size - buf->len >= extra ? 0 : sb_buffer_grow(buf, extra);
}

static inline int sb_buffer_append(struct sb_buffer *buf, const void *data,
                                   size_t len) {
  int rc = sb_buffer_reserve(buf, len);
  if (rc < 0 || len == 0) return rc;
  memcpy(buf->data + buf->len, data, len);
  buf->len += len;
  return 0;
}

static inline int sb_buffer_append_byte(struct sb_buffer *buf, char byte) {
  int rc = sb_buffer_reserve(buf, 1);
  if (rc == 0) buf->data[buf->len++] = byte;
  return rc;
}

/* Appends a C string. */
int sb_buffer_append_text(struct sb_buffer *buf, const char *text);

/* Empties it and keeps the memory. */
static inline void sb_buffer_clear(struct sb_buffer *buf) { buf->len = 0; }

/* Hands over the bytes, to be freed by the caller with free; NULL when there
   are none. buf is then empty. */
char *sb_buffer_take(struct sb_buffer *buf, size_t *len);

#endif
