/*
** host/files/places.h -- where events of a file are told: in the folder that
** its path names, and in those of all that symbolic links lead to. Made for
** host/files/watch.c.
*/
#ifndef SB_HOST_PLACES_H
#define SB_HOST_PLACES_H

#include <stdbool.h>

#include "host/files/folders.h"

struct sb_places; /* NULL: none */

/* Finds the places of a path as the links are now, and puts them in place of
   what *places was. Of a path that ends in "/" it is all that the folder holds.
   UV_ENOMEM leaves *places as it is. */
int sb_places_find(struct sb_folders *folders, const char *path,
                   struct sb_places **places);
void sb_places_free(struct sb_folders *folders, struct sb_places *places);

bool sb_places_include(const struct sb_places *places,
                       const struct sb_folder *folder, const char *name);

#endif
