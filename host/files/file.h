/*
** host/files/file.h -- files that are either whole and durable or not there.
** Every function blocks on the disk: call them in the thread pool. Any thread.
**
** All return 0 or a negative UV_E*. Paths are taken as the kernel takes them;
** what may be named by others is checked by the caller.
**
** The idiom of every write: a temporary in the same folder (O_EXCL,
** O_NOFOLLOW), all bytes, fsync, rename, fsync of the folder. An fsync that
** failed is final, since Linux may then count pages as clean that never
** reached the disk: the temporary is thrown away, and the bytes must be written
** anew from memory.
*/
#ifndef SB_HOST_FILE_H
#define SB_HOST_FILE_H

#include <stddef.h>
#include <stdint.h>

/* Puts a file of these bytes at path, in place of what was there. When the
   fsync of the folder alone fails, the new file is in place and the error
   says that a crash may bring back the old one. */
int sb_file_write(const char *path, const void *data, size_t len);

/* The same, unless what is at path is not a file of that size and mtime (to the
   microsecond) any more: then UV_EAGAIN, and it is left as it is. One that is
   gone may be put there. */
int sb_file_write_over(const char *path, const void *data, size_t len,
                       uint64_t size, int64_t mtime);

/* The same without any fsync, for what is of no use after a crash, or flushed
   later. */
int sb_file_write_scratch(const char *path, const void *data, size_t len);

/* Puts a copy of the file from at to, in place of what was there. */
int sb_file_copy(const char *from, const char *to);
int sb_file_copy_scratch(const char *from, const char *to);

/* Makes a finished temporary durable and gives it its name. Both are in one
   folder. UV_EEXIST when final is taken. When it fails the temporary is left;
   to try again it is to be copied, since an fsync that failed is final for it.
 */
int sb_file_publish(const char *temporary, const char *final);

/* Reads all of a regular file. UV_EFBIG when it has more than max bytes. *data
   is the caller's to free; a zero byte follows the last. */
int sb_file_read(const char *path, size_t max, char **data, size_t *len);

enum sb_file_type { SB_FILE_REGULAR, SB_FILE_FOLDER, SB_FILE_OTHER };

/* The identity and the times are what tells that a file is still the one that
   was looked at. Times are nanoseconds since 1970. */
struct sb_file_stat {
  uint64_t device, inode, size;
  int64_t mtime, ctime;
  enum sb_file_type type;
};

/* Follows symbolic links. */
int sb_file_stat(const char *path, struct sb_file_stat *st);

/* SHA-256 of a regular file, and what it was while it was read: UV_EAGAIN when
   it changed meanwhile. */
int sb_file_hash(const char *path, uint8_t digest[32], struct sb_file_stat *st);

/* Makes a folder and its parents, durably. A folder that is there is fine. */
int sb_file_mkdir(const char *path);

/* Removes a file or an empty folder. */
int sb_file_remove(const char *path);

/* The one absolute path of something that is there, without links, "." and
 *"..". real is the caller's to free. */
int sb_file_real(const char *path, char **real);

/* The names in a folder, bytewise sorted, without "." and "..". *names is freed
   with sb_file_list_free. */
int sb_file_list(const char *path, char ***names, size_t *count);
void sb_file_list_free(char **names, size_t count);

/* The names and what each of them is, sorted likewise; what goes away meanwhile
   is left out. A file has itself as its one entry, with an empty name, and what
   is not there has none. *entries is freed with sb_file_scan_free. */
struct sb_file_entry {
  char *name;
  struct sb_file_stat stat;
};

int sb_file_scan(const char *path, struct sb_file_entry **entries,
                 size_t *count);
void sb_file_scan_free(struct sb_file_entry *entries, size_t count);

#endif
