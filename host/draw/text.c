/* host/draw/text.c -- see text.h. */
#include "host/draw/text.h"

#include <string.h>

static const char ellipsis[] = "\xE2\x80\xA6";
static const float line_height = 1.25f;

struct line {
  size_t begin, end; /* in the text */
  float width;
  size_t next; /* where the next line begins; the text's length at its end */
};

static size_t skip_spaces(const struct sb_text *text, size_t at) {
  while (at < text->len && text->text[at] == ' ') at++;
  return at;
}

/* What of the text from `begin` on goes on one line. */
static struct line break_line(const struct sb_font *font,
                              const struct sb_text *text, size_t begin) {
  struct line line = {begin, begin, 0, 0}, word = {0};
  int before = -1, has_break = 0;
  while (line.end < text->len && text->text[line.end] != '\n') {
    struct sb_glyph glyph = sb_font_glyph(
        font, text->size, text->text + line.end, text->len - line.end, before);
    if (text->text[line.end] == ' ') {
      word = line; /* up to before the space */
      has_break = 1;
    }
    float width = line.width + glyph.kerning + glyph.advance;
    if (text->max_width > 0 && width > text->max_width && line.end > begin) {
      if (has_break) line = word;
      line.next = skip_spaces(text, line.end);
      return line;
    }
    line.width = width;
    line.end += glyph.bytes;
    before = glyph.index;
  }
  line.next = line.end < text->len ? line.end + 1 : line.end;
  return line;
}

/* As much of the line as leaves room for the ellipsis that is put after it. */
static struct line shorten(const struct sb_font *font,
                           const struct sb_text *text, struct line line,
                           float room) {
  int before = -1;
  size_t end = line.end;
  line.end = line.begin;
  line.width = 0;
  while (line.end < end) {
    struct sb_glyph glyph = sb_font_glyph(
        font, text->size, text->text + line.end, end - line.end, before);
    float width = line.width + glyph.kerning + glyph.advance;
    if (room > 0 && width > room) break;
    line.width = width;
    line.end += glyph.bytes;
    before = glyph.index;
  }
  while (line.end > line.begin && text->text[line.end - 1] == ' ') line.end--;
  line.width = sb_font_width(font, text->size, text->text + line.begin,
                             line.end - line.begin);
  return line;
}

static void add_line(const struct sb_font *font, const struct sb_text *text,
                     struct line line, float y, int cut,
                     struct sb_outline *to) {
  float x = text->x, dots = 0;
  if (cut) {
    dots = sb_font_width(font, text->size, ellipsis, strlen(ellipsis));
    float room = text->max_width > dots ? text->max_width - dots : 0;
    line = shorten(font, text, line, room);
  }
  if (text->align == SB_ALIGN_CENTER) x -= (line.width + dots) / 2;
  if (text->align == SB_ALIGN_RIGHT) x -= line.width + dots;
  sb_font_outline(font, text->size, text->text + line.begin,
                  line.end - line.begin, x, y, to);
  if (cut)
    sb_font_outline(font, text->size, ellipsis, strlen(ellipsis),
                    x + line.width, y, to);
}

void sb_text_outline(const struct sb_font *font, const struct sb_text *text,
                     struct sb_outline *to) {
  float y = text->y;
  size_t at = 0;
  for (size_t n = 1; at < text->len; n++) {
    struct line line = break_line(font, text, at);
    int last = n == text->max_lines;
    add_line(font, text, line, y, last && line.next < text->len, to);
    if (last) return;
    at = line.next;
    y += text->size * line_height;
  }
}
