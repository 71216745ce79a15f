/* host/picture/jpeg.c -- see jpeg.h. Compiled without our warnings, as stb.c
   is. */
#include "host/picture/jpeg.h"

#include <uv.h>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#include <stb_image_write.h>

struct sink {
  struct sb_buffer *jpeg;
  int rc;
};

static void append(void *context, void *data, int size) {
  struct sink *sink = context;
  if (sink->rc == 0)
    sink->rc = sb_buffer_append(sink->jpeg, data, (size_t)size);
}

int sb_jpeg_encode(const struct sb_pixels *pixels, int quality,
                   struct sb_buffer *jpeg) {
  struct sink sink = {jpeg, 0};
  int done = stbi_write_jpg_to_func(append, &sink, (int)pixels->width,
                                    (int)pixels->height, pixels->channels,
                                    pixels->data, quality);
  return sink.rc < 0 ? sink.rc : done ? 0 : UV_ENOMEM;
}
