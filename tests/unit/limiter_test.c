/* tests/unit/limiter_test.c -- host/net/limiter.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "host/net/limiter.h"

#define SECOND UINT64_C(1000000000)

static int setup(void **state) {
  *state = sb_limiter_new();
  return *state == NULL;
}

static int teardown(void **state) {
  sb_limiter_free(*state);
  return 0;
}

struct call {
  struct sb_slot slot;
  int told;
};

#define MS UINT64_C(1000000)

static void on_granted(struct sb_slot *slot) {
  ((struct call *)slot)->told++; /* slot is its first member */
}

static void ask(struct sb_limiter *limiter, struct call *call, const char *lane,
                const char *model, double priority, uint64_t now) {
  call->slot.granted = on_granted;
  assert_int_equal(
      sb_limiter_ask(limiter, &call->slot, lane, model, priority, now), 0);
}

static uint32_t cap(const struct sb_limiter *limiter) {
  return sb_limiter_look(limiter, 0).cap;
}

/* Takes as many slots as can be had, ends them all with the outcome given, and
   returns how many there were. */
static int round_of(struct sb_limiter *limiter, enum sb_outcome outcome,
                    uint64_t now) {
  struct call calls[100] = {0};
  int held = 0;
  for (int i = 0; i < 100; i++) ask(limiter, &calls[i], "l", "m", 0, now);
  while (held < 100 && calls[held].slot.held) held++;
  for (int i = 99; i >= held; i--)
    sb_limiter_leave(limiter, &calls[i].slot, SB_OUTCOME_OTHER, now);
  for (int i = 0; i < held; i++)
    sb_limiter_leave(limiter, &calls[i].slot, outcome, now);
  return held;
}

static void doubles_until_the_first_busy_then_adds_one(void **state) {
  struct sb_limiter *limiter = *state;
  assert_int_equal(round_of(limiter, SB_OUTCOME_OK, 0), 4);
  assert_int_equal(round_of(limiter, SB_OUTCOME_OK, 0), 8);
  assert_int_equal(round_of(limiter, SB_OUTCOME_OK, 0), 16);
  assert_int_equal(round_of(limiter, SB_OUTCOME_BUSY, 0), 32);
  assert_int_equal(round_of(limiter, SB_OUTCOME_OK, 0), 16);
  assert_int_equal(round_of(limiter, SB_OUTCOME_OK, 0), 17);
  assert_int_equal(round_of(limiter, SB_OUTCOME_OTHER, 0), 18);
  assert_int_equal(round_of(limiter, SB_OUTCOME_OK, 0), 18);
}

static void halves_once_in_five_seconds_and_keeps_one(void **state) {
  struct sb_limiter *limiter = *state;
  const uint64_t start = 100 * SECOND;
  round_of(limiter, SB_OUTCOME_BUSY, start);
  assert_int_equal(cap(limiter), 2);
  round_of(limiter, SB_OUTCOME_BUSY, start + 5 * SECOND - 1);
  assert_int_equal(cap(limiter), 2);
  round_of(limiter, SB_OUTCOME_BUSY, start + 5 * SECOND);
  assert_int_equal(cap(limiter), 1);
  round_of(limiter, SB_OUTCOME_BUSY, start + 60 * SECOND);
  assert_int_equal(cap(limiter), 1);
}

static void learns_nothing_from_a_cap_that_was_not_reached(void **state) {
  struct sb_limiter *limiter = *state;
  for (int i = 0; i < 20; i++) {
    struct call call = {0};
    ask(limiter, &call, "l", "m", 0, 0);
    sb_limiter_leave(limiter, &call.slot, SB_OUTCOME_OK, 0);
  }
  assert_int_equal(cap(limiter), 4);
}

static void a_lane_with_a_cap_starts_there_and_stays_below(void **state) {
  struct sb_limiter *limiter = *state;
  assert_int_equal(sb_limiter_lane(limiter, "l", 10, 0), 0);
  assert_int_equal(round_of(limiter, SB_OUTCOME_OK, 0), 10);
  assert_int_equal(round_of(limiter, SB_OUTCOME_BUSY, 0), 10);
  for (uint32_t n = 5; n <= 10; n++)
    assert_int_equal(round_of(limiter, SB_OUTCOME_OK, 0), n);
  assert_int_equal(round_of(limiter, SB_OUTCOME_OK, 0), 10);
}

static void a_lane_is_shared_by_its_models(void **state) {
  struct sb_limiter *limiter = *state;
  struct call a = {0}, b = {0}, c = {0};
  assert_int_equal(sb_limiter_lane(limiter, "l", 2, 0), 0);
  ask(limiter, &a, "l", "one", 0, 0);
  ask(limiter, &b, "l", "two", 0, 0);
  ask(limiter, &c, "l", "three", 0, 0);
  assert_true(a.slot.held && b.slot.held && !c.slot.held);
  assert_int_equal(sb_limiter_lane(limiter, "l", 3, 0), 0);
  assert_true(c.slot.held);
}

static void grants_by_priority_then_in_order(void **state) {
  struct sb_limiter *limiter = *state;
  struct call calls[7] = {0};
  const double priorities[] = {0, 1, 5, 1, 5, 0, 1};
  const int order[] = {0, 2, 4, 1, 3, 6, 5};
  assert_int_equal(sb_limiter_lane(limiter, "l", 1, 0), 0);
  for (int i = 0; i < 7; i++)
    ask(limiter, &calls[i], "l", "m", priorities[i], 0);
  assert_int_equal(calls[0].told, 0); /* it was held at once */
  for (int i = 0; i < 7; i++) {
    for (int j = i + 1; j < 7; j++) assert_false(calls[order[j]].slot.held);
    assert_true(calls[order[i]].slot.held);
    assert_int_equal(calls[order[i]].told, i > 0);
    sb_limiter_leave(limiter, &calls[order[i]].slot, SB_OUTCOME_OTHER, 0);
  }
}

/* The same numbers on every machine. */
static unsigned draw(uint32_t *seed, unsigned below) {
  *seed = *seed * 1664525U + 1013904223U;
  return (*seed >> 16) % below;
}

/* Against a plain scan, with slots leaving from anywhere in the queue. */
static void keeps_the_order_when_slots_leave(void **state) {
  struct sb_limiter *limiter = *state;
  static struct call calls[500];
  struct call gate = {0};
  assert_int_equal(sb_limiter_lane(limiter, "l", 1, 0), 0);
  ask(limiter, &gate, "l", "m", 0, 0);
  uint32_t seed = 3;
  for (int i = 0; i < 500; i++)
    ask(limiter, &calls[i], "l", "m", draw(&seed, 4), 0);
  for (int i = 0; i < 200; i++)
    sb_limiter_leave(limiter, &calls[draw(&seed, 500)].slot, SB_OUTCOME_OTHER,
                     0);
  struct call *now = &gate;
  for (;;) {
    struct call *best = NULL;
    for (int i = 0; i < 500; i++)
      if (calls[i].slot.place > 0 &&
          (best == NULL || calls[i].slot.priority > best->slot.priority))
        best = &calls[i];
    sb_limiter_leave(limiter, &now->slot, SB_OUTCOME_OTHER, 0);
    if (best == NULL) break;
    assert_true(best->slot.held);
    now = best;
  }
  assert_int_equal(sb_limiter_look(limiter, 0).used, 0);
}

static void asking_again_comes_before_equals(void **state) {
  struct sb_limiter *limiter = *state;
  struct call first = {0}, second = {0}, third = {0}, high = {0};
  assert_int_equal(sb_limiter_lane(limiter, "l", 1, 0), 0);
  ask(limiter, &first, "l", "m", 0, 0);
  ask(limiter, &second, "l", "m", 0, 0);
  ask(limiter, &third, "l", "m", 0, 0);
  ask(limiter, &high, "l", "m", 1, 0);
  sb_limiter_leave(limiter, &first.slot, SB_OUTCOME_OTHER, 0);
  assert_true(high.slot.held);
  assert_int_equal(sb_limiter_ask_again(limiter, &first.slot, 0), 0);
  assert_false(first.slot.held);
  sb_limiter_leave(limiter, &high.slot, SB_OUTCOME_OTHER, 0);
  assert_true(first.slot.held);
  sb_limiter_leave(limiter, &first.slot, SB_OUTCOME_OTHER, 0);
  assert_true(second.slot.held);
  sb_limiter_leave(limiter, &second.slot, SB_OUTCOME_OTHER, 0);
  assert_true(third.slot.held);
}

static void a_parked_model_holds_up_no_other(void **state) {
  struct sb_limiter *limiter = *state;
  struct call parked = {0}, other = {0};
  assert_int_equal(sb_limiter_park(limiter, "m", 150 * SECOND), 0);
  assert_int_equal(sb_limiter_park(limiter, "m", 100 * SECOND), 0);
  assert_true(sb_limiter_next(limiter, 0) == UINT64_MAX);
  ask(limiter, &parked, "l", "m", 9, SECOND);
  ask(limiter, &other, "l", "n", 0, SECOND);
  assert_false(parked.slot.held);
  assert_true(other.slot.held);
  assert_true(sb_limiter_next(limiter, SECOND) == 150 * SECOND);
  assert_true(sb_limiter_is_parked(&parked.slot, 150 * SECOND - 1));
  assert_false(sb_limiter_is_parked(&other.slot, SECOND));
  sb_limiter_turn(limiter, 150 * SECOND - 1);
  assert_false(parked.slot.held);
  sb_limiter_turn(limiter, 150 * SECOND);
  assert_true(parked.slot.held);
  assert_int_equal(parked.told, 1);
  assert_true(sb_limiter_next(limiter, 150 * SECOND) == UINT64_MAX);
  assert_false(sb_limiter_is_parked(&parked.slot, 150 * SECOND));
}

/* Grants the slot when its time has come, and not before. Returns that time. */
static uint64_t granted_at(struct sb_limiter *limiter, struct call *call,
                           uint64_t now) {
  while (!call->slot.held) {
    now = sb_limiter_next(limiter, now);
    assert_true(now != UINT64_MAX);
    sb_limiter_turn(limiter, now);
  }
  return now;
}

static void refuse(struct sb_limiter *limiter, struct call *call,
                   uint64_t until, uint64_t now) {
  assert_int_equal(sb_limiter_park(limiter, "m", until), 0);
  sb_limiter_leave(limiter, &call->slot, SB_OUTCOME_BUSY, now);
}

static void goes_on_at_what_was_accepted_between_two_refusals(void **state) {
  struct sb_limiter *limiter = *state;
  struct call calls[8] = {0};
  uint64_t now = SECOND;
  assert_int_equal(sb_limiter_lane(limiter, "l", 1, now), 0);
  for (size_t i = 0; i < 8; i++) ask(limiter, &calls[i], "l", "m", 0, now);
  refuse(limiter, &calls[0], now + 1000 * MS, now);
  for (size_t i = 1; i < 5; i++) {
    now = granted_at(limiter, &calls[i], now);
    if (i == 1) assert_int_equal(now, 2 * SECOND);
    sb_limiter_leave(limiter, &calls[i].slot, SB_OUTCOME_OK, now);
  }
  /* Four in this time, and a twentieth slower. */
  now = granted_at(limiter, &calls[5], now);
  uint64_t every = (calls[5].slot.call.at - SECOND) / 4 * 105 / 100;
  uint64_t refused_at = now;
  refuse(limiter, &calls[5], now, now);
  now = granted_at(limiter, &calls[6], now);
  assert_in_range(now - refused_at, every - MS, every + MS);
}

static void tries_again_after_twice_the_time(void **state) {
  struct sb_limiter *limiter = *state;
  struct call calls[6] = {0};
  uint64_t now = SECOND, last = 0;
  assert_int_equal(sb_limiter_lane(limiter, "l", 1, now), 0);
  for (size_t i = 0; i < 6; i++) ask(limiter, &calls[i], "l", "m", 0, now);
  for (size_t i = 0; i < 5; i++) {
    uint64_t refused_at = now;
    sb_limiter_leave(limiter, &calls[i].slot, SB_OUTCOME_BUSY, now);
    now = granted_at(limiter, &calls[i + 1], now);
    if (i > 0) assert_int_equal(now - refused_at, 2 * last);
    last = now - refused_at;
  }
}

/*
** A server that answers in 200 ms, or refuses at once and tells to wait for a
** second; and a crowd of calls that go on until each is answered.
*/

enum { CROWD = 600, ANSWERED_IN = 200 };

struct request {
  struct sb_slot slot; /* first */
  bool refused, done;
  uint64_t ends; /* 0: it waits for the slot */
};

struct server {
  struct sb_limiter *limiter;
  uint64_t now, tokens, filled; /* the bucket's, in ns of their making */
  uint64_t each; /* what a token takes; 0: a third is refused by chance */
  uint32_t chance;
  int refused;
  struct request requests[CROWD];
};

static struct server *serving; /* `granted` knows the slot alone */

static bool refuses(struct server *server) {
  if (server->each == 0) {
    server->chance = server->chance * 1103515245u + 12345u;
    return (server->chance >> 16) % 10 < 3;
  }
  server->tokens += server->now - server->filled;
  server->filled = server->now;
  if (server->tokens > 2 * server->each) server->tokens = 2 * server->each;
  if (server->tokens < server->each) return true;
  server->tokens -= server->each;
  return false;
}

static void send_request(struct sb_slot *slot) {
  struct request *request = (struct request *)slot;
  request->refused = refuses(serving);
  request->ends = serving->now + (request->refused ? 2 : ANSWERED_IN) * MS;
}

static void begin(struct server *server, struct request *request) {
  request->slot.granted = send_request;
  request->ends = 0;
  assert_int_equal(
      sb_limiter_ask(server->limiter, &request->slot, "l", "m", 0, server->now),
      0);
  if (request->slot.held) send_request(&request->slot);
}

static void end(struct server *server, struct request *request) {
  request->done = !request->refused;
  server->refused += request->refused;
  if (request->refused)
    sb_limiter_park(server->limiter, "m", server->now + SECOND);
  sb_limiter_leave(server->limiter, &request->slot,
                   request->refused ? SB_OUTCOME_BUSY : SB_OUTCOME_OK,
                   server->now);
  if (request->refused) begin(server, request);
}

/* Returns how long it takes, in milliseconds. */
static uint64_t serve(struct server *server) {
  const uint64_t start = server->now = server->filled = SECOND;
  serving = server;
  for (int i = 0; i < CROWD; i++) begin(server, &server->requests[i]);
  for (;;) {
    uint64_t next = sb_limiter_next(server->limiter, server->now);
    struct request *first = NULL;
    for (int i = 0; i < CROWD; i++) {
      struct request *request = &server->requests[i];
      if (request->done || request->ends == 0 || request->ends >= next)
        continue;
      next = request->ends;
      first = request;
    }
    if (next == UINT64_MAX) return (server->now - start) / MS;
    if (next > server->now) server->now = next;
    if (first != NULL)
      end(server, first);
    else
      sb_limiter_turn(server->limiter, server->now);
  }
}

static void a_limit_is_found_and_kept(void **state) {
  struct server *server = calloc(1, sizeof *server);
  assert_non_null(server);
  server->limiter = *state;
  server->each = SECOND / 60;
  uint64_t took = serve(server), at_best = CROWD * 1000 / 60;
  assert_in_range(server->refused, 1, CROWD / 50);
  assert_in_range(took, at_best * 9 / 10, at_best * 22 / 10);
  free(server);
}

static void chance_is_no_limit(void **state) {
  struct server *server = calloc(1, sizeof *server);
  assert_non_null(server);
  server->limiter = *state;
  uint64_t took = serve(server);
  assert_in_range(server->refused, CROWD / 3, CROWD * 6 / 10);
  /* each of the parks holds all up; what is between them is not slowed down */
  assert_in_range(took, 0, (uint64_t)server->refused * 1000);
  free(server);
}

static void an_idle_slot_has_nothing_to_leave(void **state) {
  struct sb_limiter *limiter = *state;
  struct call call = {0};
  ask(limiter, &call, "l", "m", 0, 0);
  sb_limiter_leave(limiter, &call.slot, SB_OUTCOME_OK, 0);
  sb_limiter_leave(limiter, &call.slot, SB_OUTCOME_OK, 0);
  assert_int_equal(sb_limiter_look(limiter, 0).used, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(doubles_until_the_first_busy_then_adds_one),
      TEST(halves_once_in_five_seconds_and_keeps_one),
      TEST(learns_nothing_from_a_cap_that_was_not_reached),
      TEST(a_lane_with_a_cap_starts_there_and_stays_below),
      TEST(a_lane_is_shared_by_its_models),
      TEST(grants_by_priority_then_in_order),
      TEST(keeps_the_order_when_slots_leave),
      TEST(asking_again_comes_before_equals),
      TEST(a_parked_model_holds_up_no_other),
      TEST(goes_on_at_what_was_accepted_between_two_refusals),
      TEST(tries_again_after_twice_the_time),
      TEST(a_limit_is_found_and_kept),
      TEST(chance_is_no_limit),
      TEST(an_idle_slot_has_nothing_to_leave),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
