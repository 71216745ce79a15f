/* host/spill_file.c -- see spill_file.h. */
#include "host/spill_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "host/base64.h"

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
  int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                S_IRUSR | S_IWUSR);
  if (fd < 0) {
    rc = uv_translate_sys_error(errno);
    free(name);
    return rc;
  }
  *path = name;
  return fd;
}

int sb_spill_writer_open(struct sb_spill_writer *w, const char *dir,
                         char **path) {
  if (w->buffer == NULL && (w->buffer = malloc(SB_SPILL_BUFFER)) == NULL)
    return UV_ENOMEM;
  int fd = create(dir, path);
  if (fd < 0) return fd;
  w->fd = fd;
  w->buffered = w->quad_len = w->padding = 0;
  w->bytes = 0;
  w->error = NULL;
  return 0;
}

void sb_spill_writer_drop(struct sb_spill_writer *w) {
  if (w->fd >= 0) close(w->fd);
  w->fd = -1;
}

static int flush(struct sb_spill_writer *w) {
  const uint8_t *at = w->buffer;
  if (w->buffered > w->room) return UV_EFBIG;
  w->room -= w->buffered;
  w->bytes += w->buffered;
  while (w->buffered > 0) {
    ssize_t n = write(w->fd, at, w->buffered);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return uv_translate_sys_error(errno);
    at += n;
    w->buffered -= (size_t)n;
  }
  return 0;
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
  if (close(w->fd) < 0 && rc == 0) rc = uv_translate_sys_error(errno);
  w->fd = -1;
  return rc;
}
