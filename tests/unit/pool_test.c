/* tests/unit/pool_test.c -- host/base/pool.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/base/pool.h"

enum { BLOCKS = 3000, SIZE_MOST = 9000 };

static unsigned char fill(int i) { return (unsigned char)(i * 31 + 7); }

static void assert_filled(const unsigned char *block, size_t len, int i) {
  for (size_t at = 0; at < len; at++) assert_int_equal(block[at], fill(i));
}

static void keeps_blocks_apart_while_they_change_size(void **state) {
  static unsigned char *blocks[BLOCKS];
  static size_t sizes[BLOCKS];
  struct sb_pool *pool = sb_pool_new();
  unsigned random = 1;
  (void)state;
  assert_non_null(pool);
  for (int round = 0; round < 20; round++) {
    for (int i = 0; i < BLOCKS; i++) {
      random = random * 1103515245 + 12345;
      size_t size = (random >> 8) % (random & 0x80 ? SIZE_MOST : 100);
      size_t common = sizes[i] < size ? sizes[i] : size;
      blocks[i] = sb_pool_resize(pool, blocks[i], sizes[i], size);
      sizes[i] = size;
      assert_int_equal(blocks[i] == NULL, size == 0);
      if (blocks[i] == NULL) continue;
      assert_int_equal((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
      assert_filled(blocks[i], common, i);
      memset(blocks[i], fill(i), size);
    }
  }
  for (int i = 0; i < BLOCKS; i++) {
    if (blocks[i] == NULL) continue;
    assert_filled(blocks[i], sizes[i], i);
    if (sizes[i] > 4000) sb_pool_resize(pool, blocks[i], sizes[i], 0);
    blocks[i] = NULL;
    sizes[i] = 0;
  }
  sb_pool_free(pool); /* the small ones with it */
}

static void hands_out_again_what_came_back(void **state) {
  struct sb_pool *pool = sb_pool_new();
  (void)state;
  void *first = sb_pool_resize(pool, NULL, 0, 40);
  assert_null(sb_pool_resize(pool, first, 40, 0));
  assert_ptr_equal(sb_pool_resize(pool, NULL, 0, 33), first);
  assert_ptr_equal(sb_pool_resize(pool, first, 33, 48), first);
  sb_pool_free(pool);
}

static void takes_nothing_for_nothing(void **state) {
  struct sb_pool *pool = sb_pool_new();
  (void)state;
  assert_null(sb_pool_resize(pool, NULL, 0, 0));
  sb_pool_free(pool);
  sb_pool_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keeps_blocks_apart_while_they_change_size),
      cmocka_unit_test(hands_out_again_what_came_back),
      cmocka_unit_test(takes_nothing_for_nothing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
