/*
** host/base/timer.h -- one-shot timers on the loop. Loop thread only.
**
** As in every asynchronous module of the host:
**   start   returns 0 and sets *op, or a negative UV_E* and calls nothing.
**   done    runs once, later, never inside start.
**   cancel  means done will not run; cancelling NULL does nothing.
**   op      is dead once done has begun or cancel has returned.
*/
#ifndef SB_HOST_TIMER_H
#define SB_HOST_TIMER_H

#include <stdint.h>
#include <uv.h>

struct sb_timer; /* one timer under way */

typedef void sb_timer_done(void *arg);

/* Calls done after delay_ms milliseconds (0: in the next turn of the loop). */
int sb_timer_start(uv_loop_t *loop, uint64_t delay_ms, sb_timer_done *done,
                   void *arg, struct sb_timer **op);
void sb_timer_cancel(struct sb_timer *op);

#endif
