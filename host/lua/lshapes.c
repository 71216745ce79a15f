/* host/lua/lshapes.c -- see lshapes.h. */
#include "host/lua/lshapes.h"

#include <lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/picture/picture.h"

enum { SHAPES_MAX = 100000, PATH_MAX_ITEMS = 1000000, TEXT_MAX = 65536 };

static const lua_Number far = 100000; /* pixels, either way */

/* A table that is read, and its name in messages. */
struct reader {
  lua_State *L;
  int table;         /* its index, absolute */
  lua_Integer shape; /* which of the shapes; 0: the drawing itself */
};

/* Raises "shapes[2].size: message". */
static _Noreturn void wrong(const struct reader *r, const char *field,
                            const char *message) {
  if (r->shape == 0) luaL_error(r->L, "%s: %s", field, message);
  luaL_error(r->L, "shapes[%d]%s%s: %s", (int)r->shape,
             *field == '\0' ? "" : ".", field, message);
  abort(); /* not reached: luaL_error does not return */
}

/* The number on top of the stack, which is popped. */
static lua_Number pop_number(const struct reader *r, const char *field,
                             lua_Number least, lua_Number most) {
  int ok;
  lua_Number value = lua_tonumberx(r->L, -1, &ok);
  if (!ok || lua_type(r->L, -1) != LUA_TNUMBER || !(value >= least) ||
      !(value <= most)) {
    const char *got = luaL_tolstring(r->L, -1, NULL);
    wrong(r, field,
          lua_pushfstring(r->L, "number from %I to %I expected, got %s",
                          (lua_Integer)least, (lua_Integer)most, got));
  }
  lua_pop(r->L, 1);
  return value;
}

static float number(const struct reader *r, const char *field, lua_Number least,
                    lua_Number most) {
  lua_getfield(r->L, r->table, field);
  return (float)pop_number(r, field, least, most);
}

static float number_or(const struct reader *r, const char *field,
                       lua_Number least, lua_Number most, float otherwise) {
  if (lua_getfield(r->L, r->table, field) != LUA_TNIL)
    return (float)pop_number(r, field, least, most);
  lua_pop(r->L, 1);
  return otherwise;
}

static float place(const struct reader *r, const char *field) {
  return number(r, field, -far, far);
}

static uint32_t whole(const struct reader *r, const char *field,
                      lua_Number least, lua_Number most) {
  lua_getfield(r->L, r->table, field);
  return (uint32_t)(pop_number(r, field, least, most) + 0.5);
}

/* Which of the words a field is; the first when it is absent. */
static int choice(const struct reader *r, const char *field,
                  const char *const *words) {
  int found = 0;
  if (lua_getfield(r->L, r->table, field) != LUA_TNIL) {
    const char *word = luaL_tolstring(r->L, -1, NULL);
    while (words[found] != NULL && strcmp(words[found], word) != 0) found++;
    if (words[found] == NULL)
      wrong(r, field, lua_pushfstring(r->L, "'%s' is no choice", word));
    lua_pop(r->L, 1);
  }
  lua_pop(r->L, 1);
  return found;
}

/* A copy of a string, which the shape owns from then on. */
static size_t string(const struct reader *r, const char *field, size_t most,
                     struct sb_shape *shape) {
  size_t len;
  if (lua_getfield(r->L, r->table, field) != LUA_TSTRING)
    wrong(r, field, "string expected");
  const char *value = lua_tolstring(r->L, -1, &len);
  if (len > most) wrong(r, field, "it is too long");
  shape->string = malloc(len + 1);
  if (shape->string == NULL) wrong(r, field, "not enough memory");
  memcpy(shape->string, value, len + 1);
  lua_pop(r->L, 1);
  return len;
}

/*
** paint
*/

static float item(const struct reader *r, const char *field, int index,
                  lua_Number least, lua_Number most) {
  lua_geti(r->L, -1, index);
  return (float)pop_number(r, field, least, most);
}

/* The stop on top of the stack, which is popped: { at, colour[, alpha] } */
static void read_stop(const struct reader *r, const char *field, float alpha,
                      struct sb_paint *paint) {
  if (!lua_istable(r->L, -1)) wrong(r, field, "{ at, colour } expected");
  struct sb_stop *stop = &paint->stops[paint->stop_count];
  stop->at = item(r, field, 1, 0, 1);
  if (paint->stop_count > 0 && stop->at < stop[-1].at)
    wrong(r, field, "the stops are not in order");
  lua_geti(r->L, -1, 2); /* a float could not hold all colours exactly */
  stop->rgb = (uint32_t)pop_number(r, field, 0, 0xFFFFFF);
  stop->alpha = alpha;
  if (lua_geti(r->L, -1, 3) != LUA_TNIL)
    stop->alpha *= (float)pop_number(r, field, 0, 1);
  else
    lua_pop(r->L, 1);
  paint->stop_count++;
  lua_pop(r->L, 1);
}

/* The gradient on top of the stack, which is popped. */
static void read_gradient(const struct reader *r, const char *field,
                          float alpha, struct sb_paint *paint) {
  if (!lua_istable(r->L, -1)) wrong(r, field, "table expected");
  lua_Integer numbers = luaL_len(r->L, -1);
  if (numbers != 3 && numbers != 4)
    wrong(r, field, "{ x0, y0, x1, y1 } or { x, y, radius } expected");
  paint->kind = numbers == 4 ? SB_PAINT_LINEAR : SB_PAINT_RADIAL;
  paint->x0 = item(r, field, 1, -far, far);
  paint->y0 = item(r, field, 2, -far, far);
  if (paint->kind == SB_PAINT_LINEAR) {
    paint->x1 = item(r, field, 3, -far, far);
    paint->y1 = item(r, field, 4, -far, far);
  } else {
    paint->radius = item(r, field, 3, 0, far);
  }
  if (lua_getfield(r->L, -1, "stops") != LUA_TTABLE)
    wrong(r, field, "stops expected");
  lua_Integer stops = luaL_len(r->L, -1);
  if (stops < 1 || stops > SB_STOPS_MAX)
    wrong(r, field, "1 to 16 stops expected");
  paint->stop_count = 0;
  for (lua_Integer i = 1; i <= stops; i++) {
    lua_geti(r->L, -1, i);
    read_stop(r, field, alpha, paint);
  }
  lua_pop(r->L, 2);
}

static void flat_paint(struct sb_paint *paint, uint32_t rgb, float alpha) {
  paint->kind = SB_PAINT_FLAT;
  paint->stop_count = 1;
  paint->stops[0] = (struct sb_stop){0, rgb, alpha};
}

static void read_paint(const struct reader *r, struct sb_paint *paint) {
  float alpha = number_or(r, "alpha", 0, 1, 1);
  if (lua_getfield(r->L, r->table, "gradient") != LUA_TNIL) {
    read_gradient(r, "gradient", alpha, paint);
    return;
  }
  lua_pop(r->L, 1);
  flat_paint(paint, whole(r, "colour", 0, 0xFFFFFF), alpha);
}

static void read_background(const struct reader *r, struct sb_paint *paint) {
  int type = lua_getfield(r->L, r->table, "background");
  if (type == LUA_TTABLE) {
    read_gradient(r, "background", 1, paint);
  } else if (type == LUA_TNIL) {
    lua_pop(r->L, 1);
    flat_paint(paint, 0xFFFFFF, 1);
  } else {
    flat_paint(paint, (uint32_t)pop_number(r, "background", 0, 0xFFFFFF), 1);
  }
}

/*
** paths
*/

/* How many numbers follow the command; -1 when it is none. */
static int path_arguments(char command) {
  switch (command) {
  case 'M':
  case 'L':
    return 2;
  case 'Q':
    return 4;
  case 'C':
    return 6;
  case 'Z':
    return 0;
  default:
    return -1;
  }
}

static void add_command(struct sb_outline *outline, char command,
                        const float *at) {
  switch (command) {
  case 'M':
    sb_outline_move(outline, at[0], at[1]);
    break;
  case 'L':
    sb_outline_line(outline, at[0], at[1]);
    break;
  case 'Q':
    sb_outline_quad(outline, at[0], at[1], at[2], at[3]);
    break;
  case 'C':
    sb_outline_cubic(outline, at[0], at[1], at[2], at[3], at[4], at[5]);
    break;
  default:
    sb_outline_close(outline);
  }
}

/* The command at index of the path on top of the stack. Returns how many items
   it takes. */
static int read_command(const struct reader *r, lua_Integer index,
                        struct sb_outline *outline) {
  float at[6];
  lua_geti(r->L, -1, index);
  const char *word = luaL_tolstring(r->L, -1, NULL);
  int count = strlen(word) == 1 ? path_arguments(*word) : -1;
  if (count < 0 || lua_type(r->L, -2) != LUA_TSTRING)
    wrong(r, "path", lua_pushfstring(r->L, "'%s' is no path command", word));
  if (index == 1 && *word != 'M')
    wrong(r, "path", lua_pushfstring(r->L, "begins with '%s', not 'M'", word));
  char command = *word;
  lua_pop(r->L, 2);
  for (int i = 0; i < count; i++) {
    lua_geti(r->L, -1, index + 1 + i);
    at[i] = (float)pop_number(r, "path", -far, far);
  }
  add_command(outline, command, at);
  return count + 1;
}

static void read_path(const struct reader *r, struct sb_outline *outline) {
  if (lua_getfield(r->L, r->table, "path") != LUA_TTABLE)
    wrong(r, "path", "table expected");
  lua_Integer len = luaL_len(r->L, -1);
  if (len > PATH_MAX_ITEMS) wrong(r, "path", "it is too long");
  for (lua_Integer i = 1; i <= len;) i += read_command(r, i, outline);
  lua_pop(r->L, 1);
}

/*
** shapes
*/

static void read_fill(const struct reader *r, struct sb_shape *shape) {
  shape->kind = SB_SHAPE_FILL;
  read_path(r, &shape->outline);
  read_paint(r, &shape->paint);
}

static void read_ellipse(const struct reader *r, struct sb_shape *shape) {
  shape->kind = SB_SHAPE_FILL;
  float cx = place(r, "cx"), cy = place(r, "cy");
  float rx = number(r, "rx", 0, far), ry = number(r, "ry", 0, far);
  sb_outline_ellipse(&shape->outline, cx, cy, rx, ry,
                     number_or(r, "rotate", -far, far, 0));
  read_paint(r, &shape->paint);
}

static void read_stroke(const struct reader *r, struct sb_shape *shape) {
  shape->kind = SB_SHAPE_STROKE;
  read_path(r, &shape->outline);
  shape->stroke_width = number(r, "width", 0, far);
  read_paint(r, &shape->paint);
}

static void read_text(const struct reader *r, struct sb_shape *shape) {
  static const char *const aligns[] = {"left", "center", "right", NULL};
  struct sb_text *text = &shape->text;
  shape->kind = SB_SHAPE_TEXT;
  text->x = place(r, "x");
  text->y = place(r, "y");
  text->size = number(r, "size", 1, SB_PICTURE_SIDE_MAX);
  text->max_width = number_or(r, "max_width", 0, far, 0);
  text->max_lines = (size_t)number_or(r, "lines", 1, far, 0);
  text->align = (enum sb_align)choice(r, "align", aligns);
  text->len = string(r, "text", TEXT_MAX, shape);
  text->text = shape->string;
  lua_getfield(r->L, r->table, "bold");
  shape->bold = lua_toboolean(r->L, -1);
  lua_pop(r->L, 1);
  read_paint(r, &shape->paint);
}

static void read_picture(const struct reader *r, struct sb_shape *shape) {
  static const char *const fits[] = {"contain", "cover", NULL};
  shape->kind = SB_SHAPE_PICTURE;
  shape->x = (int32_t)lrintf(place(r, "x"));
  shape->y = (int32_t)lrintf(place(r, "y"));
  shape->width = whole(r, "width", 1, SB_PICTURE_SIDE_MAX);
  shape->height = whole(r, "height", 1, SB_PICTURE_SIDE_MAX);
  shape->alpha = number_or(r, "alpha", 0, 1, 1);
  shape->cover = choice(r, "fit", fits);
  lua_getfield(r->L, r->table, "inset");
  struct sb_inset **inset = luaL_testudata(r->L, -1, SB_INSET);
  if (inset != NULL)
    shape->inset = sb_inset_share(*inset);
  else
    string(r, "path", TEXT_MAX, shape);
  lua_pop(r->L, 1);
}

static void read_grain(const struct reader *r, struct sb_shape *shape) {
  shape->kind = SB_SHAPE_GRAIN;
  shape->grain = number(r, "amount", 0, 1);
  shape->seed = whole(r, "seed", 0, UINT32_MAX);
}

/* The shape at r->table. */
static void read_shape(const struct reader *r, struct sb_shape *shape) {
  static const struct {
    const char *kind;
    void (*read)(const struct reader *r, struct sb_shape *shape);
  } kinds[] = {{"fill", read_fill},       {"ellipse", read_ellipse},
               {"stroke", read_stroke},   {"text", read_text},
               {"picture", read_picture}, {"grain", read_grain}};
  if (!lua_istable(r->L, r->table)) wrong(r, "", "table expected");
  lua_geti(r->L, r->table, 1);
  const char *kind = luaL_tolstring(r->L, -1, NULL);
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    if (strcmp(kinds[i].kind, kind) != 0) continue;
    kinds[i].read(r, shape);
    if (shape->outline.error < 0) wrong(r, "path", "not enough memory");
    lua_pop(r->L, 2);
    return;
  }
  wrong(r, "", lua_pushfstring(r->L, "'%s' is no shape", kind));
}

static void read_shapes(struct reader *r, struct sb_drawing *drawing) {
  lua_State *L = r->L;
  if (lua_getfield(L, r->table, "shapes") != LUA_TTABLE)
    wrong(r, "shapes", "table expected");
  int shapes = lua_gettop(L);
  lua_Integer count = luaL_len(L, shapes);
  if (count > SHAPES_MAX) wrong(r, "shapes", "there are too many");
  drawing->shapes = calloc((size_t)count + 1, sizeof drawing->shapes[0]);
  if (drawing->shapes == NULL) wrong(r, "shapes", "not enough memory");
  for (r->shape = 1; r->shape <= count; r->shape++) {
    lua_geti(L, shapes, r->shape);
    r->table = lua_gettop(L);
    read_shape(r, &drawing->shapes[drawing->count++]);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

void sb_shapes_read(lua_State *L, int index, struct sb_drawing *drawing) {
  struct reader r = {L, lua_absindex(L, index), 0};
  drawing->width = whole(&r, "width", 1, SB_PICTURE_SIDE_MAX);
  drawing->height = whole(&r, "height", 1, SB_PICTURE_SIDE_MAX);
  if ((uint64_t)drawing->width * drawing->height > SB_PICTURE_AREA_MAX)
    wrong(&r, "width", "too many pixels");
  read_background(&r, &drawing->background);
  read_shapes(&r, drawing);
}
