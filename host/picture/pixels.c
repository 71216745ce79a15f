/* host/picture/pixels.c -- see pixels.h. */
#include "host/picture/pixels.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include <webp/decode.h>

#include "host/picture/stb.h"

/* Enough for the largest picture that is taken, as JPEG or as PNG of 8 bits. */
static const size_t decoder_memory_max = (size_t)512 << 20;
static const uint64_t file_size_max = (uint64_t)64 << 20;

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER; /* one decodes */

/* stb_image needs the file's data twice over, and 16 bytes a pixel for a
   progressive JPEG; a PNG of 16 bits takes 24. */
static size_t memory_needed(const struct sb_picture *picture) {
  size_t need = (size_t)picture->width * picture->height * 24 +
                (size_t)picture->bytes * 4 + ((size_t)8 << 20);
  return need < decoder_memory_max ? need : decoder_memory_max;
}

/* Why stb_image has not decoded it. */
static int refuse_stb(char *fault) {
  if (sb_stb_starved()) return UV_ENOMEM;
  return sb_picture_refuse(fault, "it does not decode: %s",
                           stbi_failure_reason());
}

static int decode_stb(const uint8_t *data, size_t len,
                      const struct sb_picture *picture,
                      struct sb_pixels *pixels, char *fault) {
  int width, height, channels;
  sb_stb_allow(memory_needed(picture));
  if (!stbi_info_from_memory(data, (int)len, &width, &height, &channels))
    return refuse_stb(fault);
  pixels->channels = channels == 2 || channels == 4 ? 4 : 3;
  if (picture->type == SB_PICTURE_JPEG) pixels->channels = 3;
  uint8_t *decoded = stbi_load_from_memory(data, (int)len, &width, &height,
                                           &channels, pixels->channels);
  if (decoded == NULL) return refuse_stb(fault);
  size_t size = (size_t)width * (size_t)height * (size_t)pixels->channels;
  pixels->width = (uint32_t)width;
  pixels->height = (uint32_t)height;
  pixels->data = malloc(size); /* a block of stb's is stb's to free */
  if (pixels->data != NULL) memcpy(pixels->data, decoded, size);
  stbi_image_free(decoded);
  return pixels->data == NULL ? UV_ENOMEM : 0;
}

static int decode_webp(const uint8_t *data, size_t len,
                       const struct sb_picture *picture,
                       struct sb_pixels *pixels, char *fault) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config) ||
      WebPGetFeatures(data, len, &config.input) != VP8_STATUS_OK ||
      (uint32_t)config.input.width != picture->width ||
      (uint32_t)config.input.height != picture->height)
    return sb_picture_refuse(fault, "it does not decode");
  int channels = config.input.has_alpha ? 4 : 3;
  size_t stride = (size_t)picture->width * (size_t)channels;
  size_t size = stride * picture->height;
  uint8_t *rows = malloc(size);
  if (rows == NULL) return UV_ENOMEM;
  config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = rows;
  config.output.u.RGBA.stride = (int)stride;
  config.output.u.RGBA.size = size;
  VP8StatusCode status = WebPDecode(data, len, &config);
  if (status != VP8_STATUS_OK) {
    free(rows);
    return status == VP8_STATUS_OUT_OF_MEMORY
               ? UV_ENOMEM
               : sb_picture_refuse(fault, "it does not decode");
  }
  pixels->data = rows;
  pixels->width = picture->width;
  pixels->height = picture->height;
  pixels->channels = channels;
  return 0;
}

static int decode_file(FILE *file, const struct sb_picture *picture,
                       struct sb_pixels *pixels, char *fault) {
  if (picture->bytes > file_size_max)
    return sb_picture_refuse(fault, "its %llu bytes are too many to decode",
                             (unsigned long long)picture->bytes);
  size_t len = (size_t)picture->bytes;
  uint8_t *data = malloc(len);
  if (data == NULL) return UV_ENOMEM;
  rewind(file);
  int rc;
  if (fread(data, 1, len, file) != len)
    rc = ferror(file)
             ? UV_EIO
             : sb_picture_refuse(fault, "it changed while it was read");
  else if (picture->type == SB_PICTURE_WEBP)
    rc = decode_webp(data, len, picture, pixels, fault);
  else
    rc = decode_stb(data, len, picture, pixels, fault);
  free(data);
  return rc;
}

int sb_pixels_load_stream(FILE *file, struct sb_pixels *pixels,
                          struct sb_picture *picture, char *fault) {
  struct sb_picture own;
  if (picture == NULL) picture = &own;
  *pixels = (struct sb_pixels){0};
  int rc = sb_picture_check_stream(file, picture, fault);
  if (rc < 0) return rc;
  pthread_mutex_lock(&gate);
  rc = decode_file(file, picture, pixels, fault);
  pthread_mutex_unlock(&gate);
  return rc;
}

int sb_pixels_load(const char *path, struct sb_pixels *pixels,
                   struct sb_picture *picture, char *fault) {
  FILE *file = fopen(path, "rbe");
  if (file == NULL) return uv_translate_sys_error(errno);
  int rc = sb_pixels_load_stream(file, pixels, picture, fault);
  (void)fclose(file); /* it was only read */
  return rc;
}

static uint32_t scaled(uint32_t value, uint64_t by, uint64_t over) {
  uint64_t result = (value * by + over / 2) / over;
  return result == 0 ? 1 : (uint32_t)result;
}

void sb_pixels_contain(struct sb_crop crop, uint32_t *width, uint32_t *height) {
  if ((uint64_t)crop.width * *height > (uint64_t)crop.height * *width)
    *height = scaled(*width, crop.height, crop.width);
  else
    *width = scaled(*height, crop.width, crop.height);
}

/* The average of each 2x2 pixels of a crop. */
static int halve(const struct sb_pixels *from, struct sb_crop crop,
                 struct sb_pixels *to) {
  size_t channels = (size_t)from->channels, stride = from->width * channels;
  *to = (struct sb_pixels){.width = crop.width / 2,
                           .height = crop.height / 2,
                           .channels = from->channels};
  uint8_t *out = to->data = malloc((size_t)to->width * to->height * channels);
  if (to->data == NULL) return UV_ENOMEM;
  for (uint32_t y = 0; y < to->height; y++) {
    const uint8_t *in =
        from->data + (crop.y + 2 * (size_t)y) * stride + crop.x * channels;
    for (uint32_t x = 0; x < to->width; x++, in += 2 * channels)
      for (size_t k = 0; k < channels; k++)
        *out++ = (uint8_t)((in[k] + in[k + channels] + in[k + stride] +
                            in[k + stride + channels] + 2) /
                           4);
  }
  return 0;
}

static int resize(const struct sb_pixels *from, struct sb_crop crop,
                  uint32_t width, uint32_t height, struct sb_pixels *to) {
  size_t channels = (size_t)from->channels, stride = from->width * channels;
  *to = (struct sb_pixels){
      .width = width, .height = height, .channels = from->channels};
  to->data = malloc((size_t)width * height * channels);
  if (to->data == NULL) return UV_ENOMEM;
  int alpha = from->channels == 4 ? 3 : STBIR_ALPHA_CHANNEL_NONE;
  int done = stbir_resize_uint8_generic(
      from->data + crop.y * stride + crop.x * channels, (int)crop.width,
      (int)crop.height, (int)stride, to->data, (int)width, (int)height, 0,
      from->channels, alpha, 0, STBIR_EDGE_CLAMP, STBIR_FILTER_DEFAULT,
      STBIR_COLORSPACE_LINEAR, NULL);
  if (done) return 0;
  sb_pixels_free(to);
  return UV_ENOMEM;
}

/* The filter's time goes with the size of what it is given: where that is more
   than twice what is wanted, halving it first is several times faster, and not
   to be seen. */
int sb_pixels_resize(const struct sb_pixels *from, struct sb_crop crop,
                     uint32_t width, uint32_t height, struct sb_pixels *to) {
  struct sb_pixels half;
  if (from->channels != 3 || crop.width / 2 < width || crop.height / 2 < height)
    return resize(from, crop, width, height, to);
  int rc = halve(from, crop, &half);
  if (rc < 0) return rc;
  struct sb_crop all = {0, 0, half.width, half.height};
  rc = sb_pixels_resize(&half, all, width, height, to);
  sb_pixels_free(&half);
  return rc;
}

int sb_pixels_blank(const struct sb_pixels *pixels) {
  size_t channels = (size_t)pixels->channels;
  size_t size = (size_t)pixels->width * pixels->height * channels;
  /* The same as its copy moved by one pixel. */
  return memcmp(pixels->data, pixels->data + channels, size - channels) == 0;
}

void sb_pixels_free(struct sb_pixels *pixels) {
  free(pixels->data);
  pixels->data = NULL;
}
