/*
** host/net/spill.h -- keeps pictures out of memory: a scanner that a JSON text
** runs through as it arrives, and that decodes each long base64 string into a
** file on the way. One thread at a time.
**
** What is spilled is the rest of a string that begins with a prefix
** `data:<type>[;<parameter>...];base64,`, a string without one whose first
** SB_SPILL_LEAST characters are all of the base64 alphabet (standard or URL),
** and a shorter one that is all base64 and whose name is "b64_json". Where a
** prefix stands within a string that is text, what is spilled goes as far as
** there is base64, and the text goes on behind it:
** "a picture: ![x](data:image/png;base64,{spill:1})".
** White space may stand after lines of 60 characters or more, `\/` and `\u00XX`
** for what they are in JSON; padding may be missing. In the text that comes out
** `{spill:N}` (N = 1, 2, ...) has the base64's place and a prefix stays:
** "data:image/png;base64,{spill:1}". Everything else passes unchanged, and what
** comes before the JSON too: white space, and lines that begin with ':', '#' or
** '/'.
**
** The text that passes can hold anything, `{spill:7}` too. So a reader takes a
** handle for one only behind a prefix or where it is all of a string, and only
** if N is at most sb_spill_count; then the worst that a peer can name is
** another file of its own message.
**
** Memory: under 10 KiB, and 64 KiB more from the first file on, whatever comes;
** but see sb_spill_keep.
*/
#ifndef SB_HOST_SPILL_H
#define SB_HOST_SPILL_H

#include <stddef.h>
#include <stdint.h>

enum {
  SB_SPILL_LEAST = 4096,
  SB_SPILL_FILES_MAX = 256 /* further strings pass through as text */
};

struct sb_spill;

/* Takes the text that comes out; 0, or a negative UV_E* which feed returns. */
typedef int sb_spill_emit(void *arg, const char *text, size_t len);

/* Files go to the folder dir, and may have max_bytes in all. 0 or UV_ENOMEM. */
int sb_spill_new(const char *dir, uint64_t max_bytes, sb_spill_emit *emit,
                 void *arg, struct sb_spill **spill);

/* From now on what the disk does not take is kept in memory, whole files at a
   time: paid for, it must not be lost because the disk is full. */
void sb_spill_keep(struct sb_spill *spill);

/* Deletes the files that were not taken. NULL is fine. */
void sb_spill_free(struct sb_spill *spill);

/* The next part of the text. 0 or a negative UV_E*: what emit returned, what
   went wrong with a file, UV_EFBIG beyond max_bytes; nothing more is to be fed
   then. */
int sb_spill_feed(struct sb_spill *spill, const char *text, size_t len);

/* The text is over: what is held back comes out. Same results as feed. Another
   text may follow; its files are counted on. */
int sb_spill_end(struct sb_spill *spill);

struct sb_spill_file {
  char *path; /* NULL when error or data is not */
  char *data; /* the bytes of a file that is kept in memory, or NULL */
  uint64_t bytes;
  const char *error; /* why what the string held was not base64, or NULL */
};

size_t sb_spill_count(const struct sb_spill *spill);
const struct sb_spill_file *sb_spill_file(const struct sb_spill *spill,
                                          size_t index);

/* From now on the files are the caller's, not sb_spill_free's, to delete. */
void sb_spill_take(struct sb_spill *spill);

#endif
