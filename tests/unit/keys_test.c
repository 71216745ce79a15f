/* tests/unit/keys_test.c -- host/terminal/keys.h, at a pseudo-terminal. */
/* NOLINTBEGIN(concurrency-mt-unsafe): there is one thread */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _XOPEN_SOURCE 700 /* pseudo-terminals */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "host/terminal/keys.h"

struct rig {
  uv_loop_t loop;
  int master, slave;
  int status, count;
  char keys[64]; /* all that have come */
};

static int setup(void **state) {
  struct rig *r = calloc(1, sizeof *r);
  *state = r;
  r->master = posix_openpt(O_RDWR | O_NOCTTY);
  if (r->master < 0 || grantpt(r->master) != 0 || unlockpt(r->master) != 0)
    return -1;
  r->slave = open(ptsname(r->master), O_RDWR | O_NOCTTY);
  return r->slave < 0 ? -1 : uv_loop_init(&r->loop);
}

static int teardown(void **state) {
  struct rig *r = *state;
  uv_run(&r->loop, UV_RUN_DEFAULT);
  int rc = uv_loop_close(&r->loop);
  close(r->slave);
  if (r->master >= 0) close(r->master);
  free(r);
  return rc;
}

static bool shows_what_is_typed(struct rig *r) {
  struct termios mode;
  assert_int_equal(tcgetattr(r->slave, &mode), 0);
  return (mode.c_lflag & (ICANON | ECHO)) == (ICANON | ECHO);
}

static void on_key(void *arg, int status, const char *key, size_t len) {
  struct rig *r = arg;
  r->status = status;
  r->count++;
  strncat(r->keys, key, len);
}

static struct sb_key *start(struct rig *r) {
  struct sb_key *op;
  assert_int_equal(sb_key_start(&r->loop, r->slave, on_key, r, &op), 0);
  return op;
}

static void type(struct rig *r, const char *text) {
  assert_int_equal(write(r->master, text, strlen(text)), strlen(text));
}

static void press(struct rig *r, const char *text) {
  start(r);
  assert_false(shows_what_is_typed(r));
  type(r, text);
  uv_run(&r->loop, UV_RUN_DEFAULT);
  assert_true(shows_what_is_typed(r));
  assert_int_equal(r->status, 0);
}

static void takes_one_key_without_enter(void **state) {
  struct rig *r = *state;
  press(r, "2");
  assert_string_equal(r->keys, "2");
  press(r, "\n");
  press(r, "\u706F");
  assert_string_equal(r->keys, "2\n\u706F");
}

static void leaves_what_is_typed_ahead_for_the_next(void **state) {
  struct rig *r = *state;
  press(r, "ab");
  assert_string_equal(r->keys, "a");
  start(r);
  uv_run(&r->loop, UV_RUN_DEFAULT);
  assert_string_equal(r->keys, "ab");
}

static void swallows_what_is_no_character(void **state) {
  struct rig *r = *state;
  press(r, "\033[A\033OP\033[1;5C\033[<0;3;4M\033x\x01\x7F\xFF\xC3(1");
  assert_string_equal(r->keys, "(");
}

static void stays_silent_once_cancelled(void **state) {
  struct rig *r = *state;
  sb_key_cancel(start(r));
  assert_true(shows_what_is_typed(r));
  type(r, "x");
  uv_run(&r->loop, UV_RUN_DEFAULT);
  assert_int_equal(r->count, 0);
}

static void tells_when_the_terminal_is_gone(void **state) {
  struct rig *r = *state;
  start(r);
  close(r->master);
  r->master = -1;
  uv_run(&r->loop, UV_RUN_DEFAULT);
  assert_int_equal(r->count, 1);
  assert_true(r->status < 0);
}

static void refuses_what_is_no_terminal(void **state) {
  struct rig *r = *state;
  struct sb_key *op;
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  assert_true(sb_key_start(&r->loop, ends[0], on_key, r, &op) < 0);
  close(ends[0]);
  close(ends[1]);
}

static void puts_the_terminal_back_when_the_process_ends(void **state) {
  struct rig *r = *state;
  for (int number = 0; number <= SIGTERM; number += SIGTERM) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
      press(r, "1"); /* the second key counts as the first does */
      start(r);
      if (number == 0) exit(7);
      raise(number);
      _exit(99);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(number == 0
                    ? WIFEXITED(status) && WEXITSTATUS(status) == 7
                    : WIFSIGNALED(status) && WTERMSIG(status) == number);
    assert_true(shows_what_is_typed(r));
  }
}
/* NOLINTEND(concurrency-mt-unsafe) */

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(takes_one_key_without_enter, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(leaves_what_is_typed_ahead_for_the_next,
                                      setup, teardown),
      cmocka_unit_test_setup_teardown(swallows_what_is_no_character, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(stays_silent_once_cancelled, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(tells_when_the_terminal_is_gone, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(refuses_what_is_no_terminal, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(
          puts_the_terminal_back_when_the_process_ends, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
