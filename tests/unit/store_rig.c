/* tests/unit/store_rig.c -- see store_rig.h. */
#include "store_rig.h"

#include <stdlib.h>
#include <unistd.h>

#include "host/files/file.h"

uv_loop_t loop;

/* Each test runs in an empty folder of its own. */
int setup(void **state) {
  static char folder[32];
  strcpy(folder, "/tmp/sbhost-store-XXXXXX");
  *state = folder;
  if (mkdtemp(folder) == NULL || chdir(folder) != 0) return -1;
  return uv_loop_init(&loop);
}

/* Fails when a test has left a handle open. */
int teardown(void **state) {
  char **names;
  size_t count;
  uv_run(&loop, UV_RUN_DEFAULT);
  if (uv_loop_close(&loop) != 0 || sb_file_list(".", &names, &count) < 0)
    return -1;
  for (size_t i = 0; i < count; i++) sb_file_remove(names[i]);
  sb_file_list_free(names, count);
  return chdir("/") != 0 || rmdir(*state);
}

void on_done(void *arg, int rc) {
  struct result *result = arg;
  result->over++;
  result->rc = rc;
}

int await(struct result *result) {
  while (!result->over) uv_run(&loop, UV_RUN_ONCE);
  assert_int_equal(result->over, 1);
  return result->rc;
}

struct sb_store_text text(const char *string) {
  struct sb_store_text all = {string, strlen(string)};
  return all;
}

struct sb_store *open_store(int readonly) {
  struct sb_store *store;
  struct sb_store_error error;
  int rc = sb_store_open("db", readonly, &store, &error);
  if (rc < 0) fail_msg("%s", error.message);
  assert_int_equal(sb_store_start(store, &loop), 0);
  return store;
}

int close_store(struct sb_store *store) {
  struct result result = {0};
  struct sb_store_op *op;
  assert_int_equal(sb_store_close(store, on_done, &result, &op), 0);
  assert_int_equal(result.over, 0);
  return await(&result);
}

int open_error(struct sb_store_error *error) {
  struct sb_store *store;
  return sb_store_open("db", 0, &store, error);
}

int intend(struct sb_store *store, const char *key, int64_t *id) {
  struct result result = {0};
  struct sb_store_op *op;
  assert_int_equal(sb_store_intend(store, text(key), text("request"),
                                   text("price"), id, on_done, &result, &op),
                   0);
  assert_int_equal(result.over, 0);
  return await(&result);
}

void start_answer(struct sb_store *store, int64_t id, const char *answer,
                  struct result *result) {
  struct sb_store_op *op;
  result->over = 0;
  assert_int_equal(sb_store_answer(store, id, text(answer), text("cost"),
                                   on_done, result, &op),
                   0);
}

void assert_answered(struct sb_store *store, const char *key,
                     const char *answer) {
  struct sb_store_call call;
  assert_int_equal(sb_store_answered(store, text(key), &call), 1);
  assert_int_equal(call.state, SB_STORE_ANSWERED);
  assert_text(call.answer, answer);
  assert_text(call.meta, "cost");
}

enum sb_store_state state_of(struct sb_store *store, int64_t id) {
  struct sb_store_call call;
  assert_int_equal(sb_store_call(store, id, &call), 1);
  assert_int_equal(call.id, id);
  assert_text(call.key, "key");
  assert_text(call.request, "request");
  assert_text(call.intent_meta, "price");
  return call.state;
}

void put(struct sb_store *store, const char *name, const char *value) {
  assert_int_equal(sb_store_put(store, text("kind"), text(name), text(value),
                                NULL, NULL, NULL),
                   0);
}

void put_and_wait(struct sb_store *store, const char *name, const char *value) {
  struct result result = {0};
  struct sb_store_op *op;
  assert_int_equal(sb_store_put(store, text("kind"), text(name), text(value),
                                on_done, &result, &op),
                   0);
  assert_int_equal(await(&result), 0);
}

void assert_record(struct sb_store *store, const char *name,
                   const char *value) {
  struct sb_store_text found;
  int rc = sb_store_get(store, text("kind"), text(name), &found);
  assert_int_equal(rc, value != NULL);
  if (value != NULL) assert_text(found, value);
}
