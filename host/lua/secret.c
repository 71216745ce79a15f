/* host/lua/secret.c -- see secret.h. */
#include "host/lua/secret.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "host/net/http.h"
#include "host/lua/bridge.h"

#define SECRET "host.secret"

struct secret {
  size_t size;     /* of what follows, origin, zero, value, zero */
  size_t value_at; /* where in it the value begins */
  char text[];
};

/* Through a volatile pointer, lest the compiler leave it out. */
static void wipe(char *text, size_t size) {
  volatile char *at = text;
  while (size-- > 0) *at++ = 0;
}

static int secret_gc(lua_State *L) {
  struct secret *secret = luaL_checkudata(L, 1, SECRET);
  wipe(secret->text, secret->size);
  return 0;
}

static int secret_tostring(lua_State *L) {
  struct secret *secret = luaL_checkudata(L, 1, SECRET);
  lua_pushfstring(L, "secret for %s", secret->text);
  return 1;
}

/* Pushes the origin of the URL at index. */
static const char *push_origin(lua_State *L, int index) {
  char *origin;
  int rc = sb_http_origin(luaL_checkstring(L, index), &origin);
  if (rc == UV_ENOMEM) luaL_error(L, "not enough memory");
  luaL_argcheck(L, rc == 0, index, "an http or https URL expected");
  const char *copy = lua_pushstring(L, origin);
  free(origin);
  return copy;
}

static int is_header_text(const char *value, size_t len) {
  for (size_t i = 0; i < len; i++)
    if ((unsigned char)value[i] <= ' ' || value[i] == 0x7f) return 0;
  return len > 0;
}

static int push_secret(lua_State *L, const char *value, size_t len,
                       const char *origin) {
  static const luaL_Reg meta[] = {
      {"__gc", secret_gc}, {"__tostring", secret_tostring}, {NULL, NULL}};
  size_t origin_size = strlen(origin) + 1;
  size_t size = origin_size + len + 1;
  struct secret *secret = lua_newuserdatauv(L, sizeof *secret + size, 0);
  secret->size = size;
  secret->value_at = origin_size;
  memcpy(secret->text, origin, origin_size);
  memcpy(secret->text + origin_size, value, len);
  secret->text[size - 1] = '\0';
  sb_newtype(L, SECRET, meta, NULL);
  luaL_setmetatable(L, SECRET);
  return 1;
}

int sb_secret_new(lua_State *L) {
  size_t len;
  const char *value = luaL_checklstring(L, 1, &len);
  luaL_argcheck(L, is_header_text(value, len), 1,
                "a secret has no white space and is not empty");
  return push_secret(L, value, len, push_origin(L, 2));
}

/* Only the loop's thread looks at the environment or changes it. */
/* NOLINTBEGIN(concurrency-mt-unsafe) */
int sb_secret_from_env(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  const char *origin = push_origin(L, 2);
  char *value = getenv(name);
  if (value == NULL) return 0;
  size_t whole = strlen(value);
  const char *start = value + strspn(value, " \t\r\n");
  size_t len = strcspn(start, " \t\r\n");
  int good = is_header_text(start, len);
  if (good) push_secret(L, start, len, origin);
  wipe(value, whole); /* what /proc shows, and what children would get */
  unsetenv(name);
  return good;
}
/* NOLINTEND(concurrency-mt-unsafe) */

/* Whether nothing but a path or a query follows the origin, letter for letter;
   spellings that differ are compared as origins. */
static int is_of_origin(lua_State *L, const char *url, const char *origin) {
  size_t len = strlen(origin);
  if (strncmp(url, origin, len) == 0 &&
      (url[len] == '/' || url[len] == '?' || url[len] == '\0'))
    return 1;
  char *other;
  int rc = sb_http_origin(url, &other);
  if (rc == UV_ENOMEM) return luaL_error(L, "not enough memory");
  if (rc < 0) return 0;
  int same = strcmp(other, origin) == 0;
  free(other);
  return same;
}

const char *sb_secret_check(lua_State *L, int index, const char *url) {
  struct secret *secret = luaL_testudata(L, index, SECRET);
  if (secret == NULL) {
    luaL_error(L, "field 'secret': secret expected, got %s",
               luaL_typename(L, index));
    return NULL; /* never: it raises */
  }
  if (!is_of_origin(L, url, secret->text))
    luaL_error(L, "field 'secret': it is for %s and goes nowhere else",
               secret->text);
  return secret->text + secret->value_at;
}
