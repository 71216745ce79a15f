/* host/lua/lfile.c -- Lua module "host.file": host/files/file.h and
   host/files/lock.h for scripts. All of it waits: the disk is the thread
   pool's. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

#include "host/files/file.h"
#include "host/files/lock.h"
#include "host/lua/bridge.h"
#include "host/lua/lfile.h"
#include "host/lua/modules.h"
#include "host/lua/work.h"
#include "host/base/sha256.h"

#define LOCK "host.lock"

enum { READ_MAX = 64 * 1024 * 1024 };

struct job {
  struct sb_work base;
  int rc;
  char *path, *other;
  char *data; /* read, or to be written */
  size_t len;
  char **names;
  size_t count;
  struct sb_file_stat stat;
  int64_t started; /* nanoseconds since 1970 */
  uint8_t digest[SB_SHA256_SIZE];
  struct sb_lock *lock;
  pid_t owner;
};

static void job_release(struct sb_work *work) {
  struct job *job = (struct job *)work;
  free(job->path);
  free(job->other);
  free(job->data);
  sb_file_list_free(job->names, job->count);
  sb_lock_release(job->lock);
}

static struct job *push_job(lua_State *L, const char *path,
                            void (*run)(struct sb_work *work)) {
  struct job *job = sb_work_push(L, sizeof *job, run, job_release);
  job->path = sb_work_copy(L, path, strlen(path));
  return job;
}

static int fail(lua_State *L, const struct job *job) {
  if (job->rc != UV_EAGAIN) return sb_fail(L, job->rc, job->path);
  lua_pushfstring(L, "%s: changed meanwhile", job->path);
  return sb_fail_message(L, lua_tostring(L, -1), "EAGAIN");
}

static int finish_true(lua_State *L, struct sb_work *work) {
  struct job *job = (struct job *)work;
  if (job->rc < 0) return fail(L, job);
  lua_pushboolean(L, 1);
  return 1;
}

/*
** Reading.
*/

static void run_read(struct sb_work *work) {
  struct job *job = (struct job *)work;
  job->rc = sb_file_read(job->path, job->len, &job->data, &job->len);
}

static int finish_read(lua_State *L, struct sb_work *work) {
  struct job *job = (struct job *)work;
  if (job->rc < 0) return fail(L, job);
  lua_pushlstring(L, job->data, job->len);
  return 1;
}

/* file.read(path[, max_bytes]) -> text | nil, message, code */
static int file_read(lua_State *L) {
  const char *path = sb_check_path(L, 1);
  lua_Integer max = luaL_optinteger(L, 2, READ_MAX);
  luaL_argcheck(L, max >= 0, 2, "a number of bytes expected");
  struct job *job = push_job(L, path, run_read);
  job->len = (size_t)max;
  return sb_work_yield(L, &job->base, finish_read);
}

static void run_stat(struct sb_work *work) {
  struct job *job = (struct job *)work;
  job->rc = sb_file_stat(job->path, &job->stat);
}

static int finish_stat(lua_State *L, struct sb_work *work) {
  static const char *const types[] = {"file", "directory", "other"};
  struct job *job = (struct job *)work;
  if (job->rc < 0) return fail(L, job);
  lua_createtable(L, 0, 3);
  lua_pushinteger(L, (lua_Integer)job->stat.size);
  lua_setfield(L, -2, "size");
  lua_pushnumber(L, (lua_Number)job->stat.mtime / 1e9);
  lua_setfield(L, -2, "mtime");
  lua_pushstring(L, types[job->stat.type]);
  lua_setfield(L, -2, "type");
  return 1;
}

/* file.stat(path) -> { size=, mtime=, type= } | nil, message, code */
static int file_stat(lua_State *L) {
  struct job *job = push_job(L, sb_check_path(L, 1), run_stat);
  return sb_work_yield(L, &job->base, finish_stat);
}

static int finish_exists(lua_State *L, struct sb_work *work) {
  struct job *job = (struct job *)work;
  if (job->rc < 0 && job->rc != UV_ENOENT && job->rc != UV_ENOTDIR)
    return fail(L, job);
  lua_pushboolean(L, job->rc == 0);
  return 1;
}

/* file.exists(path) -> boolean | nil, message, code */
static int file_exists(lua_State *L) {
  struct job *job = push_job(L, sb_check_path(L, 1), run_stat);
  return sb_work_yield(L, &job->base, finish_exists);
}

static void run_real(struct sb_work *work) {
  struct job *job = (struct job *)work;
  job->rc = sb_file_real(job->path, &job->data);
}

static int finish_real(lua_State *L, struct sb_work *work) {
  struct job *job = (struct job *)work;
  if (job->rc < 0) return fail(L, job);
  lua_pushstring(L, job->data);
  return 1;
}

/* file.real(path) -> absolute path | nil, message, code */
static int file_real(lua_State *L) {
  struct job *job = push_job(L, sb_check_path(L, 1), run_real);
  return sb_work_yield(L, &job->base, finish_real);
}

static void run_list(struct sb_work *work) {
  struct job *job = (struct job *)work;
  job->rc = sb_file_list(job->path, &job->names, &job->count);
}

static int finish_list(lua_State *L, struct sb_work *work) {
  struct job *job = (struct job *)work;
  if (job->rc < 0) return fail(L, job);
  lua_createtable(L, (int)job->count, 0);
  for (size_t i = 0; i < job->count; i++) {
    lua_pushstring(L, job->names[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

/* file.list(folder) -> { name, ... } sorted | nil, message, code */
static int file_list(lua_State *L) {
  struct job *job = push_job(L, sb_check_path(L, 1), run_list);
  return sb_work_yield(L, &job->base, finish_list);
}

/*
** Hashes, kept for as long as a file is what it was.
*/

static void push_identity(lua_State *L, const struct sb_file_stat *st) {
  const uint64_t identity[] = {st->device, st->inode, st->size,
                               (uint64_t)st->mtime, (uint64_t)st->ctime};
  lua_pushlstring(L, (const char *)identity, sizeof identity);
}

static int64_t wall_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Whether a later change would show in the times. A file system's clock ticks
   every few milliseconds, or every two seconds where it has no fractions. */
static int is_settled(const struct sb_file_stat *st, int64_t now) {
  int64_t tick = st->mtime % 1000000000 == 0 ? 2000000000 : 50000000;
  int64_t changed = st->mtime > st->ctime ? st->mtime : st->ctime;
  return now - changed > tick;
}

static void run_hash(struct sb_work *work) {
  struct job *job = (struct job *)work;
  job->started = wall_clock();
  job->rc = sb_file_hash(job->path, job->digest, &job->stat);
}

static int finish_hash(lua_State *L, struct sb_work *work) {
  struct job *job = (struct job *)work;
  char hex[SB_SHA256_HEX_SIZE];
  if (job->rc < 0) return fail(L, job);
  sb_sha256_hex(job->digest, hex);
  lua_pushstring(L, hex);
  if (is_settled(&job->stat, job->started)) {
    push_identity(L, &job->stat);
    lua_pushvalue(L, -2);
    lua_rawset(L, lua_upvalueindex(1));
  }
  lua_pushinteger(L, (lua_Integer)job->stat.size);
  return 2;
}

/* file.hash(path) -> hex, bytes | nil, message, code */
static int file_hash(lua_State *L) {
  const char *path = sb_check_path(L, 1);
  struct sb_file_stat st;
  if (sb_file_stat(path, &st) == 0) { /* cheaper here than a way to the pool */
    push_identity(L, &st);
    if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TSTRING) {
      lua_pushinteger(L, (lua_Integer)st.size);
      return 2;
    }
  }
  struct job *job = push_job(L, path, run_hash);
  return sb_work_yield(L, &job->base, finish_hash);
}

/*
** Writing.
*/

static void run_write(struct sb_work *work) {
  struct job *job = (struct job *)work;
  job->rc = sb_file_write(job->path, job->data, job->len);
}

static void run_write_over(struct sb_work *work) {
  struct job *job = (struct job *)work;
  job->rc = sb_file_write_over(job->path, job->data, job->len, job->stat.size,
                               job->stat.mtime);
}

/* The { size =, mtime = } that a file was seen with. */
static void check_seen(lua_State *L, int index, struct sb_file_stat *st) {
  static const lua_Number far = 1e9 * 9; /* seconds; as nanoseconds they fit */
  luaL_checktype(L, index, LUA_TTABLE);
  lua_Integer size = sb_field_integer(L, index, "size", -1);
  lua_Number mtime = sb_field_number(L, index, "mtime", NAN);
  luaL_argcheck(L, size >= 0 && mtime > -far && mtime < far, index,
                "size and mtime of a file expected");
  st->size = (uint64_t)size;
  st->mtime = (int64_t)(mtime * 1e9);
}

/* file.write(path, text[, seen]) -> true | nil, message, code */
static int file_write(lua_State *L) {
  const char *path = sb_check_path(L, 1);
  size_t len;
  const char *text = luaL_checklstring(L, 2, &len);
  int is_over = !lua_isnoneornil(L, 3);
  struct job *job = push_job(L, path, is_over ? run_write_over : run_write);
  if (is_over) check_seen(L, 3, &job->stat);
  job->data = sb_work_copy(L, text, len);
  job->len = len;
  return sb_work_yield(L, &job->base, finish_true);
}

/* For functions of two paths. */
static int start_pair(lua_State *L, void (*run)(struct sb_work *work)) {
  const char *path = sb_check_path(L, 1);
  const char *other = sb_check_path(L, 2);
  struct job *job = push_job(L, path, run);
  job->other = sb_work_copy(L, other, strlen(other));
  return sb_work_yield(L, &job->base, finish_true);
}

static void run_copy(struct sb_work *work) {
  struct job *job = (struct job *)work;
  job->rc = sb_file_copy(job->path, job->other);
}

/* file.copy(from, to) -> true | nil, message, code */
static int file_copy(lua_State *L) { return start_pair(L, run_copy); }

static void run_publish(struct sb_work *work) {
  struct job *job = (struct job *)work;
  job->rc = sb_file_publish(job->path, job->other);
}

/* file.publish(temporary, final) -> true | nil, message, code */
static int file_publish(lua_State *L) { return start_pair(L, run_publish); }

static void run_mkdir(struct sb_work *work) {
  struct job *job = (struct job *)work;
  job->rc = sb_file_mkdir(job->path);
}

/* file.mkdir(path) -> true | nil, message, code */
static int file_mkdir(lua_State *L) {
  struct job *job = push_job(L, sb_check_path(L, 1), run_mkdir);
  return sb_work_yield(L, &job->base, finish_true);
}

static void run_remove(struct sb_work *work) {
  struct job *job = (struct job *)work;
  job->rc = sb_file_remove(job->path);
}

/* file.remove(path) -> true | nil, message, code */
static int file_remove(lua_State *L) {
  struct job *job = push_job(L, sb_check_path(L, 1), run_remove);
  return sb_work_yield(L, &job->base, finish_true);
}

/*
** Locks.
*/

static void run_lock(struct sb_work *work) {
  struct job *job = (struct job *)work;
  job->rc = sb_lock_take(job->path, &job->lock, &job->owner);
}

static int finish_lock(lua_State *L, struct sb_work *work) {
  struct job *job = (struct job *)work;
  if (job->rc == UV_EBUSY) {
    if (job->owner > 0)
      lua_pushfstring(L, "%s: held by process %I", job->path,
                      (LUAI_UACINT)job->owner);
    else
      lua_pushfstring(L, "%s: held by another process", job->path);
    return sb_fail_message(L, lua_tostring(L, -1), "EBUSY");
  }
  if (job->rc < 0) return fail(L, job);
  struct sb_lock **lock = lua_newuserdatauv(L, sizeof(struct sb_lock *), 0);
  *lock = job->lock;
  job->lock = NULL;
  luaL_setmetatable(L, LOCK);
  return 1;
}

/* file.lock(path) -> lock | nil, message, "EBUSY" or another code */
static int file_lock(lua_State *L) {
  struct job *job = push_job(L, sb_check_path(L, 1), run_lock);
  return sb_work_yield(L, &job->base, finish_lock);
}

/* lock:release(), __close and __gc */
static int lock_release(lua_State *L) {
  struct sb_lock **lock = luaL_checkudata(L, 1, LOCK);
  sb_lock_release(*lock);
  *lock = NULL;
  return 0;
}

static const luaL_Reg file_lib[] = {{"read", file_read},
                                    {"write", file_write},
                                    {"exists", file_exists},
                                    {"stat", file_stat},
                                    {"list", file_list},
                                    {"real", file_real},
                                    {"scan", sb_file_scan_lua},
                                    {"mkdir", file_mkdir},
                                    {"remove", file_remove},
                                    {"publish", file_publish},
                                    {"copy", file_copy},
                                    {"lock", file_lock},
                                    {NULL, NULL}};
static const luaL_Reg lock_methods[] = {{"release", lock_release},
                                        {NULL, NULL}};
static const luaL_Reg lock_meta[] = {
    {"__gc", lock_release}, {"__close", lock_release}, {NULL, NULL}};

int luaopen_host_file(lua_State *L) {
  sb_newtype(L, LOCK, lock_meta, lock_methods);
  luaL_newlib(L, file_lib);
  lua_newtable(L); /* identity of a file -> its hash */
  lua_pushcclosure(L, file_hash, 1);
  lua_setfield(L, -2, "hash");
  return 1;
}
