/* host/lua/ltree.c -- see ltree.h. */
#include "host/lua/ltree.h"

#include <lauxlib.h>
#include <uv.h>

#include "host/lua/lencode.h"

void sb_tree_must(lua_State *L, int rc) {
  if (rc < 0) luaL_error(L, "%s", uv_strerror(rc));
}

struct sb_tree **sb_tree_push_owner(lua_State *L) {
  struct sb_tree **owner = lua_newuserdatauv(L, sizeof *owner, 0);
  *owner = NULL;
  luaL_setmetatable(L, SB_ARTIFACT);
  return owner;
}

struct sb_tree *sb_tree_check(lua_State *L, int index) {
  return *(struct sb_tree **)luaL_checkudata(L, index, SB_ARTIFACT);
}

/*
** Paths.
*/

/* The step on top of the stack, which holds it. */
static struct sb_tree_step check_step(lua_State *L, size_t at) {
  struct sb_tree_step step = {0};
  int is_index;
  if (lua_type(L, -1) == LUA_TSTRING) {
    step.key = lua_tolstring(L, -1, &step.len);
  } else {
    step.index = lua_tointegerx(L, -1, &is_index);
    if (!is_index)
      luaL_error(L, "step %d of a path: a key or an index expected, got %s",
                 (int)at + 1, luaL_typename(L, -1));
  }
  return step;
}

size_t sb_tree_check_path(lua_State *L, int index,
                          struct sb_tree_step path[SB_JSON_DEPTH]) {
  luaL_checktype(L, index, LUA_TTABLE);
  size_t n = lua_rawlen(L, index);
  if (n > SB_JSON_DEPTH) luaL_error(L, "a path of more than 128 steps");
  for (size_t i = 0; i < n; i++) {
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    path[i] = check_step(L, i); /* the path holds it */
    lua_pop(L, 1);
  }
  return n;
}

struct sb_tree *sb_tree_look_up(lua_State *L, struct sb_tree *tree, int index) {
  struct sb_tree_step path[SB_JSON_DEPTH];
  int top = lua_gettop(L);
  if (lua_isnoneornil(L, index)) return tree;
  size_t n = sb_tree_check_path(L, index, path);
  for (int i = index + 1; i <= top; i++) {
    if (n == SB_JSON_DEPTH) luaL_error(L, "a path of more than 128 steps");
    lua_pushvalue(L, i);
    path[n] = check_step(L, n); /* the argument holds it */
    lua_pop(L, 1);
    n++;
  }
  return sb_tree_lookup(tree, path, n);
}

void sb_tree_push_path(lua_State *L, const struct sb_tree_step *path,
                       size_t n) {
  lua_createtable(L, (int)n, 0);
  for (size_t i = 0; i < n; i++) {
    if (path[i].key != NULL)
      lua_pushlstring(L, path[i].key, path[i].len);
    else
      lua_pushinteger(L, path[i].index);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

/*
** Values.
*/

void sb_tree_from_value(lua_State *L, const struct sb_tree_shared *s, int index,
                        struct sb_tree **owner) {
  struct sb_json_fault fault;
  struct sb_tree **tree = luaL_testudata(L, index, SB_ARTIFACT);
  if (tree != NULL) {
    *owner = sb_tree_retain(*tree);
    return;
  }
  const struct sb_buffer *json = sb_encoder_encode(L, s->encoder, index, 0);
  int rc = sb_tree_parse(s->trees, json->data, json->len, owner, &fault);
  if (rc == UV_EINVAL) luaL_error(L, "%s", fault.message);
  sb_tree_must(L, rc);
  sb_encoder_rest(s->encoder);
}

void sb_tree_push_value(lua_State *L, const struct sb_tree *tree, int marks) {
  size_t len, n = sb_tree_length(tree);
  const char *text;
  luaL_checkstack(L, LUA_MINSTACK, "an artifact nested too deep");
  switch (sb_tree_type(tree)) {
  case SB_TREE_NULL:
    lua_pushlightuserdata(L, NULL);
    return;
  case SB_TREE_FALSE:
  case SB_TREE_TRUE:
    lua_pushboolean(L, sb_tree_type(tree) == SB_TREE_TRUE);
    return;
  case SB_TREE_INTEGER:
    lua_pushinteger(L, sb_tree_integer(tree));
    return;
  case SB_TREE_DOUBLE:
    lua_pushnumber(L, sb_tree_double(tree));
    return;
  case SB_TREE_STRING:
    text = sb_tree_string(tree, &len);
    lua_pushlstring(L, text, len);
    return;
  case SB_TREE_LIST:
    lua_createtable(L, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
      sb_tree_push_value(L, sb_tree_element(tree, i), marks);
      lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    if (n > 0) return;
    lua_pushvalue(L, marks);
    lua_setmetatable(L, -2);
    return;
  case SB_TREE_RECORD:
    lua_createtable(L, 0, (int)n);
    for (size_t i = 0; i < n; i++) {
      const struct sb_tree *value = sb_tree_member(tree, i, &text, &len);
      lua_pushlstring(L, text, len);
      sb_tree_push_value(L, value, marks);
      lua_rawset(L, -3);
    }
    return;
  }
}

int sb_tree_push_marks(lua_State *L) {
  lua_getiuservalue(L, lua_upvalueindex(1), SB_TREE_MARK);
  return lua_gettop(L);
}
