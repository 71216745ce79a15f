/*
** host/draw/pdf.h -- a PDF of pages on which text, pictures and rectangles have
** their places. Text of any script is shaped by pango, in whatever fonts the
** system has for it. Blocking and heavy: called from the pool.
**
** Part of a module that is loaded when it is first used, so that nothing else
** pays for cairo and pango.
**
** Lengths are points (1/72 inch), from a page's top left corner.
*/
#ifndef SB_HOST_PDF_H
#define SB_HOST_PDF_H

#include <stddef.h>
#include <stdint.h>

enum sb_pdf_kind { SB_PDF_TEXT, SB_PDF_PICTURE, SB_PDF_RECT };
enum sb_pdf_align { SB_PDF_LEFT, SB_PDF_CENTER, SB_PDF_RIGHT };

struct sb_pdf_shape {
  enum sb_pdf_kind kind;
  double x, y, width, height; /* what it may fill */
  char *text;                 /* UTF-8; of a picture, the path of its file */
  /* Of text: letters of size points, made smaller down to `least` until all of
     it fits; what still does not ends in an ellipsis. A text that runs from
     right to left has its left and right exchanged. */
  double size, least;
  int bold;
  enum sb_pdf_align align;
  uint32_t colour; /* 0xRRGGBB */
  double line;     /* of a rectangle: width of its outline; 0: it is filled */
};

struct sb_pdf_page {
  struct sb_pdf_shape *shapes;
  size_t count;
};

struct sb_pdf {
  double width, height; /* of each page */
  char *title;
  struct sb_pdf_page *pages;
  size_t count;
};

/* Writes it at path, whole or not at all. *unknown: how many characters no font
   of the system has. 0; or a negative UV_E* with a sentence in fault, which has
   SB_PICTURE_FAULT_MAX bytes. */
int sb_pdf_write(const struct sb_pdf *pdf, const char *path, size_t *unknown,
                 char *fault);

/* Frees what it points to. */
void sb_pdf_free(struct sb_pdf *pdf);

#endif
