/* host/lua/interrupt.c -- see interrupt.h. */
#include "host/lua/interrupt.h"

#include <errno.h>
#include <lauxlib.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

#include "host/lua/task.h"
#include "host/terminal/rescue.h"

static lua_State *armed;       /* whose loop listens */
static pthread_t armed_thread; /* which runs it */
static void (*to_loop)(int);   /* libuv's handler */
static volatile sig_atomic_t unheard;

static void break_off(lua_State *L, lua_Debug *ar) {
  (void)ar;
  lua_sethook(L, NULL, 0, 0);
  if (unheard > 1)
    luaL_error(L, "broken off by Ctrl-C: this code went on without a pause");
}

static void on_interrupt(int number) {
  int saved = errno;
  if (!pthread_equal(pthread_self(), armed_thread)) {
    pthread_kill(armed_thread, number);
  } else if (++unheard == 1) {
    to_loop(number);
  } else if (unheard == 2) {
    lua_State *co = sb_host_running(armed);
    if (co != NULL)
      lua_sethook(co, break_off,
                  LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
  } else {
    sb_rescue_and_end(number);
  }
  errno = saved;
}

void sb_interrupt_arm(lua_State *L) {
  struct sigaction action;
  if (sigaction(SIGINT, NULL, &action) != 0 ||
      (action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler == on_interrupt)
    return;
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  armed = lua_tothread(L, -1); /* which lives as long as the loop */
  lua_pop(L, 1);
  armed_thread = pthread_self();
  to_loop = action.sa_handler;
  unheard = 0;
  action.sa_handler = on_interrupt;
  sigaction(SIGINT, &action, NULL);
}

void sb_interrupt_heard(void) { unheard = 0; }
