/* host/lua/lui.c -- Lua module "host.ui": host/terminal/terminal.h and
   host/terminal/keys.h for scripts. The display is on standard output. */
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/terminal/keys.h"
#include "host/lua/bridge.h"
#include "host/lua/modules.h"
#include "host/lua/task.h"
#include "host/lua/work.h"
#include "host/terminal/terminal.h"

#define DISPLAY "host.display"

static int check_stream(lua_State *L, int index) {
  static const char *const names[] = {"stdout", "stderr", "stdin", NULL};
  static const int fds[] = {STDOUT_FILENO, STDERR_FILENO, STDIN_FILENO};
  return fds[luaL_checkoption(L, index, "stdout", names)];
}

/* Every function has the display as its upvalue. What Lua itself has printed
   comes out before. */
static struct sb_terminal *display(lua_State *L) {
  struct sb_terminal **owner = lua_touserdata(L, lua_upvalueindex(1));
  if (*owner == NULL) luaL_error(L, "the program has ended");
  (void)fflush(stdout); /* what went wrong, the next write tells */
  return *owner;
}

static int display_gc(lua_State *L) {
  struct sb_terminal **owner = lua_touserdata(L, 1);
  sb_terminal_free(*owner);
  *owner = NULL;
  return 0;
}

static int push_result(lua_State *L, int rc) {
  if (rc < 0) return sb_fail(L, rc, "terminal");
  lua_pushboolean(L, 1);
  return 1;
}

/* ui.terminal(stream = "stdout") -> boolean */
static int ui_terminal(lua_State *L) {
  lua_pushboolean(L, sb_terminal_is(check_stream(L, 1)));
  return 1;
}

/* ui.colour(stream = "stdout") -> boolean */
static int ui_colour(lua_State *L) {
  lua_pushboolean(L, sb_terminal_colour(check_stream(L, 1)));
  return 1;
}

/* ui.size() -> columns, rows */
static int ui_size(lua_State *L) {
  int columns, rows;
  sb_terminal_size(STDOUT_FILENO, &columns, &rows);
  lua_pushinteger(L, columns);
  lua_pushinteger(L, rows);
  return 2;
}

/* ui.block(lines) -> true | nil, message, code */
static int ui_block(lua_State *L) {
  struct sb_terminal *terminal = display(L);
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Integer count = luaL_len(L, 1);
  int rc = 0;
  sb_terminal_clear(terminal);
  for (lua_Integer i = 1; i <= count && rc == 0; i++) {
    size_t len;
    lua_geti(L, 1, i);
    const char *line = lua_tolstring(L, -1, &len);
    if (line == NULL) return luaL_error(L, "line %d is not a string", (int)i);
    rc = sb_terminal_line(terminal, line, len);
    lua_pop(L, 1);
  }
  return push_result(L, rc < 0 ? rc : sb_terminal_paint(terminal));
}

/* ui.print(line) -> true | nil, message, code */
static int ui_print(lua_State *L) {
  size_t len;
  const char *line = luaL_checklstring(L, 1, &len);
  return push_result(L, sb_terminal_print(display(L), line, len));
}

/* ui.finish() -> true | nil, message, code */
static int ui_finish(lua_State *L) {
  return push_result(L, sb_terminal_finish(display(L)));
}

struct stroke {
  struct sb_wait base;
  struct sb_key *op; /* NULL once over */
  int status;
  char key[4];
  size_t len;
};

static void stroke_drop(struct sb_wait *wait) {
  struct stroke *stroke = (struct stroke *)wait;
  sb_key_cancel(stroke->op);
  stroke->op = NULL;
}

static void on_key(void *arg, int status, const char *key, size_t len) {
  struct stroke *stroke = arg;
  stroke->op = NULL;
  stroke->status = status;
  stroke->len = len;
  memcpy(stroke->key, key, len);
  sb_wait_wake(&stroke->base);
}

static int key_k(lua_State *L, int status, lua_KContext ctx) {
  struct stroke *stroke = (struct stroke *)ctx;
  (void)status;
  if (stroke->status < 0) return sb_fail(L, stroke->status, "terminal");
  lua_pushlstring(L, stroke->key, stroke->len);
  return 1;
}

/* ui.key() -> character | nil, message, code */
static int ui_key(lua_State *L) {
  struct stroke *stroke = sb_wait_push(L, sizeof *stroke, stroke_drop);
  int rc =
      sb_key_start(sb_host_loop(L), STDIN_FILENO, on_key, stroke, &stroke->op);
  if (rc < 0) return sb_fail(L, rc, "terminal");
  return sb_wait_yield(L, &stroke->base, key_k);
}

struct line {
  struct sb_work base;
  char *text;
  size_t size;
  ssize_t len; /* -1 at the end */
};

static void run_line(struct sb_work *work) {
  struct line *line = (struct line *)work;
  line->len = getline(&line->text, &line->size, stdin);
}

static void release_line(struct sb_work *work) {
  free(((struct line *)work)->text);
}

static int finish_line(lua_State *L, struct sb_work *work) {
  struct line *line = (struct line *)work;
  if (line->len < 0) return sb_fail(L, UV_EOF, "standard input");
  size_t len = (size_t)line->len;
  if (len > 0 && line->text[len - 1] == '\n') len--;
  lua_pushlstring(L, line->text, len);
  return 1;
}

/* ui.line() -> text | nil, message, code */
static int ui_line(lua_State *L) {
  struct line *line = sb_work_push(L, sizeof *line, run_line, release_line);
  return sb_work_yield(L, &line->base, finish_line);
}

static const luaL_Reg ui_lib[] = {
    {"terminal", ui_terminal}, {"colour", ui_colour}, {"size", ui_size},
    {"block", ui_block},       {"print", ui_print},   {"finish", ui_finish},
    {"key", ui_key},           {"line", ui_line},     {NULL, NULL}};

static const luaL_Reg display_meta[] = {{"__gc", display_gc}, {NULL, NULL}};

int luaopen_host_ui(lua_State *L) {
  sb_newtype(L, DISPLAY, display_meta, NULL);
  luaL_newlibtable(L, ui_lib);
  struct sb_terminal **owner = lua_newuserdatauv(L, sizeof(void *), 0);
  *owner = NULL;
  luaL_setmetatable(L, DISPLAY);
  *owner = sb_terminal_new(STDOUT_FILENO);
  if (*owner == NULL) return luaL_error(L, "not enough memory");
  luaL_setfuncs(L, ui_lib, 1);
  return 1;
}
