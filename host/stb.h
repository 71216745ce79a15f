/*
** host/stb.h -- the parts of stb that are used, as host/stb.c compiles them. No
** other file includes stb's headers, since what they declare depends on the
** settings here.
*/
#ifndef SB_HOST_STB_H
#define SB_HOST_STB_H

#include <stddef.h>

/* stb_truetype shares its vertex with its outlines and its rasteriser. It is
   predefined, as its header allows, since drawings need fractions of pixels. */
#define stbtt_vertex_type float
typedef struct {
  float x, y, cx, cy, cx1, cy1;
  unsigned char type, padding;
} sb_stb_vertex;
#define stbtt_vertex sb_stb_vertex

#define STBI_NO_STDIO
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_MAX_DIMENSIONS 8192

#include <stb_image.h>
#include <stb_image_resize.h>
#include <stb_truetype.h>

/* stbtt_Rasterize at a scale of 1, without a shift, which does not look whether
   it is given the memory that it asks for. 0, or -1 when it is not. */
int sb_stb_rasterize(stbtt__bitmap *bitmap, stbtt_vertex *vertices, int count,
                     int x, int y);

/* What stb_image may allocate on this thread from now on, in bytes, all told:
   a picture of few bytes can ask for gigabytes. Zero by default. */
void sb_stb_allow(size_t bytes);

#endif
