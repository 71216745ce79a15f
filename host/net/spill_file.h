/*
** host/net/spill_file.h -- one base64 text on its way into a file, for spill.c.
** One thread at a time.
*/
#ifndef SB_HOST_SPILL_FILE_H
#define SB_HOST_SPILL_FILE_H

#include "host/base/buffer.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { SB_SPILL_BUFFER = 65536 }; /* decoded bytes on their way to the file */

/* All zero at first, but for fd, which is -1; the buffer serves one file after
   the other. */
struct sb_spill_writer {
  int fd;    /* -1: no file is open */
  int keeps; /* what the disk does not take is kept in memory */
  int in_memory;
  struct sb_buffer kept; /* all of the file, then */
  uint8_t *buffer;
  size_t buffered;
  uint64_t bytes; /* written so far */
  uint64_t room;  /* bytes that may still be written, in all files */
  char quad[4];   /* a group that is not whole yet */
  size_t quad_len;
  size_t padding;
  const char *error; /* why what came is not base64, or NULL */
};

/* Opens a new file in the folder; *path is the caller's to free, and NULL when
   the file begins in memory. 0 or a negative UV_E*. */
int sb_spill_writer_open(struct sb_spill_writer *w, const char *dir,
                         char **path);

/* Takes one character: white space, padding or the alphabet. Anything else,
   and padding where none can be, sets the error. 0 or a negative UV_E*. */
int sb_spill_writer_put(struct sb_spill_writer *w, int c);

/* Takes whole groups, for as long as there are; returns how many characters
   that were, or a negative UV_E*. */
ssize_t sb_spill_writer_put_many(struct sb_spill_writer *w, const char *text,
                                 size_t len);

/* Whether put takes c as part of what is there so far. */
int sb_spill_writer_fits(const struct sb_spill_writer *w, int c);

/* The end of the text: writes what is left and closes the file. A group that
   is not whole sets the error. 0 or a negative UV_E*. */
int sb_spill_writer_close(struct sb_spill_writer *w);

/* After close: hands over the bytes of a file that is in memory, of which there
   are w->bytes. */
char *sb_spill_writer_take(struct sb_spill_writer *w);

/* Closes the file as it is, and forgets what is kept in memory. */
void sb_spill_writer_drop(struct sb_spill_writer *w);

#endif
