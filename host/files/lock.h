/*
** host/files/lock.h -- a lock that dies with its owner: flock on a file that
** also names the process. Any thread.
**
** The file stays when the lock is released; removing it would let two
** processes hold locks of the same name.
*/
#ifndef SB_HOST_LOCK_H
#define SB_HOST_LOCK_H

#include <sys/types.h>

struct sb_lock;

/* Takes the lock, making the file when need be. 0 and *lock; or a negative
   UV_E*. UV_EBUSY when it is held, in this process too; *owner is then the
   process that holds it, or 0 when that is not known (it has only just taken
   it). Does not wait for the lock. */
int sb_lock_take(const char *path, struct sb_lock **lock, pid_t *owner);

/* NULL is fine. */
void sb_lock_release(struct sb_lock *lock);

#endif
