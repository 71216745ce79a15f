/*
** host/files/watch.h -- tells which files of a set have other content than was
** known, as editors really change them. Loop thread only.
**
** A file is known by its path, and need not be there. What counts is the
** content that lies under the path once it has settled: a file that was saved
** unchanged, or twice in a row, is told never or once; one that is written in
** pieces is told when it is closed; one that is replaced, also by way of a
** short absence, is told as changed and not as gone. Symbolic links are
** followed, and the folders that hold links and files are watched; folders may
** be removed, moved and made again. Where the system tells nothing (network
** file systems), changes are found by looking every two seconds.
**
** A path that ends in "/" means all files in that folder whose names do not
** begin with a dot. Its content is a hash of which they are, with their sizes
** and times: who is told that it has changed looks for himself what has.
**
** Content is read in the thread pool.
*/
#ifndef SB_HOST_WATCH_H
#define SB_HOST_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "host/base/sha256.h"

struct sb_watcher;

struct sb_content {
  bool is_there; /* as a regular file, or a folder, that can be read */
  uint8_t sha256[SB_SHA256_SIZE];
};

/* There are changes to take. It may add, remove, take and close. */
typedef void sb_watcher_told(void *arg);

/* 0 or a negative UV_E*. */
int sb_watcher_open(uv_loop_t *loop, sb_watcher_told *told, void *arg,
                    struct sb_watcher **watcher);

/* Watches a file; known is what its content was when it was last read. NULL:
   what it is now is taken as known, and a later change is told even if it leads
   back to the same; of a folder, what it is now is told. Of a file that is
   watched already, it sets what is known, unless known is NULL. 0 or
   UV_ENOMEM. */
int sb_watcher_add(struct sb_watcher *watcher, const char *path,
                   const struct sb_content *known);

/* Hands over a change that was told, the oldest file first; false when there is
   none. The path lives as long as the file is watched. */
bool sb_watcher_take(struct sb_watcher *watcher, const char **path,
                     struct sb_content *content);

/* Nothing more is told of it. Nothing happens if it is not watched. */
void sb_watcher_remove(struct sb_watcher *watcher, const char *path);

/* Nothing more is told. NULL does nothing. */
void sb_watcher_close(struct sb_watcher *watcher);

#endif
