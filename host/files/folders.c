/* host/files/folders.c -- see folders.h. */
#include "host/files/folders.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { BUFFER_SIZE = 16 * 1024, NOT_WATCHED = -1 };

#define MASK                                                                   \
  (IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM |      \
   IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

struct sb_folder {
  struct sb_folder *next, **link;
  int holds;
  int watch; /* inotify's number; several paths of one folder share it */
  struct sb_folder *above; /* held while this one is not there, or NULL */
  char path[];
};

struct sb_folders {
  uv_poll_t poll;
  int fd; /* -1: there is no inotify */
  struct sb_folders_listener listener;
  struct sb_folder *first;
  bool stale;  /* a folder was made, removed or moved */
  bool missed; /* there were more events than the kernel keeps */
};

/*
** The set.
*/

static bool is_shared(const struct sb_folders *f, const struct sb_folder *one) {
  for (const struct sb_folder *it = f->first; it != NULL; it = it->next)
    if (it != one && it->watch == one->watch) return true;
  return false;
}

static void unwatch(struct sb_folders *f, struct sb_folder *folder) {
  if (folder->watch != NOT_WATCHED && !is_shared(f, folder))
    inotify_rm_watch(f->fd, folder->watch); /* fails when it is gone: fine */
  folder->watch = NOT_WATCHED;
}

/* Holds the folder that the last part of this one's path is in. */
static void hold_above(struct sb_folders *f, struct sb_folder *folder) {
  const char *path = folder->path, *slash = strrchr(path, '/');
  if (folder->above != NULL || strcmp(path, ".") == 0 || strcmp(path, "/") == 0)
    return;
  size_t len = slash == NULL || slash == path ? 1 : (size_t)(slash - path);
  char *parent = slash == NULL ? strdup(".") : strndup(path, len);
  /* Without memory, whoever looks for himself finds it. */
  if (parent != NULL) folder->above = sb_folders_hold(f, parent);
  free(parent);
}

/* Watches what lies under the folder's path now. True when that is a folder
   that was not watched before. */
static bool refresh(struct sb_folders *f, struct sb_folder *folder) {
  if (f->fd < 0) return false;
  int watch = inotify_add_watch(f->fd, folder->path, MASK);
  bool is_absent = watch < 0 && (errno == ENOENT || errno == ENOTDIR);
  if (watch == folder->watch && !is_absent) return false;
  unwatch(f, folder);
  folder->watch = watch < 0 ? NOT_WATCHED : watch;
  if (is_absent) {
    hold_above(f, folder);
  } else if (folder->above != NULL) {
    sb_folders_release(f, folder->above);
    folder->above = NULL;
  }
  return watch >= 0;
}

struct sb_folder *sb_folders_hold(struct sb_folders *folders,
                                  const char *path) {
  for (struct sb_folder *it = folders->first; it != NULL; it = it->next)
    if (strcmp(it->path, path) == 0) {
      it->holds++;
      return it;
    }
  size_t size = strlen(path) + 1;
  struct sb_folder *folder = malloc(sizeof *folder + size);
  if (folder == NULL) return NULL;
  memset(folder, 0, sizeof *folder);
  memcpy(folder->path, path, size);
  folder->holds = 1;
  folder->watch = NOT_WATCHED;
  folder->next = folders->first;
  folder->link = &folders->first;
  if (folder->next != NULL) folder->next->link = &folder->next;
  folders->first = folder;
  refresh(folders, folder);
  return folder;
}

void sb_folders_release(struct sb_folders *folders, struct sb_folder *folder) {
  if (folder == NULL || --folder->holds > 0) return;
  *folder->link = folder->next;
  if (folder->next != NULL) folder->next->link = folder->link;
  unwatch(folders, folder);
  sb_folders_release(folders, folder->above);
  free(folder);
}

void sb_folders_refresh(struct sb_folders *folders) {
  bool found = false;
  folders->stale = false;
  /* A folder above that is held on the way becomes the first, and one that is
     released is another than this one. */
  for (struct sb_folder *it = folders->first; it != NULL; it = it->next)
    found = refresh(folders, it) || found;
  if (found) folders->listener.missed(folders->listener.arg);
}

/*
** Events.
*/

static bool is_above(const struct sb_folders *f, const struct sb_folder *one) {
  for (const struct sb_folder *it = f->first; it != NULL; it = it->next)
    if (it->above == one) return true;
  return false;
}

static enum sb_folder_change change_of(uint32_t mask) {
  if (mask & (IN_DELETE | IN_MOVED_FROM)) return SB_FOLDER_GONE;
  if (mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) return SB_FOLDER_WRITTEN;
  return SB_FOLDER_WRITING;
}

static void take(struct sb_folders *f, const struct inotify_event *event) {
  if (event->mask & IN_Q_OVERFLOW) f->missed = true;
  if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED))
    f->stale = true;
  for (struct sb_folder *it = f->first; it != NULL; it = it->next) {
    if (it->watch != event->wd) continue;
    if (event->mask & IN_IGNORED) {
      it->watch = NOT_WATCHED;
    } else if (event->len > 0) {
      f->stale = f->stale || is_above(f, it);
      f->listener.changed(f->listener.arg, it, event->name,
                          change_of(event->mask));
    }
  }
}

static void on_readable(uv_poll_t *poll, int status, int events) {
  struct sb_folders *f = poll->data;
  _Alignas(struct inotify_event) char buffer[BUFFER_SIZE];
  ssize_t len;
  (void)status, (void)events;
  while ((len = read(f->fd, buffer, sizeof buffer)) > 0)
    for (char *at = buffer; at < buffer + len;) {
      const struct inotify_event *event = (const void *)at;
      take(f, event);
      at += sizeof *event + event->len;
    }
  if (f->stale) sb_folders_refresh(f);
  if (f->missed) {
    f->missed = false;
    f->listener.missed(f->listener.arg);
  }
}

static void on_close(uv_handle_t *handle) {
  struct sb_folders *f = handle->data;
  close(f->fd);
  free(f);
}

int sb_folders_open(uv_loop_t *loop, const struct sb_folders_listener *listener,
                    struct sb_folders **folders) {
  struct sb_folders *f = calloc(1, sizeof *f);
  if (f == NULL) return UV_ENOMEM;
  f->listener = *listener;
  f->poll.data = f;
  f->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (f->fd >= 0) {
    int rc = uv_poll_init(loop, &f->poll, f->fd);
    if (rc < 0) {
      close(f->fd);
      free(f);
      return rc;
    }
    rc = uv_poll_start(&f->poll, UV_READABLE, on_readable);
    if (rc < 0) {
      uv_close((uv_handle_t *)&f->poll, on_close);
      return rc;
    }
  }
  *folders = f;
  return 0;
}

void sb_folders_close(struct sb_folders *folders) {
  if (folders == NULL) return;
  while (folders->first != NULL) {
    struct sb_folder *folder = folders->first;
    folders->first = folder->next;
    free(folder);
  }
  if (folders->fd < 0) {
    free(folders);
    return;
  }
  uv_poll_stop(&folders->poll);
  uv_close((uv_handle_t *)&folders->poll, on_close);
}
