/* host/lua/lartifact.c -- Lua module "host.artifact": host/tree/tree.h for
   scripts; ltree.c has how values and paths cross over. */
#include <lauxlib.h>
#include <string.h>
#include <uv.h>

#include "host/lua/bridge.h"
#include "host/lua/lencode.h"
#include "host/lua/ltree.h"
#include "host/lua/modules.h"
#include "host/tree/tree.h"
#include "host/base/utf8.h"

#define SHARED "host.artifact.shared"

static struct sb_tree_shared *shared(lua_State *L) {
  return lua_touserdata(L, lua_upvalueindex(1));
}

/* Lua sees a few bytes where a tree may hold many, and would collect too
   seldom: this tells it. */
static void charge(lua_State *L, size_t bytes) {
  lua_gc(L, LUA_GCSTEP, (int)(bytes / 1024) + 1);
}

/*
** from Lua to a tree
*/

/* artifact.new() -> tree of an empty record */
static int artifact_new(lua_State *L) {
  struct sb_tree **owner = sb_tree_push_owner(L);
  struct sb_json_fault fault;
  sb_tree_must(L, sb_tree_parse(shared(L)->trees, "{}", 2, owner, &fault));
  return 1;
}

/* artifact.parse(text) -> tree | nil, message */
static int artifact_parse(lua_State *L) {
  size_t len;
  struct sb_json_fault fault;
  const char *text = luaL_checklstring(L, 1, &len);
  struct sb_tree **owner = sb_tree_push_owner(L);
  int rc = sb_tree_parse(shared(L)->trees, text, len, owner, &fault);
  if (rc == UV_EINVAL) {
    luaL_pushfail(L);
    lua_pushstring(L, fault.message);
    return 2;
  }
  sb_tree_must(L, rc);
  charge(L, len);
  return 1;
}

/* artifact.from(value) -> tree */
static int artifact_from(lua_State *L) {
  luaL_checkany(L, 1);
  sb_tree_from_value(L, shared(L), 1, sb_tree_push_owner(L));
  charge(L, 1024);
  return 1;
}

/*
** from a tree to Lua
*/

/* tree:get([path, ...]) -> value | nil */
static int tree_get(lua_State *L) {
  struct sb_tree *found = sb_tree_look_up(L, sb_tree_check(L, 1), 2);
  if (found == NULL)
    lua_pushnil(L);
  else
    sb_tree_push_value(L, found, sb_tree_push_marks(L));
  return 1;
}

/* tree:node([path, ...]) -> tree | nil */
static int tree_node(lua_State *L) {
  struct sb_tree *found = sb_tree_look_up(L, sb_tree_check(L, 1), 2);
  if (found == NULL)
    lua_pushnil(L);
  else
    *sb_tree_push_owner(L) = sb_tree_retain(found);
  return 1;
}

/* tree:has(path, ...) -> boolean */
static int tree_has(lua_State *L) {
  lua_pushboolean(L, sb_tree_look_up(L, sb_tree_check(L, 1), 2) != NULL);
  return 1;
}

/* tree:length([path, ...]) -> how many elements a list has, or members a
   record | nil */
static int tree_length(lua_State *L) {
  struct sb_tree *found = sb_tree_look_up(L, sb_tree_check(L, 1), 2);
  if (found == NULL || sb_tree_type(found) < SB_TREE_LIST)
    lua_pushnil(L);
  else
    lua_pushinteger(L, (lua_Integer)sb_tree_length(found));
  return 1;
}

/*
** patch
*/

/* Pushes nil and "scenes[5].name: why", up to the step at fault. */
static int refuse(lua_State *L, const struct sb_tree_step *path, size_t step,
                  const char *why) {
  luaL_Buffer message;
  luaL_pushfail(L);
  luaL_buffinit(L, &message);
  for (size_t i = 0; i <= step; i++) {
    if (path[i].key != NULL)
      sb_path_add_key(&message, path[i].key, path[i].len, i == 0);
    else
      sb_path_add_index(L, &message, path[i].index);
  }
  luaL_addstring(&message, ": ");
  luaL_addstring(&message, why);
  luaL_pushresult(&message);
  return 2;
}

/* Applies the change on top of the stack to *tree; 0, or how many values were
   pushed to say that it cannot be. */
static int apply(lua_State *L, struct sb_tree **tree, struct sb_tree **value) {
  struct sb_tree_step path[SB_JSON_DEPTH];
  int change = lua_gettop(L);
  size_t step;
  const char *why;
  luaL_checktype(L, change, LUA_TTABLE);
  lua_rawgeti(L, change, 1);
  size_t n = sb_tree_check_path(L, change + 1, path);
  for (size_t i = 0; i < n; i++)
    if (path[i].key != NULL &&
        sb_utf8_valid(path[i].key, path[i].len) < path[i].len)
      luaL_error(L, "step %d of a path is not UTF-8", (int)i + 1);
  if (lua_rawgeti(L, change, 2) == LUA_TNIL) {
    if (n == 0) luaL_error(L, "the whole of an artifact cannot be removed");
    sb_tree_must(L, sb_tree_remove(tree, path, n));
    return 0;
  }
  sb_tree_from_value(L, shared(L), change + 2, value);
  int rc = sb_tree_set(shared(L)->trees, tree, path, n, *value, &step, &why);
  sb_tree_release(*value);
  *value = NULL;
  if (rc == UV_EINVAL) return refuse(L, path, step, why);
  if (rc == UV_E2BIG)
    return refuse(L, path, n - 1,
                  "this would be nested deeper than 128 levels");
  sb_tree_must(L, rc);
  return 0;
}

/* tree:patch{ {path, value}, ... } -> new tree | nil, message */
static int tree_patch(lua_State *L) {
  enum { USUAL = 1024 }; /* bytes copied for a change: a few nodes */
  struct sb_tree *old = sb_tree_check(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  size_t n = lua_rawlen(L, 2);
  lua_settop(L, 2);
  struct sb_tree **value = sb_tree_push_owner(L);
  struct sb_tree **tree = sb_tree_push_owner(L);
  *tree = sb_tree_retain(old);
  for (size_t i = 1; i <= n; i++) {
    lua_rawgeti(L, 2, (lua_Integer)i);
    int failed = apply(L, tree, value);
    if (failed > 0) return failed;
    lua_settop(L, 4);
  }
  charge(L, n * USUAL);
  return 1;
}

/*
** comparing
*/

/* tree:hash([path, ...]) -> hexadecimal SHA-256 | nil */
static int tree_hash(lua_State *L) {
  uint8_t digest[SB_SHA256_SIZE];
  char hex[SB_SHA256_HEX_SIZE];
  struct sb_tree *found = sb_tree_look_up(L, sb_tree_check(L, 1), 2);
  if (found == NULL) {
    lua_pushnil(L);
    return 1;
  }
  sb_tree_hash(found, digest);
  sb_sha256_hex(digest, hex);
  lua_pushstring(L, hex);
  return 1;
}

/* tree == tree */
static int tree_eq(lua_State *L) {
  struct sb_tree **a = luaL_testudata(L, 1, SB_ARTIFACT);
  struct sb_tree **b = luaL_testudata(L, 2, SB_ARTIFACT);
  int equal = a != NULL && b != NULL && sb_tree_equal(*a, *b);
  lua_pushboolean(L, equal);
  return 1;
}

struct differences {
  lua_State *L;
  int list, marks; /* stack indexes */
  lua_Integer count;
};

/* What raises here leaves nothing behind in the walk, which owns nothing. */
static int on_difference(void *arg, const struct sb_tree_step *path, size_t n,
                         struct sb_tree *old, struct sb_tree *newer) {
  struct differences *d = arg;
  lua_State *L = d->L;
  lua_createtable(L, 0, 3);
  sb_tree_push_path(L, path, n);
  lua_setfield(L, -2, "path");
  if (old != NULL) {
    sb_tree_push_value(L, old, d->marks);
    lua_setfield(L, -2, "old");
  }
  if (newer != NULL) {
    sb_tree_push_value(L, newer, d->marks);
    lua_setfield(L, -2, "new");
  }
  lua_rawseti(L, d->list, ++d->count);
  return 0;
}

/* tree:diff(newer) -> { { path =, old =, new = }, ... } */
static int tree_diff(lua_State *L) {
  struct sb_tree *old = sb_tree_check(L, 1), *newer = sb_tree_check(L, 2);
  struct differences d = {.L = L};
  d.marks = sb_tree_push_marks(L);
  lua_newtable(L);
  d.list = lua_gettop(L);
  sb_tree_diff(old, newer, on_difference, &d);
  lua_settop(L, d.list);
  return 1;
}

/*
** writing
*/

/* Pushes the ranks of the names in the list at index; the list holds them. */
static struct sb_tree_rank *push_ranks(lua_State *L, int index, size_t *n) {
  *n = lua_rawlen(L, index);
  struct sb_tree_rank *ranks =
      lua_newuserdatauv(L, (*n + 1) * sizeof *ranks, 0);
  for (size_t i = 0; i < *n; i++) {
    if (lua_rawgeti(L, index, (lua_Integer)i + 1) != LUA_TSTRING)
      luaL_error(L, "field 'order': a list of keys expected");
    ranks[i].key = lua_tolstring(L, -1, &ranks[i].len);
    ranks[i].rank = i;
    lua_pop(L, 1);
  }
  sb_tree_rank_sort(ranks, *n);
  return ranks;
}

/* tree:encode([{indent=, order=}]) -> text */
static int tree_encode(lua_State *L) {
  struct sb_tree_shared *s = shared(L);
  struct sb_tree *tree = sb_tree_check(L, 1);
  const struct sb_tree_rank *ranks = NULL;
  int indent = sb_encoder_indent(L, 2);
  size_t n = 0;
  if (lua_istable(L, 2) && sb_field_table(L, 2, "order"))
    ranks = push_ranks(L, lua_gettop(L), &n);
  sb_buffer_free(&s->out); /* left by one that raised */
  sb_tree_must(L, sb_tree_encode(tree, indent, ranks, n, &s->out));
  lua_pushlstring(L, s->out.data, s->out.len);
  sb_buffer_free(&s->out);
  return 1;
}

/*
** the module
*/

static int tree_tostring(lua_State *L) {
  static const char *const names[] = {"null",       "false",   "true",
                                      "an integer", "a float", "a string",
                                      "a list",     "a record"};
  struct sb_tree *tree = sb_tree_check(L, 1);
  lua_pushfstring(L, "artifact: %s", names[sb_tree_type(tree)]);
  if (sb_tree_type(tree) >= SB_TREE_LIST)
    lua_pushfstring(L, "%s of %I", lua_tostring(L, -1),
                    (LUAI_UACINT)sb_tree_length(tree));
  return 1;
}

static int tree_gc(lua_State *L) {
  struct sb_tree **tree = luaL_checkudata(L, 1, SB_ARTIFACT);
  sb_tree_release(*tree);
  *tree = NULL;
  return 0;
}

static int shared_gc(lua_State *L) {
  struct sb_tree_shared *s = lua_touserdata(L, 1);
  sb_trees_close(s->trees);
  sb_buffer_free(&s->out);
  s->trees = NULL;
  return 0;
}

static const luaL_Reg artifact_lib[] = {{"new", artifact_new},
                                        {"parse", artifact_parse},
                                        {"from", artifact_from},
                                        {NULL, NULL}};

static const luaL_Reg tree_methods[] = {
    {"get", tree_get},     {"node", tree_node},     {"has", tree_has},
    {"patch", tree_patch}, {"hash", tree_hash},     {"length", tree_length},
    {"diff", tree_diff},   {"encode", tree_encode}, {NULL, NULL}};

static const luaL_Reg tree_meta[] = {{"__eq", tree_eq},
                                     {"__tostring", tree_tostring},
                                     {"__gc", tree_gc},
                                     {NULL, NULL}};

static void push_shared(lua_State *L) {
  struct sb_tree_shared *s = lua_newuserdatauv(L, sizeof *s, SB_TREE_MARK);
  memset(s, 0, sizeof *s);
  sb_buffer_init(&s->out, SIZE_MAX);
  if (luaL_newmetatable(L, SHARED)) {
    lua_pushcfunction(L, shared_gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  sb_tree_must(L, sb_trees_open(&s->trees));
  s->encoder = sb_encoder_push(L);
  lua_setiuservalue(L, -2, 1);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "array");
  lua_setfield(L, -2, "__jsontype");
  lua_setiuservalue(L, -2, SB_TREE_MARK);
}

/* As sb_newtype, but all functions share an upvalue. */
static void make_type(lua_State *L, int upvalue) {
  luaL_newmetatable(L, SB_ARTIFACT);
  lua_pushvalue(L, upvalue);
  luaL_setfuncs(L, tree_meta, 1);
  lua_newtable(L);
  lua_pushvalue(L, upvalue);
  luaL_setfuncs(L, tree_methods, 1);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 1);
}

int luaopen_host_artifact(lua_State *L) {
  push_shared(L);
  int upvalue = lua_gettop(L);
  make_type(L, upvalue);
  luaL_newlibtable(L, artifact_lib);
  lua_pushvalue(L, upvalue);
  luaL_setfuncs(L, artifact_lib, 1);
  return 1;
}
