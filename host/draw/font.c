/* host/draw/font.c -- see font.h. */
#include "host/draw/font.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utf8proc.h>
#include <uv.h>

#include "host/picture/stb.h"

struct sb_font {
  const char *path;
  stbtt_fontinfo info;
  float scale; /* pixels for a unit of the font, at one pixel an em */
  int error;
};

static struct sb_font fonts[] = {{.path = SB_FONT_DIR "/DejaVuSans.ttf"},
                                 {.path = SB_FONT_DIR "/DejaVuSans-Bold.ttf"}};

/* What has the characters that these lack, where it is installed. */
static struct sb_font fallback = {.path = SB_FALLBACK_FONT};

/* The file's pages, for as long as the process lives. */
static int map(const char *path, const unsigned char **data) {
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  *data = NULL;
  if (fd < 0) return uv_translate_sys_error(errno);
  int rc = fstat(fd, &st) < 0 ? uv_translate_sys_error(errno) : 0;
  if (rc == 0 && st.st_size == 0) rc = UV_EFTYPE;
  if (rc == 0) {
    void *pages = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (pages == MAP_FAILED)
      rc = uv_translate_sys_error(errno);
    else
      *data = pages;
  }
  close(fd);
  return rc;
}

static void load(struct sb_font *font) {
  const unsigned char *data;
  font->error = map(font->path, &data);
  if (data == NULL) return;
  if (stbtt_InitFont(&font->info, data, 0))
    font->scale = stbtt_ScaleForMappingEmToPixels(&font->info, 1);
  else
    font->error = UV_EFTYPE;
}

static void load_all(void) {
  load(&fonts[0]);
  load(&fonts[1]);
  load(&fallback);
}

/* The font of a glyph, whose index becomes the one in that font: the fallback's
   are negative, so that no kerning is looked up for them. */
static const struct sb_font *font_of(const struct sb_font *font, int *index) {
  if (*index >= 0) return font;
  *index = -*index;
  return &fallback;
}

static int find_glyph(const struct sb_font *font, int character) {
  int index = stbtt_FindGlyphIndex(&font->info, character);
  if (index == 0 && fallback.error == 0)
    index = -stbtt_FindGlyphIndex(&fallback.info, character);
  return index;
}

int sb_font_open(int bold, const struct sb_font **font) {
  static uv_once_t once = UV_ONCE_INIT;
  uv_once(&once, load_all);
  *font = &fonts[bold != 0];
  return (*font)->error;
}

void sb_font_explain(int bold, char *message, size_t size) {
  const struct sb_font *font = &fonts[bold != 0];
  snprintf(message, size,
           "no font at %s: %s (Debian's package fonts-dejavu-core has it)",
           font->path, uv_strerror(font->error));
}

struct sb_glyph sb_font_glyph(const struct sb_font *font, float size,
                              const char *text, size_t len, int before) {
  struct sb_glyph glyph = {.bytes = 1};
  utf8proc_int32_t character;
  utf8proc_ssize_t bytes = utf8proc_iterate((const utf8proc_uint8_t *)text,
                                            (utf8proc_ssize_t)len, &character);
  if (bytes > 0)
    glyph.bytes = (size_t)bytes;
  else
    character = 0xFFFD;
  if (character < ' ') character = ' ';
  glyph.index = find_glyph(font, character);
  int advance, bearing, kerning = 0, index = glyph.index;
  const struct sb_font *of = font_of(font, &index);
  stbtt_GetGlyphHMetrics(&of->info, index, &advance, &bearing);
  if (before >= 0 && of == font)
    kerning = stbtt_GetGlyphKernAdvance(&font->info, before, index);
  glyph.advance = (float)advance * of->scale * size;
  glyph.kerning = (float)kerning * font->scale * size;
  return glyph;
}

float sb_font_width(const struct sb_font *font, float size, const char *text,
                    size_t len) {
  float width = 0;
  int before = -1;
  for (size_t at = 0; at < len;) {
    struct sb_glyph glyph =
        sb_font_glyph(font, size, text + at, len - at, before);
    width += glyph.kerning + glyph.advance;
    before = glyph.index;
    at += glyph.bytes;
  }
  return width;
}

/* Fonts have y upwards. */
static void add_glyph(const struct sb_font *font, int index, float scale,
                      float x, float y, struct sb_outline *to) {
  stbtt_vertex *vertices;
  int count = stbtt_GetGlyphShape(&font->info, index, &vertices);
  for (int i = 0; i < count; i++) {
    const stbtt_vertex *v = &vertices[i];
    float vx = x + (float)v->x * scale, vy = y - (float)v->y * scale;
    float cx = x + (float)v->cx * scale, cy = y - (float)v->cy * scale;
    if (v->type == STBTT_vmove)
      sb_outline_move(to, vx, vy);
    else if (v->type == STBTT_vcurve) /* TrueType's are all quadratic */
      sb_outline_quad(to, cx, cy, vx, vy);
    else
      sb_outline_line(to, vx, vy);
  }
  if (count > 0) stbtt_FreeShape(&font->info, vertices);
}

void sb_font_outline(const struct sb_font *font, float size, const char *text,
                     size_t len, float x, float y, struct sb_outline *to) {
  int before = -1;
  for (size_t at = 0; at < len;) {
    struct sb_glyph glyph =
        sb_font_glyph(font, size, text + at, len - at, before);
    x += glyph.kerning;
    int index = glyph.index;
    const struct sb_font *of = font_of(font, &index);
    add_glyph(of, index, of->scale * size, x, y, to);
    x += glyph.advance;
    before = glyph.index;
    at += glyph.bytes;
  }
}
