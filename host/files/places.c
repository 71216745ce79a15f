/* host/files/places.c -- see places.h. */
#include "host/files/places.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_LINKS = 8, TARGET_SIZE = 4096 };

/* The first of a list. */
struct sb_places {
  struct sb_folder *folder;
  struct sb_places *next;
  char name[];
};

void sb_places_free(struct sb_folders *folders, struct sb_places *places) {
  while (places != NULL) {
    struct sb_places *next = places->next;
    sb_folders_release(folders, places->folder);
    free(places);
    places = next;
  }
}

static struct sb_folder *hold_folder_of(struct sb_folders *folders,
                                        const char *path, const char *slash) {
  if (slash == NULL) return sb_folders_hold(folders, ".");
  if (slash == path) return sb_folders_hold(folders, "/");
  char *folder = strndup(path, (size_t)(slash - path));
  if (folder == NULL) return NULL;
  struct sb_folder *held = sb_folders_hold(folders, folder);
  free(folder);
  return held;
}

/* Puts the place of a path before the others. */
static int add(struct sb_folders *folders, const char *path,
               struct sb_places **places) {
  const char *slash = strrchr(path, '/');
  const char *name = slash == NULL ? path : slash + 1;
  size_t size = strlen(name) + 1;
  struct sb_places *place = malloc(sizeof *place + size);
  if (place == NULL) return UV_ENOMEM;
  memcpy(place->name, name, size);
  place->folder = hold_folder_of(folders, path, slash);
  if (place->folder == NULL) {
    free(place);
    return UV_ENOMEM;
  }
  place->next = *places;
  *places = place;
  return 0;
}

/* What a link at path leads to, to be freed; NULL when there is none. */
static char *target_of(const char *path) {
  char target[TARGET_SIZE];
  ssize_t len = readlink(path, target, sizeof target);
  if (len <= 0 || (size_t)len == sizeof target) return NULL;
  const char *slash = target[0] == '/' ? NULL : strrchr(path, '/');
  size_t before = slash == NULL ? 0 : (size_t)(slash - path) + 1;
  char *whole = malloc(before + (size_t)len + 1);
  if (whole == NULL) return NULL;
  memcpy(whole, path, before);
  memcpy(whole + before, target, (size_t)len);
  whole[before + (size_t)len] = '\0';
  return whole;
}

int sb_places_find(struct sb_folders *folders, const char *path,
                   struct sb_places **places) {
  struct sb_places *found = NULL;
  int rc = add(folders, path, &found);
  char *link = target_of(path);
  for (int i = 0; rc == 0 && link != NULL && i < MOST_LINKS; i++) {
    char *target = target_of(link);
    rc = add(folders, link, &found);
    free(link);
    link = target;
  }
  free(link);
  if (rc < 0) {
    sb_places_free(folders, found);
    return rc;
  }
  sb_places_free(folders, *places);
  *places = found;
  return 0;
}

bool sb_places_include(const struct sb_places *places,
                       const struct sb_folder *folder, const char *name) {
  for (; places != NULL; places = places->next)
    if (places->folder == folder &&
        (places->name[0] == '\0' ? name[0] != '.'
                                 : strcmp(places->name, name) == 0))
      return true;
  return false;
}
