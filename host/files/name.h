/*
** host/files/name.h -- names for files and items, made of what people and
** models write in any script, and the room a text takes in a terminal. Lengths
** are bytes. Any thread.
*/
#ifndef SB_HOST_NAME_H
#define SB_HOST_NAME_H

#include <stddef.h>

enum {
  SB_NAME_MIN = 16, /* the least that a name may be limited to */
  SB_NAME_DEFAULT = 48,
  SB_NAME_MAX = 1024 /* a file system takes 255 at most */
};

/* Writes the slug of text, at most max bytes and a NUL, to out: its letters,
   marks and digits, case folded, in NFC, with a single hyphen for all that
   comes between. It is never empty, begins and ends with none of its hyphens,
   and is safe as a file name, alone or before an extension, on any system:
   names that differ in case or normalisation only have the same slug. Bytes
   that are not UTF-8 count as punctuation. A long text is known by its first
   4,096 bytes. 0 or UV_ENOMEM. */
int sb_name_slug(const char *text, size_t len, size_t max, char *out);

/* Writes slug-2, for number 2, cut so that it fits in max. */
void sb_name_number(const char *slug, size_t len, size_t number, size_t max,
                    char *out);

/* Columns of a terminal that shows text. */
size_t sb_name_width(const char *text, size_t len);

#endif
