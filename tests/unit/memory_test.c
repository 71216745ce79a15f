/* tests/unit/memory_test.c -- host/lua/task.h and the bindings that stand on
   it, when Lua gets no more memory: each allocation of a script that uses them
   all fails in turn. Whatever the script then comes to, nothing is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <uv.h>

#include "host/lua/bridge.h"
#include "host/lua/task.h"

static const char script[] =
    "local loop = require 'host.loop'\n"
    "local limiter = require 'host.limiter'.new()\n"
    "limiter:lane('one', 1)\n"
    "local errors, skips = 0, 0\n"
    "local graph\n"
    "graph = require 'host.dag'.new {\n"
    "  lanes = { one = 2 },\n"
    "  on_error = function(_, err) errors = errors + #tostring(err) end,\n"
    "  on_skip = function() skips = skips + 1 end,\n"
    "  run = function(id)\n"
    "    local slot <close> = limiter:acquire('one', 'm', id)\n"
    "    if id == 1 then slot:backoff(0) end\n"
    "    if id == 2 then error 'spoiled' end\n"
    "    if id == 3 then foreign_yield() end\n"
    "    if id == 4 then graph:add('one', 1, 1, 2) end\n"
    "    loop.sleep(0)\n"
    "  end }\n"
    "for id = 1, 6 do graph:add(id % 2 == 0 and 'one' or nil, id) end\n"
    "graph:add(nil, 0, 1, 4)\n"
    "graph:add(nil, 0, 3)\n"
    "local done, failed, skipped = graph:run()\n"
    "loop.timeout(0, loop.sleep, 60)\n"
    "local all = loop.all { function() return 1 end, loop.spawn(tostring, 2) "
    "}\n"
    "local cancelled = loop.spawn(loop.sleep, 60)\n"
    "loop.sleep(0)\n"
    "cancelled:cancel()\n"
    "limiter:park('m', 0)\n"
    "return done + failed * 10 + skipped * 100 + #all * 1000\n";

/* Fails the allocation that the countdown comes to, and the next, which is
   Lua's second try after a collection. */
struct heap {
  long countdown;
};

static void *allocate(void *arg, void *block, size_t old, size_t size) {
  struct heap *heap = arg;
  (void)old;
  if (size == 0) {
    free(block);
    return NULL;
  }
  if ((block == NULL || size > old) && heap->countdown > -2) {
    if (heap->countdown-- <= 0) return NULL;
  }
  return realloc(block, size);
}

static int start_script(lua_State *L) {
  struct sb_task **task = lua_touserdata(L, 1);
  if (luaL_loadstring(L, script) != LUA_OK) return lua_error(L);
  *task = sb_task_spawn(L, 0);
  return 1;
}

/* Runs the script until it ends or nothing happens any more; returns what it
   returned, or 0. */
static lua_Integer run_script(lua_State *L, uv_loop_t *loop) {
  struct sb_task *task = NULL;
  lua_pushcfunction(L, start_script);
  lua_pushlightuserdata(L, &task);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK) return 0;
  while (sb_task_state(task) < SB_TASK_DONE && uv_run(loop, UV_RUN_ONCE) != 0) {
  }
  if (sb_task_state(task) != SB_TASK_DONE) return 0;
  sb_task_results(L, task);
  return lua_tointeger(L, -1);
}

static void leaves_nothing_behind(void **state) {
  lua_Integer result = 0;
  bool failed = true;
  struct heap heap;
  (void)state;
  for (long n = 0; failed; n++) {
    uv_loop_t loop;
    assert_in_range(n, 0, 100000);
    assert_int_equal(uv_loop_init(&loop), 0);
    heap.countdown = -2; /* not yet */
    lua_State *L = lua_newstate(allocate, &heap);
    assert_non_null(L);
    luaL_openlibs(L);
    lua_getglobal(L, "coroutine");
    lua_getfield(L, -1, "yield"); /* Lua's own */
    lua_setglobal(L, "foreign_yield");
    lua_pop(L, 1);
    sb_host_open(L, &loop);
    sb_modules_preload(L);
    heap.countdown = n;
    result = run_script(L, &loop);
    failed = heap.countdown < 0;
    heap.countdown = -2;
    lua_settop(L, 0);
    sb_host_close(L);
    lua_close(L);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
  }
  assert_int_equal(result, 5 + 20 + 200 + 2000); /* with nothing in its way */
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(leaves_nothing_behind)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
