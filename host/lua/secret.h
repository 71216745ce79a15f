/*
** host/lua/secret.h -- keys that scripts can hand on but not read.
*/
#ifndef SB_HOST_LUA_SECRET_H
#define SB_HOST_LUA_SECRET_H

#include <lua.h>

/* http.secret(value, origin) -> secret */
int sb_secret_new(lua_State *L);

/* http.secret_from_env(name, origin) -> secret | nil; the variable is gone
   from the environment then */
int sb_secret_from_env(lua_State *L);

/* The value of the secret at index, for a request to url; raises when it is
   none, or when the URL is not of the secret's origin. */
const char *sb_secret_check(lua_State *L, int index, const char *url);

#endif
