/* tests/unit/terminal_test.c -- host/terminal/terminal.h, seen on the screen of
   a small terminal: what a user sees counts, not the bytes. */
/* NOLINTBEGIN(concurrency-mt-unsafe): there is one thread */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _XOPEN_SOURCE 700 /* pseudo-terminals */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "host/terminal/terminal.h"

enum { ROWS = 6, COLUMNS = 20 };

struct screen {
  int master, slave;
  char cells[ROWS][COLUMNS + 1];
  int row, column; /* column COLUMNS: past the last, about to wrap */
  bool hidden;
  struct sb_terminal *terminal;
};

static void clear_from(struct screen *s, int row, int column) {
  if (column < COLUMNS)
    memset(&s->cells[row][column], ' ', (size_t)(COLUMNS - column));
}

static void feed_newline(struct screen *s) {
  if (++s->row < ROWS) return;
  s->row = ROWS - 1;
  memmove(s->cells[0], s->cells[1], sizeof s->cells - sizeof s->cells[0]);
  clear_from(s, s->row, 0);
}

static void feed_character(struct screen *s, char c) {
  if (s->column == COLUMNS) {
    s->column = 0;
    feed_newline(s);
  }
  s->cells[s->row][s->column++] = c;
}

/* What follows ESC [ at text; returns its length. */
static size_t feed_sequence(struct screen *s, const char *text) {
  char *end;
  bool private = *text == '?';
  long n = strtol(text + private, &end, 10);
  while (*end == ';' || isdigit((unsigned char)*end)) end++;
  switch (*end) {
  case 'A':
    s->row -= n < s->row ? (int)n : s->row;
    break;
  case 'J':
    for (int row = s->row + 1; row < ROWS; row++) clear_from(s, row, 0);
    /* fall through */
  case 'K':
    /* as xterm has it: the character in the last column goes as well */
    clear_from(s, s->row, s->column < COLUMNS ? s->column : COLUMNS - 1);
    break;
  case 'h':
  case 'l':
    assert_int_equal(n, 25);
    s->hidden = *end == 'l';
    break;
  case 'm':
    break;
  default:
    fail_msg("sequence %s", text);
  }
  return (size_t)(end - text) + 1;
}

/* Draws all that has been written to the terminal. */
static void look(struct screen *s) {
  struct pollfd poller = {.fd = s->master, .events = POLLIN};
  while (poll(&poller, 1, 0) == 1 && (poller.revents & POLLIN) != 0) {
    char text[4096] = {0};
    ssize_t n = read(s->master, text, sizeof text - 1);
    for (ssize_t i = 0; i < n; i++) {
      if (text[i] == '\r')
        s->column = 0;
      else if (text[i] == '\n')
        feed_newline(s);
      else if (text[i] == '\033')
        i += (ssize_t)feed_sequence(s, &text[i + 2]) + 1;
      else
        feed_character(s, text[i]);
    }
  }
}

static void assert_rows(struct screen *s, const char *const rows[ROWS]) {
  look(s);
  for (int i = 0; i < ROWS; i++) {
    char row[COLUMNS + 1];
    snprintf(row, sizeof row, "%-*s", COLUMNS, rows[i] != NULL ? rows[i] : "");
    assert_string_equal(s->cells[i], row);
  }
}

#define assert_screen(s, ...)                                                  \
  assert_rows(s, (const char *const[ROWS]){__VA_ARGS__})

static void resize(struct screen *s, int rows, int columns) {
  struct winsize size = {.ws_row = (unsigned short)rows,
                         .ws_col = (unsigned short)columns};
  assert_int_equal(ioctl(s->master, TIOCSWINSZ, &size), 0);
}

static int setup(void **state) {
  struct screen *s = calloc(1, sizeof *s);
  struct termios mode;
  *state = s;
  s->master = posix_openpt(O_RDWR | O_NOCTTY);
  if (s->master < 0 || grantpt(s->master) != 0 || unlockpt(s->master) != 0)
    return -1;
  s->slave = open(ptsname(s->master), O_RDWR | O_NOCTTY);
  if (s->slave < 0 || tcgetattr(s->slave, &mode) != 0) return -1;
  mode.c_oflag &= ~(tcflag_t)OPOST;
  if (tcsetattr(s->slave, TCSANOW, &mode) != 0) return -1;
  resize(s, ROWS, COLUMNS);
  for (int row = 0; row < ROWS; row++) clear_from(s, row, 0);
  setenv("TERM", "xterm", 1);
  unsetenv("NO_COLOR");
  s->terminal = sb_terminal_new(s->slave);
  return s->terminal == NULL;
}

static int teardown(void **state) {
  struct screen *s = *state;
  sb_terminal_free(s->terminal);
  close(s->slave);
  close(s->master);
  free(s);
  return 0;
}

static void show(struct screen *s, size_t count, const char *const *lines) {
  sb_terminal_clear(s->terminal);
  for (size_t i = 0; i < count; i++)
    assert_int_equal(sb_terminal_line(s->terminal, lines[i], strlen(lines[i])),
                     0);
  assert_int_equal(sb_terminal_paint(s->terminal), 0);
}

#define SHOW(s, ...)                                                           \
  show(s, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *),              \
       (const char *[]){__VA_ARGS__})

static void say(struct screen *s, const char *text) {
  assert_int_equal(sb_terminal_print(s->terminal, text, strlen(text)), 0);
}

static void paints_a_block_over_and_over(void **state) {
  struct screen *s = *state;
  SHOW(s, "one", "two two", "three");
  assert_screen(s, "one", "two two", "three");
  assert_true(s->hidden);
  SHOW(s, "1", "2", "3");
  assert_screen(s, "1", "2", "3");
  SHOW(s, "less");
  assert_screen(s, "less");
  SHOW(s, "more", "again");
  assert_screen(s, "more", "again");
}

static void prints_above_the_block(void **state) {
  struct screen *s = *state;
  say(s, "before");
  SHOW(s, "block", "of two");
  say(s, "first");
  say(s, "second\nthird");
  assert_screen(s, "before", "first", "second", "third", "block", "of two");
  say(s, "a line longer than the screen");
  assert_screen(s, "second", "third", "a line longer than t", "he screen",
                "block", "of two");
}

static void takes_the_block_away(void **state) {
  struct screen *s = *state;
  SHOW(s, "a", "b");
  show(s, 0, NULL);
  assert_screen(s, NULL);
  assert_false(s->hidden);
  say(s, "x");
  assert_screen(s, "x");
}

static void leaves_the_last_block_when_it_finishes(void **state) {
  struct screen *s = *state;
  SHOW(s, "a", "b");
  assert_int_equal(sb_terminal_finish(s->terminal), 0);
  say(s, "after");
  assert_screen(s, "a", "b", "after");
  assert_false(s->hidden);
}

static void cuts_lines_to_the_width_and_the_block_to_the_height(void **state) {
  struct screen *s = *state;
  const char *const full = "12345678901234567890";
  SHOW(s, "12345678901234567890+", full, "3", "4", "5", "6", "7");
  assert_screen(s, full, full, "3", "4", "5");
  SHOW(s, "short", full, "3", "4", full);
  assert_screen(s, "short", full, "3", "4", full);
  say(s, "above");
  assert_screen(s, "above", "short", full, "3", "4", full);
}

static void finds_its_lines_again_when_the_terminal_got_narrower(void **state) {
  struct screen *s = *state;
  SHOW(s, "12345678901234", "b");
  look(s);
  /* what a terminal of 10 columns makes of it: three rows */
  memset(s->cells[0] + 10, ' ', 10);
  memcpy(s->cells[1], "1234", 4);
  s->cells[2][0] = 'b';
  s->row = 2;
  resize(s, ROWS, 10);
  SHOW(s, "12345678901234", "b");
  assert_screen(s, "1234567890", "b");
}

static void lets_colours_through_and_no_other_control(void **state) {
  struct screen *s = *state;
  char text[512] = {0};
  SHOW(s, "\033[1;31mred\033[2Jx\x07\xC2\x9By\t.");
  assert_true(read(s->master, text, sizeof text - 1) > 0);
  assert_non_null(strstr(text, "\033[1;31mred?[2Jx??y .\033[0m"));
}

static void counts_columns_and_not_bytes(void **state) {
  struct screen *s = *state;
  char text[512] = {0};
  SHOW(s, "\u706F\u706F\u706F\u706F\u706F\u706F\u706F\u706F\u706F\u706F!",
       "123456789012345678e\u0301\xFFZ", "1234567890123456789\u706F");
  assert_true(read(s->master, text, sizeof text - 1) > 0);
  assert_null(strchr(text, '!'));
  assert_non_null(strstr(text, "8e\u0301\uFFFD"));
  assert_null(strchr(text, 'Z'));
  assert_null(strstr(text, "9\u706F"));
}

static void shows_nothing_where_there_is_no_terminal(void **state) {
  struct screen *s = *state;
  int ends[2];
  char text[64] = {0};
  assert_int_equal(pipe(ends), 0);
  sb_terminal_free(s->terminal);
  s->terminal = sb_terminal_new(ends[1]);
  assert_non_null(s->terminal);
  SHOW(s, "block");
  say(s, "plain");
  assert_int_equal(read(ends[0], text, sizeof text - 1), 6);
  assert_string_equal(text, "plain\n");
  assert_false(sb_terminal_is(ends[1]));
  close(ends[0]);
  close(ends[1]);
}

static void knows_colour_and_size(void **state) {
  struct screen *s = *state;
  int columns, rows;
  assert_true(sb_terminal_is(s->slave));
  assert_true(sb_terminal_colour(s->slave));
  setenv("NO_COLOR", "1", 1);
  assert_false(sb_terminal_colour(s->slave));
  unsetenv("NO_COLOR");
  setenv("TERM", "dumb", 1);
  assert_false(sb_terminal_colour(s->slave));
  sb_terminal_size(s->slave, &columns, &rows);
  assert_int_equal(columns, COLUMNS);
  assert_int_equal(rows, ROWS);
  resize(s, 0, 0);
  sb_terminal_size(s->slave, &columns, &rows);
  assert_int_equal(columns, 80);
  assert_int_equal(rows, 24);
}

/* Shows a block in a process of its own, ended by the signal, or (0) by exit;
   returns its status. */
static int end_by(struct screen *s, int number) {
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    SHOW(s, "block");
    if (number == 0) exit(7);
    raise(number);
    _exit(99);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  return status;
}

static void gives_the_cursor_back_when_the_process_ends(void **state) {
  struct screen *s = *state;
  const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    int status = end_by(s, numbers[i]);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == numbers[i]);
    look(s);
    assert_false(s->hidden);
  }
  int status = end_by(s, 0);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
  assert_screen(s, "block", "block", "block", "block", "block");
  assert_false(s->hidden);
}

static void leaves_signals_alone_that_somebody_else_handles(void **state) {
  struct screen *s = *state;
  struct sigaction action;
  signal(SIGINT, SIG_IGN);
  SHOW(s, "block");
  sigaction(SIGINT, NULL, &action);
  assert_true(action.sa_handler == SIG_IGN);
  sigaction(SIGTERM, NULL, &action);
  assert_true(action.sa_handler != SIG_DFL);
  sb_terminal_finish(s->terminal);
  sigaction(SIGTERM, NULL, &action);
  assert_true(action.sa_handler == SIG_DFL);
  signal(SIGINT, SIG_DFL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(paints_a_block_over_and_over),
      TEST(prints_above_the_block),
      TEST(takes_the_block_away),
      TEST(leaves_the_last_block_when_it_finishes),
      TEST(cuts_lines_to_the_width_and_the_block_to_the_height),
      TEST(finds_its_lines_again_when_the_terminal_got_narrower),
      TEST(lets_colours_through_and_no_other_control),
      TEST(counts_columns_and_not_bytes),
      TEST(shows_nothing_where_there_is_no_terminal),
      TEST(knows_colour_and_size),
      TEST(gives_the_cursor_back_when_the_process_ends),
      TEST(leaves_signals_alone_that_somebody_else_handles),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
/* NOLINTEND(concurrency-mt-unsafe) */
