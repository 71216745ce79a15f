/*
** host/files/file_private.h -- what the parts of host/files/file.h share:
** file.c (one file or folder) and file_list.c (what is in a folder).
*/
#ifndef SB_HOST_FILE_PRIVATE_H
#define SB_HOST_FILE_PRIVATE_H

#include <sys/stat.h>

#include "host/files/file.h"

/* The UV_E* of errno; never 0. */
int sb_file_error(void);

void sb_file_fill(struct sb_file_stat *out, const struct stat *st);

#endif
