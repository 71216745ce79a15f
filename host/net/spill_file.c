/* host/net/spill_file.c -- see spill_file.h. */
#include "host/net/spill_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "host/base/base64.h"

/* A name that nobody can guess and lay a link at beforehand. */
static int create(const char *dir, char **path) {
  unsigned char random[10];
  int rc = uv_random(NULL, NULL, random, sizeof random, 0, NULL);
  if (rc < 0) return rc;
  size_t size = strlen(dir) + sizeof "/spill-.part" + 2 * sizeof random;
  char *name = malloc(size);
  if (name == NULL) return UV_ENOMEM;
  int n = snprintf(name, size, "%s/spill-", dir);
  for (size_t i = 0; i < sizeof random; i++)
    n += snprintf(name + n, size - (size_t)n, "%02x", random[i]);
  snprintf(name + n, size - (size_t)n, ".part");
  int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                S_IRUSR | S_IWUSR);
  if (fd < 0) {
    rc = uv_translate_sys_error(errno);
    free(name);
    return rc;
  }
  *path = name;
  return fd;
}

/* Has the file go on in memory, all of it: what was written is read back. 0, or
   why the disk refused when that is not wanted or does not work. */
static int move_to_memory(struct sb_spill_writer *w, size_t written, int why) {
  if (!w->keeps) return why;
  sb_buffer_init(&w->kept, SIZE_MAX);
  /* Never NULL, though it were empty. */
  int rc = sb_buffer_reserve(&w->kept, written + SB_SPILL_BUFFER);
  while (rc == 0 && w->kept.len < written) {
    ssize_t n = pread(w->fd, w->kept.data + w->kept.len, written - w->kept.len,
                      (off_t)w->kept.len);
    if (n > 0)
      w->kept.len += (size_t)n;
    else if (n == 0 || errno != EINTR)
      rc = why;
  }
  if (rc < 0) {
    sb_buffer_free(&w->kept);
    return why;
  }
  if (w->fd >= 0) {
    if (ftruncate(w->fd, 0) < 0) errno = 0; /* it is deleted soon */
    close(w->fd);
  }
  w->fd = -1;
  w->in_memory = 1;
  return 0;
}

int sb_spill_writer_open(struct sb_spill_writer *w, const char *dir,
                         char **path) {
  if (w->buffer == NULL && (w->buffer = malloc(SB_SPILL_BUFFER)) == NULL)
    return UV_ENOMEM;
  *path = NULL;
  w->in_memory = 0;
  w->fd = create(dir, path);
  if (w->fd < 0) {
    int rc = move_to_memory(w, 0, w->fd);
    w->fd = -1;
    if (rc < 0) return rc;
  }
  w->buffered = w->quad_len = w->padding = 0;
  w->bytes = 0;
  w->error = NULL;
  return 0;
}

char *sb_spill_writer_take(struct sb_spill_writer *w) {
  size_t len;
  w->in_memory = 0;
  return sb_buffer_take(&w->kept, &len);
}

void sb_spill_writer_drop(struct sb_spill_writer *w) {
  if (w->fd >= 0) close(w->fd);
  w->fd = -1;
  sb_buffer_free(&w->kept);
  w->in_memory = 0;
}

static int flush(struct sb_spill_writer *w) {
  const uint8_t *at = w->buffer;
  int rc = 0;
  if (w->buffered > w->room) return UV_EFBIG;
  w->room -= w->buffered;
  w->bytes += w->buffered;
  while (w->buffered > 0 && rc == 0 && !w->in_memory) {
    ssize_t n = write(w->fd, at, w->buffered);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      rc = move_to_memory(w, (size_t)w->bytes - w->buffered,
                          uv_translate_sys_error(errno));
    } else {
      at += n;
      w->buffered -= (size_t)n;
    }
  }
  if (rc == 0 && w->in_memory) {
    rc = sb_buffer_append(&w->kept, at, w->buffered);
    w->buffered = 0;
  }
  return rc;
}

static int spoil(struct sb_spill_writer *w, const char *why) {
  w->error = why;
  return 0;
}

static int is_white(int c) {
  return c == '\n' || c == '\r' || c == '\t' || c == ' ';
}

static int is_letter(int c) {
  return c >= 0 && c < 0x80 && sb_base64_value((unsigned char)c) >= 0;
}

int sb_spill_writer_fits(const struct sb_spill_writer *w, int c) {
  if (c == '=') return w->quad_len >= 2 && w->quad_len + w->padding < 4;
  return is_letter(c) && w->padding == 0;
}

int sb_spill_writer_put(struct sb_spill_writer *w, int c) {
  if (is_white(c)) return 0;
  if (c == '=' && w->quad_len >= 2) {
    if (w->quad_len + ++w->padding > 4) return spoil(w, "too much padding");
    return 0;
  }
  if (!is_letter(c)) return spoil(w, "a character that is not base64");
  if (w->padding > 0) return spoil(w, "padding before the end");
  w->quad[w->quad_len++] = (char)c;
  if (w->quad_len < 4) return 0;
  sb_base64_decode(w->quad, 4, w->buffer + w->buffered);
  w->buffered += 3;
  w->quad_len = 0;
  return w->buffered > SB_SPILL_BUFFER - 3 ? flush(w) : 0;
}

ssize_t sb_spill_writer_put_many(struct sb_spill_writer *w, const char *text,
                                 size_t len) {
  size_t most = (SB_SPILL_BUFFER - w->buffered) / 3 * 4;
  if (w->quad_len > 0 || w->padding > 0) return 0;
  size_t n =
      sb_base64_decode(text, len < most ? len : most, w->buffer + w->buffered);
  w->buffered += n / 4 * 3;
  int rc = w->buffered > SB_SPILL_BUFFER - 3 ? flush(w) : 0;
  return rc < 0 ? rc : (ssize_t)n;
}

/* What is left of the last group. */
static void finish_group(struct sb_spill_writer *w) {
  uint8_t bytes[3];
  size_t n = w->quad_len - 1;
  memset(w->quad + w->quad_len, 'A', 4 - w->quad_len);
  sb_base64_decode(w->quad, 4, bytes);
  memcpy(w->buffer + w->buffered, bytes, n);
  w->buffered += n;
}

int sb_spill_writer_close(struct sb_spill_writer *w) {
  if (w->quad_len == 1) spoil(w, "a last group of one character");
  if (w->padding > 0 && w->quad_len + w->padding != 4)
    spoil(w, "too little padding");
  if (w->error != NULL) {
    sb_spill_writer_drop(w);
    return 0;
  }
  if (w->quad_len > 1) finish_group(w);
  int rc = flush(w);
  if (w->fd >= 0 && close(w->fd) < 0 && rc == 0)
    rc = uv_translate_sys_error(errno);
  w->fd = -1;
  return rc;
}
