/* host/picture/picture_save.c -- see picture_save.h. */
#include "host/picture/picture_save.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "host/files/file.h"
#include "host/picture/pixels.h"
#include "host/picture/png.h"

enum {
  SIDE_MIN = 64, /* pixels */
  BYTES_MIN = 1024,
  PIXELS_PER_BYTE = 50, /* more than that, and it may well be blank */
  NAMES_MAX = 10000
};

/* dir/stem, a middle part, and an ending of at most 64 bytes together. */
static char *name_file(const char *dir, const char *stem, const char *middle,
                       unsigned long number, const char *ending) {
  size_t size = strlen(dir) + strlen(stem) + 96;
  char *path = malloc(size);
  if (path == NULL) return NULL;
  if (number == 0)
    snprintf(path, size, "%s/%s%s", dir, stem, ending);
  else
    snprintf(path, size, "%s/%s%s%lu%s", dir, stem, middle, number, ending);
  return path;
}

/* Hidden, and named as host/files/file.c names its own, so that what a killed
   process leaves is known for what it is. */
static char *name_temporary(const char *dir) {
  static atomic_ulong counter;
  size_t size = strlen(dir) + 64;
  char *path = malloc(size);
  if (path != NULL)
    snprintf(path, size, "%s/.sbhost-%lx%08lx.tmp", dir,
             (unsigned long)getpid(), atomic_fetch_add(&counter, 1));
  return path;
}

static int refuse_blank(const struct sb_pixels *pixels, char *fault) {
  return sb_pixels_blank(pixels) ? sb_picture_refuse(fault, "it is blank") : 0;
}

static int check(const char *source, struct sb_picture *picture, char *fault) {
  int rc = sb_picture_check(source, picture, fault);
  if (rc < 0) return rc;
  if (picture->width < SIDE_MIN || picture->height < SIDE_MIN ||
      picture->bytes < BYTES_MIN)
    return sb_picture_refuse(
        fault, "it is too small to be a picture: %ux%u pixels in %llu bytes",
        picture->width, picture->height, (unsigned long long)picture->bytes);
  uint64_t area = (uint64_t)picture->width * picture->height;
  if (picture->type != SB_PICTURE_PNG ||
      area / PIXELS_PER_BYTE < picture->bytes)
    return 0;
  struct sb_pixels pixels;
  rc = sb_pixels_load(source, &pixels, NULL, fault);
  if (rc < 0) return rc;
  rc = refuse_blank(&pixels, fault);
  sb_pixels_free(&pixels);
  return rc;
}

/* One at a time in the process: each has its pixels in memory. */
static int convert(const char *source, const char *to, char *fault) {
  static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
  struct sb_pixels pixels = {0};
  uint8_t *data = NULL;
  size_t len = 0;
  pthread_mutex_lock(&gate);
  int rc = sb_pixels_load(source, &pixels, NULL, fault);
  if (rc == 0) rc = refuse_blank(&pixels, fault);
  if (rc == 0) rc = sb_png_encode(&pixels, &data, &len);
  sb_pixels_free(&pixels);
  pthread_mutex_unlock(&gate);
  if (rc < 0) return rc;
  rc = sb_file_write_scratch(to, data, len);
  free(data);
  return rc;
}

/* Whether the file has the content of that digest. */
static int is_same(const char *path, const uint8_t *digest) {
  uint8_t other[SB_SHA256_SIZE];
  struct sb_file_stat st;
  return sb_file_hash(path, other, &st) == 0 &&
         memcmp(other, digest, sizeof other) == 0;
}

/* What gives a file with that content a name, unless it is taken. */
typedef int give_name(const char *file, const char *name,
                      const uint8_t *digest);

/* Tries one name after the other. */
static int find_name(const char *file, const char *dir, const char *stem,
                     give_name *give, const uint8_t *digest, char **path) {
  for (unsigned long n = 1; n < NAMES_MAX; n++) {
    char *name = name_file(dir, stem, "-", n == 1 ? 0 : n, ".png");
    if (name == NULL) return UV_ENOMEM;
    int rc = give(file, name, digest);
    if (rc == 0) {
      *path = name;
      return 0;
    }
    free(name);
    if (rc != UV_EEXIST) return rc;
  }
  return UV_EEXIST;
}

/* Gives a temporary its name; it is gone afterwards. */
static int publish(const char *temporary, const char *name,
                   const uint8_t *digest) {
  int rc = sb_file_publish(temporary, name);
  if (rc != UV_EEXIST || !is_same(name, digest)) return rc;
  /* Written over: whoever put it there may not have made it durable. */
  rc = sb_file_copy(temporary, name);
  return rc == 0 ? sb_file_remove(temporary) : rc;
}

/* Gives a file a further name. */
static int share(const char *file, const char *name, const uint8_t *digest) {
  int rc = sb_file_link(file, name);
  if (rc != UV_EEXIST || !is_same(name, digest)) return rc;
  return sb_file_copy(file, name);
}

/* The source's content, as PNG, in a file that is not durable yet. */
static int bring(const char *source, const struct sb_picture *picture,
                 const char *temporary, char *fault) {
  if (picture->type == SB_PICTURE_PNG)
    return sb_file_copy_scratch(source, temporary);
  return convert(source, temporary, fault);
}

static int save_copy(const char *source, const char *dir, const char *stem,
                     const struct sb_picture *picture, uint8_t *digest,
                     struct sb_picture_saved *saved, char *fault) {
  struct sb_file_stat st = {0};
  char *temporary = name_temporary(dir);
  if (temporary == NULL) return UV_ENOMEM;
  int rc = bring(source, picture, temporary, fault);
  if (rc == 0) rc = sb_file_hash(temporary, digest, &st);
  if (rc == 0)
    rc = find_name(temporary, dir, stem, publish, digest, &saved->path);
  if (rc < 0) sb_file_remove(temporary);
  free(temporary);
  saved->bytes = st.size;
  return rc;
}

static int save_shared(const char *source, const char *dir, const char *stem,
                       uint8_t *digest, struct sb_picture_saved *saved) {
  struct sb_file_stat st = {0};
  int rc = sb_file_hash(source, digest, &st);
  if (rc == 0) rc = find_name(source, dir, stem, share, digest, &saved->path);
  saved->bytes = st.size;
  return rc;
}

int sb_picture_save(const char *source, const char *dir, const char *stem,
                    int shared, struct sb_picture_saved *saved, char *fault) {
  uint8_t digest[SB_SHA256_SIZE];
  struct sb_picture picture;
  int rc = check(source, &picture, fault);
  if (rc < 0) return sb_picture_blame(fault, source, rc);
  saved->width = picture.width;
  saved->height = picture.height;
  rc = UV_ENOSYS;
  if (shared && picture.type == SB_PICTURE_PNG)
    rc = save_shared(source, dir, stem, digest, saved);
  if (rc < 0) rc = save_copy(source, dir, stem, &picture, digest, saved, fault);
  if (rc < 0)
    return sb_picture_blame(fault, rc == UV_EFTYPE ? source : dir, rc);
  sb_sha256_hex(digest, saved->sha256);
  return 0;
}
