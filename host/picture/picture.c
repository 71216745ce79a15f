/* host/picture/picture.c -- see picture.h. */
#include "host/picture/picture.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>
#include <uv.h>

#include "host/picture/picture_check.h"
#include "host/base/utf8.h"

int sb_picture_refuse(char *fault, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(fault, SB_PICTURE_FAULT_MAX, format, args);
  va_end(args);
  return UV_EFTYPE;
}

int sb_picture_blame(char *fault, const char *path, int rc) {
  char why[128]; /* a long path must not push the reason out */
  snprintf(why, sizeof why, "%s", rc == UV_EFTYPE ? fault : uv_strerror(rc));
  snprintf(fault, SB_PICTURE_FAULT_MAX, "%.*s: %s",
           (int)(SB_PICTURE_FAULT_MAX - sizeof why - 2), path, why);
  return rc;
}

const char *sb_picture_type_name(enum sb_picture_type type) {
  static const char *const names[] = {"png", "jpeg", "webp"};
  return names[type];
}

int sb_picture_take(struct sb_picture_source *source, void *bytes,
                    size_t size) {
  if (fread(bytes, 1, size, source->file) == size) return 0;
  if (ferror(source->file)) return UV_EIO;
  return sb_picture_refuse(source->fault, "it ends too early");
}

int sb_picture_skip(struct sb_picture_source *source, uint64_t size) {
  uint8_t
      block[4096]; /* read, not sought: a seek goes past the end unnoticed */
  while (size > 0) {
    size_t part = size < sizeof block ? (size_t)size : sizeof block;
    int rc = sb_picture_take(source, block, part);
    if (rc < 0) return rc;
    size -= part;
  }
  return 0;
}

int sb_picture_check_size(struct sb_picture_source *source, uint32_t width,
                          uint32_t height) {
  if (width == 0 || height == 0)
    return sb_picture_refuse(source->fault, "it has no pixels");
  if (width > SB_PICTURE_SIDE_MAX || height > SB_PICTURE_SIDE_MAX)
    return sb_picture_refuse(source->fault,
                             "its %ux%u pixels are over %d a side", width,
                             height, SB_PICTURE_SIDE_MAX);
  if ((uint64_t)width * height > SB_PICTURE_AREA_MAX)
    return sb_picture_refuse(source->fault, "its %ux%u pixels are over %d",
                             width, height, SB_PICTURE_AREA_MAX);
  return 0;
}

/*
** telling what a file is by its first bytes
*/

enum { HEAD_MAX = 512 };

static int begins(const char *head, size_t len, size_t at, const char *magic,
                  size_t size) {
  return len >= at + size && memcmp(head + at, magic, size) == 0;
}

static int has_word(const char *text, const char *word) {
  size_t size = strlen(word);
  for (; *text != '\0'; text++)
    if (strncasecmp(text, word, size) == 0) return 1;
  return 0;
}

/* A server in trouble answers with a page or with an error object. */
static const char *name_text(const char *head, size_t len) {
  /* the head may end within a character */
  if (sb_utf8_valid(head, len) + 3 < len) return NULL;
  if (begins(head, len, 0, "\xEF\xBB\xBF", 3)) head += 3;
  head += strspn(head, " \t\r\n");
  if (*head == '<') {
    if (has_word(head, "<html") || has_word(head, "<!doctype html"))
      return "HTML";
    return has_word(head, "<svg") ? "SVG" : "XML";
  }
  if (*head == '{' || *head == '[') return "JSON";
  for (; *head != '\0'; head++)
    if ((unsigned char)*head < ' ' && strchr("\t\r\n", *head) == NULL)
      return NULL;
  return "text";
}

static const char *name_other(const char *head, size_t len) {
  static const struct {
    size_t at, size;
    const char *magic, *name;
  } known[] = {{0, 4, "GIF8", "GIF"},
               {0, 2, "BM", "BMP"},
               {0, 4, "II*\0", "TIFF"},
               {0, 4, "MM\0*", "TIFF"},
               {4, 8, "ftypavif", "AVIF"},
               {4, 7, "ftyphei", "HEIF"},
               {4, 7, "ftypmif", "HEIF"},
               {4, 4, "ftyp", "a video"},
               {0, 12, "\0\0\0\x0CJXL \r\n\x87\n", "JPEG XL"},
               {0, 2, "\xFF\x0A", "JPEG XL"},
               {0, 5, "%PDF-", "PDF"}};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (begins(head, len, known[i].at, known[i].magic, known[i].size))
      return known[i].name;
  return memchr(head, '\0', len) == NULL ? name_text(head, len) : NULL;
}

static int refuse_other(const char *head, size_t len, char *fault) {
  if (len == 0) return sb_picture_refuse(fault, "it is empty");
  const char *name = name_other(head, len);
  if (name == NULL)
    return sb_picture_refuse(fault, "it is of no known picture type");
  return sb_picture_refuse(fault, "it is %s", name);
}

static int check_known(struct sb_picture_source *source,
                       struct sb_picture *picture) {
  switch (picture->type) {
  case SB_PICTURE_PNG:
    return sb_picture_check_png(source, picture);
  case SB_PICTURE_JPEG:
    return sb_picture_check_jpeg(source, picture);
  default:
    return sb_picture_check_webp(source, picture);
  }
}

int sb_picture_check_stream(FILE *file, struct sb_picture *picture,
                            char *fault) {
  struct sb_picture_source source = {file, fault};
  char head[HEAD_MAX + 1];
  size_t len = fread(head, 1, HEAD_MAX, file);
  if (ferror(file)) return UV_EIO;
  head[len] = '\0';
  if (begins(head, len, 0, "\x89PNG\r\n\x1A\n", 8))
    picture->type = SB_PICTURE_PNG;
  else if (begins(head, len, 0, "\xFF\xD8\xFF", 3))
    picture->type = SB_PICTURE_JPEG;
  else if (begins(head, len, 0, "RIFF", 4) && begins(head, len, 8, "WEBP", 4))
    picture->type = SB_PICTURE_WEBP;
  else
    return refuse_other(head, len, fault);
  rewind(file);
  int rc = check_known(&source, picture);
  if (rc < 0) return rc;
  if (fseek(file, 0, SEEK_END) != 0) return uv_translate_sys_error(errno);
  long end = ftell(file);
  if (end < 0) return uv_translate_sys_error(errno);
  picture->bytes = (uint64_t)end;
  return 0;
}

int sb_picture_check(const char *path, struct sb_picture *picture,
                     char *fault) {
  FILE *file = fopen(path, "rbe");
  if (file == NULL) return uv_translate_sys_error(errno);
  int rc = sb_picture_check_stream(file, picture, fault);
  (void)fclose(file); /* it was only read */
  return rc;
}
