/*
** host/picture/stb.h -- the parts of stb that are used, as host/picture/stb.c
** compiles them. No other file includes stb's headers, since what they declare
** depends on the settings here.
*/
#ifndef SB_HOST_STB_H
#define SB_HOST_STB_H

#include <stdbool.h>
#include <stddef.h>

#define STBI_NO_STDIO
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_MAX_DIMENSIONS 8192

#include <stb_image.h>
#include <stb_image_resize.h>
#include <stb_truetype.h>

/* What stb_image may allocate on this thread from now on, in bytes, all told:
   a picture of few bytes can ask for gigabytes. Zero by default. */
void sb_stb_allow(size_t bytes);

/* Whether it was given less since then, as there is none: it tells that like
   any fault of the file. */
bool sb_stb_starved(void);

#endif
