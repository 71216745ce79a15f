/*
** host/net/pace.h -- how closely the calls of one model may follow each other,
** as its provider's refusals teach. Has no clock: `now` is a time in
** nanoseconds that never runs back.
**
** A limit of so many in a while is empty when it refuses. So what it accepts
** between two refusals is what it gives in that time, however much it saves
** up: a measurement, and the pace goes on a little slower than that. From there
** it nears the pace that was refused, an eighth of the way with each call that
** ends well; it gets to that, and past it, so slowly that there are 40 answers
** for each refusal, and that its park is a twentieth of the time. Each further
** call that is refused with the first says that the limit is slower by a
** twentieth than was thought.
**
** One that is refused though it was the first to be tried again says that there
** is nothing yet: the next is tried after a time that is doubled with each of
** these, and then the pace is what it was.
**
** There are providers that refuse by chance, whatever the pace. Where slower
** paces were refused six times net of faster ones, one slower by half counting
** for three, and never 20 were accepted in a row, it is not the pace: there is
** none from then on, as long as no more than half are refused.
**
** Before the first refusal the calls that may go at once are spread over a
** quarter of the time that an answer takes, but no more than a twentieth of a
** second apart: so a refusal is heard before all are under way.
*/
#ifndef SB_HOST_PACE_H
#define SB_HOST_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed, it knows nothing yet. Times are in ns. */
struct sb_pace {
  uint64_t next_at; /* no call before that */
  double every;     /* the pace: a call in that time; 0: none */
  double backoff;   /* instead of it, while nothing is accepted; 0: none */
  double limit;     /* the pace that is too fast, as far as is known; 0: none */
  double refused;   /* the pace that was refused last; 0: none */
  double trial;     /* how long it takes to get back to the limit */
  double spacing;   /* of the last calls, on average */
  double took;      /* one that ended well, on average */
  double busy_share;  /* of the last calls */
  uint64_t began;     /* the measurement: at a refusal, or the first call */
  uint64_t called_at; /* the last one */
  uint32_t called;    /* how many were, in this measurement */
  uint32_t refusals;  /* that ended one */
  uint32_t in_vain;   /* slowings that did not help */
  bool by_chance;     /* it refuses at any pace */
};

/* What is to be kept of a call. */
struct sb_pace_call {
  uint64_t at;
  uint32_t before, refusals; /* `called` and `refusals` then */
};

/* A call is made, of which so many may be under way at once. */
void sb_pace_call(struct sb_pace *pace, struct sb_pace_call *call, uint32_t cap,
                  uint64_t now);

/* It ended well; so many are still under way. */
void sb_pace_answered(struct sb_pace *pace, const struct sb_pace_call *call,
                      uint32_t under_way, uint64_t now);

/* It was refused, and the model is parked until then. When no other waits it is
   not the limiter that holds the pace, and nothing is learnt. */
void sb_pace_refused(struct sb_pace *pace, const struct sb_pace_call *call,
                     bool others_wait, uint64_t parked_until, uint64_t now);

#endif
