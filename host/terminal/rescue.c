/* host/terminal/rescue.c -- see rescue.h. */
#include "host/terminal/rescue.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>
#include <uv.h>

static volatile sig_atomic_t hidden_on = -1;  /* where it is hidden, or -1 */
static volatile sig_atomic_t changed_on = -1; /* whose mode is another, or -1 */
static struct termios former;                 /* that one's, before */

static const char leave[] = "\r\n\033[?25h";

static void rescue(void) {
  if (changed_on >= 0) tcsetattr(changed_on, TCSANOW, &former);
  changed_on = -1;
  if (hidden_on < 0) return;
  ssize_t n = write(hidden_on, leave, sizeof leave - 1);
  (void)n; /* nothing is left to be done about it */
  hidden_on = -1;
}

/* The handler is reset before it is called (SA_RESETHAND): raising the signal
   once more ends the process as if there were none. */
static void on_deadly(int number) {
  rescue();
  raise(number);
}

void sb_rescue_and_end(int number) {
  signal(number, SIG_DFL);
  on_deadly(number);
}

static const int deadly[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/* Puts `to` in the place of `from` wherever that is the action of a signal. */
static void replace_handler(void (*from)(int), void (*to)(int), int flags) {
  for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++) {
    struct sigaction action;
    if (sigaction(deadly[i], NULL, &action) != 0 ||
        (action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != from)
      continue;
    action = (struct sigaction){.sa_flags = flags};
    action.sa_handler = to;
    sigaction(deadly[i], &action, NULL);
  }
}

static void update(void) {
  static bool at_exit;
  if (hidden_on < 0 && changed_on < 0) {
    replace_handler(on_deadly, SIG_DFL, 0);
    return;
  }
  if (!at_exit) at_exit = atexit(rescue) == 0;
  replace_handler(SIG_DFL, on_deadly, (int)SA_RESETHAND | SA_NODEFER);
}

void sb_rescue_cursor(int fd) {
  hidden_on = fd;
  update();
}

int sb_rescue_keys_on(int fd) {
  if (changed_on >= 0) return UV_EBUSY;
  if (tcgetattr(fd, &former) != 0) return uv_translate_sys_error(errno);
  struct termios keys = former;
  keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
  keys.c_cc[VMIN] = 1;
  keys.c_cc[VTIME] = 0;
  changed_on = fd; /* before the mode is another */
  update();
  if (tcsetattr(fd, TCSADRAIN, &keys) == 0) return 0;
  int rc = uv_translate_sys_error(errno);
  sb_rescue_keys_off();
  return rc;
}

void sb_rescue_keys_off(void) {
  if (changed_on >= 0) tcsetattr(changed_on, TCSADRAIN, &former);
  changed_on = -1;
  update();
}
