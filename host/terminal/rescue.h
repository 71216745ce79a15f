/*
** host/terminal/rescue.h -- puts the terminal back as it was when the process
** exits, is ended by a signal that it does not handle itself, or is stopped
** (Ctrl-Z): the cursor shown, the mode the one before. When the process goes on
** after that, so does the mode; the cursor is hidden by whoever paints next.
** Loop thread only.
*/
#ifndef SB_HOST_RESCUE_H
#define SB_HOST_RESCUE_H

#include <stdbool.h>

/* The cursor is about to be hidden on fd; -1: it has been shown again. To be
   called each time: libuv takes a signal for as long as somebody listens, and
   leaves the default action behind. */
void sb_rescue_cursor(int fd);

/* Whether it is still hidden: false after it was shown for a stop. */
bool sb_rescue_has_cursor(void);

/* Whether the terminal is this process's to change: it is not when a shell has
   put it into the background. */
bool sb_rescue_is_ours(int fd);

/* Lets a terminal give each key as it is pressed, and show none; later puts the
   mode back that it had. One terminal at a time. 0 or a negative UV_E*. */
int sb_rescue_keys_on(int fd);
void sb_rescue_keys_off(void);

/* Puts the terminal back and ends the process by the signal. From its handler.
 */
void sb_rescue_and_end(int number);

#endif
