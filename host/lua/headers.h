/*
** host/lua/headers.h -- HTTP header fields between Lua tables and the wire, for
** requests and responses alike (RFC 9110, section 5).
*/
#ifndef SB_HOST_LUA_HEADERS_H
#define SB_HOST_LUA_HEADERS_H

#include <lua.h>
#include <stddef.h>

/* The name at index and the value right behind it, as lua_next leaves them: a
   value that is a number becomes a string there. Raises for a name that is no
   token (RFC 9110, 5.6.2) and for a value with a control character other than
   a tab (5.5), which could end the line and begin another. */
void sb_header_check(lua_State *L, int index, const char **name,
                     const char **value);

/* Sets the field in the table on top: its name in lower case, its value joined
   with ", " to that of an equal name (5.3). */
void sb_header_add(lua_State *L, const char *name, size_t name_len,
                   const char *value, size_t value_len);

#endif
