/*
** host/draw/outline.h -- shapes as contours of straight lines: curves are
** flattened as they are added, and strokes are turned into what they cover.
** Coordinates are pixels, x to the right and y down. No thread of its own, no
** globals.
**
** Filling (host/draw/coverage.h) adds up how often the contours wind around a
** point, each with its sign: contours of one direction join, one of the other
** direction inside is a hole.
**
** Adding fails silently on lack of memory, and `error` then says so for good:
** it is enough to look at it once, at the end.
*/
#ifndef SB_HOST_OUTLINE_H
#define SB_HOST_OUTLINE_H

#include <stddef.h>

enum sb_contour { SB_CONTOUR_GOES_ON, SB_CONTOUR_OPEN, SB_CONTOUR_CLOSED };

struct sb_point {
  float x, y;
  enum sb_contour begins; /* what kind of contour begins here, if one does */
};

struct sb_outline { /* zeroed: empty */
  struct sb_point *points;
  size_t count, room;
  size_t start; /* where the contour under way begins */
  int error;    /* 0 or UV_ENOMEM */
};

void sb_outline_free(struct sb_outline *outline);

/* A contour: move, then any of the others. A line or curve without a contour
   under way begins one at 0, 0. A closed contour is over; what comes next
   without a move begins where it began. */
void sb_outline_move(struct sb_outline *outline, float x, float y);
void sb_outline_line(struct sb_outline *outline, float x, float y);
void sb_outline_quad(struct sb_outline *outline, float cx, float cy, float x,
                     float y);
void sb_outline_cubic(struct sb_outline *outline, float ax, float ay, float bx,
                      float by, float x, float y);
void sb_outline_close(struct sb_outline *outline);

/* A closed contour of its own. turn is in degrees, clockwise. */
void sb_outline_ellipse(struct sb_outline *outline, float cx, float cy,
                        float rx, float ry, float turn);

/* Adds to `to` the area that a round pen of that width covers along the
   contours of `from`. */
void sb_outline_stroke(const struct sb_outline *from, float width,
                       struct sb_outline *to);

/* The least rectangle around all points; 0 when there are none. */
int sb_outline_bounds(const struct sb_outline *outline, float *left, float *top,
                      float *right, float *bottom);

/* Takes away what lies outside of 0, 0 to width, height. All contours are
   taken as closed. */
void sb_outline_cut(struct sb_outline *outline, float width, float height);

/* Where the contour that begins at point `start` ends: the index after it. */
size_t sb_outline_contour_end(const struct sb_outline *outline, size_t start);

#define SB_PI 3.14159265f

/* How many chords draw an arc of that many radians smoothly. */
int sb_outline_arc_pieces(float radius, float angle);

#endif
