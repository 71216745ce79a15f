/*
** tests/durability/shim.h -- libraries that are preloaded into sbhost and stand
** between it and the kernel, to fail, to kill, and to tell what a disk would
** hold. They are told what to do by environment variables:
**
** SHIM_ROOT     the folder whose files count
** SHIM_ACT      "CLASS NTH HOW": what happens at the NTH call of a class, which
**               is `edge` (whatever changes a file, and what is sent) or one of
**               the names in shim.c; HOW is `kill`, or an error of errno(3) for
**               that call, or the same with a `+` for all calls from there on
** SHIM_FULL     while there is a file of that name, nothing can grow (ENOSPC)
** SHIM_COUNT    a file that gets the number of calls of each class at the end
** SHIM_SHADOW   a folder that gets what is durable: fINODE, the bytes of a file
**               when it was last flushed, and dINODE, a folder's names then
** SHIM_CLOCK    seconds to add to the time of day
** SHIM_HASTE    how many seconds pass in one, on the clock of waits
** SHIM_SKIP     not 0: all clocks stand still, but where nothing is to be done
**               they jump to the end of the wait
*/
#ifndef SB_DURABILITY_SHIM_H
#define SB_DURABILITY_SHIM_H

/* The function of that name which would be called without the shim. */
/* NOLINTBEGIN(bugprone-macro-parentheses): a name to be declared */
#define SHIM_NEXT(name)                                                        \
  static __typeof__(&name) next_##name;                                        \
  if (next_##name == NULL) shim_find(#name, &next_##name)
/* NOLINTEND(bugprone-macro-parentheses) */

void shim_find(const char *name, void *function);

/* Whether a path, or what is open as fd, lies below SHIM_ROOT. */
int shim_has_path(const char *path);
int shim_has_file(int fd);

/* What the file or folder would hold now if it were flushed: to be called
   before that is done. NULL when nobody asks, or it is neither. */
char *shadow_take(int fd);

/* It was flushed, or not. Between the two no other is taken. */
void shadow_settle(char *taken, int flushed);

/* Keeps the inode of a name that is about to go from being used again. */
void shadow_hold(const char *path);

#endif
