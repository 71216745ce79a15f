/* host/lua/lscan.c -- file.scan of "host.file": what files are, told by their
   sizes, times and inodes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/files/file.h"
#include "host/lua/bridge.h"
#include "host/lua/lfile.h"
#include "host/lua/work.h"
#include "host/base/sha256.h"

struct scan {
  struct sb_work base;
  int rc;
  char **paths;
  size_t path_count;
  const char *failed; /* one of the paths */
  int with_states;
  struct sb_file_entry **entries; /* of each path */
  size_t *counts;
  uint8_t digest[SB_SHA256_SIZE];
};

static void scan_release(struct sb_work *work) {
  struct scan *scan = (struct scan *)work;
  for (size_t i = 0; i < scan->path_count; i++) {
    free(scan->paths[i]);
    if (scan->entries != NULL)
      sb_file_scan_free(scan->entries[i], scan->counts[i]);
  }
  free(scan->paths);
  free(scan->entries);
  free(scan->counts);
}

static void add_entry(struct sb_sha256 *hash,
                      const struct sb_file_entry *entry) {
  const struct sb_file_stat *st = &entry->stat;
  const uint64_t state[] = {st->size, (uint64_t)st->mtime, (uint64_t)st->ctime,
                            st->inode};
  sb_sha256_update(hash, entry->name, strlen(entry->name) + 1);
  sb_sha256_update(hash, state, sizeof state);
}

static void run_scan(struct sb_work *work) {
  struct scan *scan = (struct scan *)work;
  struct sb_sha256 hash;
  sb_sha256_init(&hash);
  for (size_t i = 0; scan->rc == 0 && i < scan->path_count; i++) {
    uint64_t count;
    scan->rc =
        sb_file_scan(scan->paths[i], &scan->entries[i], &scan->counts[i]);
    if (scan->rc < 0) scan->failed = scan->paths[i];
    count = scan->counts[i];
    sb_sha256_update(&hash, &count, sizeof count);
    for (size_t e = 0; e < scan->counts[i]; e++)
      add_entry(&hash, &scan->entries[i][e]);
  }
  sb_sha256_final(&hash, scan->digest);
}

static void push_state(lua_State *L, const struct sb_file_stat *st) {
  char text[96];
  int len = snprintf(text, sizeof text,
                     "%" PRIx64 "-%" PRIx64 "-%" PRIx64 "-%" PRIx64, st->size,
                     (uint64_t)st->mtime, (uint64_t)st->ctime, st->inode);
  lua_pushlstring(L, text, (size_t)len);
}

static int finish_scan(lua_State *L, struct sb_work *work) {
  struct scan *scan = (struct scan *)work;
  char hex[SB_SHA256_HEX_SIZE];
  if (scan->rc < 0)
    return sb_fail(L, scan->rc, scan->failed ? scan->failed : "");
  sb_sha256_hex(scan->digest, hex);
  lua_pushstring(L, hex);
  if (!scan->with_states) return 1;
  lua_newtable(L);
  for (size_t i = 0; i < scan->path_count; i++) {
    for (size_t e = 0; e < scan->counts[i]; e++) {
      const struct sb_file_entry *entry = &scan->entries[i][e];
      const char *slash = *entry->name != '\0' ? "/" : "";
      lua_pushfstring(L, "%s%s%s", scan->paths[i], slash, entry->name);
      push_state(L, &entry->stat);
      lua_rawset(L, -3);
    }
  }
  return 2;
}

int sb_file_scan_lua(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  int with_states = lua_toboolean(L, 2);
  size_t count = (size_t)lua_rawlen(L, 1);
  struct scan *scan = sb_work_push(L, sizeof *scan, run_scan, scan_release);
  scan->with_states = with_states;
  scan->paths = calloc(count + 1, sizeof *scan->paths);
  scan->entries = calloc(count + 1, sizeof(struct sb_file_entry *));
  scan->counts = calloc(count + 1, sizeof *scan->counts);
  if (scan->paths == NULL || scan->entries == NULL || scan->counts == NULL)
    return luaL_error(L, "not enough memory");
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, 1, (lua_Integer)i + 1);
    const char *path = sb_check_path(L, -1);
    scan->paths[i] = sb_work_copy(L, path, strlen(path));
    scan->path_count++;
    lua_pop(L, 1);
  }
  return sb_work_yield(L, &scan->base, finish_scan);
}
