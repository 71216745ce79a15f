/* host/terminal/rescue.c -- see rescue.h. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _XOPEN_SOURCE 700 /* all of the signals */
#include "host/terminal/rescue.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>
#include <uv.h>

static volatile sig_atomic_t hidden_on = -1;  /* where it is hidden, or -1 */
static volatile sig_atomic_t changed_on = -1; /* whose mode is another, or -1 */
static struct termios former, keys;           /* that one's, before and now */

static const char leave[] = "\r\n\033[?25h";

bool sb_rescue_is_ours(int fd) {
  pid_t group = tcgetpgrp(fd);
  return group < 0 || group == getpgrp(); /* below 0: nobody's, or another's */
}

/* Puts all back, for now. In the background nothing is to be put back: that was
   done when the process was stopped, and the mode is the shell's by now. */
static void put_back(void) {
  if (changed_on >= 0 && sb_rescue_is_ours(changed_on))
    tcsetattr(changed_on, TCSANOW, &former);
  if (hidden_on < 0) return;
  ssize_t n = write(hidden_on, leave, sizeof leave - 1);
  (void)n; /* nothing is left to be done about it */
  hidden_on = -1;
}

static void rescue(void) {
  put_back();
  changed_on = -1;
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

/* The process goes on, whatever has stopped it. In the background this stops it
   again, until the terminal is given to it. */
static void on_continue(int number) {
  int saved = errno;
  (void)number;
  if (changed_on >= 0) tcsetattr(changed_on, TCSANOW, &keys);
  errno = saved;
}

/* Ctrl-Z. The process is stopped as if there were no handler, or is not, where
   there is no shell to go on in. */
static void on_stop(int number) {
  int saved = errno;
  struct sigaction ours, plain = {.sa_flags = 0};
  put_back();
  plain.sa_handler = SIG_DFL;
  sigaction(number, &plain, &ours);
  raise(number);
  sigaction(number, &ours, NULL);
  on_continue(SIGCONT);
  errno = saved;
}

/* Those that end a process, other than the two that main.c ignores. */
static const int deadly[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGILL,    SIGTRAP,
                             SIGABRT, SIGBUS,  SIGFPE,  SIGUSR1,   SIGSEGV,
                             SIGUSR2, SIGALRM, SIGTERM, SIGVTALRM, SIGPROF,
                             SIGXCPU, SIGSYS};

/* Puts `to` in the place of `from` if that is the action of a signal. */
static void replace(int number, void (*from)(int), void (*to)(int), int flags) {
  struct sigaction action;
  if (sigaction(number, NULL, &action) != 0 ||
      (action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != from)
    return;
  action = (struct sigaction){.sa_flags = flags};
  action.sa_handler = to;
  sigaction(number, &action, NULL);
}

static void update(void) {
  static bool at_exit;
  bool held = hidden_on >= 0 || changed_on >= 0;
  if (held && !at_exit) at_exit = atexit(rescue) == 0;
  for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++)
    if (held)
      replace(deadly[i], SIG_DFL, on_deadly, (int)SA_RESETHAND | SA_NODEFER);
    else
      replace(deadly[i], on_deadly, SIG_DFL, 0);
  if (held) {
    replace(SIGTSTP, SIG_DFL, on_stop, SA_NODEFER | SA_RESTART);
    replace(SIGCONT, SIG_DFL, on_continue, SA_RESTART);
  } else {
    replace(SIGTSTP, on_stop, SIG_DFL, 0);
    replace(SIGCONT, on_continue, SIG_DFL, 0);
  }
}

void sb_rescue_cursor(int fd) {
  hidden_on = fd;
  update();
}

bool sb_rescue_has_cursor(void) { return hidden_on >= 0; }

int sb_rescue_keys_on(int fd) {
  if (changed_on >= 0) return UV_EBUSY;
  if (tcgetattr(fd, &former) != 0) return uv_translate_sys_error(errno);
  keys = former;
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
  if (changed_on >= 0 && sb_rescue_is_ours(changed_on))
    tcsetattr(changed_on, TCSADRAIN, &former);
  changed_on = -1;
  update();
}
