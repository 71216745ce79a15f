/*
** host/net/limiter.h -- how many calls may be under way at once: for each lane
** what the user allows, for each model what its provider turns out to bear. Has
** no clock and no loop: `now` is a time in nanoseconds that never runs back.
**
** A slot is granted when its lane and its model both have room, to the highest
** priority first, ties in the order of asking. One that has no room holds up
** no other of another lane or model.
**
** The cap of a model. Without a cap of its lane it starts at 4 and doubles with
** each clean window, until the first SB_OUTCOME_BUSY; from then on it grows by
** one a window, or doubles while there is a pace, which keeps to the limit for
*it.
** With a cap of its lane it starts there and never goes above. A
** window is clean when as many calls as the cap have ended well since the last
** change, none was busy, and all slots were once taken at the same time: what
** was not tried is not known. A busy one halves the cap, at most once in 5
** seconds, never below 1, but not when it was refused by chance. A model
*belongs to
** the lane that first asked for it.
**
** The pace of a model: a cap alone does not keep to a limit of so many in a
*while,
** as those who wait for the end of a park would all come at once.
*host/net/pace.h
** says how closely they may follow each other. Parks hold in any case.
*/
#ifndef SB_HOST_LIMITER_H
#define SB_HOST_LIMITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/net/pace.h"

struct sb_limiter;
struct sb_queue;

enum sb_outcome {
  SB_OUTCOME_OK,
  SB_OUTCOME_BUSY, /* the provider asked for less: 429, 503 */
  SB_OUTCOME_OTHER /* says nothing about what it bears */
};

/* A slot, wherever its owner keeps it; zero it before its first use. It must
   stay in place while it is queued or held. */
struct sb_slot {
  void (*granted)(struct sb_slot *slot); /* to be set by the owner */
  bool held;
  /* the limiter's own */
  struct sb_queue *queue; /* what it asked for last */
  double priority;
  int64_t order;
  struct sb_pace_call call;
  size_t place; /* in the queue, from 1; 0 when not queued */
};

struct sb_limiter *sb_limiter_new(void); /* NULL: no memory */

/* No slot is queued or held any more. */
void sb_limiter_free(struct sb_limiter *limiter);

/* Sets the cap of a lane, 0 for none; the models of the lane start anew at it.
   0 or UV_ENOMEM. */
int sb_limiter_lane(struct sb_limiter *limiter, const char *name, uint32_t cap,
                    uint64_t now);

/* Asks for an idle slot: it is held when this returns 0, or queued, and
   `granted` is then called once, when it is held. It is called from inside any
   function here that takes `now`, and must call none of them. UV_ENOMEM: it
   is neither. */
int sb_limiter_ask(struct sb_limiter *limiter, struct sb_slot *slot,
                   const char *lane, const char *model, double priority,
                   uint64_t now);

/* Asks for the same once more, ahead of others of the same priority. */
int sb_limiter_ask_again(struct sb_limiter *limiter, struct sb_slot *slot,
                         uint64_t now);

/* Ends a slot that is held, saying how it went, or takes a queued one out of
   the queue. Nothing happens to an idle one. */
void sb_limiter_leave(struct sb_limiter *limiter, struct sb_slot *slot,
                      enum sb_outcome outcome, uint64_t now);

/* Grants no slot of the model before the time `until`. 0 or UV_ENOMEM. */
int sb_limiter_park(struct sb_limiter *limiter, const char *name,
                    uint64_t until);

/* Whether the model of a slot, which may be held since before, is parked. */
bool sb_limiter_is_parked(const struct sb_slot *slot, uint64_t now);

/* When sb_limiter_turn is next to be called, since a model that somebody waits
   for may go on; UINT64_MAX when there is none. */
uint64_t sb_limiter_next(const struct sb_limiter *limiter, uint64_t now);
void sb_limiter_turn(struct sb_limiter *limiter, uint64_t now);

/* The models, in the order that they were first named. */
struct sb_limiter_cap {
  const char *model;
  uint32_t cap, used, waiting;
};
size_t sb_limiter_count(const struct sb_limiter *limiter);
struct sb_limiter_cap sb_limiter_look(const struct sb_limiter *limiter,
                                      size_t index);

#endif
