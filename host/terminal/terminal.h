/*
** host/terminal/terminal.h -- what there is to know of a terminal, and a
** display on it: a block of lines at the bottom that is painted over and over,
** while what is printed scrolls by above it.
**
** Each painting is one write, so that nobody sees it half done. Lines are cut
** to the width of the terminal, in columns; of control characters only colours
** (ESC [ ... m) get through. The cursor is hidden while a block is shown; it is
** put back when the block is finished, and also when the process exits, is
** ended by a signal that it does not handle itself, or is stopped (rescue.h).
** After a stop the block is painted below what there is by then; in the
** background none is. Only one display of the process can show a block at a
** time.
**
** Writing waits for the terminal. Functions that return int give 0 or a
** negative UV_E*.
*/
#ifndef SB_HOST_TERMINAL_H
#define SB_HOST_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Whether there is a terminal, and one that takes colours: not TERM=dumb, and
   NO_COLOR (no-color.org) is not set. */
bool sb_terminal_is(int fd);
bool sb_terminal_colour(int fd);

/* 80 x 24 where nobody knows. */
void sb_terminal_size(int fd, int *columns, int *rows);

struct sb_terminal;

/* A display on fd, which stays the caller's. NULL: no memory. */
struct sb_terminal *sb_terminal_new(int fd);
void sb_terminal_free(struct sb_terminal *terminal); /* finishes it */

/* Composes the next block: clear, line for each, paint. It is cut at one row
   less than the terminal has. A block without lines takes the one shown away.
   Nothing is painted where there is no terminal. */
void sb_terminal_clear(struct sb_terminal *terminal);
int sb_terminal_line(struct sb_terminal *terminal, const char *text,
                     size_t len);
int sb_terminal_paint(struct sb_terminal *terminal);

/* Prints lines above the block; where there is no terminal, as they are. A
   newline is added. */
int sb_terminal_print(struct sb_terminal *terminal, const char *text,
                      size_t len);

/* Leaves the block where it is and goes on below it. */
int sb_terminal_finish(struct sb_terminal *terminal);

#endif
