/*
** host/terminal/keys.h -- one key pressed at a terminal, taken as it is
** pressed. Loop thread only.
**
** While a key is waited for the terminal shows none; it is put back when the
** key has come, and however the process ends or stops (rescue.h). Ctrl-C
** interrupts the process as always. Only one key can be waited for. Escape
** sequences (arrows, function keys, what a mouse sends) and control characters
** other than Enter are swallowed.
**
** As in every asynchronous module of the host:
**   start   returns 0 and sets *op, or a negative UV_E* and calls nothing.
**   done    runs once, later, never inside start.
**   cancel  means done will not run; cancelling NULL does nothing.
**   op      is dead once done has begun or cancel has returned.
*/
#ifndef SB_HOST_KEYS_H
#define SB_HOST_KEYS_H

#include <stddef.h>
#include <uv.h>

struct sb_key; /* a key that is waited for */

/* status: 0 or a negative UV_E*, UV_EOF when the terminal is gone. The key is a
   character in UTF-8, "\n" for Enter, and valid until done returns. */
typedef void sb_key_done(void *arg, int status, const char *key, size_t len);

/* fd stays the caller's. UV_EINVAL when it is no terminal. */
int sb_key_start(uv_loop_t *loop, int fd, sb_key_done *done, void *arg,
                 struct sb_key **op);
void sb_key_cancel(struct sb_key *op);

#endif
