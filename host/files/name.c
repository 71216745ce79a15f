/* host/files/name.c -- see name.h. */
#include "host/files/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#include <uv.h>

#include "host/base/utf8.h"

enum { MOST_TEXT = 4096 }; /* bytes looked at for a slug */

/* Ends at or before the limit, between two characters. */
static size_t cut(const char *text, size_t len, size_t limit) {
  if (len <= limit) return len;
  while (limit > 0 && (text[limit] & 0xc0) == 0x80) limit--;
  return limit;
}

/* Replaces what would end the text early: NULs, and bytes that are not UTF-8.
 */
static void make_valid(char *text, size_t len) {
  while (len > 0) {
    size_t n = sb_utf8_char(text, len);
    if (n == 0 || *text == '\0') *text = '-';
    if (n == 0) n = 1;
    text += n;
    len -= n;
  }
}

/* text, case folded and in NFC, without the characters that are never seen
   (joiners, direction overrides, variation selectors); to be freed. */
static int fold(const char *text, size_t len, char **folded) {
  const utf8proc_option_t options =
      UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
  utf8proc_uint8_t *out;
  char *valid = malloc(len + 1);
  if (valid == NULL) return UV_ENOMEM;
  memcpy(valid, text, len);
  make_valid(valid, len);
  utf8proc_ssize_t n =
      utf8proc_map((utf8proc_uint8_t *)valid, (utf8proc_ssize_t)len, &out,
                   options); /* what is valid fails for lack of memory only */
  free(valid);
  if (n < 0) return UV_ENOMEM;
  *folded = (char *)out;
  return 0;
}

static int is_mark(utf8proc_category_t category) {
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
         category == UTF8PROC_CATEGORY_ME;
}

static int is_letter_or_number(utf8proc_category_t category) {
  switch (category) {
  case UTF8PROC_CATEGORY_LU:
  case UTF8PROC_CATEGORY_LL:
  case UTF8PROC_CATEGORY_LT:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_LO:
  case UTF8PROC_CATEGORY_ND:
  case UTF8PROC_CATEGORY_NL:
  case UTF8PROC_CATEGORY_NO:
    return 1;
  default:
    return 0;
  }
}

/* Writes at most max bytes of the words of a folded text; returns how many. */
static size_t join_words(const char *text, size_t max, char *out) {
  const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
  size_t len = 0;
  int in_word = 0; /* a mark that stands on nothing is dropped */
  utf8proc_int32_t code;
  for (utf8proc_ssize_t n; *at != 0; at += n) {
    n = utf8proc_iterate(at, -1, &code);
    utf8proc_category_t category = utf8proc_category(code);
    if (!is_letter_or_number(category) && !(in_word && is_mark(category))) {
      in_word = 0;
      continue;
    }
    size_t hyphen = !in_word && len > 0;
    if (len + hyphen + (size_t)n > max) break;
    if (hyphen) out[len++] = '-';
    memcpy(out + len, at, (size_t)n);
    len += (size_t)n;
    in_word = 1;
  }
  return len;
}

/* Does Windows take it for a device, whatever comes after a dot? */
static int is_device(const char *name) {
  static const char *const devices[] = {"con", "prn", "aux", "nul"};
  static const char *const ports[] = {"1",        "2",        "3", "4",
                                      "5",        "6",        "7", "8",
                                      "9",        "\xc2\xb9", /* 1 raised */
                                      "\xc2\xb2", "\xc2\xb3"};
  for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
    if (strcmp(name, devices[i]) == 0) return 1;
  if (strncmp(name, "com", 3) != 0 && strncmp(name, "lpt", 3) != 0) return 0;
  for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
    if (strcmp(name + 3, ports[i]) == 0) return 1;
  return 0;
}

int sb_name_slug(const char *text, size_t len, size_t max, char *out) {
  char *folded;
  int rc = fold(text, cut(text, len, MOST_TEXT), &folded);
  if (rc < 0) return rc;
  out[join_words(folded, max, out)] = '\0';
  free(folded);
  if (out[0] == '\0') {
    memcpy(out, "item", sizeof "item");
  } else if (is_device(out)) {
    memmove(out + strlen("item-"), out, strlen(out) + 1);
    memcpy(out, "item-", strlen("item-"));
  }
  return 0;
}

void sb_name_number(const char *slug, size_t len, size_t number, size_t max,
                    char *out) {
  char suffix[24];
  int n = snprintf(suffix, sizeof suffix, "-%zu", number);
  len = cut(slug, len, max - (size_t)n);
  while (len > 0 && slug[len - 1] == '-') len--;
  memcpy(out, slug, len);
  memcpy(out + len, suffix, (size_t)n + 1);
}

size_t sb_name_width(const char *text, size_t len) {
  size_t columns = 0;
  while (len > 0) {
    utf8proc_int32_t code;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text,
                                          (utf8proc_ssize_t)len, &code);
    int width = 1; /* terminals show one mark for a byte that is not UTF-8 */
    if (n > 0)
      width = utf8proc_charwidth(code);
    else
      n = 1;
    columns += (size_t)width;
    text += n;
    len -= (size_t)n;
  }
  return columns;
}
