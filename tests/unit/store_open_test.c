/* tests/unit/store_open_test.c -- host/store/store.h: who may open a store, and
   what is no store. */
#include "store_rig.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/files/file.h"

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

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(has_one_writer_and_any_number_of_readers),
      TEST(refuses_what_is_not_a_store),
      TEST(refuses_a_store_of_a_newer_version),
      TEST(says_why_it_cannot_be_opened),
      TEST(checks_the_file_after_a_stop_that_was_not_clean),
      TEST(leaves_no_trace_of_a_run_that_wrote_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
