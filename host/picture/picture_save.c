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

static int check(const char *source, bool is_own, struct sb_picture *picture,
                 char *fault) {
  int rc = sb_picture_check(source, picture, fault);
  if (rc < 0 || is_own) return rc;
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
static int convert(const char *source, bool is_own, const char *to,
                   char *fault) {
  static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
  struct sb_pixels pixels = {0};
  uint8_t *data = NULL;
  size_t len = 0;
  pthread_mutex_lock(&gate);
  int rc = sb_pixels_load(source, &pixels, NULL, fault);
  if (rc == 0 && !is_own) rc = refuse_blank(&pixels, fault);
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

/* Gives a temporary its name; it is gone afterwards. */
static int publish(const char *temporary, const char *name,
                   const uint8_t *digest) {
  int rc = sb_file_publish(temporary, name);
  if (rc != UV_EEXIST || !is_same(name, digest)) return rc;
  /* Written over: whoever put it there may not have made it durable. */
  rc = sb_file_copy(temporary, name);
  return rc == 0 ? sb_file_remove(temporary) : rc;
}

/* Publishes it under the first name that is free, or has the same content. */
static int find_name(const char *temporary, const char *dir, const char *stem,
                     const uint8_t *digest, char **path) {
  for (unsigned long n = 1; n < NAMES_MAX; n++) {
    char *name = name_file(dir, stem, "-", n == 1 ? 0 : n, ".png");
    if (name == NULL) return UV_ENOMEM;
    int rc = publish(temporary, name, digest);
    if (rc == 0) {
      *path = name;
      return 0;
    }
    free(name);
    if (rc != UV_EEXIST) return rc;
  }
  return UV_EEXIST;
}

/* The source's content, as PNG, in a file that is not durable yet. */
static int bring(const char *source, const struct sb_picture *picture,
                 bool is_own, const char *temporary, char *fault) {
  if (picture->type == SB_PICTURE_PNG)
    return sb_file_copy_scratch(source, temporary);
  return convert(source, is_own, temporary, fault);
}

int sb_picture_save(const char *source, const char *dir, const char *stem,
                    bool is_own, struct sb_picture_saved *saved, char *fault) {
  uint8_t digest[SB_SHA256_SIZE];
  struct sb_picture picture;
  struct sb_file_stat st = {0};
  int rc = check(source, is_own, &picture, fault);
  if (rc < 0) return sb_picture_blame(fault, source, rc);
  char *temporary = name_temporary(dir);
  if (temporary == NULL) return sb_picture_blame(fault, dir, UV_ENOMEM);
  rc = bring(source, &picture, is_own, temporary, fault);
  if (rc == 0) rc = sb_file_hash(temporary, digest, &st);
  if (rc == 0) rc = find_name(temporary, dir, stem, digest, &saved->path);
  if (rc < 0) sb_file_remove(temporary);
  free(temporary);
  if (rc < 0)
    return sb_picture_blame(fault, rc == UV_EFTYPE ? source : dir, rc);
  saved->width = picture.width;
  saved->height = picture.height;
  saved->bytes = st.size;
  sb_sha256_hex(digest, saved->sha256);
  return 0;
}
