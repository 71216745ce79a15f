/* host/files/file_list.c -- what is in a folder; see file.h. */
#include "host/files/file_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static int by_bytes(const struct dirent **a, const struct dirent **b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_entry(const struct dirent *entry) {
  return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

int sb_file_list(const char *path, char ***names, size_t *count) {
  struct dirent **entries;
  int n = scandir(path, &entries, is_entry, by_bytes);
  if (n < 0) return sb_file_error();
  int rc = 0;
  *count = 0;
  *names = calloc((size_t)n + 1, sizeof **names);
  if (*names == NULL) rc = UV_ENOMEM;
  for (int i = 0; i < n; i++) {
    if (rc == 0 && ((*names)[i] = strdup(entries[i]->d_name)) == NULL)
      rc = UV_ENOMEM;
    if (rc == 0) ++*count;
    free(entries[i]);
  }
  free(entries);
  if (rc < 0) {
    sb_file_list_free(*names, *count);
    *names = NULL;
    *count = 0;
  }
  return rc;
}

void sb_file_list_free(char **names, size_t count) {
  for (size_t i = 0; i < count; i++) free(names[i]);
  free(names);
}

static int entry_by_name(const void *a, const void *b) {
  return strcmp(((const struct sb_file_entry *)a)->name,
                ((const struct sb_file_entry *)b)->name);
}

/* Not there, or gone by now, is no failure. */
static int absence_or_error(void) {
  return errno == ENOENT || errno == ENOTDIR ? 0 : sb_file_error();
}

/* There is room for 2^n - 1 entries. */
static int add_entry(const char *name, const struct stat *raw,
                     struct sb_file_entry **entries, size_t *count) {
  if ((*count & (*count + 1)) == 0) {
    size_t room = (*count + 1) * 2 - 1;
    struct sb_file_entry *grown = realloc(*entries, room * sizeof *grown);
    if (grown == NULL) return UV_ENOMEM;
    *entries = grown;
  }
  struct sb_file_entry *entry = &(*entries)[*count];
  entry->name = strdup(name);
  if (entry->name == NULL) return UV_ENOMEM;
  sb_file_fill(&entry->stat, raw);
  ++*count;
  return 0;
}

static int scan_folder(DIR *dir, struct sb_file_entry **entries,
                       size_t *count) {
  int rc = 0;
  const struct dirent *entry;
  struct stat raw;
  errno = 0;
  /* A stream of its own, which nobody else reads. */
  /* cppcheck-suppress readdirCalled */
  /* NOLINTNEXTLINE(concurrency-mt-unsafe) */
  while (rc == 0 && (entry = readdir(dir)) != NULL) {
    if (is_entry(entry))
      rc = fstatat(dirfd(dir), entry->d_name, &raw, 0) == 0
               ? add_entry(entry->d_name, &raw, entries, count)
               : absence_or_error();
    errno = 0;
  }
  if (rc == 0 && errno != 0) rc = sb_file_error();
  if (rc == 0 && *count > 1)
    qsort(*entries, *count, sizeof **entries, entry_by_name);
  return rc;
}

static int scan(const char *path, struct sb_file_entry **entries,
                size_t *count) {
  struct stat raw;
  if (stat(path, &raw) != 0) return absence_or_error();
  if (!S_ISDIR(raw.st_mode)) return add_entry("", &raw, entries, count);
  DIR *dir = opendir(path);
  if (dir == NULL) return absence_or_error();
  int rc = scan_folder(dir, entries, count);
  closedir(dir);
  return rc;
}

int sb_file_scan(const char *path, struct sb_file_entry **entries,
                 size_t *count) {
  *entries = NULL;
  *count = 0;
  int rc = scan(path, entries, count);
  if (rc < 0) {
    sb_file_scan_free(*entries, *count);
    *entries = NULL;
    *count = 0;
  }
  return rc;
}

void sb_file_scan_free(struct sb_file_entry *entries, size_t count) {
  for (size_t i = 0; i < count; i++) free(entries[i].name);
  free(entries);
}
