/* host/main.c -- the program: one loop, one Lua state, the command line handed
   to lua/cli/main.lua, an exit status. */
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <lualib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "host/lua/bridge.h"
#include "host/lua/task.h"
#include "host/base/pool.h"
#include "host/base/reserve.h"

enum { STATUS_FAILED = 1, STATUS_USAGE = 2 };

enum { PATH_SIZE = 4096, THREADS = 5 };

struct program {
  char exe[PATH_SIZE], root[PATH_SIZE]; /* this program; its Lua half */
  char **argv;
  int argc;
  int status;
  int opened;         /* the host, in the Lua state */
  int warns, warning; /* warnings are on; one is being written */
  uv_loop_t loop;
};

/* Makes root the folder dir, without links and dots, if the Lua half is there.
   0 or a negative UV_E*. */
static int try_root(const char *dir, char *root, size_t size) {
  char path[PATH_SIZE];
  uv_fs_t req;
  int n = snprintf(path, sizeof path, "%s/cli/main.lua", dir);
  if (n < 0 || (size_t)n >= sizeof path) return UV_ENAMETOOLONG;
  int rc = uv_fs_stat(NULL, &req, path, NULL);
  uv_fs_req_cleanup(&req);
  if (rc < 0) return rc;
  rc = uv_fs_realpath(NULL, &req, dir, NULL);
  if (rc == 0) n = snprintf(root, size, "%s", (char *)req.ptr);
  uv_fs_req_cleanup(&req);
  return rc == 0 && (size_t)n >= size ? UV_ENAMETOOLONG : rc;
}

/* Where the Lua half is: SBHOST_LUA, else beside the program as installed
   (../share/sbhost/lua), else as built in the tree (../lua). 0 or a negative
   UV_E*. */
static int find_lua_root(struct program *program) {
  static const char *const places[] = {"../share/sbhost/lua", "../lua"};
  size_t len = sizeof program->exe;
  if (uv_exepath(program->exe, &len) < 0) program->exe[0] = '\0';
  /* NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread runs yet */
  const char *chosen = getenv("SBHOST_LUA");
  if (chosen != NULL)
    return try_root(chosen, program->root, sizeof program->root);
  const char *slash = strrchr(program->exe, '/');
  int rc = UV_ENOENT;
  if (slash == NULL) return rc;
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    char dir[PATH_SIZE];
    int n = snprintf(dir, sizeof dir, "%.*s/%s", (int)(slash - program->exe),
                     program->exe, places[i]);
    if (n < 0 || (size_t)n >= sizeof dir) continue;
    rc = try_root(dir, program->root, sizeof program->root);
    if (rc != UV_ENOENT) return rc;
  }
  return rc;
}

/* require "host.program" -> { version = "0.1.0", path = "…/bin/sbhost",
   root = "…/lua" } */
static int open_program(lua_State *L) {
  const struct program *program = lua_touserdata(L, lua_upvalueindex(1));
  lua_newtable(L);
  lua_pushliteral(L, SBHOST_VERSION);
  lua_setfield(L, -2, "version");
  lua_pushstring(L, program->exe);
  lua_setfield(L, -2, "path");
  lua_pushstring(L, program->root);
  lua_setfield(L, -2, "root");
  return 1;
}

/* Modules of our own that are loaded when they are used lie beside the program:
   in the tree that built it, or where it is installed. `package` is below the
   top of the stack. */
static void set_module_path(lua_State *L, const struct program *program) {
  const char *slash = strrchr(program->exe, '/');
  size_t len = slash == NULL ? 0 : (size_t)(slash - program->exe);
  lua_pushlstring(L, program->exe, len);
  const char *dir = lua_tostring(L, -1);
  lua_getfield(L, -3, "cpath");
  lua_pushfstring(L, "%s/modules/?.so;%s/../" SBHOST_LIBDIR "/sbhost/?.so;%s",
                  dir, dir, lua_tostring(L, -1));
  lua_setfield(L, -5, "cpath");
  lua_pop(L, 2);
}

/* A searcher of `require`, for the Lua half. Lua's own takes a file that it
   cannot open, as there is no memory for it, for one that is not there. */
static int search_half(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  const char *root = lua_tostring(L, lua_upvalueindex(1));
  const char *inner = luaL_gsub(L, name, ".", "/");
  const char *path = lua_pushfstring(L, "%s/%s.lua", root, inner);
  if (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
    lua_pushfstring(L, "no file '%s'", path);
    return 1;
  }
  if (luaL_loadfilex(L, path, NULL) != LUA_OK)
    return luaL_error(L, "error loading module '%s' from file '%s':\n\t%s",
                      name, path, lua_tostring(L, -1));
  lua_pushvalue(L, -2);
  return 2;
}

/* Puts it behind the one that looks among what is in the program. `package` is
   on top of the stack. */
static void add_searcher(lua_State *L, const struct program *program) {
  lua_getfield(L, -1, "searchers");
  for (lua_Integer i = luaL_len(L, -1); i > 1; i--) {
    lua_rawgeti(L, -1, i);
    lua_rawseti(L, -2, i + 1);
  }
  lua_pushstring(L, program->root);
  lua_pushcclosure(L, search_half, 1);
  lua_rawseti(L, -2, 2);
  lua_pop(L, 1);
}

static void set_paths(lua_State *L, struct program *program) {
  lua_getglobal(L, "package");
  add_searcher(L, program);
  lua_getfield(L, -1, "path");
  lua_pushfstring(L, "%s/?.lua;%s/?/init.lua;%s", program->root, program->root,
                  lua_tostring(L, -1));
  lua_setfield(L, -3, "path");
  set_module_path(L, program);
  lua_getfield(L, -2, "preload");
  lua_pushlightuserdata(L, program);
  lua_pushcclosure(L, open_program, 1);
  lua_setfield(L, -2, "host.program");
  lua_pop(L, 3);
}

static int add_traceback(lua_State *L) {
  luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
  return 1;
}

/* The main task has failed: says so with the place where it did. */
static void report(lua_State *L, int index, struct sb_task *task) {
  sb_task_results(L, task);
  fprintf(stderr, "sbhost: %s\n", luaL_tolstring(L, -1, NULL));
  sb_task_traceback(L, index);
  if (lua_isstring(L, -1)) fprintf(stderr, "%s\n", lua_tostring(L, -1));
}

/* Under lua_pcall. Runs the loop until the main task has ended. */
static int run_main(lua_State *L) {
  struct program *program = lua_touserdata(L, 1);
  int rc = find_lua_root(program);
  if (rc < 0)
    return luaL_error(L,
                      "cannot find the Lua half of sbhost (cli/main.lua): %s; "
                      "set SBHOST_LUA to its folder",
                      uv_strerror(rc));
  luaL_openlibs(L);
  sb_host_open(L, &program->loop);
  program->opened = 1;
  sb_modules_preload(L);
  set_paths(L, program);

  lua_pushfstring(L, "%s/cli/main.lua", program->root);
  if (luaL_loadfilex(L, lua_tostring(L, -1), "t") != LUA_OK)
    return lua_error(L);
  luaL_checkstack(L, program->argc, "too many arguments");
  for (int i = 1; i < program->argc; i++) lua_pushstring(L, program->argv[i]);
  struct sb_task *task = sb_task_spawn(L, program->argc - 1);
  int index = lua_gettop(L);
  while (sb_task_state(task) < SB_TASK_DONE) {
    if (uv_run(&program->loop, UV_RUN_ONCE) != 0) continue;
    if (sb_task_state(task) < SB_TASK_DONE)
      return luaL_error(L, "the script waits for something that nothing left "
                           "in the program can bring about");
  }
  if (sb_task_state(task) == SB_TASK_FAILED) {
    report(L, index, task);
    program->status = STATUS_FAILED;
  } else if (sb_task_results(L, task) > 0) {
    program->status = (int)lua_tointeger(L, index + 1);
  }
  return 0;
}

/* Attachments and connections keep files open; what the user may have, a
   session is often given less of. */
static void raise_file_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

static void *resize(void *pool, void *block, size_t old, size_t size) {
#ifdef SBHOST_SANITIZE /* which is to know of each block */
  (void)pool, (void)old;
  if (size > 0) return realloc(block, size);
  free(block);
  return NULL;
#else
  return sb_pool_resize(pool, block, old, size);
#endif
}

/* warn() of Lua, in one or more pieces, on standard error. A first piece "@on"
   or "@off" is an order; off is how it begins. */
static void on_warning(void *arg, const char *piece, int more) {
  struct program *program = arg;
  if (!program->warning && !more && piece[0] == '@') {
    if (strcmp(piece, "@on") == 0) program->warns = 1;
    if (strcmp(piece, "@off") == 0) program->warns = 0;
    return;
  }
  if (program->warns)
    fprintf(stderr, "%s%s%s",
            program->warning ? "" : "sbhost: warning: ", piece,
            more ? "" : "\n");
  program->warning = more;
}

/* A picture's pixels are some megabytes. glibc would map and unmap each anew,
   page by page, and the threads that draw would wait for each other in the
   kernel; kept, they are handed out again, and by any thread: with an arena for
   each, all would keep as much, and touch as much memory for the first time. */
static void keep_large_blocks(void) {
#ifdef __GLIBC__
  enum { MIB = 1024 * 1024 };
  /* NOLINTBEGIN(concurrency-mt-unsafe): there is no other thread yet */
  mallopt(M_MMAP_THRESHOLD, 32 * MIB);
  mallopt(M_TRIM_THRESHOLD, 64 * MIB);
  mallopt(M_ARENA_MAX, 1);
  /* NOLINTEND(concurrency-mt-unsafe) */
#endif
}

static void wait_for_gate(void *gate) { uv_sem_wait(gate); }

/* libuv's pool ends the process when its threads cannot be had: so it is tried
   whether they can, those of a store too. 0 or UV_E*. */
static int try_threads(void) {
  uv_thread_t threads[THREADS];
  uv_sem_t gate;
  int n = 0, rc = uv_sem_init(&gate, 0);
  if (rc < 0) return rc;
  while (n < THREADS &&
         (rc = uv_thread_create(&threads[n], wait_for_gate, &gate)) == 0)
    n++;
  for (int i = 0; i < n; i++) uv_sem_post(&gate);
  while (n > 0) uv_thread_join(&threads[--n]);
  uv_sem_destroy(&gate);
  return rc;
}

/* 0, or a negative UV_E* that is told. */
static int begin_loop(uv_loop_t *loop) {
  int rc = try_threads();
  if (rc < 0) {
    fprintf(stderr,
            "sbhost: not enough threads, or memory for them: %s "
            "(see ulimit -u)\n",
            uv_strerror(rc));
    return rc;
  }
  rc = uv_loop_init(loop);
  if (rc < 0) fprintf(stderr, "sbhost: no event loop: %s\n", uv_strerror(rc));
  return rc;
}

/* What was begun without them gets them closed: else the first file that is
   opened would be standard output. */
static void open_streams(void) {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
        open("/dev/null", O_RDWR) < 0)
      return;
}

/* The exit status once all is written; a reader who has gone, as head does, has
   what it wants. */
static int end_output(int status) {
  int failed = fflush(stdout) != 0;
  const char *why = failed ? uv_strerror(uv_translate_sys_error(errno)) : NULL;
  if (!failed && !ferror(stdout)) return status;
  struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
  if (poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0) return status;
  fprintf(stderr, "sbhost: standard output was not written whole%s%s\n",
          why ? ": " : "", why ? why : "");
  return status == 0 ? STATUS_USAGE : status;
}

/* Runs the program in a Lua state; the exit status. */
static int run_program(struct program *program, struct sb_pool *pool) {
  lua_State *L = pool == NULL ? NULL : lua_newstate(resize, pool);
  if (L == NULL) {
    fprintf(stderr, "sbhost: not enough memory\n");
    return STATUS_USAGE;
  }
  lua_setwarnf(L, on_warning, program);
  lua_pushcfunction(L, add_traceback);
  lua_pushcfunction(L, run_main);
  lua_pushlightuserdata(L, program);
  if (lua_pcall(L, 1, 0, 1) != LUA_OK) {
    fprintf(stderr, "sbhost: %s\n", lua_tostring(L, -1));
    program->status = STATUS_USAGE;
  }
  lua_settop(L, 0);
  if (program->opened) sb_host_close(L);
  lua_close(L);
  return program->status;
}

int main(int argc, char **argv) {
  struct program program = {.argv = argv, .argc = argc};
  open_streams();
  /* libcurl is told to leave signals alone; a limit of file sizes is to fail
     the write that meets it. */
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  raise_file_limit();
  keep_large_blocks();
  sb_reserve_install();
  argv = uv_setup_args(argc, argv);
  program.argv = argv;
  if (begin_loop(&program.loop) < 0) return STATUS_USAGE;
  struct sb_pool *pool = sb_pool_new();
  int status = run_program(&program, pool);
  sb_pool_free(pool);
  uv_run(&program.loop, UV_RUN_DEFAULT); /* handles that are closing */
  if (uv_loop_close(&program.loop) != 0)
    fprintf(stderr, "sbhost: a handle was left open\n");
  return end_output(status);
}
