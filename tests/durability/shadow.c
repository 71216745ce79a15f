/* tests/durability/shadow.c -- see shim.h: what would be on the disk if all
   that was not flushed were lost, kept beside the files while they change. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shim.h"

enum { NAME_SIZE = 4096 };

/* The calls themselves: the shim's own would be counted. */
static long raw(long number, long a, long b, long c, long d) {
  SHIM_NEXT(syscall);
  return next_syscall(number, a, b, c, d, 0L, 0L);
}

static int raw_open(const char *path, int flags) {
  return (int)raw(SYS_openat, AT_FDCWD, (long)path, flags, 0600);
}

static void copy_file(int from, int to) {
  static _Thread_local char chunk[65536];
  off_t at = 0;
  long n;
  while ((n = raw(SYS_pread64, from, (long)chunk, sizeof chunk, at)) > 0) {
    raw(SYS_write, to, (long)chunk, n, 0);
    at += n;
  }
}

static void list_names(int fd, int to) {
  int copy = (int)raw(SYS_openat, fd, (long)".", O_RDONLY | O_DIRECTORY, 0);
  DIR *folder = copy < 0 ? NULL : fdopendir(copy);
  if (folder == NULL) return;
  const struct dirent *entry;
  char line[NAME_SIZE];
  /* cppcheck-suppress readdirCalled */
  while ((entry = readdir(folder)) != NULL) {
    int n =
        snprintf(line, sizeof line, "%lu %c %s\n", (unsigned long)entry->d_ino,
                 entry->d_type == DT_DIR ? 'd' : 'f', entry->d_name);
    if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2)
      raw(SYS_write, to, (long)line, n, 0);
  }
  closedir(folder);
}

/* What is open may be for writing only: it is opened again. */
static int open_again(int fd) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  return raw_open(link, O_RDONLY | O_CLOEXEC);
}

/* One flush at a time: else what an earlier one took could be settled after
   what a later one did. */
static pthread_mutex_t flushing = PTHREAD_MUTEX_INITIALIZER;

char *shadow_take(int fd) {
  static char name[NAME_SIZE];
  const char *place = getenv("SHIM_SHADOW");
  struct stat st;
  if (place == NULL || fstat(fd, &st) != 0) return NULL;
  pthread_mutex_lock(&flushing);
  snprintf(name, NAME_SIZE, "%s/%c%lu.part", place,
           S_ISDIR(st.st_mode) ? 'd' : 'f', (unsigned long)st.st_ino);
  int to = raw_open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
  int from = open_again(fd);
  if (S_ISDIR(st.st_mode))
    list_names(from, to);
  else
    copy_file(from, to);
  raw(SYS_close, from, 0, 0, 0);
  raw(SYS_close, to, 0, 0, 0);
  return name;
}

void shadow_settle(char *taken, int flushed) {
  int saved = errno;
  if (taken == NULL) return;
  if (flushed) {
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "%s", taken);
    *strrchr(name, '.') = '\0';
    raw(SYS_rename, (long)taken, (long)name, 0, 0);
  } else {
    raw(SYS_unlink, (long)taken, 0, 0, 0);
  }
  pthread_mutex_unlock(&flushing);
  errno = saved;
}

void shadow_hold(const char *path) {
  int saved = errno;
  if (getenv("SHIM_SHADOW") != NULL)
    raw_open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  errno = saved;
}
