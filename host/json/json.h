/*
** host/json/json.h -- JSON text: a strict reader, which gives one event after
** the other, a checker made of it, and what a writer is made of. Strict means
** RFC 8259 and nothing beside: one value, UTF-8 without a byte order mark, no
** NaN, no number that overflows a double, no comments, no comma too many.
**
** One thing is mended instead of refused, since models cut emoji in half: an
** escaped surrogate without its other half stands for U+FFFD.
*/
#ifndef SB_HOST_JSON_H
#define SB_HOST_JSON_H

#include <stdint.h>

#include "host/base/buffer.h"

enum {
  SB_JSON_DEPTH = 128,     /* levels of nesting, unless said otherwise */
  SB_JSON_MAX_DEPTH = 1000 /* the most that may be asked for */
};
#define SB_JSON_BYTES ((size_t)64 << 20) /* of text, unless said otherwise */

struct sb_json_limits { /* 0: the default */
  size_t bytes;
  int depth;
};

/*
** Reading.
*/

enum sb_json_event {
  SB_JSON_FAULT = -1, /* see fault; so it stays */
  SB_JSON_END,        /* the whole text was read; so it stays */
  SB_JSON_NULL,
  SB_JSON_FALSE,
  SB_JSON_TRUE,
  SB_JSON_NUMBER,
  SB_JSON_STRING,
  SB_JSON_KEY, /* of an object; the events of its value follow */
  SB_JSON_ARRAY,
  SB_JSON_ARRAY_END,
  SB_JSON_OBJECT,
  SB_JSON_OBJECT_END
};

struct sb_json_fault {
  size_t offset;       /* byte, from 0 */
  size_t line, column; /* from 1; a column is a character */
  char message[160];   /* "line 3, column 14 (byte 57): a comma expected" */
};

struct sb_json_reader {
  /* The last event's token: a number's text, or what is between the quotes of
     a string or key, escapes and all. */
  const char *token;
  size_t token_len;
  int escaped; /* the string or key has escapes */
  int lone;    /* it has half a surrogate pair */
  struct sb_json_fault fault;
  /* its own */
  const char *text, *end, *at;
  int depth, max_depth, state;
  uint64_t objects[SB_JSON_MAX_DEPTH / 64 + 1]; /* a bit a level: an object */
};

/* text[len] must be a NUL, as it is in Lua's strings and C's. The text stays
   the caller's and must outlive the reader, which owns no memory. limits may
   be NULL. */
void sb_json_read(struct sb_json_reader *reader, const char *text, size_t len,
                  const struct sb_json_limits *limits);
enum sb_json_event sb_json_next(struct sb_json_reader *reader);

/* Of a number: true, and its value, when it is written as an integer and fits.
   Otherwise it is what sb_json_double says. */
int sb_json_integer(const struct sb_json_reader *reader, int64_t *value);
double sb_json_double(const struct sb_json_reader *reader);

/* Of a string or key: writes it without its escapes to out, which has room for
   token_len bytes, and returns how many were written. */
size_t sb_json_unescape(const struct sb_json_reader *reader, char *out);

/* Makes it a fault of the text at `at` (one of the reader's tokens) that it
   does not please the caller. Returns SB_JSON_FAULT. */
enum sb_json_event sb_json_refuse(struct sb_json_reader *reader, const char *at,
                                  const char *why);

/* Reads all of a text. 0, or UV_EINVAL and what is wrong in *fault. *lone says
   whether sb_json_mend has something to mend. */
int sb_json_check(const char *text, size_t len,
                  const struct sb_json_limits *limits, int *lone,
                  struct sb_json_fault *fault);

/* Writes \ufffd over each half of a surrogate pair of a text that was checked.
   Its length stays. */
void sb_json_mend(char *text, size_t len);

/*
** Writing. Each appends a token; 0, UV_ENOMEM, UV_E2BIG, or what it says. The
** form is one for each value, so that the bytes can be hashed.
*/

/* In quotes, with no escape that is not needed. UV_EILSEQ: not UTF-8. */
int sb_json_put_string(struct sb_buffer *buf, const char *text, size_t len);
int sb_json_put_integer(struct sb_buffer *buf, int64_t value);

/* Is it whole, and does it fit 64 bits? It is then the same number as that
   integer, and written like it. */
int sb_json_is_integer(double value);

/* The fewest digits, or 15, that read back as the same double. UV_EINVAL: it
   is NaN or infinite. */
int sb_json_put_double(struct sb_buffer *buf, double value);

/* A newline and indent * depth spaces. */
int sb_json_put_newline(struct sb_buffer *buf, int indent, int depth);

#endif
