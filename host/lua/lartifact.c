/* host/lua/lartifact.c -- Lua module "host.artifact": host/tree/tree.h for
   scripts. Lua values become trees by way of their canonical JSON, so that a
   value has one form however it came. */
#include <lauxlib.h>
#include <string.h>
#include <uv.h>

#include "host/lua/bridge.h"
#include "host/lua/lencode.h"
#include "host/lua/modules.h"
#include "host/tree/tree.h"
#include "host/base/utf8.h"

#define ARTIFACT "host.artifact"
#define SHARED "host.artifact.shared"

enum { MOST_INDENT = 16 };

/* One for each Lua state, upvalue 1 of every function here. */
struct shared {
  struct sb_trees *trees;
  struct sb_encoder *encoder; /* its user value 1 */
  struct sb_buffer out;
};

enum { EMPTY_ARRAY = 2 }; /* its user value 2: a metatable */

static struct shared *shared(lua_State *L) {
  return lua_touserdata(L, lua_upvalueindex(1));
}

static void must(lua_State *L, int rc) {
  if (rc < 0) luaL_error(L, "%s", uv_strerror(rc));
}

/* Pushes an owner of a tree, empty yet. */
static struct sb_tree **push_owner(lua_State *L) {
  struct sb_tree **owner = lua_newuserdatauv(L, sizeof *owner, 0);
  *owner = NULL;
  luaL_setmetatable(L, ARTIFACT);
  return owner;
}

static struct sb_tree *check_tree(lua_State *L, int index) {
  return *(struct sb_tree **)luaL_checkudata(L, index, ARTIFACT);
}

/* Lua sees a few bytes where a tree may hold many, and would collect too
   seldom: this tells it. */
static void charge(lua_State *L, size_t bytes) {
  lua_gc(L, LUA_GCSTEP, (int)(bytes / 1024) + 1);
}

/*
** paths
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

static size_t check_path(lua_State *L, int index,
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

/* What the path at index leads to, with the steps that are given behind it; the
   tree itself when it is absent. */
static struct sb_tree *look_up(lua_State *L, struct sb_tree *tree, int index) {
  struct sb_tree_step path[SB_JSON_DEPTH];
  int top = lua_gettop(L);
  if (lua_isnoneornil(L, index)) return tree;
  size_t n = check_path(L, index, path);
  for (int i = index + 1; i <= top; i++) {
    if (n == SB_JSON_DEPTH) luaL_error(L, "a path of more than 128 steps");
    lua_pushvalue(L, i);
    path[n] = check_step(L, n); /* the argument holds it */
    lua_pop(L, 1);
    n++;
  }
  return sb_tree_lookup(tree, path, n);
}

static void push_path(lua_State *L, const struct sb_tree_step *path, size_t n) {
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
** from Lua to a tree
*/

/* artifact.new() -> tree of an empty record */
static int artifact_new(lua_State *L) {
  struct sb_tree **owner = push_owner(L);
  struct sb_json_fault fault;
  must(L, sb_tree_parse(shared(L)->trees, "{}", 2, owner, &fault));
  return 1;
}

/* artifact.parse(text) -> tree | nil, message */
static int artifact_parse(lua_State *L) {
  size_t len;
  struct sb_json_fault fault;
  const char *text = luaL_checklstring(L, 1, &len);
  struct sb_tree **owner = push_owner(L);
  int rc = sb_tree_parse(shared(L)->trees, text, len, owner, &fault);
  if (rc == UV_EINVAL) {
    luaL_pushfail(L);
    lua_pushstring(L, fault.message);
    return 2;
  }
  must(L, rc);
  charge(L, len);
  return 1;
}

/* Gives the owner, which owns nothing, the tree of the value at index. */
static void from_value(lua_State *L, int index, struct sb_tree **owner) {
  struct shared *s = shared(L);
  struct sb_json_fault fault;
  struct sb_tree **tree = luaL_testudata(L, index, ARTIFACT);
  if (tree != NULL) {
    *owner = sb_tree_retain(*tree);
    return;
  }
  const struct sb_buffer *json = sb_encoder_encode(L, s->encoder, index, 0);
  int rc = sb_tree_parse(s->trees, json->data, json->len, owner, &fault);
  if (rc == UV_EINVAL) luaL_error(L, "%s", fault.message);
  must(L, rc);
  sb_encoder_rest(s->encoder);
}

/* artifact.from(value) -> tree */
static int artifact_from(lua_State *L) {
  luaL_checkany(L, 1);
  from_value(L, 1, push_owner(L));
  charge(L, 1024);
  return 1;
}

/*
** from a tree to Lua
*/

/* Pushes the value; those that Lua could not tell apart are marked. */
static void push_value(lua_State *L, const struct sb_tree *tree, int marks) {
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
      push_value(L, sb_tree_element(tree, i), marks);
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
      push_value(L, value, marks);
      lua_rawset(L, -3);
    }
    return;
  }
}

/* Pushes the metatable of empty lists; returns its index. */
static int push_marks(lua_State *L) {
  lua_getiuservalue(L, lua_upvalueindex(1), EMPTY_ARRAY);
  return lua_gettop(L);
}

/* tree:get([path, ...]) -> value | nil */
static int tree_get(lua_State *L) {
  struct sb_tree *found = look_up(L, check_tree(L, 1), 2);
  if (found == NULL)
    lua_pushnil(L);
  else
    push_value(L, found, push_marks(L));
  return 1;
}

/* tree:node([path, ...]) -> tree | nil */
static int tree_node(lua_State *L) {
  struct sb_tree *found = look_up(L, check_tree(L, 1), 2);
  if (found == NULL)
    lua_pushnil(L);
  else
    *push_owner(L) = sb_tree_retain(found);
  return 1;
}

/* tree:has(path, ...) -> boolean */
static int tree_has(lua_State *L) {
  lua_pushboolean(L, look_up(L, check_tree(L, 1), 2) != NULL);
  return 1;
}

/* tree:length([path, ...]) -> elements of a list, members of a record |
 * nil */
static int tree_length(lua_State *L) {
  struct sb_tree *found = look_up(L, check_tree(L, 1), 2);
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
  size_t n = check_path(L, change + 1, path);
  for (size_t i = 0; i < n; i++)
    if (path[i].key != NULL &&
        sb_utf8_valid(path[i].key, path[i].len) < path[i].len)
      luaL_error(L, "step %d of a path is not UTF-8", (int)i + 1);
  if (lua_rawgeti(L, change, 2) == LUA_TNIL) {
    if (n == 0) luaL_error(L, "the whole of an artifact cannot be removed");
    must(L, sb_tree_remove(tree, path, n));
    return 0;
  }
  from_value(L, change + 2, value);
  int rc = sb_tree_set(shared(L)->trees, tree, path, n, *value, &step, &why);
  sb_tree_release(*value);
  *value = NULL;
  if (rc == UV_EINVAL) return refuse(L, path, step, why);
  if (rc == UV_E2BIG)
    return refuse(L, path, n - 1,
                  "this would be nested deeper than 128 levels");
  must(L, rc);
  return 0;
}

/* tree:patch{ {path, value}, ... } -> new tree | nil, message */
static int tree_patch(lua_State *L) {
  enum { USUAL = 1024 }; /* bytes copied for a change: a few nodes */
  struct sb_tree *old = check_tree(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  size_t n = lua_rawlen(L, 2);
  lua_settop(L, 2);
  struct sb_tree **value = push_owner(L);
  struct sb_tree **tree = push_owner(L);
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
  struct sb_tree *found = look_up(L, check_tree(L, 1), 2);
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
  struct sb_tree **a = luaL_testudata(L, 1, ARTIFACT);
  struct sb_tree **b = luaL_testudata(L, 2, ARTIFACT);
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
  push_path(L, path, n);
  lua_setfield(L, -2, "path");
  if (old != NULL) {
    push_value(L, old, d->marks);
    lua_setfield(L, -2, "old");
  }
  if (newer != NULL) {
    push_value(L, newer, d->marks);
    lua_setfield(L, -2, "new");
  }
  lua_rawseti(L, d->list, ++d->count);
  return 0;
}

/* tree:diff(newer) -> { { path =, old =, new = }, ... } */
static int tree_diff(lua_State *L) {
  struct sb_tree *old = check_tree(L, 1), *newer = check_tree(L, 2);
  struct differences d = {.L = L};
  d.marks = push_marks(L);
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
  luaL_checktype(L, index, LUA_TTABLE);
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
  struct shared *s = shared(L);
  struct sb_tree *tree = check_tree(L, 1);
  const struct sb_tree_rank *ranks = NULL;
  lua_Integer indent = 0;
  size_t n = 0;
  if (!lua_isnoneornil(L, 2)) {
    luaL_checktype(L, 2, LUA_TTABLE);
    indent = sb_field_integer(L, 2, "indent", 0);
    luaL_argcheck(L, indent >= 0 && indent <= MOST_INDENT, 2,
                  "indent: 0 to 16 expected");
    if (lua_getfield(L, 2, "order") != LUA_TNIL)
      ranks = push_ranks(L, lua_gettop(L), &n);
  }
  sb_buffer_free(&s->out); /* left by one that raised */
  must(L, sb_tree_encode(tree, (int)indent, ranks, n, &s->out));
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
  struct sb_tree *tree = check_tree(L, 1);
  lua_pushfstring(L, "artifact: %s", names[sb_tree_type(tree)]);
  if (sb_tree_type(tree) >= SB_TREE_LIST)
    lua_pushfstring(L, "%s of %I", lua_tostring(L, -1),
                    (LUAI_UACINT)sb_tree_length(tree));
  return 1;
}

static int tree_gc(lua_State *L) {
  struct sb_tree **tree = luaL_checkudata(L, 1, ARTIFACT);
  sb_tree_release(*tree);
  *tree = NULL;
  return 0;
}

static int shared_gc(lua_State *L) {
  struct shared *s = lua_touserdata(L, 1);
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
  struct shared *s = lua_newuserdatauv(L, sizeof *s, EMPTY_ARRAY);
  memset(s, 0, sizeof *s);
  sb_buffer_init(&s->out, SIZE_MAX);
  if (luaL_newmetatable(L, SHARED)) {
    lua_pushcfunction(L, shared_gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  must(L, sb_trees_open(&s->trees));
  s->encoder = sb_encoder_push(L);
  lua_setiuservalue(L, -2, 1);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "array");
  lua_setfield(L, -2, "__jsontype");
  lua_setiuservalue(L, -2, EMPTY_ARRAY);
}

/* As sb_newtype, but all functions share an upvalue. */
static void make_type(lua_State *L, int upvalue) {
  luaL_newmetatable(L, ARTIFACT);
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
