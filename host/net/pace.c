/* host/net/pace.c -- see pace.h. */
#include "host/net/pace.h"

#define SECOND 1e9
#define SLOWEST (30 * SECOND)
#define FASTEST (SECOND / 1000) /* what a timer can tell from none */
#define BACKOFF_LEAST (SECOND / 16)
#define BACKOFF_MOST (15 * SECOND)
#define SPREAD_MOST (SECOND / 20)

#define MARGIN (7.0 / 6) /* slower than a limit by so much is near it */
#define CALLS_A_TRIAL 40
#define PARKS_A_TRIAL 20
#define WORTH_LEAST 0.25 /* of a limit that was measured by a few calls */

#define IN_VAIN 6u
#define FAR_SLOWER 1.5 /* than what was refused: no limit does that twice */
#define IN_A_ROW 20
#define MOSTLY_BUSY 0.5
#define SHARE_OF_LAST (1.0 / 32)

static double least(double a, double b) { return a < b ? a : b; }

static double most(double a, double b) { return a > b ? a : b; }

static void wait_for_next(struct sb_pace *pace, uint32_t cap, uint64_t now) {
  double wait = pace->refusals > 0
                    ? most(pace->every, pace->backoff)
                    : least(pace->took / (4.0 * cap), SPREAD_MOST);
  pace->next_at = wait < FASTEST ? now : now + (uint64_t)wait;
}

void sb_pace_call(struct sb_pace *pace, struct sb_pace_call *call, uint32_t cap,
                  uint64_t now) {
  double gone = (double)(now - pace->called_at);
  if (pace->called_at == 0)
    pace->began = now;
  else if (pace->called > 0)
    pace->spacing += (gone - pace->spacing) / 8;
  *call = (struct sb_pace_call){now, pace->called++, pace->refusals};
  pace->called_at = now;
  wait_for_next(pace, cap, now);
}

/* What nobody goes at is no pace that was tried: it gets no faster then. */
static void speed_up(struct sb_pace *pace, uint32_t under_way) {
  double every = pace->every, limit = pace->limit;
  double less = (every - limit * MARGIN) / (under_way > 8 ? under_way : 8);
  if (2 * every <= pace->spacing) return;
  if (every < limit * 0.97) /* it is not where it was thought to be */
    less = every / 32;
  else if (limit > 0 && less < every / 64)
    less = every * (MARGIN - 1) * every / pace->trial;
  pace->every -= less;
  if (pace->every < FASTEST) pace->every = 0;
}

void sb_pace_answered(struct sb_pace *pace, const struct sb_pace_call *call,
                      uint32_t under_way, uint64_t now) {
  pace->busy_share -= pace->busy_share * SHARE_OF_LAST;
  pace->took += ((double)(now - call->at) - pace->took) / 8;
  if (call->refusals != pace->refusals) return;
  pace->backoff = 0;
  if (pace->every > 0) speed_up(pace, under_way);
}

/* A limit does not refuse what is slower than what it refused, time and again;
   chance does not refuse nearly all. */
static bool is_chance(struct sb_pace *pace, double refused, double accepted) {
  if (pace->busy_share > MOSTLY_BUSY) {
    pace->in_vain = 0;
    return false;
  }
  if (pace->by_chance) return true;
  if (accepted >= IN_A_ROW)
    pace->in_vain = 0;
  else if (pace->refused > 0 && refused > pace->refused * FAR_SLOWER)
    pace->in_vain += 3;
  else if ((pace->refused > 0 && refused > pace->refused * 1.05) ||
           refused > SLOWEST * 0.9)
    pace->in_vain++;
  else if (pace->in_vain > 0)
    pace->in_vain--;
  return pace->in_vain >= IN_VAIN;
}

/* Some were accepted since the measurement began. */
static void measure(struct sb_pace *pace, const struct sb_pace_call *call,
                    uint64_t parked_until, uint64_t now) {
  double accepted = call->before;
  if (pace->refusals == 0) { /* what was saved up, too: a guess */
    pace->every = (double)(parked_until - pace->began) / (accepted + 1);
  } else {
    double refused = most(pace->every, pace->spacing * 0.75);
    double worth = most(WORTH_LEAST, least(1, accepted / CALLS_A_TRIAL));
    pace->by_chance = is_chance(pace, refused, accepted);
    pace->limit = pace->refused = refused;
    pace->every = (double)(call->at - pace->began) / accepted * 1.05;
    pace->trial = worth * most(CALLS_A_TRIAL * pace->every,
                               PARKS_A_TRIAL * (double)(parked_until - now));
  }
  pace->every = least(pace->every, SLOWEST);
  pace->backoff = 0;
}

static void back_off(struct sb_pace *pace) {
  double wait = most(most(pace->every, pace->backoff), BACKOFF_LEAST);
  pace->backoff = least(2 * wait, BACKOFF_MOST);
  pace->limit = least(pace->limit * 1.5, pace->every);
}

void sb_pace_refused(struct sb_pace *pace, const struct sb_pace_call *call,
                     bool others_wait, uint64_t parked_until, uint64_t now) {
  pace->busy_share += (1 - pace->busy_share) * SHARE_OF_LAST;
  if (call->refusals != pace->refusals) {
    pace->limit = least(pace->limit * 1.05, pace->every);
    return;
  }
  if (others_wait && call->before > 0)
    measure(pace, call, parked_until, now);
  else if (others_wait)
    back_off(pace);
  if (pace->by_chance) pace->every = pace->backoff = pace->limit = 0;
  if (call->before > 0) pace->began = call->at;
  pace->called = 0;
  pace->refusals++;
  wait_for_next(pace, 1, now);
}
