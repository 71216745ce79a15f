/* host/draw/inset.c -- see inset.h. */
#include "host/draw/inset.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <uv.h>

struct sb_inset {
  struct sb_pixels pixels;
  atomic_uint owners;
};

static int fit(const char *path, uint32_t width, uint32_t height,
               struct sb_pixels *pixels, char *fault) {
  struct sb_pixels whole;
  int rc = sb_pixels_load(path, &whole, NULL, fault);
  if (rc < 0) return sb_picture_blame(fault, path, rc);
  struct sb_crop all = {0, 0, whole.width, whole.height};
  sb_pixels_contain(all, &width, &height);
  rc = sb_pixels_resize(&whole, all, width, height, pixels);
  sb_pixels_free(&whole);
  return rc < 0 ? sb_picture_blame(fault, path, rc) : 0;
}

int sb_inset_make(const char *path, uint32_t width, uint32_t height,
                  struct sb_inset **inset, char *fault) {
  struct sb_inset *made = malloc(sizeof *made);
  *inset = NULL;
  if (made == NULL) return sb_picture_blame(fault, path, UV_ENOMEM);
  int rc = fit(path, width, height, &made->pixels, fault);
  if (rc < 0) {
    free(made);
    return rc;
  }
  atomic_init(&made->owners, 1);
  *inset = made;
  return 0;
}

struct sb_inset *sb_inset_share(struct sb_inset *inset) {
  atomic_fetch_add(&inset->owners, 1);
  return inset;
}

void sb_inset_drop(struct sb_inset *inset) {
  if (inset == NULL || atomic_fetch_sub(&inset->owners, 1) > 1) return;
  sb_pixels_free(&inset->pixels);
  free(inset);
}

const struct sb_pixels *sb_inset_pixels(const struct sb_inset *inset) {
  return &inset->pixels;
}
