/* host/lua/lencode.c -- see lencode.h. Tables are read raw and no Lua code
   runs, so they stay as they are while their keys are borrowed; nothing is made
   that would have Lua collect, for a finalizer might encode something too. */
#include "host/lua/lencode.h"

#include <lauxlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "host/json/json.h"
#include "host/lua/bridge.h"

#define ENCODER "host.json.encoder"

enum {
  UNRANKED = INT_MAX,
  FEW = 16,        /* keys that are sorted faster than qsort is called */
  KEEP = 256 << 10 /* bytes of output memory kept between uses */
};

/* A key of an object being written; the key's table holds on to the string. */
struct entry {
  const char *key;
  size_t len;
  int value; /* its stack index */
  int rank;  /* in the declared order, or UNRANKED */
};

/* Fields of a metatable; the registry has them as strings, by these addresses.
 */
static const char json_type[] = "__jsontype";
static const char json_order[] = "__jsonorder";

struct sb_encoder {
  struct sb_buffer out;
  struct entry *entries; /* of the object being written and all around it */
  size_t used, size;
  int indent;
};

/* Where we are: the chain of tables from here up to the value. */
struct frame {
  const struct frame *up;
  const void *table;
  int depth;
  const char *key; /* what is being written of it; NULL: index says */
  size_t len;
  lua_Integer index;
};

/*
** Errors
*/

/* Can it be written without quotes in a path? */
static int is_name(const char *key, size_t len) {
  for (size_t i = 0; i < len; i++) {
    char c = key[i];
    int letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!letter && (i == 0 || c < '0' || c > '9')) return 0;
  }
  return len > 0;
}

void sb_path_add_key(luaL_Buffer *path, const char *key, size_t len,
                     int first) {
  if (is_name(key, len)) {
    if (!first) luaL_addchar(path, '.');
    luaL_addlstring(path, key, len);
  } else {
    luaL_addstring(path, "[\"");
    luaL_addlstring(path, key, len);
    luaL_addstring(path, "\"]");
  }
}

void sb_path_add_index(lua_State *L, luaL_Buffer *path, lua_Integer index) {
  lua_pushfstring(L, "[%I]", (LUAI_UACINT)index);
  luaL_addvalue(path);
}

static void add_path(lua_State *L, luaL_Buffer *path,
                     const struct frame *frame) {
  if (frame == NULL) return;
  add_path(L, path, frame->up);
  if (frame->key == NULL)
    sb_path_add_index(L, path, frame->index);
  else
    sb_path_add_key(path, frame->key, frame->len, frame->up == NULL);
}

static int refuse(lua_State *L, const struct frame *frame, const char *why) {
  luaL_Buffer path;
  if (frame == NULL) return luaL_error(L, "cannot write JSON: %s", why);
  luaL_buffinit(L, &path);
  add_path(L, &path, frame);
  luaL_pushresult(&path);
  return luaL_error(L, "cannot write JSON: %s: %s", lua_tostring(L, -1), why);
}

static void must(lua_State *L, const struct frame *frame, int rc) {
  if (rc == 0) return;
  refuse(L, frame,
         rc == UV_EILSEQ   ? "a string that is not UTF-8"
         : rc == UV_EINVAL ? "a number that is not finite"
         : rc == UV_E2BIG  ? "the text grows too long"
                           : "not enough memory");
}

/*
** Order
*/

static int compare_keys(const void *one, const void *two) {
  const struct entry *a = one, *b = two;
  size_t common = a->len < b->len ? a->len : b->len;
  int c = memcmp(a->key, b->key, common);
  if (c != 0) return c;
  return a->len < b->len ? -1 : a->len > b->len;
}

static int compare_ranks(const void *one, const void *two) {
  const struct entry *a = one, *b = two;
  if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
  return compare_keys(a, b);
}

static void sort_by_key(struct entry *entries, size_t n) {
  if (n > FEW) {
    qsort(entries, n, sizeof *entries, compare_keys);
    return;
  }
  for (size_t i = 1; i < n; i++) {
    struct entry entry = entries[i];
    size_t j = i;
    for (; j > 0 && compare_keys(&entry, &entries[j - 1]) < 0; j--)
      entries[j] = entries[j - 1];
    entries[j] = entry;
  }
}

/* Puts what the list at the stack index order names first, in its order. */
static void sort_by_order(lua_State *L, int order, struct entry *entries,
                          size_t n) {
  int names = (int)lua_rawlen(L, order);
  for (int i = 1; i <= names; i++) {
    if (lua_rawgeti(L, order, i) == LUA_TSTRING) {
      struct entry wanted = {0};
      wanted.key = lua_tolstring(L, -1, &wanted.len);
      struct entry *entry =
          bsearch(&wanted, entries, n, sizeof wanted, compare_keys);
      if (entry != NULL && entry->rank == UNRANKED) entry->rank = i;
    }
    lua_pop(L, 1);
  }
  qsort(entries, n, sizeof *entries, compare_ranks);
}

/*
** Values
*/

static void encode_value(lua_State *L, struct sb_encoder *e, int index,
                         const struct frame *frame);

static void put_break(lua_State *L, struct sb_encoder *e,
                      const struct frame *frame, int depth) {
  if (e->indent > 0)
    must(L, frame, sb_json_put_newline(&e->out, e->indent, depth));
}

static void put_byte(lua_State *L, struct sb_encoder *e,
                     const struct frame *frame, char byte) {
  must(L, frame, sb_buffer_append_byte(&e->out, byte));
}

static int is_index(lua_State *L, int key, lua_Integer most) {
  return lua_isinteger(L, key) && lua_tointeger(L, key) >= 1 &&
         lua_tointeger(L, key) <= most;
}

/* Raises unless the table has the keys 1..n and no other. */
static void check_list(lua_State *L, const struct frame *frame, int table,
                       lua_Integer n) {
  lua_Integer count = 0;
  int ok = 1;
  lua_pushnil(L);
  while (ok && lua_next(L, table) != 0) {
    ok = is_index(L, -2, n);
    count++;
    lua_pop(L, 1);
  }
  if (!ok || count != n)
    refuse(L, frame->up, "a list has no holes and no keys but 1, 2, 3...");
}

static void encode_array(lua_State *L, struct sb_encoder *e, int table,
                         struct frame *frame) {
  lua_Integer n = (lua_Integer)lua_rawlen(L, table);
  check_list(L, frame, table, n);
  put_byte(L, e, frame, '[');
  frame->key = NULL;
  for (frame->index = 1; frame->index <= n; frame->index++) {
    if (frame->index > 1) put_byte(L, e, frame, ',');
    put_break(L, e, frame, frame->depth);
    lua_rawgeti(L, table, frame->index);
    encode_value(L, e, lua_gettop(L), frame);
    lua_pop(L, 1);
  }
  if (n > 0) put_break(L, e, frame, frame->depth - 1);
  put_byte(L, e, frame, ']');
}

static void add_entry(lua_State *L, struct sb_encoder *e,
                      const struct frame *frame, int key, int value) {
  if (e->used == e->size) {
    size_t size = e->size > 0 ? e->size * 2 : 64;
    struct entry *entries = realloc(e->entries, size * sizeof *entries);
    if (entries == NULL) {
      must(L, frame, UV_ENOMEM);
      return;
    }
    e->entries = entries;
    e->size = size;
  }
  struct entry *entry = &e->entries[e->used++];
  entry->key = lua_tolstring(L, key, &entry->len);
  entry->value = value;
  entry->rank = UNRANKED;
}

/* Leaves the values on the stack, and an entry for each. */
static void collect(lua_State *L, struct sb_encoder *e, int table,
                    struct frame *frame) {
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    if (lua_type(L, -2) != LUA_TSTRING)
      refuse(L, frame->up,
             "the keys of a table are all strings, or they are 1, 2, 3...");
    lua_insert(L, -2);
    add_entry(L, e, frame, -1, lua_gettop(L) - 1);
    luaL_checkstack(L, 4, "an object with too many keys");
  }
}

static void encode_object(lua_State *L, struct sb_encoder *e, int table,
                          int order, struct frame *frame) {
  int top = lua_gettop(L);
  size_t first = e->used;
  collect(L, e, table, frame);
  size_t last = e->used;
  if (last > first) {
    sort_by_key(e->entries + first, last - first);
    if (order != 0) sort_by_order(L, order, e->entries + first, last - first);
  }
  put_byte(L, e, frame, '{');
  for (size_t i = first; i < last; i++) {
    struct entry entry = e->entries[i]; /* they may move */
    frame->key = entry.key;
    frame->len = entry.len;
    if (i > first) put_byte(L, e, frame, ',');
    put_break(L, e, frame, frame->depth);
    must(L, frame, sb_json_put_string(&e->out, entry.key, entry.len));
    put_byte(L, e, frame, ':');
    if (e->indent > 0) put_byte(L, e, frame, ' ');
    encode_value(L, e, entry.value, frame);
  }
  if (last > first) put_break(L, e, frame, frame->depth - 1);
  put_byte(L, e, frame, '}');
  e->used = first;
  lua_settop(L, top);
}

/* What the metatable of the table says: 'a' array, 'o' object, 0 nothing.
   Leaves the declared order at *order, or sets that to 0. */
static char declared(lua_State *L, int table, int *order) {
  char type = 0;
  *order = 0;
  if (!lua_getmetatable(L, table)) return 0;
  int meta = lua_gettop(L);
  lua_rawgetp(L, LUA_REGISTRYINDEX, json_type);
  if (lua_rawget(L, meta) == LUA_TSTRING) type = *lua_tostring(L, -1);
  lua_pop(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, json_order);
  if (lua_rawget(L, meta) != LUA_TTABLE) return type;
  *order = lua_gettop(L);
  return 'o';
}

static void encode_table(lua_State *L, struct sb_encoder *e, int table,
                         const struct frame *up) {
  struct frame frame = {.up = up, .table = lua_topointer(L, table)};
  frame.depth = up != NULL ? up->depth + 1 : 1;
  if (frame.depth > SB_JSON_DEPTH)
    refuse(L, up, "tables nested deeper than 128 levels");
  for (const struct frame *f = up; f != NULL; f = f->up)
    if (f->table == frame.table) refuse(L, up, "a table that contains itself");
  luaL_checkstack(L, LUA_MINSTACK, "tables nested too deep");

  int top = lua_gettop(L), order;
  char type = declared(L, table, &order);
  if (type == 'a' || (type == 0 && lua_rawlen(L, table) > 0))
    encode_array(L, e, table, &frame);
  else
    encode_object(L, e, table, order, &frame);
  lua_settop(L, top);
}

static void encode_number(lua_State *L, struct sb_encoder *e, int index,
                          const struct frame *frame) {
  if (lua_isinteger(L, index))
    must(L, frame, sb_json_put_integer(&e->out, lua_tointeger(L, index)));
  else
    must(L, frame, sb_json_put_double(&e->out, lua_tonumber(L, index)));
}

static void encode_value(lua_State *L, struct sb_encoder *e, int index,
                         const struct frame *frame) {
  size_t len;
  const char *text;
  switch (lua_type(L, index)) {
  case LUA_TSTRING:
    text = lua_tolstring(L, index, &len);
    must(L, frame, sb_json_put_string(&e->out, text, len));
    return;
  case LUA_TNUMBER:
    encode_number(L, e, index, frame);
    return;
  case LUA_TBOOLEAN:
    text = lua_toboolean(L, index) ? "true" : "false";
    must(L, frame, sb_buffer_append_text(&e->out, text));
    return;
  case LUA_TTABLE:
    encode_table(L, e, index, frame);
    return;
  case LUA_TLIGHTUSERDATA:
    if (lua_touserdata(L, index) == NULL) {
      must(L, frame, sb_buffer_append_text(&e->out, "null"));
      return;
    }
    break;
  default:
    break;
  }
  lua_pushfstring(L, "a %s has no JSON form", luaL_typename(L, index));
  refuse(L, frame, lua_tostring(L, -1));
}

/*
** The encoder
*/

static int encoder_gc(lua_State *L) {
  struct sb_encoder *e = lua_touserdata(L, 1);
  sb_buffer_free(&e->out);
  free(e->entries);
  e->entries = NULL;
  e->used = e->size = 0;
  return 0;
}

static void keep_name(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  lua_rawsetp(L, LUA_REGISTRYINDEX, name);
}

struct sb_encoder *sb_encoder_push(lua_State *L) {
  keep_name(L, json_type);
  keep_name(L, json_order);
  struct sb_encoder *e = lua_newuserdatauv(L, sizeof *e, 0);
  memset(e, 0, sizeof *e);
  sb_buffer_init(&e->out, SB_JSON_BYTES);
  if (luaL_newmetatable(L, ENCODER)) {
    lua_pushcfunction(L, encoder_gc);
    lua_setfield(L, -2, "__gc");
  }
  lua_setmetatable(L, -2);
  return e;
}

const struct sb_buffer *sb_encoder_encode(lua_State *L, struct sb_encoder *e,
                                          int index, int indent) {
  sb_buffer_clear(&e->out);
  e->used = 0;
  e->indent = indent;
  encode_value(L, e, lua_absindex(L, index), NULL);
  if (indent > 0) put_byte(L, e, NULL, '\n');
  put_byte(L, e, NULL, '\0');
  e->out.len--;
  return &e->out;
}

int sb_encoder_indent(lua_State *L, int index) {
  enum { MOST = 16 };
  if (lua_isnoneornil(L, index)) return 0;
  luaL_checktype(L, index, LUA_TTABLE);
  lua_Integer indent = sb_field_integer(L, index, "indent", 0);
  luaL_argcheck(L, indent >= 0 && indent <= MOST, index,
                "indent: 0 to 16 expected");
  return (int)indent;
}

void sb_encoder_rest(struct sb_encoder *e) {
  if (e->out.size > KEEP) sb_buffer_free(&e->out);
}
