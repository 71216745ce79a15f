/* host/lua/body.c -- see body.h. */
#include "host/lua/body.h"

#include <lauxlib.h>
#include <string.h>
#include <uv.h>

#include "host/lua/bridge.h"

#define ATTACHMENT "host.attachment"

struct attachment {
  enum sb_body_form form;
  char path[];
};

/* attachment:__tostring() */
static int attachment_tostring(lua_State *L) {
  const struct attachment *attachment = luaL_checkudata(L, 1, ATTACHMENT);
  const char *form = attachment->form == SB_BODY_RAW ? "file" : "attachment";
  lua_pushfstring(L, "%s %s", form, attachment->path);
  return 1;
}

static int attach(lua_State *L, enum sb_body_form form) {
  static const luaL_Reg meta[] = {{"__tostring", attachment_tostring},
                                  {NULL, NULL}};
  size_t len;
  const char *path = luaL_checklstring(L, 1, &len);
  luaL_argcheck(L, strlen(path) == len, 1, "a path without zeros expected");
  struct attachment *made = lua_newuserdatauv(L, sizeof *made + len + 1, 0);
  made->form = form;
  memcpy(made->path, path, len + 1);
  sb_newtype(L, ATTACHMENT, meta, NULL);
  luaL_setmetatable(L, ATTACHMENT);
  return 1;
}

int sb_attach(lua_State *L) { return attach(L, SB_BODY_BASE64); }

int sb_attach_raw(lua_State *L) { return attach(L, SB_BODY_RAW); }

static void check_part(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TSTRING &&
      luaL_testudata(L, index, ATTACHMENT) == NULL)
    luaL_error(L, "body: a string or an attachment expected, got %s",
               luaL_typename(L, index));
}

static void check_parts(lua_State *L, int index) {
  int type = lua_type(L, index);
  if (type == LUA_TNIL || type == LUA_TNONE) return;
  if (type != LUA_TTABLE) {
    check_part(L, index);
    return;
  }
  lua_Unsigned count = lua_rawlen(L, index);
  for (lua_Unsigned i = 1; i <= count; i++) {
    lua_rawgeti(L, index, (lua_Integer)i);
    check_part(L, -1);
    lua_pop(L, 1);
  }
}

/* Nothing here raises: the part is of a right type. */
static int add_part(lua_State *L, int index, struct sb_body *body) {
  size_t len;
  if (lua_type(L, index) == LUA_TUSERDATA) {
    const struct attachment *file = lua_touserdata(L, index);
    return sb_body_add_file(body, file->path, file->form);
  }
  const char *text = lua_tolstring(L, index, &len);
  return sb_body_add_text(body, text, len);
}

static int add_parts(lua_State *L, int index, struct sb_body *body) {
  int type = lua_type(L, index);
  if (type == LUA_TNIL || type == LUA_TNONE) return 0;
  if (type != LUA_TTABLE) return add_part(L, index, body);
  lua_Unsigned count = lua_rawlen(L, index);
  int rc = 0;
  for (lua_Unsigned i = 1; i <= count && rc == 0; i++) {
    lua_rawgeti(L, index, (lua_Integer)i);
    rc = add_part(L, -1, body);
    lua_pop(L, 1);
  }
  return rc;
}

int sb_body_fail(lua_State *L, const struct sb_body *body) {
  const char *code = "EIO";
  const char *message = sb_body_error(body, &code);
  return sb_fail_message(L, message, code);
}

/* A message is made under protection, for a body that fails is freed here. */
static int push_failure(lua_State *L) {
  return sb_body_fail(L, lua_touserdata(L, 1));
}

int sb_body_check(lua_State *L, int index, struct sb_body **body) {
  index = lua_absindex(L, index);
  check_parts(L, index);
  luaL_checkstack(L, 4, "body");
  struct sb_body *made = sb_body_new();
  if (made == NULL) return luaL_error(L, "not enough memory");
  int rc = add_parts(L, index, made);
  if (rc == 0) {
    *body = made;
    return 0;
  }
  lua_pushcfunction(L, push_failure);
  lua_pushlightuserdata(L, made);
  int status = lua_pcall(L, 1, 3, 0);
  sb_body_free(made);
  return status == LUA_OK ? rc : lua_error(L);
}
