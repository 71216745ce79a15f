/*
** host/lua/body.h -- bodies as scripts write them: a string, or a list of
** strings and attached files, for requests and responses alike.
*/
#ifndef SB_HOST_LUA_BODY_H
#define SB_HOST_LUA_BODY_H

#include <lua.h>

#include "host/net/body.h"

/* http.attach(path) -> attachment: a file that is base64-encoded as it is
   sent; http.file(path) -> attachment: one that is sent as it is. Either is
   opened when a body is made of it, and not before. */
int sb_attach(lua_State *L);
int sb_attach_raw(lua_State *L);

/* Makes the body that the value at index describes; nil is an empty one. 0 and
   a body, which the caller frees; or a negative UV_E* when a file cannot be
   opened, with nil, message and code pushed. Raises when it describes none. */
int sb_body_check(lua_State *L, int index, struct sb_body **body);

/* Pushes nil, and message and code of what went wrong with the body. */
int sb_body_fail(lua_State *L, const struct sb_body *body);

#endif
