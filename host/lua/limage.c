/* host/lua/limage.c -- Lua module "host.image": pictures checked, taken in,
   and drawn. All but text_width works in the thread pool. */
#include <lauxlib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "host/base/base64.h"
#include "host/draw/drawing.h"
#include "host/draw/font.h"
#include "host/lua/bridge.h"
#include "host/lua/lshapes.h"
#include "host/lua/modules.h"
#include "host/lua/work.h"
#include "host/picture/picture.h"
#include "host/picture/picture_save.h"
#include "host/picture/thumbnail.h"

static char *copy_string(lua_State *L, const char *string) {
  return sb_work_copy(L, string, strlen(string));
}

static uint32_t check_side(lua_State *L, int index) {
  lua_Integer side = luaL_checkinteger(L, index);
  luaL_argcheck(L, side >= 1 && side <= SB_PICTURE_SIDE_MAX, index,
                "a number of pixels expected");
  return (uint32_t)side;
}

/* nil, message, code */
static int fail_picture(lua_State *L, int rc, const char *fault) {
  const char *code = rc == UV_EFTYPE ? "EBADPICTURE" : uv_err_name(rc);
  return sb_fail_message(L, fault, code);
}

static void set_integer(lua_State *L, const char *name, uint64_t value) {
  lua_pushinteger(L, (lua_Integer)value);
  lua_setfield(L, -2, name);
}

static void set_string(lua_State *L, const char *name, const char *value) {
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

/*
** inspect
*/

struct inspect {
  struct sb_work base;
  char *path;
  int rc;
  struct sb_picture picture;
  char fault[SB_PICTURE_FAULT_MAX];
};

static void inspect_run(struct sb_work *work) {
  struct inspect *inspect = (struct inspect *)work;
  inspect->rc =
      sb_picture_check(inspect->path, &inspect->picture, inspect->fault);
  if (inspect->rc < 0)
    sb_picture_blame(inspect->fault, inspect->path, inspect->rc);
}

static void inspect_release(struct sb_work *work) {
  free(((struct inspect *)work)->path);
}

static int inspect_finish(lua_State *L, struct sb_work *work) {
  const struct inspect *inspect = (struct inspect *)work;
  const struct sb_picture *picture = &inspect->picture;
  if (inspect->rc < 0) return fail_picture(L, inspect->rc, inspect->fault);
  lua_createtable(L, 0, 4);
  set_string(L, "type", sb_picture_type_name(picture->type));
  set_integer(L, "width", picture->width);
  set_integer(L, "height", picture->height);
  set_integer(L, "bytes", picture->bytes);
  return 1;
}

/* image.inspect(path) -> { type=, width=, height=, bytes= } | nil, message,
   code */
static int image_inspect(lua_State *L) {
  const char *path = sb_check_path(L, 1);
  struct inspect *inspect =
      sb_work_push(L, sizeof *inspect, inspect_run, inspect_release);
  inspect->path = copy_string(L, path);
  return sb_work_yield(L, &inspect->base, inspect_finish);
}

/*
** save
*/

struct save {
  struct sb_work base;
  char *source, *dir, *stem;
  bool is_own;
  int rc;
  struct sb_picture_saved saved;
  char fault[SB_PICTURE_FAULT_MAX];
};

static void save_run(struct sb_work *work) {
  struct save *save = (struct save *)work;
  save->rc = sb_picture_save(save->source, save->dir, save->stem, save->is_own,
                             &save->saved, save->fault);
}

static void save_release(struct sb_work *work) {
  struct save *save = (struct save *)work;
  free(save->source);
  free(save->dir);
  free(save->stem);
  free(save->saved.path);
}

static int save_finish(lua_State *L, struct sb_work *work) {
  const struct save *save = (struct save *)work;
  if (save->rc < 0) return fail_picture(L, save->rc, save->fault);
  lua_createtable(L, 0, 5);
  set_string(L, "path", save->saved.path);
  set_integer(L, "width", save->saved.width);
  set_integer(L, "height", save->saved.height);
  set_integer(L, "bytes", save->saved.bytes);
  set_string(L, "sha256", save->saved.sha256);
  return 1;
}

/* image.save(source, dir, stem[, own]) -> { path=, width=, height=, bytes=,
   sha256= } | nil, message, code */
static int image_save(lua_State *L) {
  const char *source = sb_check_path(L, 1), *dir = sb_check_path(L, 2);
  const char *stem = sb_check_path(L, 3);
  luaL_argcheck(L, *stem != '.' && strchr(stem, '/') == NULL, 3,
                "name of a file expected");
  lua_settop(L, 4);
  struct save *save = sb_work_push(L, sizeof *save, save_run, save_release);
  save->source = copy_string(L, source);
  save->dir = copy_string(L, dir);
  save->stem = copy_string(L, stem);
  save->is_own = lua_toboolean(L, 4);
  return sb_work_yield(L, &save->base, save_finish);
}

/*
** draw
*/

struct draw {
  struct sb_work base;
  struct sb_drawing drawing;
  char *path;
  int rc;
  struct sb_drawing_written written;
  char fault[SB_PICTURE_FAULT_MAX];
};

static void draw_run(struct sb_work *work) {
  struct draw *draw = (struct draw *)work;
  draw->rc =
      sb_drawing_write(&draw->drawing, draw->path, &draw->written, draw->fault);
}

static void draw_release(struct sb_work *work) {
  struct draw *draw = (struct draw *)work;
  sb_drawing_free(&draw->drawing);
  free(draw->path);
}

static int draw_finish(lua_State *L, struct sb_work *work) {
  const struct draw *draw = (struct draw *)work;
  if (draw->rc < 0) return fail_picture(L, draw->rc, draw->fault);
  lua_createtable(L, 0, 4);
  set_integer(L, "width", draw->drawing.width);
  set_integer(L, "height", draw->drawing.height);
  set_integer(L, "bytes", draw->written.bytes);
  set_string(L, "sha256", draw->written.sha256);
  return 1;
}

/* image.draw{ width=, height=, path=, scratch=, background=, shapes= } ->
   { width=, height=, bytes=, sha256= } | nil, message, code */
static int image_draw(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  struct draw *draw = sb_work_push(L, sizeof *draw, draw_run, draw_release);
  const char *path = sb_field_text(L, 1, "path", "");
  if (*path == '\0') return luaL_error(L, "field 'path': path expected");
  draw->path = copy_string(L, path);
  draw->drawing.scratch = sb_field_boolean(L, 1, "scratch", 0);
  sb_shapes_read(L, 1, &draw->drawing);
  return sb_work_yield(L, &draw->base, draw_finish);
}

/*
** inset
*/

struct inset {
  struct sb_work base;
  char *path;
  uint32_t width, height;
  int rc;
  struct sb_inset *made;
  char fault[SB_PICTURE_FAULT_MAX];
};

static void inset_run(struct sb_work *work) {
  struct inset *inset = (struct inset *)work;
  inset->rc = sb_inset_make(inset->path, inset->width, inset->height,
                            &inset->made, inset->fault);
}

static void inset_release(struct sb_work *work) {
  struct inset *inset = (struct inset *)work;
  sb_inset_drop(inset->made);
  free(inset->path);
}

static int inset_finish(lua_State *L, struct sb_work *work) {
  struct inset *inset = (struct inset *)work;
  if (inset->rc < 0) return fail_picture(L, inset->rc, inset->fault);
  struct sb_inset **box = lua_newuserdatauv(L, sizeof *box, 0);
  *box = NULL;
  luaL_setmetatable(L, SB_INSET);
  *box = inset->made;
  inset->made = NULL;
  return 1;
}

static int inset_gc(lua_State *L) {
  sb_inset_drop(*(struct sb_inset **)lua_touserdata(L, 1));
  return 0;
}

/* image.inset(path, width, height) -> inset | nil, message, code */
static int image_inset(lua_State *L) {
  const char *path = sb_check_path(L, 1);
  uint32_t width = check_side(L, 2), height = check_side(L, 3);
  struct inset *inset =
      sb_work_push(L, sizeof *inset, inset_run, inset_release);
  inset->path = copy_string(L, path);
  inset->width = width;
  inset->height = height;
  return sb_work_yield(L, &inset->base, inset_finish);
}

/*
** thumbnail
*/

enum { THUMBNAIL_QUALITY = 74 };

struct thumbnail {
  struct sb_work base;
  char *path;
  uint32_t side;
  int rc;
  struct sb_thumbnail made;
  char fault[SB_PICTURE_FAULT_MAX];
};

static void thumbnail_run(struct sb_work *work) {
  struct thumbnail *small = (struct thumbnail *)work;
  double side = small->side;
  small->rc = sb_thumbnail_make(small->path, side, side, THUMBNAIL_QUALITY,
                                &small->made, small->fault);
}

static void thumbnail_release(struct sb_work *work) {
  struct thumbnail *small = (struct thumbnail *)work;
  sb_buffer_free(&small->made.jpeg);
  free(small->path);
}

static int thumbnail_finish(lua_State *L, struct sb_work *work) {
  static const char head[] = "data:image/jpeg;base64,";
  const struct thumbnail *small = (const struct thumbnail *)work;
  const struct sb_buffer *jpeg = &small->made.jpeg;
  if (small->rc < 0) return fail_picture(L, small->rc, small->fault);
  luaL_Buffer url;
  size_t length = sizeof head - 1 + sb_base64_length(jpeg->len);
  char *text = luaL_buffinitsize(L, &url, length);
  memcpy(text, head, sizeof head - 1);
  sb_base64_encode((const uint8_t *)jpeg->data, jpeg->len,
                   text + sizeof head - 1);
  luaL_pushresultsize(&url, length);
  return 1;
}

/* image.thumbnail(path, side) -> data URL | nil, message, code */
static int image_thumbnail(lua_State *L) {
  const char *path = sb_check_path(L, 1);
  uint32_t side = check_side(L, 2);
  struct thumbnail *small =
      sb_work_push(L, sizeof *small, thumbnail_run, thumbnail_release);
  small->path = copy_string(L, path);
  small->side = side;
  return sb_work_yield(L, &small->base, thumbnail_finish);
}

/* image.text_width(text, size[, bold]) -> pixels | nil, message, code */
static int image_text_width(lua_State *L) {
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  lua_Number size = luaL_checknumber(L, 2);
  luaL_argcheck(L, size >= 1 && size <= SB_PICTURE_SIDE_MAX, 2,
                "a number of pixels expected");
  int bold = lua_toboolean(L, 3);
  const struct sb_font *font;
  int rc = sb_font_open(bold, &font);
  if (rc < 0) {
    char message[SB_PICTURE_FAULT_MAX];
    sb_font_explain(bold, message, sizeof message);
    return sb_fail_message(L, message, uv_err_name(rc));
  }
  lua_pushnumber(L, (lua_Number)sb_font_width(font, (float)size, text, len));
  return 1;
}

static const luaL_Reg image_lib[] = {{"inspect", image_inspect},
                                     {"save", image_save},
                                     {"draw", image_draw},
                                     {"inset", image_inset},
                                     {"thumbnail", image_thumbnail},
                                     {"text_width", image_text_width},
                                     {NULL, NULL}};

static const luaL_Reg inset_meta[] = {{"__gc", inset_gc}, {NULL, NULL}};

int luaopen_host_image(lua_State *L) {
  sb_newtype(L, SB_INSET, inset_meta, NULL);
  luaL_newlib(L, image_lib);
  return 1;
}
