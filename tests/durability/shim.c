/* tests/durability/shim.c -- see shim.h. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _GNU_SOURCE
#include "shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum class {
  EDGE,
  OPEN,
  READ,
  WRITE,
  SYNC,
  RENAME,
  UNLINK,
  MKDIR,
  TRUNCATE,
  MAP,
  SOCKET,
  CONNECT,
  SEND,
  RECEIVE,
  THREAD,
  CLASSES
};

static const char *const names[CLASSES] = {
    "edge",   "open",    "read",  "write",    "sync",
    "rename", "unlink",  "mkdir", "truncate", "map",
    "socket", "connect", "send",  "receive",  "thread"};

enum { KILL = -1 };

static struct {
  const char *root, *full, *count;
  size_t root_len;
  long clock, haste, skip;
  enum class class; /* CLASSES: no act */
  unsigned long nth;
  int how, always;
  unsigned long seen[CLASSES];
  int ready;
} shim = {.class = CLASSES};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

void shim_find(const char *name, void *function) {
  *(void **)function = dlsym(RTLD_NEXT, name);
}

/*
** What is to happen.
*/

static int error_of(const char *name) {
  static const struct {
    const char *name;
    int code;
  } errors[] = {{"ENOSPC", ENOSPC},
                {"EIO", EIO},
                {"ENOMEM", ENOMEM},
                {"EACCES", EACCES},
                {"EROFS", EROFS},
                {"EMFILE", EMFILE},
                {"EAGAIN", EAGAIN},
                {"ECONNRESET", ECONNRESET},
                {"ECONNREFUSED", ECONNREFUSED},
                {"EDQUOT", EDQUOT}};
  for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
    if (strncmp(name, errors[i].name, strlen(errors[i].name)) == 0)
      return errors[i].code;
  return KILL;
}

static void read_act(const char *text) {
  const char *nth = text != NULL ? strchr(text, ' ') : NULL;
  char *how;
  if (nth == NULL) return;
  for (int i = 0; i < CLASSES; i++)
    if (strlen(names[i]) == (size_t)(nth - text) &&
        strncmp(text, names[i], strlen(names[i])) == 0)
      shim.class = (enum class)i;
  shim.nth = strtoul(nth, &how, 10);
  shim.how = error_of(how + strspn(how, " "));
  shim.always = strchr(how, '+') != NULL;
}

static long number_of(const char *name) {
  const char *text = getenv(name);
  return text != NULL ? strtol(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void) {
  shim.root = getenv("SHIM_ROOT");
  shim.root_len = shim.root != NULL ? strlen(shim.root) : 0;
  shim.full = getenv("SHIM_FULL");
  shim.count = getenv("SHIM_COUNT");
  shim.clock = number_of("SHIM_CLOCK");
  shim.haste = number_of("SHIM_HASTE");
  shim.skip = number_of("SHIM_SKIP");
  read_act(getenv("SHIM_ACT"));
  unsetenv("LD_PRELOAD"); /* this process, and none that it starts */
  shim.ready = 1;
}

__attribute__((destructor)) static void finish(void) {
  shim.ready = 0;
  FILE *file = shim.count != NULL ? fopen(shim.count, "w") : NULL;
  if (file == NULL) return;
  for (int i = 0; i < CLASSES; i++)
    fprintf(file, "%s %lu\n", names[i], shim.seen[i]);
  fclose(file);
}

int shim_has_path(const char *path) {
  return shim.root != NULL && strncmp(path, shim.root, shim.root_len) == 0;
}

int shim_has_file(int fd) {
  char link[32], path[4096];
  if (!shim.ready || shim.root == NULL) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = '\0';
  return shim_has_path(path);
}

/* Counts a call; returns whether it is the one that something happens to. */
static int strikes(enum class class) {
  unsigned long n = ++shim.seen[class];
  if (shim.class != class || n < shim.nth || (n > shim.nth && !shim.always))
    return 0;
  if (shim.how != KILL) return 1;
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* Whether the call must fail, with errno set. */
static int fails(enum class class, int counts) {
  int saved = errno, struck;
  if (!shim.ready || !counts) return 0;
  pthread_mutex_lock(&mutex);
  int is_edge = class >= WRITE && class != MAP && class != SOCKET &&
                class != CONNECT && class != RECEIVE && class != THREAD;
  if (is_edge) strikes(EDGE);
  struck = strikes(class);
  pthread_mutex_unlock(&mutex);
  errno = saved;
  int grows = class == WRITE || class == MKDIR || class == RENAME;
  if (!struck && grows && shim.full != NULL && access(shim.full, F_OK) == 0) {
    errno = ENOSPC;
    return 1;
  }
  if (struck) errno = shim.how;
  return struck;
}

static int is_socket(int fd) {
  struct sockaddr_storage address = {.ss_family = AF_UNIX};
  socklen_t len = sizeof address;
  return getsockname(fd, (struct sockaddr *)&address, &len) == 0 &&
         address.ss_family != AF_UNIX;
}

/*
** Files.
*/

#define OPEN_BODY(name)                                                        \
  SHIM_NEXT(name);                                                             \
  mode_t mode = 0;                                                             \
  if ((flags & O_CREAT) != 0) {                                                \
    va_list args;                                                              \
    va_start(args, flags);                                                     \
    mode = va_arg(args, mode_t);                                               \
    va_end(args);                                                              \
  }                                                                            \
  if (fails(OPEN, shim_has_path(path))) return -1;                             \
  return next_##name(path, flags, mode)

int open(const char *path, int flags, ...) { OPEN_BODY(open); }
int open64(const char *path, int flags, ...) { OPEN_BODY(open64); }

ssize_t read(int fd, void *data, size_t len) {
  SHIM_NEXT(read);
  if (fails(READ, shim_has_file(fd))) return -1;
  return next_read(fd, data, len);
}

ssize_t pread(int fd, void *data, size_t len, off_t at) {
  SHIM_NEXT(pread);
  if (fails(READ, shim_has_file(fd))) return -1;
  return next_pread(fd, data, len, at);
}

ssize_t pread64(int fd, void *data, size_t len, off64_t at) {
  SHIM_NEXT(pread64);
  if (fails(READ, shim_has_file(fd))) return -1;
  return next_pread64(fd, data, len, at);
}

ssize_t write(int fd, const void *data, size_t len) {
  SHIM_NEXT(write);
  if (fails(WRITE, shim_has_file(fd))) return -1;
  return next_write(fd, data, len);
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t at) {
  SHIM_NEXT(pwrite);
  if (fails(WRITE, shim_has_file(fd))) return -1;
  return next_pwrite(fd, data, len, at);
}

ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at) {
  SHIM_NEXT(pwrite64);
  if (fails(WRITE, shim_has_file(fd))) return -1;
  return next_pwrite64(fd, data, len, at);
}

ssize_t sendfile64(int to, int from, off64_t *at, size_t len) {
  SHIM_NEXT(sendfile64);
  if (fails(WRITE, shim_has_file(to))) return -1;
  return next_sendfile64(to, from, at, len);
}

/* libuv copies files with copy_file_range(2), by its number. */
long syscall(long number, ...) {
  SHIM_NEXT(syscall);
  long arg[6];
  va_list args;
  va_start(args, number);
  for (int i = 0; i < 6; i++) arg[i] = va_arg(args, long);
  va_end(args);
  if (number == SYS_copy_file_range && fails(WRITE, shim_has_file((int)arg[2])))
    return -1;
  return next_syscall(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}

int ftruncate(int fd, off_t len) {
  SHIM_NEXT(ftruncate);
  if (fails(TRUNCATE, shim_has_file(fd))) return -1;
  return next_ftruncate(fd, len);
}

int ftruncate64(int fd, off64_t len) {
  SHIM_NEXT(ftruncate64);
  if (fails(TRUNCATE, shim_has_file(fd))) return -1;
  return next_ftruncate64(fd, len);
}

void *mmap64(void *place, size_t len, int access, int flags, int fd,
             off64_t at) {
  SHIM_NEXT(mmap64);
  if (fails(MAP, fd >= 0 && shim_has_file(fd))) return MAP_FAILED;
  return next_mmap64(place, len, access, flags, fd, at);
}

#define SYNC_BODY(name)                                                        \
  SHIM_NEXT(name);                                                             \
  int ours = shim_has_file(fd);                                                \
  if (fails(SYNC, ours)) return -1;                                            \
  char *taken = ours ? shadow_take(fd) : NULL;                                 \
  int rc = next_##name(fd);                                                    \
  shadow_settle(taken, rc == 0);                                               \
  return rc

int fsync(int fd) { SYNC_BODY(fsync); }
int fdatasync(int fd) { SYNC_BODY(fdatasync); }

/*
** Names.
*/

int rename(const char *from, const char *to) {
  SHIM_NEXT(rename);
  int ours = shim_has_path(to);
  if (fails(RENAME, ours)) return -1;
  if (ours) shadow_hold(to);
  return next_rename(from, to);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to,
              unsigned flags) {
  SHIM_NEXT(renameat2);
  if (fails(RENAME, shim_has_path(to))) return -1;
  return next_renameat2(from_dir, from, to_dir, to, flags);
}

int link(const char *from, const char *to) {
  SHIM_NEXT(link);
  if (fails(RENAME, shim_has_path(to))) return -1;
  return next_link(from, to);
}

int unlink(const char *path) {
  SHIM_NEXT(unlink);
  int ours = shim_has_path(path);
  if (fails(UNLINK, ours)) return -1;
  if (ours) shadow_hold(path);
  return next_unlink(path);
}

int remove(const char *path) {
  SHIM_NEXT(remove);
  int ours = shim_has_path(path);
  if (fails(UNLINK, ours)) return -1;
  if (ours) shadow_hold(path);
  return next_remove(path);
}

int mkdir(const char *path, mode_t mode) {
  SHIM_NEXT(mkdir);
  if (fails(MKDIR, shim_has_path(path))) return -1;
  return next_mkdir(path, mode);
}

/*
** The rest of the world.
*/

int socket(int family, int type, int protocol) {
  SHIM_NEXT(socket);
  if (fails(SOCKET, family == AF_INET || family == AF_INET6)) return -1;
  return next_socket(family, type, protocol);
}

int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t len) {
  SHIM_NEXT(connect);
  if (fails(CONNECT, address.__sockaddr__->sa_family != AF_UNIX)) return -1;
  return next_connect(fd, address, len);
}

ssize_t send(int fd, const void *data, size_t len, int flags) {
  SHIM_NEXT(send);
  if (fails(SEND, is_socket(fd))) return -1;
  return next_send(fd, data, len, flags);
}

ssize_t recv(int fd, void *data, size_t len, int flags) {
  SHIM_NEXT(recv);
  if (fails(RECEIVE, is_socket(fd))) return -1;
  return next_recv(fd, data, len, flags);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                   void *(*run)(void *), void *arg) {
  SHIM_NEXT(pthread_create);
  if (fails(THREAD, 1)) return errno;
  return next_pthread_create(thread, attributes, run, arg);
}

/*
** The clocks.
*/

/* What was waited for so far, in nanoseconds, when waits are skipped. */
static _Atomic int64_t waited;

static const int64_t of_day = 1800000000, of_waits = 1000; /* when they begin */

static struct timespec stand(int64_t began) {
  int64_t at = began * 1000000000 + waited;
  return (struct timespec){at / 1000000000, at % 1000000000};
}

/* Has seconds pass faster from the first look on. */
static void hasten(struct timespec *now) {
  static _Atomic int64_t first;
  int64_t at = (int64_t)now->tv_sec * 1000000000 + now->tv_nsec, none = 0;
  if (shim.haste == 0) return;
  atomic_compare_exchange_strong(&first, &none, at);
  at = first + (at - first) * shim.haste;
  now->tv_sec = at / 1000000000;
  now->tv_nsec = at % 1000000000;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  SHIM_NEXT(clock_gettime);
  int rc = next_clock_gettime(clock, now);
  int is_day = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  int is_waits = clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE;
  if (shim.skip && (is_day || is_waits))
    *now = stand(is_day ? of_day : of_waits);
  if (clock == CLOCK_REALTIME) now->tv_sec += shim.clock;
  if (is_waits) hasten(now);
  return rc;
}

/* libuv's waits are as much shorter. */
static int shortened(int milliseconds) {
  if (milliseconds <= 0) return milliseconds;
  if (shim.skip) return 0;
  return shim.haste ? (int)(milliseconds / shim.haste) + 1 : milliseconds;
}

/* Nothing came in all the time that libuv would have waited for something. */
static void skip(int milliseconds) {
  if (shim.skip && milliseconds > 0) waited += milliseconds * INT64_C(1000000);
}

int epoll_wait(int fd, struct epoll_event *events, int most, int timeout) {
  SHIM_NEXT(epoll_wait);
  int n = next_epoll_wait(fd, events, most, shortened(timeout));
  if (n == 0) skip(timeout);
  return n;
}

int epoll_pwait(int fd, struct epoll_event *events, int most, int timeout,
                const sigset_t *mask) {
  SHIM_NEXT(epoll_pwait);
  int n = next_epoll_pwait(fd, events, most, shortened(timeout), mask);
  if (n == 0) skip(timeout);
  return n;
}

time_t time(time_t *now) {
  SHIM_NEXT(time);
  time_t at = shim.skip ? stand(of_day).tv_sec : next_time(NULL);
  at += shim.clock;
  if (now != NULL) *now = at;
  return at;
}

int gettimeofday(struct timeval *now, void *zone) {
  SHIM_NEXT(gettimeofday);
  int rc = next_gettimeofday(now, zone);
  if (shim.skip) {
    struct timespec at = stand(of_day);
    *now = (struct timeval){at.tv_sec, at.tv_nsec / 1000};
  }
  now->tv_sec += shim.clock;
  return rc;
}
