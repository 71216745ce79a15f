/*
** tests/unit/store_rig.h -- what the tests of host/store/store.h share: a
** folder for each, a store "db" in it, and changes that are waited for.
*/
#ifndef SB_TESTS_STORE_RIG_H
#define SB_TESTS_STORE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <uv.h>

#include "host/store/store.h"

extern uv_loop_t loop;

/* How a change ended. */
struct result {
  int over, rc;
};

/* Each test runs in an empty folder of its own, and fails when it has left a
   handle open. */
int setup(void **state);
int teardown(void **state);

/* For a struct result; await runs the loop until it was called. */
void on_done(void *arg, int rc);
int await(struct result *result);
struct sb_store_text text(const char *string);

struct sb_store *open_store(int readonly);
int close_store(struct sb_store *store);
int open_error(struct sb_store_error *error);

/* Calls have the request "request", the prices "price" and "cost"; records the
   kind "kind". */
int intend(struct sb_store *store, const char *key, int64_t *id);
void start_answer(struct sb_store *store, int64_t id, const char *answer,
                  struct result *result);
void assert_answered(struct sb_store *store, const char *key,
                     const char *answer);
enum sb_store_state state_of(struct sb_store *store, int64_t id);
void put(struct sb_store *store, const char *name, const char *value);
void put_and_wait(struct sb_store *store, const char *name, const char *value);
void assert_record(struct sb_store *store, const char *name, const char *value);

#define assert_text(actual, expected)                                          \
  do {                                                                         \
    assert_int_equal((actual).len, strlen(expected));                          \
    assert_memory_equal((actual).data, expected, (actual).len);                \
  } while (0)

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
