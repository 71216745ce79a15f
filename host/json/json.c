/* host/json/json.c -- see json.h. The text ends with a NUL, which no token may
   hold as it is: scanning needs no other check for the end. */
#include "host/json/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "host/json/json_string.h"
#include "host/base/utf8.h"

enum state {
  WANTS_VALUE,
  WANTS_VALUE_OR_END, /* after [ */
  WANTS_KEY_OR_END,   /* after { */
  WANTS_MORE,         /* after a value */
  ENDED,
  FAULTY
};

/*
** Faults
*/

static enum sb_json_event fault_at(struct sb_json_reader *r, const char *at,
                                   const char *why) {
  struct sb_json_fault *fault = &r->fault;
  fault->offset = (size_t)(at - r->text);
  fault->line = fault->column = 1;
  for (const char *p = r->text; p < at; p++) {
    if (*p == '\n') {
      fault->line++;
      fault->column = 1;
    } else if ((*p & 0xc0) != 0x80) {
      fault->column++;
    }
  }
  snprintf(fault->message, sizeof fault->message,
           "line %zu, column %zu (byte %zu): %s%s", fault->line, fault->column,
           fault->offset + 1, why, at == r->end ? ", but the text ends" : "");
  r->state = FAULTY;
  return SB_JSON_FAULT;
}

static enum sb_json_event fault(struct sb_json_reader *r, const char *why) {
  return fault_at(r, r->at, why);
}

enum sb_json_event sb_json_refuse(struct sb_json_reader *r, const char *at,
                                  const char *why) {
  return fault_at(r, at, why);
}

/*
** Strings
*/

static int read_escape(struct sb_json_reader *r) {
  int code;
  r->escaped = 1;
  switch (r->at[1]) {
  case '"':
  case '\\':
  case '/':
  case 'b':
  case 'f':
  case 'n':
  case 'r':
  case 't':
    r->at += 2;
    return 1;
  case 'u': {
    size_t n = sb_json_unicode_escape(r->at, &code);
    if (n == 0) {
      fault(r, "four hexadecimal digits expected after \\u");
      return 0;
    }
    if (sb_json_is_surrogate(code)) r->lone = 1;
    r->at += n;
    return 1;
  }
  default:
    fault(r, "an escape is one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
    return 0;
  }
}

/* Reads the string whose opening quote is at `at`; false when it is not one. */
static int read_string(struct sb_json_reader *r) {
  r->token = ++r->at;
  r->escaped = r->lone = 0;
  for (;;) {
    r->at = sb_json_skip_plain(r->at, r->end);
    if (*r->at == '"') break;
    if (*r->at == '\\') {
      if (!read_escape(r)) return 0;
    } else if (r->at == r->end) {
      fault(r, "a closing quote expected");
      return 0;
    } else if ((unsigned char)*r->at < ' ') {
      fault(r, "a control character in a string must be escaped");
      return 0;
    } else {
      size_t n = sb_utf8_char(r->at, (size_t)(r->end - r->at));
      if (n == 0) {
        fault(r, "this byte is not UTF-8");
        return 0;
      }
      r->at += n;
    }
  }
  r->token_len = (size_t)(r->at++ - r->token);
  return 1;
}

/*
** Numbers
*/

static int is_digit(char c) { return c >= '0' && c <= '9'; }

static const char *skip_digits(const char *at) {
  while (is_digit(*at)) at++;
  return at;
}

/* What strtod stops at is where the token ends: the text goes on with a byte
   that is no part of a number, or ends with its NUL. */
double sb_json_double(const struct sb_json_reader *r) {
  return strtod(r->token, NULL);
}

int sb_json_integer(const struct sb_json_reader *r, int64_t *value) {
  const char *at = r->token, *end = at + r->token_len;
  int negative = *at == '-';
  uint64_t sum = 0, most = (uint64_t)INT64_MAX + (negative ? 1 : 0);
  if (negative) at++;
  for (; at < end; at++) {
    if (!is_digit(*at)) return 0;
    uint64_t digit = (uint64_t)(*at - '0');
    if (sum > (most - digit) / 10) return 0;
    sum = sum * 10 + digit;
  }
  *value = negative ? (int64_t)(0 - sum) : (int64_t)sum;
  return 1;
}

static enum sb_json_event read_number(struct sb_json_reader *r) {
  enum { SURELY_FINITE = 300 }; /* digits of a number without exponent */
  const char *at = r->at;
  int exponent = 0;
  if (*at == '-') at++;
  if (!is_digit(*at)) return fault_at(r, at, "a digit expected");
  if (*at == '0' && is_digit(at[1]))
    return fault_at(r, at, "a number may not begin with a zero");
  at = skip_digits(at);
  if (*at == '.') {
    if (!is_digit(*++at)) return fault_at(r, at, "a digit expected");
    at = skip_digits(at);
  }
  if (*at == 'e' || *at == 'E') {
    exponent = 1;
    at++;
    if (*at == '+' || *at == '-') at++;
    if (!is_digit(*at)) return fault_at(r, at, "a digit expected");
    at = skip_digits(at);
  }
  r->token = r->at;
  r->token_len = (size_t)(at - r->at);
  if ((exponent || r->token_len > SURELY_FINITE) && isinf(sb_json_double(r)))
    return fault(r, "this number is too large for a double");
  r->at = at;
  return SB_JSON_NUMBER;
}

/*
** Structure
*/

static void skip_space(struct sb_json_reader *r) {
  const char *at = r->at;
  while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t') at++;
  r->at = at;
}

static int in_object(const struct sb_json_reader *r) {
  return (int)(r->objects[r->depth / 64] >> (r->depth % 64) & 1);
}

static enum sb_json_event open_container(struct sb_json_reader *r,
                                         int is_object) {
  if (r->depth == r->max_depth) {
    char why[48];
    snprintf(why, sizeof why, "nested deeper than %d levels", r->max_depth);
    return fault(r, why);
  }
  r->depth++;
  uint64_t bit = (uint64_t)1 << (r->depth % 64);
  if (is_object)
    r->objects[r->depth / 64] |= bit;
  else
    r->objects[r->depth / 64] &= ~bit;
  r->at++;
  r->state = is_object ? WANTS_KEY_OR_END : WANTS_VALUE_OR_END;
  return is_object ? SB_JSON_OBJECT : SB_JSON_ARRAY;
}

static enum sb_json_event close_container(struct sb_json_reader *r) {
  int is_object = in_object(r);
  r->depth--;
  r->at++;
  r->state = WANTS_MORE;
  return is_object ? SB_JSON_OBJECT_END : SB_JSON_ARRAY_END;
}

static enum sb_json_event read_word(struct sb_json_reader *r, const char *word,
                                    enum sb_json_event event) {
  size_t len = strlen(word);
  if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0)
    return fault(r, "a value expected");
  r->token = r->at;
  r->token_len = len;
  r->at += len;
  return event;
}

static enum sb_json_event read_value(struct sb_json_reader *r) {
  r->state = WANTS_MORE;
  switch (*r->at) {
  case '"':
    return read_string(r) ? SB_JSON_STRING : SB_JSON_FAULT;
  case '{':
    return open_container(r, 1);
  case '[':
    return open_container(r, 0);
  case 't':
    return read_word(r, "true", SB_JSON_TRUE);
  case 'f':
    return read_word(r, "false", SB_JSON_FALSE);
  case 'n':
    return read_word(r, "null", SB_JSON_NULL);
  default:
    if (*r->at == '-' || is_digit(*r->at)) return read_number(r);
    return fault(r, "a value expected");
  }
}

static enum sb_json_event read_key(struct sb_json_reader *r,
                                   const char *expected) {
  if (*r->at != '"') return fault(r, expected);
  if (!read_string(r)) return SB_JSON_FAULT;
  skip_space(r);
  if (*r->at != ':') return fault(r, "a colon expected");
  r->at++;
  r->state = WANTS_VALUE;
  return SB_JSON_KEY;
}

static enum sb_json_event read_more(struct sb_json_reader *r) {
  int is_object = in_object(r);
  if (r->depth == 0) {
    if (r->at < r->end) return fault(r, "nothing expected after the value");
    r->state = ENDED;
    return SB_JSON_END;
  }
  if (*r->at == (is_object ? '}' : ']')) return close_container(r);
  if (*r->at != ',')
    return fault(r,
                 is_object ? "a comma or } expected" : "a comma or ] expected");
  r->at++;
  skip_space(r);
  if (is_object)
    return read_key(r, "a key in double quotes expected after the comma");
  return read_value(r);
}

void sb_json_read(struct sb_json_reader *r, const char *text, size_t len,
                  const struct sb_json_limits *limits) {
  size_t most =
      limits != NULL && limits->bytes > 0 ? limits->bytes : SB_JSON_BYTES;
  r->text = r->at = text;
  r->end = text + len;
  r->depth = 0;
  r->objects[0] = 0; /* no object is around the first value */
  r->max_depth =
      limits != NULL && limits->depth > 0 ? limits->depth : SB_JSON_DEPTH;
  if (r->max_depth > SB_JSON_MAX_DEPTH) r->max_depth = SB_JSON_MAX_DEPTH;
  r->state = WANTS_VALUE;
  if (len > most) {
    char why[64];
    snprintf(why, sizeof why, "the text is longer than %zu bytes", most);
    fault(r, why);
  } else if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
    fault(r, "a byte order mark has no place here");
  }
}

enum sb_json_event sb_json_next(struct sb_json_reader *r) {
  if (r->state == FAULTY) return SB_JSON_FAULT;
  skip_space(r);
  switch ((enum state)r->state) {
  case WANTS_VALUE:
    return read_value(r);
  case WANTS_VALUE_OR_END:
    return *r->at == ']' ? close_container(r) : read_value(r);
  case WANTS_KEY_OR_END:
    return *r->at == '}' ? close_container(r)
                         : read_key(r, "a key in double quotes or } expected");
  case WANTS_MORE:
    return read_more(r);
  default:
    return SB_JSON_END;
  }
}

int sb_json_check(const char *text, size_t len,
                  const struct sb_json_limits *limits, int *lone,
                  struct sb_json_fault *fault_out) {
  struct sb_json_reader r;
  enum sb_json_event event;
  *lone = 0;
  sb_json_read(&r, text, len, limits);
  do {
    event = sb_json_next(&r);
    if (event == SB_JSON_STRING || event == SB_JSON_KEY) *lone |= r.lone;
  } while (event > SB_JSON_END);
  if (event == SB_JSON_END) return 0;
  *fault_out = r.fault;
  return UV_EINVAL;
}
