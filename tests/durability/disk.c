/*
** tests/durability/disk.c -- disk ROOT SHADOW OUT SEED: builds in OUT what a
** disk might hold of ROOT after a loss of power, told from what shadow.c kept.
** With seed 0 nothing survives that was not flushed. With another, each name
** and each block that was not flushed survives or not, as the seed has it;
** blocks are of 4096 bytes, or 512 when the seed is odd.
*/
#define _GNU_SOURCE /* DT_DIR */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_SIZE = 4096, NAMES_MAX = 4096 };

static const char *shadow;
static uint64_t seed;

struct name {
  char text[256];
  uint64_t durable, current; /* inodes; 0: not there */
  int is_folder;
};

struct bytes {
  char *data;
  size_t len;
};

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* Whether what was not flushed survives, for a thing of that number. */
static int survives(uint64_t thing) {
  if (seed == 0) return 0;
  uint64_t x = (thing + 0x9e3779b97f4a7c15U) * (seed * 2 + 1);
  x = (x ^ (x >> 31)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 29)) * 0x94d049bb133111ebU;
  return (int)((x ^ (x >> 32)) & 1);
}

static struct bytes read_file(const char *path) {
  struct bytes bytes = {0};
  FILE *file = path[0] == '\0' ? NULL : fopen(path, "rb");
  if (file == NULL) return bytes;
  struct stat st;
  if (fstat(fileno(file), &st) != 0) fail(path);
  bytes.data = calloc(1, (size_t)st.st_size + 1);
  if (bytes.data == NULL) fail("memory");
  bytes.len = fread(bytes.data, 1, (size_t)st.st_size, file);
  fclose(file);
  return bytes;
}

static void write_file(const char *path, struct bytes bytes) {
  FILE *file = fopen(path, "wb");
  if (file == NULL || fwrite(bytes.data, 1, bytes.len, file) != bytes.len ||
      fclose(file) != 0)
    fail(path);
}

/* Lays the blocks of what was not flushed over what was. */
static struct bytes mix(struct bytes durable, struct bytes current,
                        uint64_t inode) {
  size_t block = seed % 2 == 1 ? 512 : 4096;
  struct bytes mixed = survives(inode) ? current : durable;
  mixed.data = calloc(1, mixed.len + 1);
  if (mixed.data == NULL) fail("memory");
  for (size_t at = 0; at < mixed.len; at += block) {
    struct bytes from = survives(inode * 1000003 + at) ? current : durable;
    if (at >= from.len) continue; /* a hole: zeros */
    size_t len = mixed.len - at < block ? mixed.len - at : block;
    memcpy(mixed.data + at, from.data + at,
           from.len - at < len ? from.len - at : len);
  }
  return mixed;
}

static void build_file(const char *current_path, uint64_t inode,
                       const char *out) {
  char path[PATH_SIZE];
  snprintf(path, sizeof path, "%s/f%llu", shadow, (unsigned long long)inode);
  struct bytes durable = read_file(path);
  struct bytes current =
      current_path[0] != '\0' ? read_file(current_path) : read_file(path);
  struct bytes mixed = mix(durable, current, inode);
  write_file(out, mixed);
  free(durable.data);
  free(current.data);
  free(mixed.data);
}

static struct name *name_of(struct name *names, size_t *count,
                            const char *text) {
  for (size_t i = 0; i < *count; i++)
    if (strcmp(names[i].text, text) == 0) return &names[i];
  if (*count == NAMES_MAX) fail("too many names");
  struct name *name = &names[(*count)++];
  memset(name, 0, sizeof *name);
  snprintf(name->text, sizeof name->text, "%s", text);
  return name;
}

static void read_durable(uint64_t inode, struct name *names, size_t *count) {
  char path[PATH_SIZE], line[512];
  snprintf(path, sizeof path, "%s/d%llu", shadow, (unsigned long long)inode);
  FILE *file = fopen(path, "r");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    char *type;
    uint64_t number = strtoull(line, &type, 10);
    if (strlen(type) < 4) fail(path); /* " f NAME\n" */
    line[strlen(line) - 1] = '\0';
    struct name *name = name_of(names, count, type + 3);
    name->durable = number;
    name->is_folder = type[1] == 'd';
  }
  if (file != NULL) fclose(file);
}

static void read_current(const char *path, struct name *names, size_t *count) {
  DIR *folder = path[0] == '\0' ? NULL : opendir(path);
  const struct dirent *entry;
  /* cppcheck-suppress readdirCalled */
  while (folder != NULL && (entry = readdir(folder)) != NULL) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
      continue;
    struct name *name = name_of(names, count, entry->d_name);
    name->current = entry->d_ino;
    name->is_folder |= entry->d_type == DT_DIR;
  }
  if (folder != NULL) closedir(folder);
}

/* The inode that the name has, 0 for none. What a rename does to two names
   survives for both or for neither, as file systems with a log have it. */
static uint64_t choose(const struct name *name) {
  if (name->durable == name->current) return name->current;
  uint64_t moved = name->current != 0 ? name->current : name->durable;
  return survives(moved) ? name->current : name->durable;
}

/* Where the inode is now, if it still has a name here. */
static void find_current(const char *folder, const struct name *names,
                         size_t count, uint64_t inode, char path[PATH_SIZE]) {
  path[0] = '\0';
  for (size_t i = 0; i < count; i++)
    if (names[i].current == inode)
      snprintf(path, PATH_SIZE, "%s/%s", folder, names[i].text);
}

static void build_folder(const char *current, uint64_t inode, const char *out) {
  struct name *names = calloc(NAMES_MAX, sizeof *names);
  char from[PATH_SIZE], to[PATH_SIZE];
  size_t count = 0;
  if (names == NULL) fail("memory");
  if (mkdir(out, 0777) != 0) fail(out);
  read_durable(inode, names, &count);
  read_current(current, names, &count);
  for (size_t i = 0; i < count; i++) {
    uint64_t chosen = choose(&names[i]);
    if (chosen == 0) continue;
    find_current(current, names, count, chosen, from);
    if (snprintf(to, sizeof to, "%s/%s", out, names[i].text) < 0) fail(out);
    if (names[i].is_folder)
      build_folder(from, chosen, to);
    else
      build_file(from, chosen, to);
  }
  free(names);
}

int main(int argc, char **argv) {
  struct stat st;
  if (argc != 5 || stat(argv[1], &st) != 0) {
    fprintf(stderr, "usage: disk ROOT SHADOW OUT SEED\n");
    return 2;
  }
  shadow = argv[2];
  seed = strtoull(argv[4], NULL, 10);
  build_folder(argv[1], st.st_ino, argv[3]);
  return 0;
}
