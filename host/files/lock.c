/* host/files/lock.c -- see lock.h. */
#include "host/files/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <uv.h>

struct sb_lock {
  int fd;
};

/* The pid that the file holds, or 0. */
static pid_t read_owner(int fd) {
  char text[24];
  ssize_t n = pread(fd, text, sizeof text - 1, 0);
  if (n <= 0) return 0;
  text[n] = '\0';
  long pid = strtol(text, NULL, 10);
  return pid > 0 ? (pid_t)pid : 0;
}

/* The pid serves a message only: a disk that is too full for it does not make
   the lock any less held. */
static void write_owner(int fd) {
  char text[24];
  int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
  if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)n, 0) == n) return;
}

int sb_lock_take(const char *path, struct sb_lock **lock, pid_t *owner) {
  int rc = 0;
  *owner = 0;
  struct sb_lock *taken = malloc(sizeof *taken);
  if (taken == NULL) return UV_ENOMEM;
  taken->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (taken->fd < 0) {
    rc = uv_translate_sys_error(errno);
    free(taken);
    return rc;
  }
  if (flock(taken->fd, LOCK_EX | LOCK_NB) != 0) {
    rc = errno == EWOULDBLOCK ? UV_EBUSY : uv_translate_sys_error(errno);
    if (rc == UV_EBUSY) *owner = read_owner(taken->fd);
    close(taken->fd);
    free(taken);
    return rc;
  }
  write_owner(taken->fd);
  *lock = taken;
  return 0;
}

void sb_lock_release(struct sb_lock *lock) {
  if (lock == NULL) return;
  /* Emptied first, so that nobody is told of an owner that has let go. */
  if (ftruncate(lock->fd, 0) != 0) errno = 0;
  close(lock->fd);
  free(lock);
}
