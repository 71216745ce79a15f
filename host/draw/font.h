/*
** host/draw/font.h -- DejaVu Sans: how wide a text is, and its outline. Left to
** right, with kerning, without shaping. A character that the font lacks comes
** from Droid Sans Fallback (Chinese, Japanese, Korean), where that is
*installed,
** and else is the font's box; bytes that are not UTF-8 are drawn as U+FFFD. Any
** thread: a font is mapped once, when it is first asked for, and stays.
*/
#ifndef SB_HOST_FONT_H
#define SB_HOST_FONT_H

#include <stddef.h>

#include "host/draw/outline.h"

struct sb_font;

/* 0; or the UV_E* of opening its file, which sb_font_explain puts in words. */
int sb_font_open(int bold, const struct sb_font **font);
void sb_font_explain(int bold, char *message, size_t size);

/* One character of a text that is walked through. Sizes are pixels an em, and
   so are the results. */
struct sb_glyph {
  int index;     /* below 0 in the fallback */
  size_t bytes;  /* that it takes in the text, at least 1 */
  float kerning; /* to be added before it, after the glyph that came before */
  float advance; /* from its origin to that of the next */
};

/* The glyph at text; before is the index of the one before it, or -1. len is at
   least 1. */
struct sb_glyph sb_font_glyph(const struct sb_font *font, float size,
                              const char *text, size_t len, int before);

/* How far the text goes, on one line. */
float sb_font_width(const struct sb_font *font, float size, const char *text,
                    size_t len);

/* Adds the text's outline, on one line whose baseline begins at x, y. */
void sb_font_outline(const struct sb_font *font, float size, const char *text,
                     size_t len, float x, float y, struct sb_outline *to);

#endif
