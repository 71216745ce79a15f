/*
** host/terminal/rescue.h -- puts the terminal back as it was when the process
** exits or is ended by a signal that it does not handle itself: the cursor
** shown, the mode the one before. Loop thread only.
*/
#ifndef SB_HOST_RESCUE_H
#define SB_HOST_RESCUE_H

/* The cursor is about to be hidden on fd; -1: it has been shown again. To be
   called each time: libuv takes a signal for as long as somebody listens, and
   leaves the default action behind. */
void sb_rescue_cursor(int fd);

/* Lets a terminal give each key as it is pressed, and show none; later puts the
   mode back that it had. One terminal at a time. 0 or a negative UV_E*. */
int sb_rescue_keys_on(int fd);
void sb_rescue_keys_off(void);

/* Puts the terminal back and ends the process by the signal. From its handler.
 */
void sb_rescue_and_end(int number);

#endif
