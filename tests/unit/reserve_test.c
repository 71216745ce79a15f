/* tests/unit/reserve_test.c -- host/base/reserve.h: libuv goes on when malloc
   gives nothing any more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "host/base/reserve.h"

enum { PAIRS = 400 };

static int denied;

/* The names are those that the linker's --wrap asks for. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);

void *__wrap_malloc(size_t size) { return denied ? NULL : __real_malloc(size); }

void *__wrap_calloc(size_t count, size_t size) {
  return denied ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size) {
  return denied ? NULL : __real_realloc(block, size);
}

/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static int ready;

static void on_ready(uv_poll_t *poll, int status, int events) {
  ready += status == 0 && events == UV_WRITABLE;
  uv_close((uv_handle_t *)poll, NULL);
}

static void watches_any_number_of_sockets(void **state) {
  static uv_poll_t polls[PAIRS];
  static int pairs[PAIRS][2];
  uv_loop_t loop;
  (void)state;
  assert_int_equal(uv_loop_init(&loop), 0);
  for (int i = 0; i < PAIRS; i++)
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), 0);
  for (int i = 0; i < PAIRS; i++) {
    denied = i >= 100; /* its table has grown before, and is moved */
    assert_int_equal(uv_poll_init(&loop, &polls[i], pairs[i][0]), 0);
    assert_int_equal(uv_poll_start(&polls[i], UV_WRITABLE, on_ready), 0);
  }
  uv_run(&loop, UV_RUN_DEFAULT);
  denied = 0;
  assert_int_equal(ready, PAIRS);
  assert_int_equal(uv_loop_close(&loop), 0);
  for (int i = 0; i < PAIRS; i++) {
    close(pairs[i][0]);
    close(pairs[i][1]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(watches_any_number_of_sockets),
  };
  if (sb_reserve_install() != 0) return 1;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
