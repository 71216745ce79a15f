/* tests/unit/store_test.c -- host/store/store.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "host/files/file.h"
#include "host/store/store.h"

static uv_loop_t loop;

/* Each test runs in an empty folder of its own. */
static int setup(void **state) {
  static char folder[32];
  strcpy(folder, "/tmp/sbhost-store-XXXXXX");
  *state = folder;
  if (mkdtemp(folder) == NULL || chdir(folder) != 0) return -1;
  return uv_loop_init(&loop);
}

/* Fails when a test has left a handle open. */
static int teardown(void **state) {
  char **names;
  size_t count;
  uv_run(&loop, UV_RUN_DEFAULT);
  if (uv_loop_close(&loop) != 0 || sb_file_list(".", &names, &count) < 0)
    return -1;
  for (size_t i = 0; i < count; i++) sb_file_remove(names[i]);
  sb_file_list_free(names, count);
  return chdir("/") != 0 || rmdir(*state);
}

struct result {
  int over, rc;
};

static void on_done(void *arg, int rc) {
  struct result *result = arg;
  result->over++;
  result->rc = rc;
}

static int await(struct result *result) {
  while (!result->over) uv_run(&loop, UV_RUN_ONCE);
  assert_int_equal(result->over, 1);
  return result->rc;
}

static struct sb_store_text text(const char *string) {
  struct sb_store_text all = {string, strlen(string)};
  return all;
}

static const struct sb_store_text none = {NULL, 0};

static struct sb_store *open_store(int readonly) {
  struct sb_store *store;
  struct sb_store_error error;
  int rc = sb_store_open("db", readonly, &store, &error);
  if (rc < 0) fail_msg("%s", error.message);
  assert_int_equal(sb_store_start(store, &loop), 0);
  return store;
}

static int close_store(struct sb_store *store) {
  struct result result = {0};
  struct sb_store_op *op;
  assert_int_equal(sb_store_close(store, on_done, &result, &op), 0);
  assert_int_equal(result.over, 0);
  return await(&result);
}

static int open_error(struct sb_store_error *error) {
  struct sb_store *store;
  return sb_store_open("db", 0, &store, error);
}

static int intend(struct sb_store *store, const char *key, int64_t *id) {
  struct result result = {0};
  struct sb_store_op *op;
  assert_int_equal(sb_store_intend(store, text(key), text("request"),
                                   text("price"), id, on_done, &result, &op),
                   0);
  assert_int_equal(result.over, 0);
  return await(&result);
}

static void start_answer(struct sb_store *store, int64_t id, const char *answer,
                         struct result *result) {
  struct sb_store_op *op;
  result->over = 0;
  assert_int_equal(sb_store_answer(store, id, text(answer), text("cost"),
                                   on_done, result, &op),
                   0);
}

#define assert_text(actual, expected)                                          \
  do {                                                                         \
    assert_int_equal((actual).len, strlen(expected));                          \
    assert_memory_equal((actual).data, expected, (actual).len);                \
  } while (0)

static void assert_answered(struct sb_store *store, const char *key,
                            const char *answer) {
  struct sb_store_call call;
  assert_int_equal(sb_store_answered(store, text(key), &call), 1);
  assert_int_equal(call.state, SB_STORE_ANSWERED);
  assert_text(call.answer, answer);
  assert_text(call.meta, "cost");
}

static enum sb_store_state state_of(struct sb_store *store, int64_t id) {
  struct sb_store_call call;
  assert_int_equal(sb_store_call(store, id, &call), 1);
  assert_int_equal(call.id, id);
  assert_text(call.key, "key");
  assert_text(call.request, "request");
  assert_text(call.intent_meta, "price");
  return call.state;
}

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

static void put(struct sb_store *store, const char *name, const char *value) {
  assert_int_equal(sb_store_put(store, text("kind"), text(name), text(value),
                                NULL, NULL, NULL),
                   0);
}

static void put_and_wait(struct sb_store *store, const char *name,
                         const char *value) {
  struct result result = {0};
  struct sb_store_op *op;
  assert_int_equal(sb_store_put(store, text("kind"), text(name), text(value),
                                on_done, &result, &op),
                   0);
  assert_int_equal(await(&result), 0);
}

static void assert_record(struct sb_store *store, const char *name,
                          const char *value) {
  struct sb_store_text found;
  int rc = sb_store_get(store, text("kind"), text(name), &found);
  assert_int_equal(rc, value != NULL);
  if (value != NULL) assert_text(found, value);
}

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

/*
** Commits that fail: the process may not make files any longer.
*/

static void limit_files(rlim_t bytes) {
  struct rlimit limit;
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = bytes;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
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
  struct sb_store *store = open_store(0);
  struct result result;
  int64_t id, void_id;
  (void)state;
  assert_int_equal(intend(store, "key", &id), 0);
  limit_files(1);
  put(store, "a", "old");
  start_answer(store, id, "paid for", &result);
  assert_int_equal(await(&result), UV_EIO);
  assert_answered(store, "key", "paid for");
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
  struct sb_store *store = open_store(0);
  struct result result = {0}, flushed = {0};
  struct sb_store_op *op;
  int64_t id;
  (void)state;
  assert_int_equal(intend(store, "key", &id), 0);
  limit_files(1);
  start_answer(store, id, "paid for", &result);
  assert_int_equal(await(&result), UV_EIO);
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
  struct sb_store *store = open_store(0);
  struct result result;
  int64_t id;
  (void)state;
  assert_int_equal(intend(store, "key", &id), 0);
  limit_files(1);
  start_answer(store, id, "paid for", &result);
  assert_int_equal(await(&result), UV_EIO);
  limit_files(RLIM_INFINITY);
  assert_int_equal(close_store(store), 0);
  store = open_store(0);
  assert_answered(store, "key", "paid for");
  sb_store_free(store);
}

static void says_on_closing_what_could_not_be_kept(void **state) {
  struct sb_store *store = open_store(0);
  struct sb_store_call call;
  struct result result;
  int64_t id;
  (void)state;
  assert_int_equal(intend(store, "key", &id), 0);
  limit_files(1);
  start_answer(store, id, "lost", &result);
  assert_int_equal(await(&result), UV_EIO);
  assert_int_equal(close_store(store), UV_EIO);
  limit_files(RLIM_INFINITY);
  store = open_store(0);
  assert_int_equal(sb_store_next_doubt(store, 0, &call), 1);
  assert_int_equal(call.id, id);
  sb_store_free(store);
}

/*
** Opening.
*/

static void execute(const char *sql) {
  sqlite3 *db;
  assert_int_equal(sqlite3_open("db", &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void has_one_writer_and_any_number_of_readers(void **state) {
  struct sb_store *store = open_store(0), *reader;
  struct sb_store_error error;
  struct sb_store_op *op;
  int64_t id;
  char pid[32];
  (void)state;
  put_and_wait(store, "a", "1");
  assert_int_equal(open_error(&error), UV_EBUSY);
  snprintf(pid, sizeof pid, "process %d", (int)getpid());
  assert_non_null(strstr(error.message, pid));
  reader = open_store(1);
  put_and_wait(store, "a", "2");
  assert_record(reader, "a", "2");
  assert_int_equal(intend(store, "key", &id), 0);
  assert_int_equal(state_of(reader, id), SB_STORE_INTENT);
  assert_int_equal(sb_store_settle(reader, id, SB_STORE_REFUSED, text("")),
                   UV_EROFS);
  assert_int_equal(
      sb_store_put(reader, text("kind"), text("a"), text("3"), NULL, NULL, &op),
      UV_EROFS);
  assert_int_equal(close_store(reader), 0);
  assert_int_equal(close_store(store), 0);
  store = open_store(0);
  sb_store_free(store);
}

static void refuses_what_is_not_a_store(void **state) {
  struct sb_store_error error;
  (void)state;
  assert_int_equal(sb_file_write("db", "a letter to somebody, not a store", 33),
                   0);
  assert_int_equal(open_error(&error), UV_EFTYPE);
  assert_string_equal(error.message, "db is not a database");
  assert_int_equal(sb_file_remove("db"), 0);
  execute("CREATE TABLE theirs (id)");
  assert_int_equal(open_error(&error), UV_EFTYPE);
  assert_string_equal(error.message, "db is a database of another program");
}

static void refuses_a_store_of_a_newer_version(void **state) {
  struct sb_store_error error;
  (void)state;
  sb_store_free(open_store(0));
  execute("PRAGMA user_version = 99");
  assert_int_equal(open_error(&error), UV_ENOTSUP);
  assert_non_null(strstr(error.message, "newer version"));
  assert_non_null(strstr(error.message, "99"));
}

static void says_why_it_cannot_be_opened(void **state) {
  struct sb_store_error error;
  struct sb_store *store;
  (void)state;
  assert_int_equal(sb_store_open("no/db", 0, &store, &error), UV_ENOENT);
  assert_string_equal(error.message, "no/db-lock: no such file or directory");
  assert_int_equal(sb_store_open("db", 1, &store, &error), UV_ENOENT);
  assert_string_equal(error.message, "db: no such file or directory");
}

/* Spoils the pages of records, which opening has no need to read. */
static void spoil(void) {
  char *data;
  size_t len;
  assert_int_equal(sb_file_read("db", 1 << 20, &data, &len), 0);
  assert_true(len > 3 * 4096);
  memset(data + len - 4096, 0xab, 4096);
  assert_int_equal(sb_file_write("db", data, len), 0);
  free(data);
}

static void checks_the_file_after_a_stop_that_was_not_clean(void **state) {
  struct sb_store *store = open_store(0);
  struct sb_store_error error;
  (void)state;
  for (char name[] = "a"; name[0] <= 'z'; name[0]++)
    put(store, name, "some text that fills the pages of the file, well enough");
  assert_int_equal(close_store(store), 0);
  spoil();
  sb_store_free(open_store(0));
  execute("UPDATE run SET ended_at = NULL");
  assert_int_equal(open_error(&error), UV_EFTYPE);
  assert_non_null(strstr(error.message, "db is damaged"));
}

static void leaves_no_trace_of_a_run_that_wrote_nothing(void **state) {
  char *before, *after;
  size_t before_len, after_len;
  struct sb_store *store = open_store(0);
  (void)state;
  put_and_wait(store, "a", "1");
  assert_int_equal(close_store(store), 0);
  assert_int_equal(sb_file_read("db", 1 << 20, &before, &before_len), 0);
  assert_int_equal(close_store(open_store(0)), 0);
  assert_int_equal(sb_file_read("db", 1 << 20, &after, &after_len), 0);
  assert_int_equal(before_len, after_len);
  assert_memory_equal(before, after, after_len);
  free(before);
  free(after);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(serves_an_answer_that_is_not_committed_yet),
      TEST(remembers_all_of_a_call),
      TEST(serves_the_newest_answer_of_a_key),
      TEST(turns_what_was_left_in_flight_into_doubts),
      TEST(allows_only_what_the_state_allows),
      TEST(refuses_an_intent_that_was_cancelled),
      TEST(sees_its_own_records_before_they_are_committed),
      TEST(voids_the_intents_of_a_failed_commit),
      TEST(tries_an_answer_again_with_the_next_commit),
      TEST(tries_an_answer_again_when_it_is_flushed),
      TEST(tries_an_answer_again_when_it_is_closed),
      TEST(says_on_closing_what_could_not_be_kept),
      TEST(has_one_writer_and_any_number_of_readers),
      TEST(refuses_what_is_not_a_store),
      TEST(refuses_a_store_of_a_newer_version),
      TEST(says_why_it_cannot_be_opened),
      TEST(checks_the_file_after_a_stop_that_was_not_clean),
      TEST(leaves_no_trace_of_a_run_that_wrote_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
