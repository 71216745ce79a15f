/* host/net/spill.c -- see spill.h. */
#include "host/net/spill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "host/base/base64.h"
#include "host/base/hex.h"
#include "host/net/spill_file.h"

enum {
  HELD_MAX = 8192,  /* of a string that may turn out to be base64 */
  PREFIX_MAX = 256, /* of "data:...;base64," */
  LINE_LEAST = 60   /* shorter words are prose, not lines of base64 */
};

/* The member that holds base64 and nothing else, however short. */
static const char name[] = "b64_json";

enum state {
  BEFORE,    /* at the start of a line before the JSON */
  COMMENT,   /* in such a line that is none of the JSON */
  OUTSIDE,   /* in the JSON, in no string */
  CANDIDATE, /* in a string that may be base64: it is held back */
  TEXT,      /* in a string that is not */
  INNER,     /* in such a string, within what may be a prefix */
  SPILLING,  /* in base64: it goes to the file */
  SPOILT     /* in the rest of one that went bad */
};

/* What one character of a string is, escapes resolved. */
enum { NOTHING_YET = -1, NOT_ASCII = 0x80 };

struct sb_spill {
  char *dir;
  sb_spill_emit *emit;
  void *arg;

  enum state state;
  int escape;   /* in an escape: characters seen of it, the backslash too */
  unsigned hex; /* of \uXXXX so far */

  char held[HELD_MAX];
  size_t held_len;
  size_t letters; /* of the alphabet in the candidate */
  size_t line;    /* of them since the last white space */
  size_t prefix;  /* characters of a prefix under way; 0: none */
  size_t seen;    /* how far the prefix's end, or its start, was matched */
  char tail[4];   /* the last characters of a text, from the part before */
  int inner;      /* the base64 stands within a text, which goes on after it */
  int named;      /* this string is what `name` names */

  struct sb_spill_writer writer;

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
  s->writer.room = max_bytes;
  s->writer.fd = -1;
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
  sb_spill_writer_drop(&spill->writer);
  for (size_t i = 0; i < spill->count; i++) {
    free(spill->files[i].data);
    if (spill->taken)
      free(spill->files[i].path);
    else
      delete_file(&spill->files[i]);
  }
  free(spill->files);
  free(spill->writer.buffer);
  free(spill->dir);
  free(spill);
}

size_t sb_spill_count(const struct sb_spill *spill) { return spill->count; }

const struct sb_spill_file *sb_spill_file(const struct sb_spill *spill,
                                          size_t index) {
  return &spill->files[index];
}

void sb_spill_keep(struct sb_spill *spill) { spill->writer.keeps = 1; }

void sb_spill_take(struct sb_spill *spill) { spill->taken = 1; }

/*
** The file.
*/

static struct sb_spill_file *current_file(struct sb_spill *s) {
  return &s->files[s->count - 1];
}

static int open_file(struct sb_spill *s) {
  if (s->count == s->files_room) {
    size_t room = s->files_room == 0 ? 4 : s->files_room * 2;
    struct sb_spill_file *files = realloc(s->files, room * sizeof *files);
    if (files == NULL) return UV_ENOMEM;
    s->files = files;
    s->files_room = room;
  }
  struct sb_spill_file *file = &s->files[s->count];
  memset(file, 0, sizeof *file);
  int rc = sb_spill_writer_open(&s->writer, s->dir, &file->path);
  if (rc < 0) return rc;
  s->count++;
  return 0;
}

/* Not base64 after all. What is in the file is no use to anyone. */
static void spoil(struct sb_spill *s, const char *why) {
  sb_spill_writer_drop(&s->writer);
  delete_file(current_file(s));
  current_file(s)->error = why;
}

static int spill_one(struct sb_spill *s, int c) {
  int rc = sb_spill_writer_put(&s->writer, c);
  if (s->writer.error != NULL) {
    spoil(s, s->writer.error);
    s->state = SPOILT;
  }
  return rc;
}

/* The end of the base64; what comes next is text, or the closing quote. */
static int finish_file(struct sb_spill *s) {
  int rc = sb_spill_writer_close(&s->writer);
  struct sb_spill_file *file = current_file(s);
  file->bytes = s->writer.bytes;
  if (s->writer.error != NULL) {
    spoil(s, s->writer.error);
  } else if (s->writer.in_memory) {
    delete_file(file);
    file->data = sb_spill_writer_take(&s->writer);
  }
  s->state = TEXT;
  return rc;
}

static int is_white(int c) {
  return c == '\n' || c == '\r' || c == '\t' || c == ' ';
}

/*
** Characters of a string.
*/

static int unescape_short(char c) {
  switch (c) {
  case '/':
  case '"': /* a parameter's, before the base64 */
    return c;
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
    int value = sb_hex_value(c);
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
  memset(s->tail, 0, sizeof s->tail);
}

static int release_held(struct sb_spill *s) {
  size_t n = s->held_len;
  s->held_len = 0;
  return n == 0 ? 0 : s->emit(s->arg, s->held, n);
}

static int give_up(struct sb_spill *s) {
  s->state = TEXT;
  s->named = 0;
  return release_held(s);
}

static int begin_spill(struct sb_spill *s) {
  char handle[32];
  int rc = open_file(s);
  if (rc < 0) return rc;
  int n = snprintf(handle, sizeof handle, "{spill:%zu}", s->count);
  if ((rc = s->emit(s->arg, handle, (size_t)n)) < 0) return rc;
  s->state = SPILLING;
  s->inner = s->named = 0;
  s->escape = 0;
  for (size_t i = 0; i < s->held_len && s->state == SPILLING; i++) {
    int c = unescape(s, s->held[i]);
    if (c != NOTHING_YET && (rc = spill_one(s, c)) < 0) return rc;
  }
  s->held_len = 0;
  return 0;
}

static int lower(int c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; }

/* Is c the last of a prefix's end? There may be blanks between its parts. */
static int match_end(struct sb_spill *s, int c) {
  static const char end[] = ";base64,";
  if (c == ' ' && (s->seen == 1 || s->seen == sizeof end - 2)) return 0;
  if (lower(c) == end[s->seen])
    s->seen++;
  else
    s->seen = c == ';' ? 1 : 0;
  return s->seen == sizeof end - 1;
}

/* Within "data:image/png;base64,", after its colon. */
static int match_prefix(struct sb_spill *s, int c) {
  if (match_end(s, c)) {
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
  if (c == '=' && s->named && s->letters > 1) return 0;
  if (c >= NOT_ASCII || sb_base64_value((unsigned char)c) < 0)
    return give_up(s);
  if (s->letters < 4 && s->seen == s->letters && lower(c) == start[s->seen])
    s->seen++;
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
  const char *stop = quote == NULL ? end : quote;
  for (const char *at = p; s->named && at < stop; at++)
    s->named = *at == ':' || is_white(*at);
  if (quote == NULL) return pass(s, p, end, rc);
  begin_string(s);
  return pass(s, p, quote + 1, rc);
}

/* The first quote that ends the string, or `also`, or else end. Of an escape
   only the character after the backslash matters; one of which more was seen
   is over. */
static const char *find_quote(struct sb_spill *s, const char *p,
                              const char *end, char also) {
  for (; p < end; p++) {
    if (s->escape == 1) {
      s->escape = 0;
    } else if (*p == '\\') {
      s->escape = 1;
    } else if (*p == '"' || *p == also) {
      return p;
    }
  }
  return end;
}

/* Remembers the end of the text from..to, which `data` may stand at. */
static void keep_tail(struct sb_spill *s, const char *from, const char *to) {
  size_t n = (size_t)(to - from), size = sizeof s->tail;
  if (n >= size) {
    memcpy(s->tail, to - size, size);
  } else {
    memmove(s->tail, s->tail + n, size - n);
    memcpy(s->tail + size - n, from, n);
  }
}

static int ends_in_data(const struct sb_spill *s) {
  return lower(s->tail[0]) == 'd' && lower(s->tail[1]) == 'a' &&
         lower(s->tail[2]) == 't' && lower(s->tail[3]) == 'a';
}

static const char *scan_text(struct sb_spill *s, const char *p, const char *end,
                             int *rc) {
  const char *stop = find_quote(s, p, end, ':');
  keep_tail(s, p, stop);
  if (stop == end) return pass(s, p, end, rc);
  if (*stop == '"') {
    s->state = OUTSIDE;
  } else if (ends_in_data(s) && s->count < SB_SPILL_FILES_MAX) {
    s->state = INNER;
    s->prefix = s->seen = 0;
  }
  keep_tail(s, stop, stop + 1);
  return pass(s, p, stop + 1, rc);
}

/* What a media type and its parameters are written with. */
static int is_type_char(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
         (c != '\0' && strchr("/+-.;=_", c) != NULL);
}

/* Within a prefix in a text; `\/` is a slash. */
static const char *scan_inner(struct sb_spill *s, const char *p,
                              const char *end, int *rc) {
  const char *at = p;
  for (; at < end; at++) {
    if (*at == '\\' && s->escape == 0) {
      s->escape = 1;
    } else if (s->escape == 1 && *at != '/') {
      break; /* TEXT knows that it is escaped */
    } else if (match_end(s, *at)) {
      pass(s, p, at + 1, rc);
      if (*rc == 0) *rc = begin_spill(s);
      s->inner = 1;
      return at + 1;
    } else if (!is_type_char(*at) || ++s->prefix > PREFIX_MAX) {
      break;
    } else {
      s->escape = 0;
    }
  }
  if (at < end) s->state = TEXT;
  return pass(s, p, at, rc);
}

/* The end of a string that was held back to its end. */
static int end_candidate(struct sb_spill *s) {
  size_t len = sizeof name - 1;
  if (s->named && s->letters > 0 && s->prefix == 0) {
    int rc = begin_spill(s);
    return rc == 0 && s->state == SPILLING ? finish_file(s) : rc;
  }
  s->named = s->held_len == len && memcmp(s->held, name, len) == 0;
  s->state = TEXT; /* whose end this is */
  return release_held(s);
}

static const char *scan_candidate(struct sb_spill *s, const char *p,
                                  const char *end, int *rc) {
  *rc = 0;
  while (p < end && s->state == CANDIDATE && *rc == 0) {
    if (*p == '"' && s->escape == 0) {
      *rc = end_candidate(s);
      return p;
    }
    if (s->held_len == HELD_MAX)
      *rc = give_up(s);
    else
      *rc = candidate_char(s, *p++);
  }
  return p;
}

/* One character of base64 within a text, or of the text after it. */
static const char *spill_inner(struct sb_spill *s, const char *p, int *rc) {
  if (s->escape == 0 && *p == '\\') {
    s->escape = 1;
    return p + 1;
  }
  if (sb_spill_writer_fits(&s->writer, (unsigned char)*p) &&
      (s->escape == 0 || *p == '/')) {
    s->escape = 0;
    *rc = spill_one(s, (unsigned char)*p);
    return p + 1;
  }
  *rc = finish_file(s);
  if (*rc == 0 && s->escape == 1) *rc = s->emit(s->arg, "\\", 1);
  return p; /* TEXT knows whether it is escaped */
}

static const char *scan_spilling(struct sb_spill *s, const char *p,
                                 const char *end, int *rc) {
  *rc = 0;
  while (p < end && s->state == SPILLING && *rc == 0) {
    if (s->escape == 0) {
      ssize_t n = sb_spill_writer_put_many(&s->writer, p, (size_t)(end - p));
      if (n < 0) *rc = (int)n;
      if (n > 0) p += n;
      if (n != 0) continue;
      if (*p == '"') {
        *rc = finish_file(s);
        return p;
      }
    }
    if (s->inner) {
      p = spill_inner(s, p, rc);
      continue;
    }
    int c = unescape(s, *p++);
    if (c != NOTHING_YET) *rc = spill_one(s, c);
  }
  return p;
}

static const char *scan_spoilt(struct sb_spill *s, const char *p,
                               const char *end, int *rc) {
  const char *quote = find_quote(s, p, end, '"');
  if (quote < end) s->state = TEXT; /* whose end this is */
  *rc = 0;
  return quote;
}

int sb_spill_feed(struct sb_spill *spill, const char *text, size_t len) {
  static const char *(*const scan[])(struct sb_spill *, const char *,
                                     const char *, int *) = {
      [BEFORE] = scan_before,     [COMMENT] = scan_comment,
      [OUTSIDE] = scan_outside,   [CANDIDATE] = scan_candidate,
      [TEXT] = scan_text,         [INNER] = scan_inner,
      [SPILLING] = scan_spilling, [SPOILT] = scan_spoilt};
  const char *end = text + len;
  int rc = 0;
  while (text < end && rc == 0)
    text = scan[spill->state](spill, text, end, &rc);
  return rc;
}

int sb_spill_end(struct sb_spill *spill) {
  int rc = 0;
  if (spill->state == CANDIDATE) rc = give_up(spill);
  if (spill->state == SPILLING) spoil(spill, "the text ended in the middle");
  spill->state = BEFORE;
  return rc;
}
