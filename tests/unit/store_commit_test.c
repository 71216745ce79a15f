/* tests/unit/store_commit_test.c -- host/store/store.h: commits that fail, as
   the process may not make files any longer. */
#include "store_rig.h"

#include <signal.h>
#include <sys/resource.h>

static void limit_files(rlim_t bytes) {
  struct rlimit limit;
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = bytes;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A store with a call whose answer, and a record with it, could not be
   committed: no file may grow until the limit is lifted. */
static struct sb_store *store_without_room(int64_t *id) {
  struct sb_store *store = open_store(0);
  struct result result;
  assert_int_equal(intend(store, "key", id), 0);
  limit_files(1);
  put(store, "a", "old");
  start_answer(store, *id, "paid for", &result);
  assert_int_equal(await(&result), UV_EIO);
  assert_answered(store, "key", "paid for");
  return store;
}

static void voids_the_intents_of_a_failed_commit(void **state) {
  struct sb_store *store = open_store(0);
  struct sb_store_call call;
  int64_t id, second;
  (void)state;
  put_and_wait(store, "a", "1");
  limit_files(1);
  assert_int_equal(intend(store, "key", &id), UV_EIO);
  limit_files(RLIM_INFINITY);
  assert_int_equal(sb_store_call(store, id, &call), 0);
  assert_int_equal(intend(store, "key", &second), 0);
  assert_true(second > id);
  assert_int_equal(close_store(store), 0);
  store = open_store(0);
  assert_int_equal(sb_store_call(store, id, &call), 0);
  assert_int_equal(sb_store_next_doubt(store, 0, &call), 1);
  assert_int_equal(call.id, second);
  sb_store_free(store);
}

static void tries_an_answer_again_with_the_next_commit(void **state) {
  int64_t id, void_id;
  struct sb_store *store = store_without_room(&id);
  (void)state;
  put(store, "a", "new");
  assert_int_equal(intend(store, "other", &void_id), UV_EIO);
  assert_answered(store, "key", "paid for");
  limit_files(RLIM_INFINITY);
  put_and_wait(store, "b", "");

  struct sb_store *other = open_store(1);
  assert_answered(other, "key", "paid for");
  assert_record(other, "a", "new");
  sb_store_free(other);
  sb_store_free(store);
}

static void tries_an_answer_again_when_it_is_flushed(void **state) {
  int64_t id;
  struct sb_store *store = store_without_room(&id);
  struct result flushed = {0};
  struct sb_store_op *op;
  (void)state;
  assert_int_equal(sb_store_flush(store, on_done, &flushed, &op), 0);
  assert_int_equal(await(&flushed), UV_EIO);
  limit_files(RLIM_INFINITY);
  flushed = (struct result){0};
  assert_int_equal(sb_store_flush(store, on_done, &flushed, &op), 0);
  assert_int_equal(await(&flushed), 0);

  struct sb_store *other = open_store(1);
  assert_answered(other, "key", "paid for");
  sb_store_free(other);
  sb_store_free(store);
}

static void tries_an_answer_again_when_it_is_closed(void **state) {
  int64_t id;
  struct sb_store *store = store_without_room(&id);
  (void)state;
  limit_files(RLIM_INFINITY);
  assert_int_equal(close_store(store), 0);
  store = open_store(0);
  assert_answered(store, "key", "paid for");
  sb_store_free(store);
}

static void says_on_closing_what_could_not_be_kept(void **state) {
  int64_t id;
  struct sb_store *store = store_without_room(&id);
  struct sb_store_call call;
  (void)state;
  assert_int_equal(close_store(store), UV_EIO);
  limit_files(RLIM_INFINITY);
  store = open_store(0);
  assert_int_equal(sb_store_next_doubt(store, 0, &call), 1);
  assert_int_equal(call.id, id);
  sb_store_free(store);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(voids_the_intents_of_a_failed_commit),
      TEST(tries_an_answer_again_with_the_next_commit),
      TEST(tries_an_answer_again_when_it_is_flushed),
      TEST(tries_an_answer_again_when_it_is_closed),
      TEST(says_on_closing_what_could_not_be_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
