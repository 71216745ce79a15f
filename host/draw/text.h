/*
** host/draw/text.h -- a block of text as an outline: broken into lines,
** aligned, cut to so many lines.
*/
#ifndef SB_HOST_TEXT_H
#define SB_HOST_TEXT_H

#include <stddef.h>

#include "host/draw/font.h"

enum sb_align { SB_ALIGN_LEFT, SB_ALIGN_CENTER, SB_ALIGN_RIGHT };

struct sb_text {
  const char *text;
  size_t len;
  float x, y;      /* the end, middle or beginning of the first baseline */
  float size;      /* pixels an em; lines are 1.25 of it apart */
  float max_width; /* pixels; 0: lines end at \n alone */
  size_t
      max_lines; /* what does not fit in ends in an ellipsis; 0: any number */
  enum sb_align align;
};

/* Lines are broken at spaces, within a word only when it alone is wider than
   max_width. */
void sb_text_outline(const struct sb_font *font, const struct sb_text *text,
                     struct sb_outline *to);

#endif
