/* tests/unit/timer_test.c -- host/base/timer.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "host/base/timer.h"

static int setup(void **state) {
  static uv_loop_t loop;
  *state = &loop;
  return uv_loop_init(&loop);
}

/* Fails when a test has left a handle open. */
static int teardown(void **state) {
  uv_run(*state, UV_RUN_DEFAULT);
  return uv_loop_close(*state);
}

static void count(void *arg) { ++*(int *)arg; }

static void fires_once(void **state) {
  struct sb_timer *op;
  int fired = 0;
  assert_int_equal(sb_timer_start(*state, 1, count, &fired, &op), 0);
  assert_int_equal(fired, 0);
  uv_run(*state, UV_RUN_DEFAULT);
  assert_int_equal(fired, 1);
}

static void stays_silent_once_cancelled(void **state) {
  struct sb_timer *op;
  int fired = 0;
  assert_int_equal(sb_timer_start(*state, 0, count, &fired, &op), 0);
  sb_timer_cancel(op);
  uv_run(*state, UV_RUN_DEFAULT);
  assert_int_equal(fired, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(fires_once, setup, teardown),
      cmocka_unit_test_setup_teardown(stays_silent_once_cancelled, setup,
                                      teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
