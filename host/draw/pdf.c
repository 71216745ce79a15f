/* host/draw/pdf.c -- see pdf.h. Pictures go into the file as JPEGs of the size
   at which they are printed; as they are, a board would be a hundred
   megabytes. */
#include "host/draw/pdf.h"

#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdlib.h>
#include <uv.h>

#include "host/base/buffer.h"
#include "host/files/file.h"
#include "host/picture/picture.h"
#include "host/picture/thumbnail.h"

enum { PIXELS_AN_INCH = 220, QUALITY = 88, FILE_MAX = 1 << 30 };

#define POINTS_AN_INCH 72.0
#define SHRINK 0.94 /* of a text that does not fit, at a time */
#define FONTS "Noto Sans, DejaVu Sans, sans-serif"

struct writer {
  cairo_t *cairo;
  struct sb_buffer out;
  int rc;
  size_t unknown;
  char *fault;
};

static cairo_status_t append(void *context, const unsigned char *data,
                             unsigned len) {
  struct writer *writer = context;
  if (writer->rc == 0) writer->rc = sb_buffer_append(&writer->out, data, len);
  return writer->rc == 0 ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void set_colour(cairo_t *cairo, uint32_t colour) {
  cairo_set_source_rgb(cairo, (double)(colour >> 16 & 255) / 255,
                       (double)(colour >> 8 & 255) / 255,
                       (double)(colour & 255) / 255);
}

/*
** Text.
*/

static PangoAlignment alignment(enum sb_pdf_align align) {
  static const PangoAlignment alignments[] = {
      PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER, PANGO_ALIGN_RIGHT};
  return alignments[align];
}

static int is_too_high(PangoLayout *layout, double height) {
  int pixels;
  pango_layout_get_size(layout, NULL, &pixels);
  return (double)pixels / PANGO_SCALE > height;
}

static void draw_text(struct writer *writer, const struct sb_pdf_shape *shape) {
  PangoLayout *layout = pango_cairo_create_layout(writer->cairo);
  PangoFontDescription *font = pango_font_description_from_string(FONTS);
  pango_font_description_set_weight(font, shape->bold ? PANGO_WEIGHT_BOLD
                                                      : PANGO_WEIGHT_NORMAL);
  pango_layout_set_text(layout, shape->text, -1);
  pango_layout_set_width(layout, (int)(shape->width * PANGO_SCALE));
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_alignment(layout, alignment(shape->align));
  double size = shape->size;
  for (;;) {
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    if (size * SHRINK < shape->least || !is_too_high(layout, shape->height))
      break;
    size *= SHRINK;
  }
  if (is_too_high(layout, shape->height)) {
    pango_layout_set_height(layout, (int)(shape->height * PANGO_SCALE));
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
  }
  writer->unknown += (size_t)pango_layout_get_unknown_glyphs_count(layout);
  set_colour(writer->cairo, shape->colour);
  cairo_move_to(writer->cairo, shape->x, shape->y);
  pango_cairo_show_layout(writer->cairo, layout);
  pango_font_description_free(font);
  g_object_unref(layout);
}

/*
** Pictures.
*/

static void place(cairo_t *cairo, cairo_surface_t *surface,
                  const struct sb_pdf_shape *shape) {
  double width = cairo_image_surface_get_width(surface);
  double height = cairo_image_surface_get_height(surface);
  double scale = fmin(shape->width / width, shape->height / height);
  cairo_save(cairo);
  cairo_translate(cairo, shape->x + (shape->width - width * scale) / 2,
                  shape->y + (shape->height - height * scale) / 2);
  cairo_scale(cairo, scale, scale);
  cairo_set_source_surface(cairo, surface, 0, 0);
  cairo_paint(cairo);
  cairo_restore(cairo);
}

static void draw_picture(struct writer *writer,
                         const struct sb_pdf_shape *shape) {
  const double pixels = PIXELS_AN_INCH / POINTS_AN_INCH;
  struct sb_thumbnail picture;
  writer->rc = sb_thumbnail_make(shape->text, shape->width * pixels,
                                 shape->height * pixels, QUALITY, &picture,
                                 writer->fault);
  if (writer->rc < 0) {
    sb_buffer_free(&picture.jpeg);
    return;
  }
  cairo_surface_t *surface = cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, (int)picture.width, (int)picture.height);
  size_t len;
  unsigned char *data = (unsigned char *)sb_buffer_take(&picture.jpeg, &len);
  if (cairo_surface_set_mime_data(surface, CAIRO_MIME_TYPE_JPEG, data, len,
                                  free, data) == CAIRO_STATUS_SUCCESS)
    place(writer->cairo, surface, shape);
  else
    free(data);
  cairo_surface_destroy(surface);
}

/*
** Pages.
*/

static void draw_rect(cairo_t *cairo, const struct sb_pdf_shape *shape) {
  set_colour(cairo, shape->colour);
  cairo_rectangle(cairo, shape->x, shape->y, shape->width, shape->height);
  cairo_set_line_width(cairo, shape->line);
  if (shape->line > 0)
    cairo_stroke(cairo);
  else
    cairo_fill(cairo);
}

static void draw_page(struct writer *writer, const struct sb_pdf_page *page) {
  for (size_t i = 0; i < page->count && writer->rc == 0; i++) {
    const struct sb_pdf_shape *shape = &page->shapes[i];
    switch (shape->kind) {
    case SB_PDF_TEXT:
      draw_text(writer, shape);
      break;
    case SB_PDF_PICTURE:
      draw_picture(writer, shape);
      break;
    case SB_PDF_RECT:
      draw_rect(writer->cairo, shape);
      break;
    }
  }
  cairo_show_page(writer->cairo);
}

/* What cairo has to say, unless the reason is known already. */
static void take_status(struct writer *writer, cairo_status_t status) {
  if (status == CAIRO_STATUS_SUCCESS || writer->rc < 0) return;
  writer->rc = status == CAIRO_STATUS_NO_MEMORY ? UV_ENOMEM : UV_EIO;
  sb_picture_refuse(writer->fault, "the PDF cannot be made: %s",
                    cairo_status_to_string(status));
}

int sb_pdf_write(const struct sb_pdf *pdf, const char *path, size_t *unknown,
                 char *fault) {
  struct writer writer = {.fault = fault};
  sb_buffer_init(&writer.out, FILE_MAX);
  cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(
      append, &writer, pdf->width, pdf->height);
  if (pdf->title != NULL)
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE,
                                   pdf->title);
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "sbhost");
  writer.cairo = cairo_create(surface);
  for (size_t i = 0; i < pdf->count && writer.rc == 0; i++)
    draw_page(&writer, &pdf->pages[i]);
  take_status(&writer, cairo_status(writer.cairo));
  cairo_destroy(writer.cairo);
  cairo_surface_finish(surface);
  take_status(&writer, cairo_surface_status(surface));
  cairo_surface_destroy(surface);
  /* The thread's own fonts, which nobody else would free. */
  pango_cairo_font_map_set_default(NULL);
  if (writer.rc == 0) {
    writer.rc = sb_file_write(path, writer.out.data, writer.out.len);
    if (writer.rc < 0) sb_picture_blame(fault, path, writer.rc);
  }
  sb_buffer_free(&writer.out);
  *unknown = writer.unknown;
  return writer.rc;
}

void sb_pdf_free(struct sb_pdf *pdf) {
  for (size_t i = 0; i < pdf->count; i++) {
    for (size_t j = 0; j < pdf->pages[i].count; j++)
      free(pdf->pages[i].shapes[j].text);
    free(pdf->pages[i].shapes);
  }
  free(pdf->pages);
  free(pdf->title);
}
