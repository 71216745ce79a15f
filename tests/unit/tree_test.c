/* tests/unit/tree_test.c -- host/tree/tree.h. Linked so that its own malloc,
   calloc and realloc stand before those of the library: see
   tests/CMakeLists.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "host/tree/tree.h"

/*
** Memory that runs out
*/

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the
   linker's names */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);

/* How many allocations succeed before one fails; below 0: all do. */
static long countdown = -1;

static int fails(void) { return countdown >= 0 && countdown-- == 0; }

void *__wrap_malloc(size_t size) {
  return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size) {
  return fails() ? NULL : __real_realloc(block, size);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/*
** Helpers
*/

static int setup(void **state) {
  struct sb_trees *trees;
  int rc = sb_trees_open(&trees);
  *state = trees;
  return rc;
}

static int teardown(void **state) {
  sb_trees_close(*state);
  return 0;
}

static struct sb_tree *parse(struct sb_trees *trees, const char *text) {
  struct sb_json_fault fault;
  struct sb_tree *tree;
  assert_int_equal(sb_tree_parse(trees, text, strlen(text), &tree, &fault), 0);
  return tree;
}

static void holds(const struct sb_tree *tree, const char *expected) {
  struct sb_buffer text;
  sb_buffer_init(&text, 1 << 20);
  assert_int_equal(sb_tree_encode(tree, 0, NULL, 0, &text), 0);
  assert_int_equal(sb_buffer_append_byte(&text, '\0'), 0);
  assert_string_equal(text.data, expected);
  sb_buffer_free(&text);
}

#define KEY(text)                                                              \
  { .key = (text), .len = sizeof(text) - 1 }
#define INDEX(number)                                                          \
  { .index = (number) }

/*
** Tests
*/

static void a_change_leaves_the_old_tree_and_shares_the_rest(void **state) {
  static const struct sb_tree_step path[] = {KEY("b"), INDEX(2), KEY("x")};
  static const struct sb_tree_step other[] = {KEY("a")};
  struct sb_tree *old = parse(*state, "{\"a\":{\"big\":1},\"b\":[0,{}]}");
  struct sb_tree *newer = sb_tree_retain(old), *one = parse(*state, "1");
  const char *why;
  size_t step;
  assert_int_equal(sb_tree_set(*state, &newer, path, 3, one, &step, &why), 0);
  holds(old, "{\"a\":{\"big\":1},\"b\":[0,{}]}");
  holds(newer, "{\"a\":{\"big\":1},\"b\":[0,{\"x\":1}]}");
  assert_ptr_equal(sb_tree_lookup(old, other, 1),
                   sb_tree_lookup(newer, other, 1));
  assert_ptr_equal(sb_tree_lookup(newer, path, 3), one);
  sb_tree_release(old);
  holds(newer, "{\"a\":{\"big\":1},\"b\":[0,{\"x\":1}]}");
  sb_tree_release(one);
  sb_tree_release(newer);
}

static void a_path_that_leads_nowhere_changes_nothing(void **state) {
  static const struct sb_tree_step path[] = {KEY("new"), KEY("b"), INDEX(2)};
  struct sb_tree *tree = parse(*state, "{\"a\":1}"), *one = parse(*state, "1");
  struct sb_tree *before = tree;
  const char *why;
  size_t step;
  assert_int_equal(sb_tree_set(*state, &tree, path, 3, one, &step, &why),
                   UV_EINVAL);
  assert_int_equal(step, 2);
  assert_string_equal(why, "there is no such place in the list");
  assert_ptr_equal(tree, before);
  holds(tree, "{\"a\":1}");
  sb_tree_release(one);
  sb_tree_release(tree);
}

static int stop_at_two(void *arg, const struct sb_tree_step *path, size_t n,
                       struct sb_tree *old, struct sb_tree *newer) {
  (void)path, (void)old, (void)newer;
  assert_int_equal(n, 1);
  return ++*(int *)arg == 2 ? UV_ECANCELED : 0;
}

static void a_walk_over_differences_can_be_ended(void **state) {
  struct sb_tree *old = parse(*state, "[1,2,3]"), *newer = parse(*state, "[4]");
  int seen = 0;
  assert_int_equal(sb_tree_diff(old, newer, stop_at_two, &seen), UV_ECANCELED);
  assert_int_equal(seen, 2);
  sb_tree_release(old);
  sb_tree_release(newer);
}

/* 64 elements and more, so that a list has parts; a record with more members
   than the writer has room for on its stack. */
static char *long_text(void) {
  char *text = malloc(4096), *at = text;
  assert_non_null(text);
  at += sprintf(at, "{\"list\":[");
  for (int i = 0; i < 64; i++) at += sprintf(at, "%s%d", i > 0 ? "," : "", i);
  at += sprintf(at, "],\"record\":{");
  for (int i = 40; i > 0; i--)
    at += sprintf(at, "\"k\\u0061%d\":\"\\t\"%s", i, i > 1 ? "," : "");
  sprintf(at, "}}");
  return text;
}

/* Each way of changing, and writing, a tree that was just parsed. */
static int use_all(struct sb_trees *trees, const char *text) {
  static const struct sb_tree_step appended[] = {KEY("list"), INDEX(65)};
  static const struct sb_tree_step made[] = {KEY("new"), KEY("list"), INDEX(1)};
  static const struct sb_tree_step element[] = {KEY("list"), INDEX(3)};
  static const struct sb_tree_step member[] = {KEY("record"), KEY("ka7")};
  struct sb_tree *old = NULL, *tree = NULL, *value = NULL;
  struct sb_json_fault fault;
  struct sb_buffer out;
  const char *why;
  size_t step;
  sb_buffer_init(&out, 1 << 20);
  int rc = sb_tree_parse(trees, text, strlen(text), &old, &fault);
  if (rc == 0) rc = sb_tree_parse(trees, "[{}]", 4, &value, &fault);
  if (rc == 0) {
    tree = sb_tree_retain(old);
    rc = sb_tree_set(trees, &tree, appended, 2, value, &step, &why);
  }
  if (rc == 0) rc = sb_tree_set(trees, &tree, made, 3, value, &step, &why);
  if (rc == 0) rc = sb_tree_set(trees, &tree, element, 2, value, &step, &why);
  if (rc == 0) rc = sb_tree_remove(&tree, element, 2);
  if (rc == 0) rc = sb_tree_remove(&tree, member, 2);
  if (rc == 0) rc = sb_tree_encode(tree, 2, NULL, 0, &out);
  long left = countdown;
  countdown = -1;
  if (old != NULL) { /* whatever happened to the new one */
    struct sb_tree *again = parse(trees, text);
    assert_true(sb_tree_equal(old, again));
    sb_tree_release(again);
  }
  countdown = left;
  sb_tree_release(tree);
  sb_tree_release(value);
  sb_tree_release(old);
  sb_buffer_free(&out);
  return rc;
}

static void survives_that_memory_runs_out(void **state) {
  char *text = long_text();
  int rc = UV_ENOMEM;
  (void)state;
  for (long n = 0; rc == UV_ENOMEM; n++) {
    struct sb_trees *trees = NULL;
    countdown = n;
    rc = sb_trees_open(&trees);
    if (rc == 0) rc = use_all(trees, text);
    assert_true(rc == UV_ENOMEM || countdown >= 0);
    countdown = -1;
    sb_trees_close(trees);
  }
  assert_int_equal(rc, 0);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(
          a_change_leaves_the_old_tree_and_shares_the_rest, setup, teardown),
      cmocka_unit_test_setup_teardown(a_path_that_leads_nowhere_changes_nothing,
                                      setup, teardown),
      cmocka_unit_test_setup_teardown(a_walk_over_differences_can_be_ended,
                                      setup, teardown),
      cmocka_unit_test(survives_that_memory_runs_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
