/*
** host/picture/picture.h -- what a picture file is: its type, its size, and
** whether the file is whole. The container is read as it streams past; nothing
** is decoded. Blocking: called from the pool. Any thread.
**
** What is checked, and no more:
**   PNG   signature, IHDR, order of the chunks, every chunk's checksum, IEND,
**         and that nothing follows it
**   JPEG  every marker up to EOI, one frame of a coding that stb_image knows
**   WebP  the sizes of RIFF and of its chunks, one picture, no animation
*/
#ifndef SB_HOST_PICTURE_H
#define SB_HOST_PICTURE_H

#include <stdint.h>
#include <stdio.h>

enum sb_picture_type { SB_PICTURE_PNG, SB_PICTURE_JPEG, SB_PICTURE_WEBP };

enum {
  SB_PICTURE_SIDE_MAX = 8192,     /* pixels */
  SB_PICTURE_AREA_MAX = 40000000, /* pixels: 160 MB once decoded as RGBA */
  SB_PICTURE_FAULT_MAX = 512      /* bytes of a fault, with its NUL */
};

struct sb_picture {
  enum sb_picture_type type;
  uint32_t width, height; /* pixels */
  uint64_t bytes;         /* of the file */
};

/* Checks a file, or what can be read from `file`, which stays open. 0; or
   UV_EFTYPE when it is no picture that can be used, with what is wrong in
   fault ("it is HTML"); or another UV_E* when it could not be read. */
int sb_picture_check(const char *path, struct sb_picture *picture, char *fault);
int sb_picture_check_stream(FILE *file, struct sb_picture *picture,
                            char *fault);

/* Writes the fault, cut to SB_PICTURE_FAULT_MAX, and returns UV_EFTYPE. */
int sb_picture_refuse(char *fault, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts the file's path before what is wrong with it, and returns rc: "a.png: it
   is HTML" when rc is UV_EFTYPE, which has its fault already, and else "a.png:
   no such file or directory". */
int sb_picture_blame(char *fault, const char *path, int rc);

/* "png", "jpeg" or "webp". */
const char *sb_picture_type_name(enum sb_picture_type type);

#endif
