/* host/lua/ldecode.c -- see ldecode.h. Models answer with one long string in a
   little JSON, and lua-cjson takes a string byte by byte, into a buffer that
   nobody limits. So long strings are set aside by the check, which sees them
   anyhow: lua-cjson reads a short text with a stand-in for each, and they are
   put into what it made of that. */
#include "host/lua/ldecode.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum {
  LONG = 256,           /* bytes of a string, from which that is cheaper */
  HEAD = 256,           /* more than lua-cjson has in front of a buffer */
  ENCODER = 1024 + HEAD /* the first one of its encoder, which is not used */
};

/* The first byte of a stand-in, which no checked text has in it; the rest of
   it is the string's number. */
static const char mark = '\xff';

/* lua-cjson ends the process when it finds no memory for a buffer of its own:
   so it is tried before whether there is as much (volatile, or the compiler
   leaves that out). */
static void expect_memory(lua_State *L, size_t size) {
  void *volatile buffer = malloc(size);
  if (buffer == NULL) luaL_error(L, "not enough memory");
  free(buffer);
}

void sb_decoder_push(lua_State *L) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "cjson");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "new");
  expect_memory(L, ENCODER);
  lua_call(L, 0, 1);
  lua_getfield(L, -1, "decode_invalid_numbers");
  lua_pushboolean(L, 0);
  lua_call(L, 1, 0);
  lua_getfield(L, -1, "decode_max_depth");
  lua_pushinteger(L, SB_JSON_MAX_DEPTH);
  lua_call(L, 1, 0);
  lua_getfield(L, -1, "decode");
  lua_replace(L, -3);
  lua_pop(L, 1);
}

/* Pushes the string that the reader has just read. */
static void push_string(lua_State *L, const struct sb_json_reader *reader) {
  luaL_Buffer text;
  if (!reader->escaped) {
    lua_pushlstring(L, reader->token, reader->token_len);
    return;
  }
  char *to = luaL_buffinitsize(L, &text, reader->token_len);
  luaL_pushresultsize(&text, sb_json_unescape(reader, to));
}

/* Moves the string that the reader has just read to the end of the list aside.
   The text up to it, from *from, is in the buffer then, with the stand-in. */
static void set_aside(lua_State *L, const struct sb_json_reader *reader,
                      int aside, luaL_Buffer *rest, const char **from) {
  lua_Integer number = (lua_Integer)lua_rawlen(L, aside) + 1;
  push_string(L, reader);
  lua_rawseti(L, aside, number);
  luaL_addlstring(rest, *from, (size_t)(reader->token - *from));
  luaL_addchar(rest, mark);
  lua_pushinteger(L, number);
  luaL_addvalue(rest);
  *from = reader->token + reader->token_len;
}

/* Puts the strings of the list aside back into the value on top. True if the
   value itself is another one now. */
static int put_back(lua_State *L, int aside) {
  int value = lua_gettop(L);
  if (lua_type(L, value) == LUA_TSTRING) {
    const char *text = lua_tostring(L, value);
    if (*text != mark) return 0;
    lua_rawgeti(L, aside, strtoll(text + 1, NULL, 10));
    lua_replace(L, value);
    return 1;
  }
  if (lua_type(L, value) != LUA_TTABLE) return 0;
  luaL_checkstack(L, LUA_MINSTACK, "JSON nested too deep");
  lua_pushnil(L);
  while (lua_next(L, value) != 0) {
    if (!put_back(L, aside)) {
      lua_pop(L, 1);
      continue;
    }
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, value); /* under a key that is there, as traversal allows */
  }
  return 0;
}

/* Replaces the text on top, which was checked, by one without lone
   surrogates. */
static void mend(lua_State *L) {
  size_t len;
  luaL_Buffer mended;
  const char *text = lua_tolstring(L, -1, &len);
  char *copy = luaL_buffinitsize(L, &mended, len);
  memcpy(copy, text, len);
  sb_json_mend(copy, len);
  luaL_pushresultsize(&mended, len);
  lua_replace(L, -2);
}

/* Checks the text and pushes what lua-cjson is to read: the text itself, or,
   when the list aside is no longer empty, one with stand-ins. */
static int push_short(lua_State *L, int index, int aside,
                      const struct sb_json_limits *limits,
                      struct sb_json_fault *fault) {
  struct sb_json_reader reader;
  enum sb_json_event event;
  luaL_Buffer rest;
  size_t len;
  int lone = 0;
  const char *text = lua_tolstring(L, index, &len), *from = text;
  luaL_buffinit(L, &rest);
  sb_json_read(&reader, text, len, limits);
  while ((event = sb_json_next(&reader)) > SB_JSON_END) {
    if (event == SB_JSON_STRING && reader.token_len >= LONG)
      set_aside(L, &reader, aside, &rest, &from);
    else if (event == SB_JSON_STRING || event == SB_JSON_KEY)
      lone |= reader.lone;
  }
  if (event == SB_JSON_FAULT) {
    *fault = reader.fault;
    return UV_EINVAL;
  }
  if (from > text) luaL_addlstring(&rest, from, (size_t)(text + len - from));
  luaL_pushresult(&rest);
  if (from == text) {
    lua_pushvalue(L, index);
    lua_replace(L, -2);
  }
  if (lone) mend(L);
  return 0;
}

int sb_decode(lua_State *L, int index, int decode,
              const struct sb_json_limits *limits,
              struct sb_json_fault *fault) {
  index = lua_absindex(L, index);
  int top = lua_gettop(L), aside = top + 1;
  lua_createtable(L, 1, 0);
  lua_pushvalue(L, decode);
  int rc = push_short(L, index, aside, limits, fault);
  if (rc < 0) {
    lua_settop(L, top);
    return rc;
  }
  expect_memory(L, lua_rawlen(L, -1) + HEAD); /* a string is no longer */
  lua_call(L, 1, 1);
  if (lua_rawlen(L, aside) > 0) put_back(L, aside);
  lua_replace(L, aside);
  lua_settop(L, aside);
  return 0;
}
