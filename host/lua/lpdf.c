/* host/lua/lpdf.c -- Lua module "host.pdf": host/draw/pdf.h for scripts. A
   shared object of its own, found by require when it is used. */
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "host/lua/bridge.h"
#include "host/lua/work.h"
#include "host/draw/pdf.h"
#include "host/picture/picture.h"

struct job {
  struct sb_work base;
  struct sb_pdf pdf;
  char *path;
  size_t unknown;
  int rc;
  char fault[SB_PICTURE_FAULT_MAX];
};

static void job_run(struct sb_work *work) {
  struct job *job = (struct job *)work;
  job->rc = sb_pdf_write(&job->pdf, job->path, &job->unknown, job->fault);
}

static void job_release(struct sb_work *work) {
  struct job *job = (struct job *)work;
  sb_pdf_free(&job->pdf);
  free(job->path);
}

static int job_finish(lua_State *L, struct sb_work *work) {
  const struct job *job = (const struct job *)work;
  if (job->rc < 0) {
    const char *code =
        job->rc == UV_EFTYPE ? "EBADPICTURE" : uv_err_name(job->rc);
    return sb_fail_message(L, job->fault, code);
  }
  lua_pushinteger(L, (lua_Integer)job->unknown);
  return 1;
}

/* A copy of the field's text, for the pool to read. */
static char *copy_field(lua_State *L, int index, const char *name) {
  const char *text = sb_field_text(L, index, name, NULL);
  if (text == NULL) {
    luaL_error(L, "field '%s': string expected", name);
    return NULL; /* never: it raises */
  }
  char *copy = sb_work_copy(L, text, strlen(text));
  lua_pop(L, 1);
  return copy;
}

static double positive(lua_State *L, const char *name) {
  double value = sb_field_number(L, -1, name, -1);
  if (!(value > 0 && value < 1e5))
    luaL_error(L, "field '%s': a length above 0 expected", name);
  return value;
}

static enum sb_pdf_align read_align(lua_State *L) {
  static const char *const names[] = {"left", "center", "right"};
  const char *align = sb_field_string(L, -1, "align", "left", NULL);
  for (int i = 0; i < 3; i++) {
    if (strcmp(align, names[i]) != 0) continue;
    lua_pop(L, 1);
    return (enum sb_pdf_align)i;
  }
  luaL_error(L, "field 'align': left, center or right expected");
  return SB_PDF_LEFT;
}

static enum sb_pdf_kind read_kind(lua_State *L) {
  static const char *const names[] = {"text", "picture", "rect"};
  const char *kind =
      lua_rawgeti(L, -1, 1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
  for (int i = 0; i < 3; i++) {
    if (strcmp(kind, names[i]) != 0) continue;
    lua_pop(L, 1);
    return (enum sb_pdf_kind)i;
  }
  luaL_error(L, "a shape is a text, a picture or a rect, not '%s'", kind);
  return SB_PDF_TEXT;
}

/* The shape on top of the stack. */
static void read_shape(lua_State *L, struct sb_pdf_shape *shape) {
  luaL_checktype(L, -1, LUA_TTABLE);
  shape->kind = read_kind(L);
  shape->x = sb_field_number(L, -1, "x", 0);
  shape->y = sb_field_number(L, -1, "y", 0);
  shape->width = positive(L, "width");
  shape->height = positive(L, "height");
  shape->colour = (uint32_t)sb_field_integer(L, -1, "colour", 0);
  shape->line = sb_field_number(L, -1, "line", 0);
  if (shape->kind == SB_PDF_RECT) return;
  const char *name = shape->kind == SB_PDF_TEXT ? "text" : "path";
  shape->text = copy_field(L, -1, name);
  if (shape->kind == SB_PDF_PICTURE) return;
  shape->size = positive(L, "size");
  shape->least = sb_field_number(L, -1, "least", shape->size);
  shape->bold = sb_field_boolean(L, -1, "bold", 0);
  shape->align = read_align(L);
}

/* The list of shapes on top of the stack. */
static void read_page(lua_State *L, struct sb_pdf_page *page) {
  luaL_checktype(L, -1, LUA_TTABLE);
  lua_Unsigned count = lua_rawlen(L, -1);
  page->shapes = calloc(count + 1, sizeof *page->shapes);
  if (page->shapes == NULL) luaL_error(L, "not enough memory");
  while (page->count < count) {
    lua_rawgeti(L, -1, (lua_Integer)page->count + 1);
    read_shape(L, &page->shapes[page->count++]);
    lua_pop(L, 1);
  }
}

/* pdf.write { path=, width=, height=, title=, pages = { { shape, ... }, ... } }
   -> unknown | nil, message, code */
static int pdf_write(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  struct job *job = sb_work_push(L, sizeof *job, job_run, job_release);
  job->path = copy_field(L, 1, "path");
  if (lua_getfield(L, 1, "title") != LUA_TNIL)
    job->pdf.title = copy_field(L, 1, "title");
  lua_settop(L, 2);
  lua_pushvalue(L, 1);
  job->pdf.width = positive(L, "width");
  job->pdf.height = positive(L, "height");
  lua_getfield(L, -1, "pages");
  luaL_checktype(L, -1, LUA_TTABLE);
  lua_Unsigned count = lua_rawlen(L, -1);
  job->pdf.pages = calloc(count + 1, sizeof *job->pdf.pages);
  if (job->pdf.pages == NULL) return luaL_error(L, "not enough memory");
  while (job->pdf.count < count) {
    lua_rawgeti(L, -1, (lua_Integer)job->pdf.count + 1);
    read_page(L, &job->pdf.pages[job->pdf.count++]);
    lua_pop(L, 1);
  }
  lua_settop(L, 2);
  return sb_work_yield(L, &job->base, job_finish);
}

int luaopen_host_pdf(lua_State *L);

int luaopen_host_pdf(lua_State *L) {
  static const luaL_Reg lib[] = {{"write", pdf_write}, {NULL, NULL}};
  luaL_newlib(L, lib);
  return 1;
}
