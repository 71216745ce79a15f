/*
** host/lua/ldecode.h -- from JSON text on the stack to a Lua value: checked
** strictly, then decoded by lua-cjson.
*/
#ifndef SB_HOST_LUA_LDECODE_H
#define SB_HOST_LUA_LDECODE_H

#include <lua.h>

#include "host/json/json.h"

/* Pushes the decode function of a lua-cjson of our own, so that no other
   script's settings reach it. */
void sb_decoder_push(lua_State *L);

/* Pushes what the text at index stands for; decode is the index of that
   function. 0, or UV_EINVAL and what is wrong with the text in *fault, with
   nothing pushed. Raises on lack of memory. */
int sb_decode(lua_State *L, int index, int decode,
              const struct sb_json_limits *limits, struct sb_json_fault *fault);

#endif
