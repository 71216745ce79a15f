/* host/net/body.c -- see body.h. */
#include "host/net/body.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "host/base/base64.h"

struct part {
  char *text; /* what to say; the path when it is a file */
  size_t len; /* of the text */
  int fd;     /* of the file, or -1 */
  enum sb_body_form form;
  struct stat seen; /* when it was added */
};

struct sb_body {
  struct part *parts;
  size_t count, room;
  uint64_t length;
  size_t current;   /* index of the part being read */
  uint64_t offset;  /* in its text, or in its file's bytes */
  char quad[4];     /* what a reader had no room for */
  size_t quad_from; /* 4: nothing */
  const char *code;
  char error[512];
};

struct sb_body *sb_body_new(void) {
  struct sb_body *body = calloc(1, sizeof *body);
  if (body != NULL) body->quad_from = sizeof body->quad;
  return body;
}

static void close_part(struct part *part) {
  if (part->fd >= 0) close(part->fd);
  part->fd = -1;
}

void sb_body_free(struct sb_body *body) {
  if (body == NULL) return;
  for (size_t i = 0; i < body->count; i++) {
    close_part(&body->parts[i]);
    free(body->parts[i].text);
  }
  free(body->parts);
  free(body);
}

uint64_t sb_body_length(const struct sb_body *body) { return body->length; }

const char *sb_body_error(const struct sb_body *body, const char **code) {
  if (body->code == NULL) return NULL;
  *code = body->code;
  return body->error;
}

static int fail(struct sb_body *body, int rc, const char *path) {
  body->code = uv_err_name(rc);
  snprintf(body->error, sizeof body->error, "%s: %s", path, uv_strerror(rc));
  return rc;
}

/* A part with a copy of the text and no file, not yet counted in. */
static struct part *new_part(struct sb_body *body, const char *text,
                             size_t len) {
  if (body->count == body->room) {
    size_t room = body->room == 0 ? 4 : body->room * 2;
    struct part *parts = realloc(body->parts, room * sizeof *parts);
    if (parts == NULL) return NULL;
    body->parts = parts;
    body->room = room;
  }
  struct part *part = &body->parts[body->count];
  part->text = malloc(len + 1);
  if (part->text == NULL) return NULL;
  if (len > 0) memcpy(part->text, text, len);
  part->text[len] = '\0';
  part->len = len;
  part->fd = -1;
  return part;
}

static struct part *last_text(struct sb_body *body) {
  if (body->count == 0) return NULL;
  struct part *last = &body->parts[body->count - 1];
  return last->fd < 0 ? last : NULL;
}

static int extend_text(struct part *part, const char *text, size_t len) {
  char *longer = realloc(part->text, part->len + len + 1);
  if (longer == NULL) return UV_ENOMEM;
  if (len > 0) memcpy(longer + part->len, text, len);
  part->text = longer;
  part->len += len;
  part->text[part->len] = '\0';
  return 0;
}

int sb_body_add_text(struct sb_body *body, const char *text, size_t len) {
  struct part *last = last_text(body);
  if (last != NULL) {
    if (extend_text(last, text, len) < 0) return fail(body, UV_ENOMEM, "body");
  } else {
    if (new_part(body, text, len) == NULL) return fail(body, UV_ENOMEM, "body");
    body->count++;
  }
  body->length += len;
  return 0;
}

const char *sb_body_text(const struct sb_body *body) {
  if (body->count == 0) return "";
  return body->count == 1 && body->parts[0].fd < 0 ? body->parts[0].text : NULL;
}

/* Opens without waiting, should it be a pipe. */
static int open_regular(const char *path, struct stat *seen) {
  int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return uv_translate_sys_error(errno);
  int rc = fstat(fd, seen) < 0 ? uv_translate_sys_error(errno) : fd;
  if (rc == fd && S_ISDIR(seen->st_mode)) rc = UV_EISDIR;
  if (rc == fd && !S_ISREG(seen->st_mode)) rc = UV_EINVAL;
  if (rc < 0) close(fd);
  return rc;
}

int sb_body_add_file(struct sb_body *body, const char *path,
                     enum sb_body_form form) {
  struct part *part = new_part(body, path, strlen(path));
  if (part == NULL) return fail(body, UV_ENOMEM, path);
  int fd = open_regular(path, &part->seen);
  if (fd < 0) {
    free(part->text);
    return fail(body, fd, path);
  }
  part->fd = fd;
  part->form = form;
  body->count++;
  size_t size = (size_t)part->seen.st_size;
  body->length += form == SB_BODY_RAW ? size : sb_base64_length(size);
  /* The reader is the thread of the loop: the disk may begin now. */
  posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED);
  return 0;
}

static int same_time(struct timespec a, struct timespec b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* Not by ctime: that changes as well when the file gets or loses a name, as
   when another is put in its place, and what is open stays what it was. */
static int is_unchanged(const struct part *part) {
  struct stat now;
  return fstat(part->fd, &now) == 0 && now.st_size == part->seen.st_size &&
         same_time(now.st_mtim, part->seen.st_mtim);
}

static ssize_t changed(struct sb_body *body, const struct part *part) {
  body->code = "ECHANGED";
  snprintf(body->error, sizeof body->error,
           "%s: the file changed while it was being sent", part->text);
  return UV_EIO;
}

static ssize_t read_whole(int fd, char *buf, size_t n) {
  size_t got = 0;
  while (got < n) {
    ssize_t rc = read(fd, buf + got, n - got);
    if (rc < 0 && errno == EINTR) continue;
    if (rc < 0) return uv_translate_sys_error(errno);
    if (rc == 0) break;
    got += (size_t)rc;
  }
  return (ssize_t)got;
}

static size_t take_quad(struct sb_body *body, char *buf, size_t size) {
  size_t n = sizeof body->quad - body->quad_from;
  if (n > size) n = size;
  memcpy(buf, body->quad + body->quad_from, n);
  body->quad_from += n;
  return n;
}

static size_t bytes_left(const struct sb_body *body, const struct part *part,
                         size_t most) {
  uint64_t left = (uint64_t)part->seen.st_size - body->offset;
  return left < most ? (size_t)left : most;
}

/* The next n bytes of a file, which has them. 0 or a negative UV_E*. */
static ssize_t next_bytes(struct sb_body *body, struct part *part, char *buf,
                          size_t n) {
  ssize_t got = read_whole(part->fd, buf, n);
  if (got < 0) return fail(body, (int)got, part->text);
  if ((size_t)got < n) return changed(body, part);
  body->offset += n;
  int is_last = body->offset == (uint64_t)part->seen.st_size;
  return is_last && !is_unchanged(part) ? changed(body, part) : 0;
}

/* The bytes are read into the end of the room that their characters take and
   encoded towards its front, so there is no buffer between. */
static ssize_t encode_file(struct sb_body *body, struct part *part, char *buf,
                           size_t size) {
  size_t n = bytes_left(body, part, size / 4 * 3);
  size_t length = sb_base64_length(n);
  char *bytes = buf + (length - n);
  ssize_t rc = next_bytes(body, part, bytes, n);
  if (rc < 0) return rc;
  sb_base64_encode((const uint8_t *)bytes, n, buf);
  return (ssize_t)length;
}

static ssize_t copy_file(struct sb_body *body, struct part *part, char *buf,
                         size_t size) {
  size_t n = bytes_left(body, part, size);
  ssize_t rc = next_bytes(body, part, buf, n);
  return rc < 0 ? rc : (ssize_t)n;
}

static ssize_t read_file(struct sb_body *body, struct part *part, char *buf,
                         size_t size) {
  if (part->form == SB_BODY_RAW) return copy_file(body, part, buf, size);
  if (size >= sizeof body->quad) return encode_file(body, part, buf, size);
  ssize_t rc = encode_file(body, part, body->quad, sizeof body->quad);
  if (rc <= 0) return rc;
  body->quad_from = 0;
  return (ssize_t)take_quad(body, buf, size);
}

static size_t read_text(struct sb_body *body, const struct part *part,
                        char *buf, size_t size) {
  size_t n = part->len - (size_t)body->offset;
  if (n > size) n = size;
  memcpy(buf, part->text + body->offset, n);
  body->offset += n;
  return n;
}

static int is_at_end(const struct sb_body *body, const struct part *part) {
  uint64_t size = part->fd < 0 ? part->len : (uint64_t)part->seen.st_size;
  return body->offset == size;
}

ssize_t sb_body_read(struct sb_body *body, char *buf, size_t size) {
  if (body->code != NULL) return UV_EIO;
  size_t filled = take_quad(body, buf, size);
  while (filled < size && body->current < body->count) {
    struct part *part = &body->parts[body->current];
    if (is_at_end(body, part)) {
      close_part(part);
      body->current++;
      body->offset = 0;
    } else if (part->fd < 0) {
      filled += read_text(body, part, buf + filled, size - filled);
    } else {
      ssize_t rc = read_file(body, part, buf + filled, size - filled);
      if (rc < 0) return rc;
      filled += (size_t)rc;
    }
  }
  return (ssize_t)filled;
}
