/*
** host/lua/lencode.h -- from a Lua value on the stack to canonical JSON, for
** host.json and for what hashes Lua values.
*/
#ifndef SB_HOST_LUA_LENCODE_H
#define SB_HOST_LUA_LENCODE_H

#include <lauxlib.h>
#include <lua.h>

#include "host/base/buffer.h"

struct sb_encoder; /* a userdata: whatever raises, it frees what it holds */

/* Pushes an encoder, to be used again and again. */
struct sb_encoder *sb_encoder_push(lua_State *L);

/* Writes the value at index; indent is 0 for one line, else spaces a level.
   The bytes, and a NUL after them, stay the encoder's until its next use.
   Raises, with the path to what cannot be written; it runs no Lua code. */
const struct sb_buffer *sb_encoder_encode(lua_State *L,
                                          struct sb_encoder *encoder, int index,
                                          int indent);

/* The field `indent`, 0 to 16, of the options at index, which may be absent. */
int sb_encoder_indent(lua_State *L, int index);

/* Gives large memory back after the bytes were used. */
void sb_encoder_rest(struct sb_encoder *encoder);

/* Adds a step to a path as people read it: scenes[2].name["odd key"] */
void sb_path_add_key(luaL_Buffer *path, const char *key, size_t len, int first);
void sb_path_add_index(lua_State *L, luaL_Buffer *path, lua_Integer index);

#endif
