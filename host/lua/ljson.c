/* host/lua/ljson.c -- Lua module "host.json": a strict checker and decoder, and
   a canonical encoder. */
#include <lauxlib.h>
#include <string.h>

#include "host/json/json.h"
#include "host/lua/bridge.h"
#include "host/lua/ldecode.h"
#include "host/lua/lencode.h"
#include "host/lua/modules.h"
#include "host/base/sha256.h"

/* What the functions share, as upvalues. */
enum { ENCODER = 1, DECODE };

static struct sb_encoder *encoder(lua_State *L) {
  return lua_touserdata(L, lua_upvalueindex(ENCODER));
}

/*
** decoding
*/

/* {max_depth=, max_bytes=} at index, or nothing there. */
static struct sb_json_limits check_limits(lua_State *L, int index) {
  struct sb_json_limits limits = {0};
  if (lua_isnoneornil(L, index)) return limits;
  luaL_checktype(L, index, LUA_TTABLE);
  lua_Integer depth = sb_field_integer(L, index, "max_depth", SB_JSON_DEPTH);
  lua_Integer bytes =
      sb_field_integer(L, index, "max_bytes", (lua_Integer)SB_JSON_BYTES);
  luaL_argcheck(L, depth >= 1 && depth <= SB_JSON_MAX_DEPTH, index,
                "max_depth: 1 to 1000 expected");
  luaL_argcheck(L, bytes >= 1, index, "max_bytes: at least 1 expected");
  limits.depth = (int)depth;
  limits.bytes = (size_t)bytes;
  return limits;
}

/* json.check(text[, {max_depth=, max_bytes=}]) -> true | nil, message,
   position */
static int json_check(lua_State *L) {
  size_t len;
  int lone;
  struct sb_json_fault fault;
  const char *text = luaL_checklstring(L, 1, &len);
  struct sb_json_limits limits = check_limits(L, 2);
  if (sb_json_check(text, len, &limits, &lone, &fault) == 0) {
    lua_pushboolean(L, 1);
    return 1;
  }
  luaL_pushfail(L);
  lua_pushstring(L, fault.message);
  lua_pushinteger(L, (lua_Integer)fault.offset + 1);
  return 3;
}

/* json.decode(text[, {max_depth=, max_bytes=}]) -> value | nil, message */
static int json_decode(lua_State *L) {
  struct sb_json_fault fault;
  luaL_checkstring(L, 1);
  struct sb_json_limits limits = check_limits(L, 2);
  if (sb_decode(L, 1, lua_upvalueindex(DECODE), &limits, &fault) == 0) return 1;
  luaL_pushfail(L);
  lua_pushstring(L, fault.message);
  return 2;
}

/*
** encoding
*/

/* json.encode(value[, {indent=}]) -> text */
static int json_encode(lua_State *L) {
  struct sb_encoder *e = encoder(L);
  luaL_checkany(L, 1);
  int indent = sb_encoder_indent(L, 2);
  const struct sb_buffer *out = sb_encoder_encode(L, e, 1, indent);
  lua_pushlstring(L, out->data, out->len);
  sb_encoder_rest(e);
  return 1;
}

static int push_digest(lua_State *L, const void *data, size_t len) {
  uint8_t digest[SB_SHA256_SIZE];
  char hex[SB_SHA256_HEX_SIZE];
  sb_sha256_of(data, len, digest);
  sb_sha256_hex(digest, hex);
  lua_pushstring(L, hex);
  return 1;
}

/* json.hash(value) -> hexadecimal SHA-256 of its encoding */
static int json_hash(lua_State *L) {
  struct sb_encoder *e = encoder(L);
  luaL_checkany(L, 1);
  const struct sb_buffer *out = sb_encoder_encode(L, e, 1, 0);
  push_digest(L, out->data, out->len);
  sb_encoder_rest(e);
  return 1;
}

/* json.sha256(text) -> hexadecimal SHA-256 */
static int json_sha256(lua_State *L) {
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  return push_digest(L, text, len);
}

/*
** what a table is to be
*/

/* Marks the table at index 1, or a new one when there is none. */
static int mark(lua_State *L, const char *type) {
  if (lua_isnoneornil(L, 1)) {
    lua_settop(L, 0);
    lua_newtable(L);
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_getfield(L, -1, type);
  lua_setmetatable(L, 1);
  lua_settop(L, 1);
  return 1;
}

/* json.array([t]) -> t, to be written as an array even when empty */
static int json_array(lua_State *L) { return mark(L, "array"); }

/* json.object([t]) -> t, to be written as an object even when empty */
static int json_object(lua_State *L) { return mark(L, "object"); }

/* { "a", 1, "b", 2 } at 1 -> its keys in a list at 1, the table at 2 */
static void part_pairs(lua_State *L) {
  int n = (int)luaL_len(L, 1);
  luaL_argcheck(L, n % 2 == 0, 1, "keys and values in turn expected");
  lua_settop(L, 1);
  lua_createtable(L, 0, n / 2);
  lua_createtable(L, n / 2, 0);
  for (int i = 1; i < n; i += 2) {
    if (lua_geti(L, 1, i) != LUA_TSTRING)
      luaL_error(L, "item %d: a key expected, got %s", i, luaL_typename(L, -1));
    lua_pushvalue(L, -1);
    lua_rawseti(L, 3, i / 2 + 1);
    lua_geti(L, 1, i + 1);
    lua_rawset(L, 2);
  }
  lua_replace(L, 1);
}

/* json.ordered(keys, t) -> t, written with the keys in this order, others
   after them; json.ordered{ "a", 1, "b", 2 } -> { a = 1, b = 2 }, so too */
static int json_ordered(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  if (lua_isnoneornil(L, 2))
    part_pairs(L);
  else
    luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  lua_createtable(L, 0, 1);
  lua_pushvalue(L, 1);
  lua_setfield(L, -2, "__jsonorder");
  lua_setmetatable(L, 2);
  return 1;
}

/*
** the module
*/

static void add_type(lua_State *L, const char *type) {
  lua_createtable(L, 0, 1);
  lua_pushstring(L, type);
  lua_setfield(L, -2, "__jsontype");
  lua_setfield(L, -2, type);
}

static const luaL_Reg json_lib[] = {
    {"check", json_check}, {"decode", json_decode}, {"encode", json_encode},
    {"hash", json_hash},   {"sha256", json_sha256}, {"ordered", json_ordered},
    {NULL, NULL}};

static const luaL_Reg mark_lib[] = {
    {"array", json_array}, {"object", json_object}, {NULL, NULL}};

int luaopen_host_json(lua_State *L) {
  luaL_newlibtable(L, json_lib);
  sb_encoder_push(L);
  sb_decoder_push(L);
  luaL_setfuncs(L, json_lib, 2);
  lua_createtable(L, 0, 2);
  add_type(L, "array");
  add_type(L, "object");
  luaL_setfuncs(L, mark_lib, 1);
  lua_pushlightuserdata(L, NULL); /* lua-cjson's null */
  lua_setfield(L, -2, "null");
  return 1;
}
