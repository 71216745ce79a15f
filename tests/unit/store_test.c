/* tests/unit/store_test.c -- host/store/store.h: calls and records. */
#include "store_rig.h"

#include <stdio.h>
#include <stdlib.h>

static const struct sb_store_text none = {NULL, 0};

/*
** Calls.
*/

static void serves_an_answer_that_is_not_committed_yet(void **state) {
  struct sb_store *store = open_store(0);
  struct sb_store_call call;
  struct result result;
  int64_t id;
  (void)state;
  assert_int_equal(intend(store, "key", &id), 0);
  assert_int_equal(sb_store_answered(store, text("key"), &call), 0);
  start_answer(store, id, "answer", &result);
  assert_answered(store, "key", "answer");
  assert_int_equal(result.over, 0);
  assert_int_equal(await(&result), 0);
  assert_answered(store, "key", "answer");
  assert_int_equal(close_store(store), 0);
}

static void remembers_all_of_a_call(void **state) {
  struct sb_store *store = open_store(0);
  struct result result;
  int64_t id;
  (void)state;
  assert_int_equal(intend(store, "key", &id), 0);
  assert_int_equal(sb_store_accept(store, id, text("handle")), 0);
  assert_int_equal(state_of(store, id), SB_STORE_ACCEPTED);
  start_answer(store, id, "", &result);
  assert_int_equal(state_of(store, id), SB_STORE_ANSWERED);
  assert_int_equal(close_store(store), 0);
  assert_int_equal(await(&result), 0);

  struct sb_store_call call;
  store = open_store(0);
  assert_int_equal(state_of(store, id), SB_STORE_ANSWERED);
  assert_int_equal(sb_store_call(store, id, &call), 1);
  assert_text(call.handle, "handle");
  assert_non_null(call.answer.data);
  assert_int_equal(call.answer.len, 0);
  assert_null(call.reason.data);
  assert_true(call.at > 1e9);
  assert_answered(store, "key", "");
  assert_int_equal(sb_store_call(store, id + 1, &call), 0);
  sb_store_free(store);
}

static void serves_the_newest_answer_of_a_key(void **state) {
  struct sb_store *store = open_store(0);
  struct result old, new;
  int64_t first, second;
  (void)state;
  assert_int_equal(intend(store, "key", &first), 0);
  assert_int_equal(intend(store, "key", &second), 0);
  assert_true(second > first);
  start_answer(store, second, "new", &new);
  start_answer(store, first, "old", &old);
  assert_answered(store, "key", "new");
  await(&new);
  await(&old);
  assert_answered(store, "key", "new");
  sb_store_free(store);
}

static void turns_what_was_left_in_flight_into_doubts(void **state) {
  struct sb_store *store = open_store(0);
  struct sb_store_call call;
  int64_t sent, accepted, later;
  (void)state;
  assert_int_equal(intend(store, "key", &sent), 0);
  assert_int_equal(intend(store, "key", &accepted), 0);
  assert_int_equal(sb_store_accept(store, accepted, text("handle")), 0);
  assert_int_equal(sb_store_next_doubt(store, 0, &call), 0);
  sb_store_free(store);

  store = open_store(0);
  assert_int_equal(intend(store, "key", &later), 0);
  assert_true(later > accepted);
  assert_int_equal(sb_store_next_doubt(store, 0, &call), 1);
  assert_int_equal(call.id, sent);
  assert_int_equal(call.state, SB_STORE_DOUBT);
  assert_text(call.intent_meta, "price");
  assert_int_equal(sb_store_next_doubt(store, sent, &call), 1);
  assert_int_equal(call.id, accepted);
  assert_text(call.handle, "handle");
  assert_int_equal(sb_store_next_doubt(store, accepted, &call), 0);

  assert_int_equal(
      sb_store_settle(store, sent, SB_STORE_SETTLED, text("resent")), 0);
  assert_int_equal(sb_store_next_doubt(store, 0, &call), 1);
  assert_int_equal(call.id, accepted);
  assert_int_equal(sb_store_settle(store, later, SB_STORE_DOUBT, text("reset")),
                   0);
  assert_int_equal(sb_store_next_doubt(store, accepted, &call), 1);
  assert_text(call.reason, "reset");
  sb_store_free(store);
}

static void allows_only_what_the_state_allows(void **state) {
  struct sb_store *store = open_store(0);
  struct result result;
  struct sb_store_op *op;
  int64_t id;
  (void)state;
  assert_int_equal(sb_store_accept(store, 7, text("")), UV_ENOENT);
  assert_int_equal(intend(store, "key", &id), 0);
  assert_int_equal(sb_store_settle(store, id, SB_STORE_SETTLED, text("")),
                   UV_EINVAL);
  assert_int_equal(sb_store_settle(store, id, SB_STORE_DOUBT, text("")), 0);
  assert_int_equal(sb_store_settle(store, id, SB_STORE_DOUBT, text("")),
                   UV_EINVAL);
  assert_int_equal(sb_store_accept(store, id, text("")), UV_EINVAL);
  start_answer(store, id, "after all", &result);
  await(&result);
  assert_int_equal(sb_store_settle(store, id, SB_STORE_REFUSED, text("")),
                   UV_EINVAL);
  assert_int_equal(
      sb_store_answer(store, id, text("twice"), none, on_done, &result, &op),
      UV_EINVAL);
  assert_answered(store, "key", "after all");
  sb_store_free(store);
}

static void refuses_an_intent_that_was_cancelled(void **state) {
  struct sb_store *store = open_store(0);
  struct sb_store_call call;
  struct result result = {0};
  struct sb_store_op *op;
  int64_t id;
  (void)state;
  assert_int_equal(sb_store_intend(store, text("key"), text("request"),
                                   text("price"), &id, on_done, &result, &op),
                   0);
  sb_store_cancel(op);
  assert_int_equal(state_of(store, id), SB_STORE_REFUSED);
  assert_int_equal(close_store(store), 0);
  assert_int_equal(result.over, 0);
  store = open_store(0);
  assert_int_equal(state_of(store, id), SB_STORE_REFUSED);
  assert_int_equal(sb_store_next_doubt(store, 0, &call), 0);
  sb_store_free(store);
}

/*
** Records.
*/

/* The records of a kind as "name=text " in the order of their names. */
static void assert_scan(struct sb_store *store, const char *expected) {
  struct sb_store_text name, value;
  const char *values[128] = {NULL}; /* by the one letter of the name */
  char all[256] = "", copies[256], *copy = copies;
  sb_store_scan_begin(store, text("kind"));
  while (sb_store_scan_next(store, &name, &value) > 0) {
    assert_int_equal(name.len, 1);
    values[(int)name.data[0]] = value.data == NULL ? NULL : copy;
    if (value.data == NULL) continue;
    memcpy(copy, value.data, value.len);
    copy[value.len] = '\0';
    copy += value.len + 1;
  }
  sb_store_scan_end(store);
  for (int c = 0; c < 128; c++)
    if (values[c] != NULL)
      snprintf(all + strlen(all), sizeof all - strlen(all), "%c=%s ", c,
               values[c]);
  assert_string_equal(all, expected);
}

static void sees_its_own_records_before_they_are_committed(void **state) {
  struct sb_store *store = open_store(0);
  (void)state;
  put(store, "a", "1");
  put(store, "b", "");
  put(store, "a", "2");
  assert_int_equal(sb_store_put(store, text("other"), text("a"), text("x"),
                                NULL, NULL, NULL),
                   0);
  assert_record(store, "a", "2");
  assert_record(store, "b", "");
  assert_record(store, "c", NULL);
  assert_scan(store, "a=2 b= ");
  put_and_wait(store, "c", "3");
  assert_scan(store, "a=2 b= c=3 ");
  put(store, "a", "4");
  put(store, "d", "5");
  assert_int_equal(sb_store_remove(store, text("kind"), text("c")), 0);
  assert_record(store, "c", NULL);
  assert_scan(store, "a=4 b= d=5 ");
  assert_int_equal(close_store(store), 0);

  store = open_store(0);
  assert_record(store, "a", "4");
  assert_record(store, "c", NULL);
  assert_scan(store, "a=4 b= d=5 ");
  sb_store_free(store);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(serves_an_answer_that_is_not_committed_yet),
      TEST(remembers_all_of_a_call),
      TEST(serves_the_newest_answer_of_a_key),
      TEST(turns_what_was_left_in_flight_into_doubts),
      TEST(allows_only_what_the_state_allows),
      TEST(refuses_an_intent_that_was_cancelled),
      TEST(sees_its_own_records_before_they_are_committed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
