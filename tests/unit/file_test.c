/* tests/unit/file_test.c -- host/files/file.h and host/files/lock.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "host/files/file.h"
#include "host/files/lock.h"
#include "host/base/sha256.h"

/* Each test runs in an empty folder of its own. */
static int setup(void **state) {
  static char folder[32];
  strcpy(folder, "/tmp/sbhost-file-XXXXXX");
  *state = folder;
  return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

/* Fails when a test has left a file, a temporary above all. */
static int teardown(void **state) { return chdir("/") != 0 || rmdir(*state); }

static void assert_holds(const char *path, const char *text) {
  char *data;
  size_t len;
  assert_int_equal(sb_file_read(path, 1000, &data, &len), 0);
  assert_int_equal(len, strlen(text));
  assert_string_equal(data, text);
  free(data);
}

static void assert_listed(const char *folder, const char *all) {
  char **names, text[256] = "";
  size_t count;
  assert_int_equal(sb_file_list(folder, &names, &count), 0);
  for (size_t i = 0; i < count; i++) {
    strcat(text, names[i]);
    strcat(text, " ");
  }
  assert_string_equal(text, all);
  sb_file_list_free(names, count);
}

static void writes_in_place_of_what_was_there(void **state) {
  (void)state;
  assert_int_equal(sb_file_write("a", "one", 3), 0);
  assert_holds("a", "one");
  assert_int_equal(sb_file_write("a", "", 0), 0);
  assert_holds("a", "");
  assert_listed(".", "a ");
  assert_int_equal(sb_file_remove("a"), 0);
}

static void replaces_a_link_and_not_what_it_points_at(void **state) {
  (void)state;
  assert_int_equal(sb_file_write("target", "kept", 4), 0);
  assert_int_equal(symlink("target", "link"), 0);
  assert_int_equal(sb_file_write("link", "new", 3), 0);
  assert_holds("target", "kept");
  assert_holds("link", "new");
  assert_int_equal(sb_file_remove("target"), 0);
  assert_int_equal(sb_file_remove("link"), 0);
}

static void leaves_nothing_behind_when_it_fails(void **state) {
  (void)state;
  assert_int_equal(sb_file_write("no/a", "x", 1), UV_ENOENT);
  assert_int_equal(sb_file_mkdir("folder/sub"), 0);
  assert_int_equal(sb_file_write("folder", "x", 1), UV_EISDIR);
  assert_int_equal(sb_file_copy("missing", "b"), UV_ENOENT);
  assert_int_equal(sb_file_copy("folder", "b"), UV_EINVAL);
  assert_listed(".", "folder ");
  assert_int_equal(sb_file_remove("folder"), UV_ENOTEMPTY);
  assert_int_equal(sb_file_remove("folder/sub"), 0);
  assert_int_equal(sb_file_remove("folder"), 0);
}

static void publishes_only_under_a_free_name(void **state) {
  (void)state;
  assert_int_equal(sb_file_write("tmp", "mine", 4), 0);
  assert_int_equal(sb_file_write("final", "theirs", 6), 0);
  assert_int_equal(sb_file_publish("tmp", "final"), UV_EEXIST);
  assert_holds("final", "theirs");
  assert_int_equal(sb_file_publish("tmp", "other"), 0);
  assert_holds("other", "mine");
  assert_listed(".", "final other ");
  assert_int_equal(sb_file_remove("final"), 0);
  assert_int_equal(sb_file_remove("other"), 0);
}

static void reads_no_more_than_it_may(void **state) {
  char *data;
  size_t len;
  (void)state;
  assert_int_equal(sb_file_write("a", "12345", 5), 0);
  assert_int_equal(sb_file_read("a", 4, &data, &len), UV_EFBIG);
  assert_int_equal(sb_file_read("a", 5, &data, &len), 0);
  assert_int_equal(len, 5);
  free(data);
  assert_int_equal(sb_file_read(".", 5, &data, &len), UV_EISDIR);
  assert_int_equal(mkfifo("pipe", 0600), 0);
  assert_int_equal(sb_file_read("pipe", 5, &data, &len), UV_EINVAL);
  assert_int_equal(sb_file_remove("pipe"), 0);
  assert_int_equal(sb_file_remove("a"), 0);
}

static void hashes_files_larger_than_a_chunk(void **state) {
  enum { SIZE = 700001 };
  uint8_t digest[32], expected[32];
  struct sb_file_stat st;
  char *data = malloc(SIZE);
  (void)state;
  for (size_t i = 0; i < SIZE; i++) data[i] = (char)(i * 31 >> 3);
  sb_sha256_of(data, SIZE, expected);
  assert_int_equal(sb_file_write("a", data, SIZE), 0);
  free(data);
  assert_int_equal(sb_file_copy("a", "b"), 0);
  assert_int_equal(sb_file_hash("b", digest, &st), 0);
  assert_memory_equal(digest, expected, 32);
  assert_int_equal(st.size, SIZE);
  assert_int_equal(sb_file_remove("a"), 0);
  assert_int_equal(sb_file_remove("b"), 0);
}

static void makes_folders_with_their_parents(void **state) {
  (void)state;
  assert_int_equal(sb_file_mkdir("a//b/c/"), 0);
  assert_int_equal(sb_file_mkdir("a/b"), 0);
  assert_int_equal(sb_file_mkdir("/"), 0);
  assert_int_equal(sb_file_mkdir(""), UV_ENOENT);
  assert_int_equal(sb_file_write("a/b/file", "", 0), 0);
  assert_int_equal(sb_file_mkdir("a/b/file"), UV_ENOTDIR);
  assert_int_equal(sb_file_mkdir("a/b/file/d"), UV_ENOTDIR);
  assert_int_equal(sb_file_remove("a/b/file"), 0);
  assert_int_equal(sb_file_remove("a/b/c"), 0);
  assert_int_equal(sb_file_remove("a/b"), 0);
  assert_int_equal(sb_file_remove("a"), 0);
}

static void lists_names_in_the_order_of_their_bytes(void **state) {
  const char *names[] = {"b", "B", "\xc3\xa9", "a", ".hidden"};
  (void)state;
  for (size_t i = 0; i < 5; i++)
    assert_int_equal(sb_file_write(names[i], "", 0), 0);
  assert_listed(".", ".hidden B a b \xc3\xa9 ");
  for (size_t i = 0; i < 5; i++) assert_int_equal(sb_file_remove(names[i]), 0);
}

static void scans_what_files_are(void **state) {
  (void)state;
  struct sb_file_entry *entries;
  size_t count;
  char name[16];
  assert_int_equal(sb_file_mkdir("folder"), 0);
  for (int i = 0; i < 100; i++) {
    snprintf(name, sizeof name, "folder/%02d", 99 - i);
    assert_int_equal(sb_file_write(name, "four", (size_t)(i % 5)), 0);
  }
  assert_int_equal(symlink("nowhere", "folder/dangling"), 0);
  assert_int_equal(sb_file_scan("folder", &entries, &count), 0);
  assert_int_equal(count, 100);
  for (int i = 0; i < 100; i++) {
    snprintf(name, sizeof name, "%02d", i);
    assert_string_equal(entries[i].name, name);
    assert_int_equal(entries[i].stat.size, (99 - i) % 5);
  }
  sb_file_scan_free(entries, count);
  assert_int_equal(sb_file_scan("folder/07", &entries, &count), 0);
  assert_int_equal(count, 1);
  assert_string_equal(entries[0].name, "");
  sb_file_scan_free(entries, count);
  assert_int_equal(sb_file_scan("folder/nothing", &entries, &count), 0);
  assert_int_equal(count, 0);
  sb_file_scan_free(entries, count);
  for (int i = 0; i < 100; i++) {
    snprintf(name, sizeof name, "folder/%02d", i);
    assert_int_equal(unlink(name), 0);
  }
  assert_int_equal(unlink("folder/dangling"), 0);
  assert_int_equal(rmdir("folder"), 0);
}

static void says_who_holds_a_lock(void **state) {
  struct sb_lock *lock, *second;
  pid_t owner;
  (void)state;
  assert_int_equal(sb_lock_take("lock", &lock, &owner), 0);
  assert_int_equal(sb_lock_take("lock", &second, &owner), UV_EBUSY);
  assert_int_equal(owner, getpid());
  sb_lock_release(lock);
  assert_int_equal(sb_lock_take("lock", &second, &owner), 0);
  sb_lock_release(second);
  assert_int_equal(sb_file_remove("lock"), 0);
}

static void frees_the_lock_of_a_process_that_was_killed(void **state) {
  struct sb_lock *lock;
  pid_t owner;
  int ready[2];
  char byte;
  (void)state;
  assert_int_equal(pipe(ready), 0);
  pid_t child = fork();
  if (child == 0) {
    if (sb_lock_take("lock", &lock, &owner) == 0 && write(ready[1], "", 1) == 1)
      pause();
    _exit(1);
  }
  assert_int_equal(read(ready[0], &byte, 1), 1);
  assert_int_equal(sb_lock_take("lock", &lock, &owner), UV_EBUSY);
  assert_int_equal(owner, child);
  kill(child, SIGKILL);
  assert_int_equal(waitpid(child, NULL, 0), child);
  assert_int_equal(sb_lock_take("lock", &lock, &owner), 0);
  sb_lock_release(lock);
  close(ready[0]);
  close(ready[1]);
  assert_int_equal(sb_file_remove("lock"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(writes_in_place_of_what_was_there),
      TEST(replaces_a_link_and_not_what_it_points_at),
      TEST(leaves_nothing_behind_when_it_fails),
      TEST(publishes_only_under_a_free_name),
      TEST(reads_no_more_than_it_may),
      TEST(hashes_files_larger_than_a_chunk),
      TEST(makes_folders_with_their_parents),
      TEST(lists_names_in_the_order_of_their_bytes),
      TEST(scans_what_files_are),
      TEST(says_who_holds_a_lock),
      TEST(frees_the_lock_of_a_process_that_was_killed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
