/*
** host/files/folders.h -- what happens to the names in a set of folders. Loop
** thread only. Made for host/files/watch.c.
**
** It is inotify itself, and not libuv's view of it, which leaves out when a
** file that was written has been closed, and that events were lost.
**
** Nothing is promised: there may be no inotify (a network file system, a limit
** of the system's), so that who must know looks for himself now and then. A
** folder that is not there is taken up when it is made, also when folders above
** it have to be made first.
*/
#ifndef SB_HOST_FOLDERS_H
#define SB_HOST_FOLDERS_H

#include <uv.h>

struct sb_folders; /* the set */
struct sb_folder;  /* one of it, for as long as it is held */

enum sb_folder_change {
  SB_FOLDER_WRITING, /* a file was made, or is being written */
  SB_FOLDER_WRITTEN, /* a file was closed after writing, or moved here */
  SB_FOLDER_GONE     /* a file was removed, or moved away */
};

struct sb_folders_listener {
  void (*changed)(void *arg, const struct sb_folder *folder, const char *name,
                  enum sb_folder_change change);
  /* Any file in any of the folders may have changed. */
  void (*missed)(void *arg);
  void *arg;
};

/* 0 or a negative UV_E*. */
int sb_folders_open(uv_loop_t *loop, const struct sb_folders_listener *listener,
                    struct sb_folders **folders);

/* A folder by its path, which need not be there; NULL when memory is short.
   Each hold is to be released. */
struct sb_folder *sb_folders_hold(struct sb_folders *folders, const char *path);
void sb_folders_release(struct sb_folders *folders, struct sb_folder *folder);

/* Looks which folders are there now. */
void sb_folders_refresh(struct sb_folders *folders);

/* With all folders that are still held. NULL does nothing. */
void sb_folders_close(struct sb_folders *folders);

#endif
