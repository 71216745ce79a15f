/* tests/unit/store_memory_test.c -- host/store/store.h when memory runs out:
   the same few steps with allocation 0, 1, 2, ... failing, ours and SQLite's,
   until none is left to fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "host/files/file.h"
#include "host/store/store.h"

static uv_loop_t loop;
static atomic_long left = -1; /* allocations until one fails; below 0: none */
static sqlite3_mem_methods sqlite;

static int fails(void) { return left >= 0 && atomic_fetch_sub(&left, 1) == 0; }

/* The names are those that the linker's --wrap asks for. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_malloc(size_t size) {
  return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  return fails() ? NULL : __real_calloc(count, size);
}

/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static void *sqlite_malloc(int size) {
  return fails() ? NULL : sqlite.xMalloc(size);
}

static void *sqlite_realloc(void *old, int size) {
  return fails() ? NULL : sqlite.xRealloc(old, size);
}

static int setup(void **state) {
  static char folder[40];
  sqlite3_mem_methods failing;
  strcpy(folder,
         "/dev/shm/sbhost-store-XXXXXX"); /* a thousand times of flushes */
  if (mkdtemp(folder) == NULL) {
    strcpy(folder, "/tmp/sbhost-store-XXXXXX");
    if (mkdtemp(folder) == NULL) return -1;
  }
  *state = folder;
  if (chdir(folder) != 0) return -1;
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite);
  failing = sqlite;
  failing.xMalloc = sqlite_malloc;
  failing.xRealloc = sqlite_realloc;
  sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
  return sqlite3_initialize() != SQLITE_OK || uv_loop_init(&loop) != 0;
}

static void clear_folder(void) {
  char **names;
  size_t count;
  assert_int_equal(sb_file_list(".", &names, &count), 0);
  for (size_t i = 0; i < count; i++) sb_file_remove(names[i]);
  sb_file_list_free(names, count);
}

static int teardown(void **state) {
  uv_run(&loop, UV_RUN_DEFAULT);
  return uv_loop_close(&loop) != 0 || chdir("/") != 0 || rmdir(*state);
}

struct result {
  int over, rc;
};

static void on_done(void *arg, int rc) {
  struct result *result = arg;
  result->over = 1;
  result->rc = rc;
}

/* What came of a start that returned rc. */
static int await(int rc, struct result *result) {
  if (rc < 0) return rc;
  while (!result->over) uv_run(&loop, UV_RUN_ONCE);
  return result->rc;
}

static struct sb_store_text text(const char *string) {
  struct sb_store_text all = {string, strlen(string)};
  return all;
}

static const struct sb_store_text none = {NULL, 0};

struct promise {
  int64_t id; /* 0: not even the intent */
  int answered, put;
};

/* Makes a call and a record, and notes what the store has promised to keep. */
static void work(struct sb_store *store, struct promise *promise) {
  struct result intended = {0}, answered = {0}, put = {0};
  struct sb_store_op *op;
  struct sb_store_call call;
  struct sb_store_text found;
  int64_t id;
  int rc = sb_store_intend(store, text("key"), text("request"), none, &id,
                           on_done, &intended, &op);
  if (await(rc, &intended) < 0) return;
  promise->id = id;
  sb_store_accept(store, id, text("handle"));
  rc =
      sb_store_answer(store, id, text("answer"), none, on_done, &answered, &op);
  promise->answered = await(rc, &answered) == 0;
  rc = sb_store_put(store, text("kind"), text("name"), text("text"), on_done,
                    &put, &op);
  promise->put = await(rc, &put) == 0;
  sb_store_answered(store, text("key"), &call);
  sb_store_get(store, text("kind"), text("name"), &found);
  sb_store_next_doubt(store, 0, &call);
  sb_store_remove(store, text("kind"), text("another"));
}

static void check(const struct promise *promise) {
  struct sb_store *store;
  struct sb_store_error error;
  struct sb_store_call call;
  struct sb_store_text found;
  assert_int_equal(sb_store_open("db", 0, &store, &error), 0);
  if (promise->id != 0) {
    assert_int_equal(sb_store_call(store, promise->id, &call), 1);
    assert_true(call.state == SB_STORE_DOUBT ||
                call.state == SB_STORE_ANSWERED);
  }
  if (promise->answered)
    assert_int_equal(sb_store_answered(store, text("key"), &call), 1);
  if (promise->put)
    assert_int_equal(sb_store_get(store, text("kind"), text("name"), &found),
                     1);
  sb_store_free(store);
}

static void keeps_its_promises_without_memory(void **state) {
  (void)state;
  for (long n = 0;; n++) {
    struct promise promise = {0};
    struct sb_store *store;
    struct sb_store_error error;
    left = n;
    if (sb_store_open("db", 0, &store, &error) == 0 &&
        sb_store_start(store, &loop) == 0) {
      work(store, &promise);
      sb_store_free(store);
    }
    int all = left >= 0; /* there was nothing left to fail */
    left = -1;
    uv_run(&loop, UV_RUN_DEFAULT);
    check(&promise);
    clear_folder();
    if (!all) continue;
    assert_true(promise.answered && promise.put);
    assert_true(n > 100);
    return;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(keeps_its_promises_without_memory, setup,
                                      teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
