/* host/files/file.c -- see file.h. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
#define _GNU_SOURCE /* renameat2 */
#include "host/files/file_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "host/base/sha256.h"

enum { CHUNK = 256 * 1024 };

enum life { DURABLE, SCRATCH };

int sb_file_error(void) {
  int rc = uv_translate_sys_error(errno);
  return rc < 0 ? rc : UV_UNKNOWN;
}

/*
** Reading.
*/

void sb_file_fill(struct sb_file_stat *out, const struct stat *st) {
  out->device = (uint64_t)st->st_dev;
  out->inode = (uint64_t)st->st_ino;
  out->size = (uint64_t)st->st_size;
  out->mtime = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
  out->ctime = (int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec;
  out->type = S_ISREG(st->st_mode)   ? SB_FILE_REGULAR
              : S_ISDIR(st->st_mode) ? SB_FILE_FOLDER
                                     : SB_FILE_OTHER;
}

int sb_file_stat(const char *path, struct sb_file_stat *st) {
  struct stat raw;
  if (stat(path, &raw) != 0) return sb_file_error();
  sb_file_fill(st, &raw);
  return 0;
}

static int stat_open(int fd, struct sb_file_stat *st) {
  struct stat raw;
  if (fstat(fd, &raw) != 0) return sb_file_error();
  sb_file_fill(st, &raw);
  return 0;
}

/* Opens a regular file. What waits when it is opened (a FIFO) is let go. */
static int open_regular(const char *path, int *fd, struct sb_file_stat *st) {
  *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (*fd < 0) return sb_file_error();
  int rc = stat_open(*fd, st);
  if (rc == 0 && st->type == SB_FILE_FOLDER) rc = UV_EISDIR;
  if (rc == 0 && st->type == SB_FILE_OTHER) rc = UV_EINVAL;
  if (rc < 0) close(*fd);
  return rc;
}

/* Reads until size bytes are there or the file ends. */
static int read_all(int fd, char *data, size_t size, size_t *len) {
  *len = 0;
  while (*len < size) {
    ssize_t n = read(fd, data + *len, size - *len);
    if (n == 0) return 0;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return sb_file_error();
    *len += (size_t)n;
  }
  return 0;
}

int sb_file_read(const char *path, size_t max, char **data, size_t *len) {
  struct sb_file_stat st;
  int fd;
  int rc = open_regular(path, &fd, &st);
  if (rc < 0) return rc;
  char *bytes = NULL;
  if (st.size > max || st.size >= SIZE_MAX) {
    rc = UV_EFBIG;
  } else if ((bytes = malloc((size_t)st.size + 1)) == NULL) {
    rc = UV_ENOMEM;
  } else {
    /* One byte more than there were: what grows meanwhile is not cut. */
    rc = read_all(fd, bytes, (size_t)st.size + 1, len);
    if (rc == 0 && *len > st.size) rc = UV_EAGAIN;
  }
  close(fd);
  if (rc < 0) {
    free(bytes);
    return rc;
  }
  bytes[*len] = '\0';
  *data = bytes;
  return 0;
}

static int same_stat(const struct sb_file_stat *a,
                     const struct sb_file_stat *b) {
  return a->size == b->size && a->mtime == b->mtime && a->ctime == b->ctime;
}

static int hash_open(int fd, uint8_t digest[32]) {
  struct sb_sha256 hash;
  size_t len = CHUNK;
  sb_sha256_init(&hash);
  char *chunk = malloc(CHUNK);
  int rc = chunk == NULL ? UV_ENOMEM : 0;
  while (rc == 0 && len == CHUNK) {
    rc = read_all(fd, chunk, CHUNK, &len);
    if (rc == 0) sb_sha256_update(&hash, chunk, len);
  }
  if (rc == 0) sb_sha256_final(&hash, digest);
  free(chunk);
  return rc;
}

int sb_file_hash(const char *path, uint8_t digest[32],
                 struct sb_file_stat *st) {
  struct sb_file_stat after;
  int fd;
  int rc = open_regular(path, &fd, st);
  if (rc < 0) return rc;
  rc = hash_open(fd, digest);
  if (rc == 0) rc = stat_open(fd, &after);
  if (rc == 0 && !same_stat(st, &after)) rc = UV_EAGAIN;
  close(fd);
  return rc;
}

/*
** Writing.
*/

/* A new string: the folder that path lies in. */
static char *folder_of(const char *path) {
  const char *slash = strrchr(path, '/');
  if (slash == NULL) return strdup(".");
  return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static int sync_folder_of(const char *path) {
  char *folder = folder_of(path);
  if (folder == NULL) return UV_ENOMEM;
  int rc = 0;
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  free(folder);
  if (fd < 0) return sb_file_error();
  /* EINVAL: a file system whose folders need no flushing. */
  if (fsync(fd) != 0 && errno != EINVAL) rc = sb_file_error();
  close(fd);
  return rc;
}

/* *temporary: a new name in the folder of path, hidden, and short enough
   whatever the name of path. */
static int name_temporary(const char *path, char **temporary) {
  uint8_t random[8];
  int rc = uv_random(NULL, NULL, random, sizeof random, 0, NULL);
  if (rc < 0) return rc;
  char *folder = folder_of(path);
  if (folder == NULL) return UV_ENOMEM;
  size_t size = strlen(folder) + sizeof "/.sbhost-0123456789abcdef.tmp";
  *temporary = malloc(size);
  if (*temporary != NULL) {
    int n = snprintf(*temporary, size, "%s/.sbhost-", folder);
    for (size_t i = 0; i < sizeof random; i++)
      n += snprintf(*temporary + n, size - (size_t)n, "%02x", random[i]);
    snprintf(*temporary + n, size - (size_t)n, ".tmp");
  }
  free(folder);
  return *temporary == NULL ? UV_ENOMEM : 0;
}

static int write_all(int fd, const char *data, size_t len) {
  while (len > 0) {
    ssize_t n = write(fd, data, len);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return sb_file_error();
    data += n;
    len -= (size_t)n;
  }
  return 0;
}

static int sync_close(int fd, int rc) {
  if (rc == 0 && fsync(fd) != 0) rc = sb_file_error();
  if (close(fd) != 0 && rc == 0) rc = sb_file_error();
  return rc;
}

static int write_new(const char *path, const void *data, size_t len,
                     enum life life) {
  int fd =
      open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (fd < 0) return sb_file_error();
  int rc = write_all(fd, data, len);
  if (life == DURABLE) return sync_close(fd, rc);
  return close(fd) != 0 && rc == 0 ? sb_file_error() : rc;
}

static int copy_new(const char *from, const char *path, enum life life) {
  struct sb_file_stat st;
  uv_fs_t req;
  int rc = sb_file_stat(from, &st);
  if (rc < 0) return rc;
  if (st.type != SB_FILE_REGULAR) return UV_EINVAL;
  /* COPYFILE_EXCL is O_EXCL, which does not follow a link either. */
  rc = uv_fs_copyfile(NULL, &req, from, path,
                      UV_FS_COPYFILE_EXCL | UV_FS_COPYFILE_FICLONE, NULL);
  uv_fs_req_cleanup(&req);
  if (rc < 0 || life == SCRATCH) return rc;
  int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  return fd < 0 ? sb_file_error() : sync_close(fd, 0);
}

/* Gives a finished temporary the name path, or throws it away. rc: how making
   it ended. */
static int replace(char *temporary, const char *path, int rc, enum life life) {
  if (rc == 0 && rename(temporary, path) != 0) rc = sb_file_error();
  if (rc < 0) unlink(temporary);
  free(temporary);
  return rc < 0 || life == SCRATCH ? rc : sync_folder_of(path);
}

static int write_as(const char *path, const void *data, size_t len,
                    enum life life) {
  char *temporary;
  int rc = name_temporary(path, &temporary);
  if (rc < 0) return rc;
  return replace(temporary, path, write_new(temporary, data, len, life), life);
}

int sb_file_write(const char *path, const void *data, size_t len) {
  return write_as(path, data, len, DURABLE);
}

int sb_file_write_over(const char *path, const void *data, size_t len,
                       uint64_t size, int64_t mtime) {
  enum { MICROSECOND = 1000 };
  char *temporary;
  struct sb_file_stat st;
  int rc = name_temporary(path, &temporary);
  if (rc < 0) return rc;
  rc = write_new(temporary, data, len, DURABLE);
  /* Only now, as flushing takes long. */
  if (rc == 0 && sb_file_stat(path, &st) == 0 &&
      (st.size != size || llabs(st.mtime - mtime) >= MICROSECOND))
    rc = UV_EAGAIN;
  return replace(temporary, path, rc, DURABLE);
}

int sb_file_write_scratch(const char *path, const void *data, size_t len) {
  return write_as(path, data, len, SCRATCH);
}

static int copy_as(const char *from, const char *to, enum life life) {
  char *temporary;
  int rc = name_temporary(to, &temporary);
  if (rc < 0) return rc;
  return replace(temporary, to, copy_new(from, temporary, life), life);
}

int sb_file_copy(const char *from, const char *to) {
  return copy_as(from, to, DURABLE);
}

int sb_file_copy_scratch(const char *from, const char *to) {
  return copy_as(from, to, SCRATCH);
}

/* rename that fails with EEXIST instead of replacing. Where the file system
   cannot, a second link and the removal of the first come to the same. */
static int rename_new(const char *from, const char *to) {
  if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return sb_file_error();
  if (link(from, to) != 0) return sb_file_error();
  return unlink(from) != 0 ? sb_file_error() : 0;
}

int sb_file_publish(const char *temporary, const char *final) {
  int fd = open(temporary, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return sb_file_error();
  int rc = sync_close(fd, 0);
  if (rc == 0) rc = rename_new(temporary, final);
  return rc < 0 ? rc : sync_folder_of(final);
}

/*
** Folders.
*/

/* Makes one folder whose parent is there. */
static int make_folder(const char *path) {
  struct stat st;
  if (mkdir(path, 0777) == 0) return sync_folder_of(path);
  if (errno != EEXIST) return sb_file_error();
  if (stat(path, &st) != 0) return sb_file_error();
  return S_ISDIR(st.st_mode) ? 0 : UV_ENOTDIR;
}

int sb_file_mkdir(const char *path) {
  size_t len = strlen(path);
  if (len == 0) return UV_ENOENT;
  while (len > 1 && path[len - 1] == '/') len--;
  char *part = strndup(path, len);
  if (part == NULL) return UV_ENOMEM;
  int rc = 0;
  for (size_t i = 1; i <= len && rc == 0; i++) {
    if (i < len && part[i] != '/') continue;
    part[i] = '\0';
    rc = make_folder(part);
    if (i < len) part[i] = '/';
  }
  free(part);
  return rc;
}

int sb_file_remove(const char *path) {
  return remove(path) == 0 ? 0 : sb_file_error();
}

int sb_file_real(const char *path, char **real) {
  *real = realpath(path, NULL);
  return *real != NULL ? 0 : sb_file_error();
}
