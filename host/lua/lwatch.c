/* host/lua/lwatch.c -- Lua module "host.watch": host/files/watch.h for
   scripts. */
#include <lauxlib.h>
#include <string.h>

#include "host/lua/bridge.h"
#include "host/lua/modules.h"
#include "host/lua/task.h"
#include "host/files/watch.h"

#define WATCH "host.watch"

/* Its user value is the set: a table with the paths as keys. */
struct watch {
  struct sb_watcher *watcher; /* NULL once closed */
  struct listen *listener;    /* the task that waits, or NULL */
};

struct listen {
  struct sb_wait base;
  struct watch *watch;
};

static struct watch *check_open(lua_State *L) {
  struct watch *watch = luaL_checkudata(L, 1, WATCH);
  if (watch->watcher == NULL) luaL_error(L, "the watch is closed");
  return watch;
}

static void wake(struct watch *watch) {
  if (watch->listener != NULL) sb_wait_wake(&watch->listener->base);
}

static void on_told(void *arg) { wake(arg); }

/* watch.open() -> watch | nil, message, code */
static int watch_open(lua_State *L) {
  struct watch *watch = lua_newuserdatauv(L, sizeof *watch, 1);
  memset(watch, 0, sizeof *watch);
  luaL_setmetatable(L, WATCH);
  lua_newtable(L);
  lua_setiuservalue(L, -2, 1);
  int rc = sb_watcher_open(sb_host_loop(L), on_told, watch, &watch->watcher);
  return rc < 0 ? sb_fail(L, rc, "watching files") : 1;
}

/* The key at index. */
static const char *check_path(lua_State *L, int index) {
  size_t len;
  if (lua_type(L, index) != LUA_TSTRING)
    luaL_error(L, "the files are not named by their paths");
  const char *path = lua_tolstring(L, index, &len);
  if (len == 0 || strlen(path) != len)
    luaL_error(L, "a path is empty or has a zero byte");
  return path;
}

/* The known content at index; NULL when it is true. */
static const struct sb_content *check_known(lua_State *L, int index,
                                            struct sb_content *content) {
  size_t len = 0;
  const char *hex = NULL;
  content->is_there = lua_type(L, index) == LUA_TSTRING;
  if (content->is_there)
    hex = lua_tolstring(L, index, &len);
  else if (!lua_isboolean(L, index))
    luaL_error(L, "a SHA-256, true or false expected for each file");
  else
    return lua_toboolean(L, index) ? NULL : content;
  if (len != SB_SHA256_HEX_SIZE - 1) luaL_error(L, "'%s' is no SHA-256", hex);
  memset(content->sha256, 0, sizeof content->sha256);
  for (size_t i = 0; i < len; i++) {
    static const char digits[] = "0123456789abcdef";
    const char *digit = memchr(digits, hex[i], sizeof digits - 1);
    if (digit == NULL) luaL_error(L, "'%s' is no SHA-256", hex);
    content->sha256[i / 2] = (uint8_t)(content->sha256[i / 2] << 4);
    content->sha256[i / 2] |= (uint8_t)(digit - digits);
  }
  return content;
}

/* watch:set(files): watches these and no others */
static int watch_set(lua_State *L) {
  struct watch *watch = check_open(L);
  struct sb_content content;
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  lua_newtable(L); /* 3: the set */
  for (lua_pushnil(L); lua_next(L, 2) != 0; lua_pop(L, 1)) {
    check_path(L, 4); /* before anything is changed */
    check_known(L, 5, &content);
  }
  for (lua_pushnil(L); lua_next(L, 2) != 0; lua_pop(L, 1)) {
    const char *path = check_path(L, 4);
    const struct sb_content *known = check_known(L, 5, &content);
    if (sb_watcher_add(watch->watcher, path, known) < 0)
      return luaL_error(L, "not enough memory");
    lua_pushvalue(L, 4);
    lua_pushboolean(L, 1);
    lua_rawset(L, 3);
  }
  lua_getiuservalue(L, 1, 1); /* 4: what it was */
  for (lua_pushnil(L); lua_next(L, 4) != 0; lua_pop(L, 1)) {
    lua_pushvalue(L, 5);
    if (lua_rawget(L, 3) == LUA_TNIL)
      sb_watcher_remove(watch->watcher, lua_tostring(L, 5));
    lua_pop(L, 1);
  }
  lua_pushvalue(L, 3);
  lua_setiuservalue(L, 1, 1);
  return 0;
}

/* Pushes the changes that are to be taken; nil when there are none. */
static void push_changes(lua_State *L, struct watch *watch) {
  struct sb_content content;
  const char *path;
  lua_pushnil(L);
  while (watch->watcher != NULL &&
         sb_watcher_take(watch->watcher, &path, &content)) {
    if (lua_isnil(L, -1)) {
      lua_pop(L, 1);
      lua_newtable(L);
    }
    char hex[SB_SHA256_HEX_SIZE];
    sb_sha256_hex(content.sha256, hex);
    if (content.is_there)
      lua_pushstring(L, hex);
    else
      lua_pushboolean(L, 0);
    lua_setfield(L, -2, path);
  }
}

static void listen_drop(struct sb_wait *wait) {
  struct listen *listen = (struct listen *)wait;
  if (listen->watch != NULL) listen->watch->listener = NULL;
  listen->watch = NULL;
}

static int next_k(lua_State *L, int status, lua_KContext ctx) {
  struct listen *listen = (struct listen *)ctx;
  (void)status;
  push_changes(L, listen->watch);
  return 1;
}

/* watch:next() -> { [path] = sha256 | false } | nil once it is closed */
static int watch_next(lua_State *L) {
  struct watch *watch = check_open(L);
  if (watch->listener != NULL) luaL_error(L, "another task waits for it");
  push_changes(L, watch);
  if (!lua_isnil(L, -1)) return 1;
  struct listen *listen = sb_wait_push(L, sizeof *listen, listen_drop);
  listen->watch = watch;
  watch->listener = listen;
  return sb_wait_yield(L, &listen->base, next_k);
}

/* watch:close(), __close, __gc */
static int watch_close(lua_State *L) {
  struct watch *watch = luaL_checkudata(L, 1, WATCH);
  sb_watcher_close(watch->watcher);
  watch->watcher = NULL;
  wake(watch);
  return 0;
}

static const luaL_Reg watch_lib[] = {{"open", watch_open}, {NULL, NULL}};

static const luaL_Reg watch_methods[] = {{"set", watch_set},
                                         {"next", watch_next},
                                         {"close", watch_close},
                                         {NULL, NULL}};

static const luaL_Reg watch_meta[] = {
    {"__gc", watch_close}, {"__close", watch_close}, {NULL, NULL}};

int luaopen_host_watch(lua_State *L) {
  sb_newtype(L, WATCH, watch_meta, watch_methods);
  luaL_newlib(L, watch_lib);
  return 1;
}
