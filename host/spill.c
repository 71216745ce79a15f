/* host/spill.c -- see spill.h. */
#include "host/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "host/base64.h"

enum {
  HELD_MAX = 8192,    /* of a string that may turn out to be base64 */
  PREFIX_MAX = 256,   /* of "data:...;base64," */
  LINE_LEAST = 60,    /* shorter words are prose, not lines of base64 */
  BUFFER_SIZE = 65536 /* decoded bytes on their way to the file */
};

enum state {
  BEFORE,    /* at the start of a line before the JSON */
  COMMENT,   /* in such a line that is none of the JSON */
  OUTSIDE,   /* in the JSON, in no string */
  CANDIDATE, /* in a string that may be base64: it is held back */
  TEXT,      /* in a string that is not */
  SPILLING,  /* in a string that is: it goes to the file */
  SPOILT     /* in the rest of one that went bad */
};

/* What one character of a string is, escapes resolved. */
enum { NOTHING_YET = -1, NOT_ASCII = 0x80 };

struct sb_spill {
  char *dir;
  sb_spill_emit *emit;
  void *arg;
  uint64_t room; /* bytes that files may still have */

  enum state state;
  int escape;   /* in an escape: characters seen of it, the backslash too */
  unsigned hex; /* of \uXXXX so far */

  char held[HELD_MAX];
  size_t held_len;
  size_t letters; /* of the alphabet in the candidate */
  size_t line;    /* of them since the last white space */
  size_t prefix;  /* characters of a prefix under way; 0: none */
  size_t seen;    /* how far the prefix's end, or its start, was matched */

  int fd;
  uint8_t *buffer;
  size_t buffered;
  char quad[4]; /* a group that is not whole yet */
  size_t quad_len;
  size_t padding;

  struct sb_spill_file *files;
  size_t count, files_room;
  int taken;
};

int sb_spill_new(const char *dir, uint64_t max_bytes, sb_spill_emit *emit,
                 void *arg, struct sb_spill **spill) {
  struct sb_spill *s = calloc(1, sizeof *s);
  if (s == NULL) return UV_ENOMEM;
  s->dir = strdup(dir);
  if (s->dir == NULL) {
    free(s);
    return UV_ENOMEM;
  }
  s->emit = emit;
  s->arg = arg;
  s->room = max_bytes;
  s->fd = -1;
  *spill = s;
  return 0;
}

static void delete_file(struct sb_spill_file *file) {
  if (file->path == NULL) return;
  unlink(file->path);
  free(file->path);
  file->path = NULL;
}

void sb_spill_free(struct sb_spill *spill) {
  if (spill == NULL) return;
  if (spill->fd >= 0) close(spill->fd);
  for (size_t i = 0; i < spill->count; i++) {
    if (spill->taken)
      free(spill->files[i].path);
    else
      delete_file(&spill->files[i]);
  }
  free(spill->files);
  free(spill->buffer);
  free(spill->dir);
  free(spill);
}

size_t sb_spill_count(const struct sb_spill *spill) { return spill->count; }

const struct sb_spill_file *sb_spill_file(const struct sb_spill *spill,
                                          size_t index) {
  return &spill->files[index];
}

void sb_spill_take(struct sb_spill *spill) { spill->taken = 1; }

/*
** The file.
*/

static struct sb_spill_file *current_file(struct sb_spill *s) {
  return &s->files[s->count - 1];
}

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

static int open_file(struct sb_spill *s) {
  if (s->buffer == NULL && (s->buffer = malloc(BUFFER_SIZE)) == NULL)
    return UV_ENOMEM;
  if (s->count == s->files_room) {
    size_t room = s->files_room == 0 ? 4 : s->files_room * 2;
    struct sb_spill_file *files = realloc(s->files, room * sizeof *files);
    if (files == NULL) return UV_ENOMEM;
    s->files = files;
    s->files_room = room;
  }
  struct sb_spill_file *file = &s->files[s->count];
  memset(file, 0, sizeof *file);
  int fd = create(s->dir, &file->path);
  if (fd < 0) return fd;
  s->fd = fd;
  s->count++;
  s->buffered = s->quad_len = s->padding = 0;
  return 0;
}

static int flush_file(struct sb_spill *s) {
  const uint8_t *at = s->buffer;
  if (s->buffered > s->room) return UV_EFBIG;
  s->room -= s->buffered;
  current_file(s)->bytes += s->buffered;
  while (s->buffered > 0) {
    ssize_t n = write(s->fd, at, s->buffered);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return uv_translate_sys_error(errno);
    at += n;
    s->buffered -= (size_t)n;
  }
  return 0;
}

static int close_file(struct sb_spill *s) {
  int rc = flush_file(s);
  if (close(s->fd) < 0 && rc == 0) rc = uv_translate_sys_error(errno);
  s->fd = -1;
  return rc;
}

/* Not base64 after all. What is in the file is no use to anyone. */
static int spoil(struct sb_spill *s, const char *why) {
  close(s->fd);
  s->fd = -1;
  delete_file(current_file(s));
  current_file(s)->bytes = 0;
  current_file(s)->error = why;
  s->state = SPOILT;
  return 0;
}

static int is_white(int c) {
  return c == '\n' || c == '\r' || c == '\t' || c == ' ';
}

/* One character at a time: at the seams of groups and of input. */
static int spill_one(struct sb_spill *s, int c) {
  if (is_white(c)) return 0;
  if (c == '=' && s->quad_len >= 2) {
    if (s->quad_len + ++s->padding > 4) return spoil(s, "too much padding");
    return 0;
  }
  if (c >= NOT_ASCII || sb_base64_value((unsigned char)c) < 0)
    return spoil(s, "a character that is not base64");
  if (s->padding > 0) return spoil(s, "padding before the end");
  s->quad[s->quad_len++] = (char)c;
  if (s->quad_len < 4) return 0;
  sb_base64_decode(s->quad, 4, s->buffer + s->buffered);
  s->buffered += 3;
  s->quad_len = 0;
  return s->buffered > BUFFER_SIZE - 3 ? flush_file(s) : 0;
}

/* Whole groups. How many characters it took, or a negative UV_E*. */
static ssize_t spill_many(struct sb_spill *s, const char *text, size_t len) {
  size_t most = (BUFFER_SIZE - s->buffered) / 3 * 4;
  if (s->quad_len > 0 || s->padding > 0) return 0;
  size_t n =
      sb_base64_decode(text, len < most ? len : most, s->buffer + s->buffered);
  s->buffered += n / 4 * 3;
  int rc = s->buffered > BUFFER_SIZE - 3 ? flush_file(s) : 0;
  return rc < 0 ? rc : (ssize_t)n;
}

/* The closing quote: what is left of the last group. */
static int finish_file(struct sb_spill *s) {
  if (s->quad_len == 1) return spoil(s, "a last group of one character");
  if (s->padding > 0 && s->quad_len + s->padding != 4)
    return spoil(s, "too little padding");
  if (s->quad_len > 1) {
    uint8_t bytes[3];
    size_t n = s->quad_len - 1;
    memset(s->quad + s->quad_len, 'A', 4 - s->quad_len);
    sb_base64_decode(s->quad, 4, bytes);
    memcpy(s->buffer + s->buffered, bytes, n);
    s->buffered += n;
  }
  return close_file(s);
}

/*
** Characters of a string.
*/

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static int unescape_short(char c) {
  switch (c) {
  case '/':
    return '/';
  case 'n':
    return '\n';
  case 'r':
    return '\r';
  case 't':
    return '\t';
  default:
    return NOT_ASCII; /* nothing that base64 could hold */
  }
}

/* The character that c completes, or NOTHING_YET. Whatever cannot be part of
   base64 is NOT_ASCII, a raw control character too, which JSON forbids. */
static int unescape(struct sb_spill *s, char c) {
  if (s->escape == 0) {
    if (c != '\\') return (unsigned char)c < ' ' ? NOT_ASCII : (unsigned char)c;
    s->escape = 1;
    s->hex = 0;
    return NOTHING_YET;
  }
  if (s->escape == 1 && c != 'u') {
    s->escape = 0;
    return unescape_short(c);
  }
  if (s->escape > 1) {
    int value = hex_value(c);
    if (value < 0) {
      s->escape = 0;
      return NOT_ASCII;
    }
    s->hex = s->hex * 16 + (unsigned)value;
  }
  if (++s->escape < 6) return NOTHING_YET;
  s->escape = 0;
  return s->hex < NOT_ASCII ? (int)s->hex : NOT_ASCII;
}

static void begin_string(struct sb_spill *s) {
  s->state = s->count < SB_SPILL_FILES_MAX ? CANDIDATE : TEXT;
  s->escape = 0;
  s->held_len = s->letters = s->line = s->prefix = s->seen = 0;
}

static int release_held(struct sb_spill *s) {
  size_t n = s->held_len;
  s->held_len = 0;
  return n == 0 ? 0 : s->emit(s->arg, s->held, n);
}

static int give_up(struct sb_spill *s) {
  s->state = TEXT;
  return release_held(s);
}

static int begin_spill(struct sb_spill *s) {
  char handle[32];
  int rc = open_file(s);
  if (rc < 0) return rc;
  int n = snprintf(handle, sizeof handle, "{spill:%zu}", s->count);
  if ((rc = s->emit(s->arg, handle, (size_t)n)) < 0) return rc;
  s->state = SPILLING;
  s->escape = 0;
  for (size_t i = 0; i < s->held_len && s->state == SPILLING; i++) {
    int c = unescape(s, s->held[i]);
    if (c != NOTHING_YET && (rc = spill_one(s, c)) < 0) return rc;
  }
  return 0;
}

/* Within "data:image/png;base64,", after its colon. */
static int match_prefix(struct sb_spill *s, int c) {
  static const char end[] = ";base64,";
  if (c == end[s->seen])
    s->seen++;
  else
    s->seen = c == ';' ? 1 : 0;
  if (s->seen == sizeof end - 1) {
    int rc = release_held(s);
    return rc < 0 ? rc : begin_spill(s);
  }
  if (c == ',' || c >= NOT_ASCII || ++s->prefix > PREFIX_MAX) return give_up(s);
  return 0;
}

/* The whole of the candidate so far is base64, and c is its next. */
static int match_letter(struct sb_spill *s, int c) {
  static const char start[] = "data";
  if (c == ':' && s->letters == 4 && s->seen == 4) {
    s->prefix = 1;
    s->seen = 0;
    return 0;
  }
  if (is_white(c)) {
    if (s->line > 0 && s->line < LINE_LEAST) return give_up(s);
    s->line = 0;
    return 0;
  }
  if (c >= NOT_ASCII || sb_base64_value((unsigned char)c) < 0)
    return give_up(s);
  if (s->letters < 4 && s->seen == s->letters && c == start[s->seen]) s->seen++;
  s->line++;
  return ++s->letters < SB_SPILL_LEAST ? 0 : begin_spill(s);
}

static int candidate_char(struct sb_spill *s, char raw) {
  s->held[s->held_len++] = raw;
  int c = unescape(s, raw);
  if (c == NOTHING_YET) return 0;
  return s->prefix > 0 ? match_prefix(s, c) : match_letter(s, c);
}

/*
** The states. Each takes some of the text, or passes to another state, and
** sets *rc when something went wrong.
*/

static const char *pass(struct sb_spill *s, const char *from, const char *to,
                        int *rc) {
  *rc = from == to ? 0 : s->emit(s->arg, from, (size_t)(to - from));
  return to;
}

static const char *scan_before(struct sb_spill *s, const char *p,
                               const char *end, int *rc) {
  const char *at = p;
  while (at < end && is_white(*at)) at++;
  if (at < end)
    s->state = *at == ':' || *at == '#' || *at == '/' ? COMMENT : OUTSIDE;
  return pass(s, p, at, rc);
}

static const char *scan_comment(struct sb_spill *s, const char *p,
                                const char *end, int *rc) {
  const char *line_end = memchr(p, '\n', (size_t)(end - p));
  if (line_end != NULL) s->state = BEFORE;
  return pass(s, p, line_end == NULL ? end : line_end, rc);
}

static const char *scan_outside(struct sb_spill *s, const char *p,
                                const char *end, int *rc) {
  const char *quote = memchr(p, '"', (size_t)(end - p));
  if (quote == NULL) return pass(s, p, end, rc);
  begin_string(s);
  return pass(s, p, quote + 1, rc);
}

/* The quote that ends the string, or end. Of an escape only the character
   after the backslash matters; one of which more was seen is over. */
static const char *find_quote(struct sb_spill *s, const char *p,
                              const char *end) {
  for (; p < end; p++) {
    if (s->escape == 1) {
      s->escape = 0;
    } else if (*p == '\\') {
      s->escape = 1;
    } else if (*p == '"') {
      return p;
    }
  }
  return end;
}

static const char *scan_text(struct sb_spill *s, const char *p, const char *end,
                             int *rc) {
  const char *quote = find_quote(s, p, end);
  if (quote == end) return pass(s, p, end, rc);
  s->state = OUTSIDE;
  return pass(s, p, quote + 1, rc);
}

static const char *scan_candidate(struct sb_spill *s, const char *p,
                                  const char *end, int *rc) {
  *rc = 0;
  while (p < end && s->state == CANDIDATE && *rc == 0) {
    if (*p == '"' && s->escape == 0) {
      *rc = release_held(s);
      s->state = TEXT; /* whose end this is */
      return p;
    }
    if (s->held_len == HELD_MAX)
      *rc = give_up(s);
    else
      *rc = candidate_char(s, *p++);
  }
  return p;
}

static const char *scan_spilling(struct sb_spill *s, const char *p,
                                 const char *end, int *rc) {
  *rc = 0;
  while (p < end && s->state == SPILLING && *rc == 0) {
    if (s->escape == 0) {
      ssize_t n = spill_many(s, p, (size_t)(end - p));
      if (n < 0) *rc = (int)n;
      if (n > 0) p += n;
      if (n != 0) continue;
      if (*p == '"') {
        *rc = finish_file(s);
        s->state = TEXT; /* whose end this is */
        return p;
      }
    }
    int c = unescape(s, *p++);
    if (c != NOTHING_YET) *rc = spill_one(s, c);
  }
  return p;
}

static const char *scan_spoilt(struct sb_spill *s, const char *p,
                               const char *end, int *rc) {
  const char *quote = find_quote(s, p, end);
  if (quote < end) s->state = TEXT; /* whose end this is */
  *rc = 0;
  return quote;
}

int sb_spill_feed(struct sb_spill *spill, const char *text, size_t len) {
  static const char *(*const scan[])(struct sb_spill *, const char *,
                                     const char *, int *) = {
      [BEFORE] = scan_before,   [COMMENT] = scan_comment,
      [OUTSIDE] = scan_outside, [CANDIDATE] = scan_candidate,
      [TEXT] = scan_text,       [SPILLING] = scan_spilling,
      [SPOILT] = scan_spoilt};
  const char *end = text + len;
  int rc = 0;
  while (text < end && rc == 0)
    text = scan[spill->state](spill, text, end, &rc);
  return rc;
}

int sb_spill_end(struct sb_spill *spill) {
  switch (spill->state) {
  case CANDIDATE:
    return give_up(spill);
  case SPILLING:
    return spoil(spill, "the text ended in the middle");
  default:
    return 0;
  }
}
