/*
** host/lua/lrequest.h -- the options of a call of host.http, checked.
*/
#ifndef SB_HOST_LUA_LREQUEST_H
#define SB_HOST_LUA_LREQUEST_H

#include <lua.h>

#include "host/net/http.h"

enum { SB_REQUEST_LINES = 65 }; /* of headers, and the NULL at their end */

/* Reads the table at 1 into req, all but the body, which is left on top of the
   stack; lines has room for SB_REQUEST_LINES. What req points to stays on the
   stack. Raises for what no call can be made of. */
void sb_request_check(lua_State *L, struct sb_http_request *req,
                      const char **lines);

#endif
