/* tests/unit/dag_test.c -- host/dag.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <uv.h>

#include "host/dag.h"

static int setup(void **state) {
  *state = sb_dag_new();
  return *state == NULL;
}

static int teardown(void **state) {
  sb_dag_free(*state);
  return 0;
}

static uint32_t add(struct sb_dag *dag, double priority, size_t ndeps,
                    const uint32_t *deps) {
  uint32_t id;
  assert_int_equal(sb_dag_add(dag, 0, priority, deps, ndeps, &id), 0);
  return id;
}

#define ADD(dag, priority, ...)                                                \
  add(dag, priority, sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t),     \
      (uint32_t[]){__VA_ARGS__})

static void starts_by_priority_then_by_id(void **state) {
  struct sb_dag *dag = *state;
  const double priorities[] = {1, 3, 2, 3, 1, 2};
  const uint32_t order[] = {2, 4, 3, 6, 1, 5};
  for (int i = 0; i < 6; i++) add(dag, priorities[i], 0, NULL);
  for (int i = 0; i < 6; i++) assert_int_equal(sb_dag_start(dag), order[i]);
  assert_int_equal(sb_dag_start(dag), 0);
}

/* The same numbers on every machine. */
static unsigned draw(uint32_t *seed, unsigned below) {
  *seed = *seed * 1664525u + 1013904223u;
  return (*seed >> 16) % below;
}

/* Against the plainest way to say it: the best of all that are ready. */
static void keeps_the_order_when_many_come_and_go(void **state) {
  struct sb_dag *dag = *state;
  double priority[2001] = {0};
  uint32_t size = 0;
  uint32_t seed = 7;
  while (size < 2000) {
    for (unsigned n = draw(&seed, 8); n > 0 && size < 2000; n--) {
      double value = draw(&seed, 5);
      uint32_t id = add(dag, value, 0, NULL);
      priority[id] = value;
      size = id;
    }
    uint32_t best = 0;
    for (uint32_t id = 1; id <= size; id++)
      if (sb_dag_state(dag, id) == SB_DAG_READY &&
          (best == 0 || priority[id] > priority[best]))
        best = id;
    assert_int_equal(sb_dag_start(dag), best);
  }
}

static void waits_for_every_dependency(void **state) {
  struct sb_dag *dag = *state;
  uint32_t a = add(dag, 0, 0, NULL), b = add(dag, 0, 0, NULL);
  uint32_t c = ADD(dag, 9, a, b, a);
  assert_int_equal(sb_dag_start(dag), a);
  assert_int_equal(sb_dag_start(dag), b);
  sb_dag_done(dag, a);
  assert_int_equal(sb_dag_state(dag, c), SB_DAG_WAITING);
  assert_int_equal(sb_dag_start(dag), 0);
  sb_dag_done(dag, b);
  assert_int_equal(sb_dag_start(dag), c);
  assert_int_equal(sb_dag_counts(dag)[SB_DAG_DONE], 2);
  assert_int_equal(sb_dag_counts(dag)[SB_DAG_RUNNING], 1);
}

static void holds_a_lane_to_its_cap_and_no_other(void **state) {
  struct sb_dag *dag = *state;
  unsigned lane, same;
  uint32_t a, b;
  assert_int_equal(sb_dag_lane(dag, "image", 5, &lane), 0);
  assert_int_equal(sb_dag_lane(dag, "image", 5, &same), 0);
  assert_int_equal(lane, same);
  sb_dag_limit(dag, lane, 1);
  assert_int_equal(sb_dag_add(dag, lane, 5, NULL, 0, &a), 0);
  assert_int_equal(sb_dag_add(dag, lane, 5, NULL, 0, &b), 0);
  uint32_t other = add(dag, 1, 0, NULL);
  assert_int_equal(sb_dag_start(dag), a);
  assert_int_equal(sb_dag_start(dag), other);
  assert_int_equal(sb_dag_start(dag), 0);
  sb_dag_fail(dag, a);
  assert_int_equal(sb_dag_start(dag), b);
}

static void skips_what_follows_a_failure_and_nothing_else(void **state) {
  struct sb_dag *dag = *state;
  uint32_t bad = add(dag, 0, 0, NULL), good = add(dag, 0, 0, NULL);
  uint32_t child = ADD(dag, 0, bad, good), grandchild = ADD(dag, 0, child);
  uint32_t aside = ADD(dag, 0, good);
  uint32_t cause;
  assert_int_equal(sb_dag_start(dag), bad);
  assert_int_equal(sb_dag_start(dag), good);
  sb_dag_fail(dag, bad);
  sb_dag_done(dag, good);
  assert_int_equal(sb_dag_next_skipped(dag, &cause), child);
  assert_int_equal(cause, bad);
  uint32_t late = ADD(dag, 0, grandchild);
  assert_int_equal(sb_dag_state(dag, late), SB_DAG_SKIPPED);
  assert_int_equal(sb_dag_next_skipped(dag, &cause), grandchild);
  assert_int_equal(sb_dag_next_skipped(dag, &cause), late);
  assert_int_equal(cause, bad);
  assert_int_equal(sb_dag_next_skipped(dag, &cause), 0);
  assert_int_equal(sb_dag_start(dag), aside);
}

static void takes_a_ready_node_back_for_a_new_edge(void **state) {
  struct sb_dag *dag = *state;
  uint32_t a = add(dag, 0, 0, NULL), b = add(dag, 9, 0, NULL);
  assert_int_equal(sb_dag_edge(dag, a, b), 0);
  assert_int_equal(sb_dag_start(dag), a);
  assert_int_equal(sb_dag_start(dag), 0);
  assert_int_equal(sb_dag_edge(dag, b, a), UV_EBUSY);
  sb_dag_done(dag, a);
  assert_int_equal(sb_dag_start(dag), b);
  assert_int_equal(sb_dag_start(dag), 0);
  assert_int_equal(sb_dag_edge(dag, a, a), UV_EINVAL);
  assert_int_equal(sb_dag_edge(dag, a, 99), UV_EINVAL);
}

static void skips_for_an_edge_from_a_failed_node(void **state) {
  struct sb_dag *dag = *state;
  uint32_t bad = add(dag, 5, 0, NULL);
  assert_int_equal(sb_dag_start(dag), bad);
  sb_dag_fail(dag, bad);
  uint32_t a = add(dag, 0, 0, NULL), b = ADD(dag, 0, a), cause;
  assert_int_equal(sb_dag_edge(dag, bad, a), 0);
  assert_int_equal(sb_dag_next_skipped(dag, &cause), a);
  assert_int_equal(sb_dag_next_skipped(dag, &cause), b);
  assert_int_equal(cause, bad);
  assert_int_equal(sb_dag_start(dag), 0);
}

static void runs_again_what_was_put_back(void **state) {
  struct sb_dag *dag = *state;
  uint32_t a = add(dag, 0, 0, NULL);
  assert_int_equal(sb_dag_start(dag), a);
  sb_dag_put_back(dag, a);
  assert_int_equal(sb_dag_state(dag, a), SB_DAG_READY);
  assert_int_equal(sb_dag_start(dag), a);
  assert_int_equal(sb_dag_start(dag), 0);
}

static void names_a_cycle_and_not_the_way_to_it(void **state) {
  struct sb_dag *dag = *state;
  uint32_t root = add(dag, 0, 0, NULL);
  uint32_t a = ADD(dag, 0, root), b = ADD(dag, 0, a), c = ADD(dag, 0, b);
  uint32_t beside = ADD(dag, 0, c);
  assert_int_equal(sb_dag_edge(dag, c, a), 0);
  assert_int_equal(sb_dag_start(dag), root);
  sb_dag_done(dag, root);
  assert_int_equal(sb_dag_start(dag), 0);
  uint32_t *path;
  size_t len;
  assert_int_equal(sb_dag_cycle(dag, &path, &len), 0);
  assert_int_equal(len, 3);
  for (size_t i = 0; i < len; i++) {
    uint32_t need = path[i] == a ? c : path[i] == b ? a : b;
    assert_int_equal(path[(i + 1) % len], need);
    assert_int_not_equal(path[i], beside);
  }
  free(path);
}

static void refuses_what_does_not_exist(void **state) {
  struct sb_dag *dag = *state;
  const uint32_t zero = 0, later = 1;
  uint32_t id;
  assert_int_equal(sb_dag_add(dag, 0, 0, &zero, 1, &id), UV_EINVAL);
  assert_int_equal(sb_dag_add(dag, 0, 0, &later, 1, &id), UV_EINVAL);
  assert_int_equal(sb_dag_add(dag, 0, NAN, NULL, 0, &id), UV_EINVAL);
  assert_int_equal(sb_dag_size(dag), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(starts_by_priority_then_by_id),
      TEST(keeps_the_order_when_many_come_and_go),
      TEST(waits_for_every_dependency),
      TEST(holds_a_lane_to_its_cap_and_no_other),
      TEST(skips_what_follows_a_failure_and_nothing_else),
      TEST(takes_a_ready_node_back_for_a_new_edge),
      TEST(skips_for_an_edge_from_a_failed_node),
      TEST(runs_again_what_was_put_back),
      TEST(names_a_cycle_and_not_the_way_to_it),
      TEST(refuses_what_does_not_exist),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
