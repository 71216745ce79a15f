/* tests/unit/watch_test.c -- host/files/watch.h, with files saved as editors
   do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/files/watch.h"

enum { PATH_SIZE = 256, MOST_TOLD = 300, PATIENCE_MS = 20000 };

struct telling {
  char path[PATH_SIZE];
  struct sb_content content;
};

struct rig {
  uv_loop_t loop;
  struct sb_watcher *watcher;
  char dir[PATH_SIZE];
  int count;
  struct telling told[MOST_TOLD];
  bool closes; /* when it is told something */
};

/* The path of a file of the test's; valid until the eighth call after. */
static const char *at(const struct rig *r, const char *name) {
  static char paths[8][2 * PATH_SIZE];
  static int next;
  char *path = paths[next++ % 8];
  (void)snprintf(path, sizeof paths[0], "%s/%s", r->dir, name);
  return path;
}

static void on_told(void *arg) {
  struct rig *r = arg;
  struct sb_content content;
  const char *path;
  while (sb_watcher_take(r->watcher, &path, &content)) {
    assert_true(r->count < MOST_TOLD);
    struct telling *telling = &r->told[r->count++];
    (void)snprintf(telling->path, sizeof telling->path, "%s", path);
    telling->content = content;
  }
  if (r->closes) {
    sb_watcher_close(r->watcher);
    r->watcher = NULL;
  }
}

static int setup(void **state) {
  struct rig *r = calloc(1, sizeof *r);
  *state = r;
  strcpy(r->dir, "/tmp/sbhost-watch-XXXXXX");
  if (mkdtemp(r->dir) == NULL || uv_loop_init(&r->loop) != 0) return -1;
  return sb_watcher_open(&r->loop, on_told, r, &r->watcher);
}

static int teardown(void **state) {
  struct rig *r = *state;
  char command[2 * PATH_SIZE];
  sb_watcher_close(r->watcher);
  uv_run(&r->loop, UV_RUN_DEFAULT);
  int rc = uv_loop_close(&r->loop);
  (void)snprintf(command, sizeof command, "rm -rf '%s'", r->dir);
  rc |= system(command); /* NOLINT(cert-env33-c) */
  free(r);
  return rc;
}

static void on_late(uv_timer_t *timer) { *(bool *)timer->data = true; }

static void on_closed(uv_handle_t *handle) { *(bool *)handle->data = true; }

/* Runs the loop until so much has been told, or for so long. */
static void run(struct rig *r, int count, uint64_t ms) {
  bool late = false, closed = false;
  uv_timer_t timer;
  uv_timer_init(&r->loop, &timer);
  uv_update_time(&r->loop);
  timer.data = &late;
  uv_timer_start(&timer, on_late, ms, 0);
  while (r->count < count && !late) uv_run(&r->loop, UV_RUN_ONCE);
  timer.data = &closed;
  uv_close((uv_handle_t *)&timer, on_closed);
  while (!closed) uv_run(&r->loop, UV_RUN_NOWAIT);
}

static struct sb_content content_of(const char *text) {
  struct sb_content content = {.is_there = text != NULL};
  if (text != NULL) sb_sha256_of(text, strlen(text), content.sha256);
  return content;
}

static void add(struct rig *r, const char *name, const char *known) {
  struct sb_content content = content_of(known);
  assert_int_equal(sb_watcher_add(r->watcher, at(r, name), &content), 0);
}

/* Waits for the next telling, which must be of this. */
static void expect(struct rig *r, const char *name, const char *text) {
  struct sb_content content = content_of(text);
  run(r, 1, PATIENCE_MS);
  assert_true(r->count > 0);
  assert_string_equal(r->told[0].path, at(r, name));
  assert_int_equal(r->told[0].content.is_there, content.is_there);
  if (text != NULL)
    assert_memory_equal(r->told[0].content.sha256, content.sha256,
                        sizeof content.sha256);
  r->count--;
  memmove(r->told, r->told + 1, sizeof r->told[0] * (size_t)r->count);
}

static void write_to(int fd, const char *text) {
  assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static int open_for(const struct rig *r, const char *name, int flags) {
  int fd = open(at(r, name), O_WRONLY | O_CREAT | flags, 0600);
  assert_true(fd >= 0);
  return fd;
}

static void put(const struct rig *r, const char *name, const char *text) {
  int fd = open_for(r, name, O_TRUNC);
  write_to(fd, text);
  close(fd);
}

/* As most editors save. */
static void put_over(const struct rig *r, const char *name, const char *text) {
  put(r, "new~", text);
  assert_int_equal(rename(at(r, "new~"), at(r, name)), 0);
}

/* A file "a" that holds "one", watched. Its first look is over when a change of
   another file has been told. */
static void begin(struct rig *r) {
  put(r, "a", "one");
  put(r, "b", "one");
  add(r, "a", "one");
  add(r, "b", "another");
  expect(r, "b", "one");
}

/* What was to be told of "a" has been by now. */
static void expect_nothing(struct rig *r) {
  put(r, "b", "an end");
  expect(r, "b", "an end");
  assert_int_equal(r->count, 0);
}

static void tells_a_file_that_was_written(void **state) {
  struct rig *r = *state;
  begin(r);
  put(r, "a", "two");
  expect(r, "a", "two");
  expect_nothing(r);
}

static void tells_a_file_that_was_replaced_each_time(void **state) {
  struct rig *r = *state;
  char text[16];
  begin(r);
  for (int i = 0; i < 20; i++) {
    (void)snprintf(text, sizeof text, "save %d", i);
    put_over(r, "a", text);
    expect(r, "a", text);
  }
}

static void is_silent_about_a_save_of_the_same(void **state) {
  struct rig *r = *state;
  begin(r);
  put_over(r, "a", "one");
  put(r, "a", "one");
  assert_int_equal(utimensat(AT_FDCWD, at(r, "a"), NULL, 0), 0);
  expect_nothing(r);
}

static void tells_what_settles_of_two_writes(void **state) {
  struct rig *r = *state;
  begin(r);
  put(r, "a", "half of it");
  put(r, "a", "all of it, as it was meant");
  expect(r, "a", "all of it, as it was meant");
  expect_nothing(r);
}

static void waits_for_the_end_of_a_write_in_pieces(void **state) {
  struct rig *r = *state;
  begin(r);
  int fd = open_for(r, "a", O_TRUNC);
  run(r, 1, 40);
  write_to(fd, "half ");
  run(r, 1, 40);
  assert_int_equal(r->count, 0);
  write_to(fd, "and half");
  close(fd);
  expect(r, "a", "half and half");
  expect_nothing(r);
}

static void tells_what_is_left_open(void **state) {
  struct rig *r = *state;
  begin(r);
  int fd = open_for(r, "a", O_APPEND);
  write_to(fd, " and a half");
  expect(r, "a", "one and a half");
  close(fd);
}

static void takes_no_short_absence_for_an_end(void **state) {
  struct rig *r = *state;
  begin(r);
  assert_int_equal(rename(at(r, "a"), at(r, "a~")), 0);
  run(r, 1, 40);
  put(r, "a", "two");
  expect(r, "a", "two");
  unlink(at(r, "a"));
  put(r, "a", "three");
  expect(r, "a", "three");
}

static void tells_that_a_file_is_gone_and_back(void **state) {
  struct rig *r = *state;
  begin(r);
  unlink(at(r, "a"));
  expect(r, "a", NULL);
  put_over(r, "a", "one");
  expect(r, "a", "one");
}

static void tells_an_empty_file_only_when_it_stays_so(void **state) {
  struct rig *r = *state;
  begin(r);
  put(r, "a", "");
  run(r, 1, 40);
  assert_int_equal(r->count, 0);
  put(r, "a", "two");
  expect(r, "a", "two");
  put(r, "a", "");
  expect(r, "a", "");
}

static void finds_a_file_that_was_not_there(void **state) {
  struct rig *r = *state;
  begin(r);
  add(r, "later", NULL);
  add(r, "steps/deep/later.lua", NULL);
  put(r, "later", "text");
  expect(r, "later", "text");
  mkdir(at(r, "steps"), 0700);
  mkdir(at(r, "steps/deep"), 0700);
  put(r, "steps/deep/later.lua", "text");
  expect(r, "steps/deep/later.lua", "text");
  put(r, "steps/deep/later.lua", "other");
  expect(r, "steps/deep/later.lua", "other");
}

static void follows_a_folder_that_is_made_anew(void **state) {
  struct rig *r = *state;
  mkdir(at(r, "steps"), 0700);
  begin(r);
  put(r, "steps/a.lua", "one");
  add(r, "steps/a.lua", "one");
  unlink(at(r, "steps/a.lua"));
  rmdir(at(r, "steps"));
  expect(r, "steps/a.lua", NULL);
  mkdir(at(r, "steps"), 0700);
  put(r, "steps/a.lua", "two");
  expect(r, "steps/a.lua", "two");
  /* And one that is put in its place. */
  mkdir(at(r, "new"), 0700);
  put(r, "new/a.lua", "three");
  rename(at(r, "steps"), at(r, "old"));
  rename(at(r, "new"), at(r, "steps"));
  expect(r, "steps/a.lua", "three");
  put(r, "old/a.lua", "of no interest");
  put_over(r, "steps/a.lua", "four");
  expect(r, "steps/a.lua", "four");
}

static void follows_links(void **state) {
  struct rig *r = *state;
  mkdir(at(r, "real"), 0700);
  mkdir(at(r, "other"), 0700);
  put(r, "real/file", "one");
  put(r, "other/file", "two");
  assert_int_equal(symlink("real/file", at(r, "middle")), 0);
  assert_int_equal(symlink(at(r, "middle"), at(r, "link")), 0);
  begin(r);
  add(r, "link", "one");
  expect_nothing(r);
  put(r, "real/file", "three"); /* through the link */
  expect(r, "link", "three");
  assert_int_equal(symlink("other/file", at(r, "new link")), 0);
  rename(at(r, "new link"), at(r, "middle"));
  expect(r, "link", "two");
  put_over(r, "other/file", "four");
  expect(r, "link", "four");
  put_over(r, "link", "five"); /* in place of the link */
  expect(r, "link", "five");
}

static void tells_files_saved_at_once_together(void **state) {
  struct rig *r = *state;
  char name[16];
  begin(r);
  for (int i = 0; i < 250; i++) {
    (void)snprintf(name, sizeof name, "file %d", i);
    put(r, name, "before");
    add(r, name, "before");
  }
  expect_nothing(r);
  for (int i = 0; i < 250; i++) {
    (void)snprintf(name, sizeof name, "file %d", i);
    put_over(r, name, "after");
  }
  run(r, 1, PATIENCE_MS);
  assert_int_equal(r->count, 250);
}

static void compares_with_what_was_read(void **state) {
  struct rig *r = *state;
  begin(r);
  put(r, "a", "two");
  expect(r, "a", "two");
  add(r, "a", "two"); /* it was read, and has not changed since */
  expect_nothing(r);
  add(r, "a", "an older one"); /* it changed between being read and this */
  expect(r, "a", "two");
}

static void needs_no_known_content(void **state) {
  struct rig *r = *state;
  begin(r);
  put(r, "picture", "one");
  assert_int_equal(sb_watcher_add(r->watcher, at(r, "picture"), NULL), 0);
  expect_nothing(r);
  put_over(r, "picture", "two");
  expect(r, "picture", "two");
}

/* What no event tells, a sweep finds: the file lies behind a link in the middle
   of its path. */
static void looks_for_itself(void **state) {
  struct rig *r = *state;
  mkdir(at(r, "one"), 0700);
  mkdir(at(r, "two"), 0700);
  put(r, "one/file", "one");
  put(r, "two/file", "two");
  assert_int_equal(symlink("one", at(r, "dir")), 0);
  begin(r);
  add(r, "dir/file", "one");
  expect_nothing(r);
  assert_int_equal(symlink("two", at(r, "new")), 0);
  rename(at(r, "new"), at(r, "dir"));
  expect(r, "dir/file", "two");
  put(r, "two/file", "three");
  expect(r, "dir/file", "three");
}

static void forgets_what_is_removed(void **state) {
  struct rig *r = *state;
  begin(r);
  put(r, "a", "two");
  sb_watcher_remove(r->watcher, at(r, "a"));
  sb_watcher_remove(r->watcher, at(r, "never there"));
  expect_nothing(r);
}

static void can_be_closed_while_it_tells(void **state) {
  struct rig *r = *state;
  begin(r);
  r->closes = true;
  put(r, "a", "two");
  expect(r, "a", "two");
  put(r, "b", "two");
  run(r, 1, 40);
  assert_int_equal(r->count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(tells_a_file_that_was_written),
      TEST(tells_a_file_that_was_replaced_each_time),
      TEST(is_silent_about_a_save_of_the_same),
      TEST(tells_what_settles_of_two_writes),
      TEST(waits_for_the_end_of_a_write_in_pieces),
      TEST(tells_what_is_left_open),
      TEST(takes_no_short_absence_for_an_end),
      TEST(tells_that_a_file_is_gone_and_back),
      TEST(tells_an_empty_file_only_when_it_stays_so),
      TEST(finds_a_file_that_was_not_there),
      TEST(follows_a_folder_that_is_made_anew),
      TEST(follows_links),
      TEST(tells_files_saved_at_once_together),
      TEST(compares_with_what_was_read),
      TEST(needs_no_known_content),
      TEST(looks_for_itself),
      TEST(forgets_what_is_removed),
      TEST(can_be_closed_while_it_tells),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
