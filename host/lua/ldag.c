/* host/lua/ldag.c -- Lua module "host.dag": host/dag.h for scripts. Every node
   runs as an errand, so that it may wait; the graph starts them in slices of a
   turn, so that the loop lives. */
#include <lauxlib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "host/dag.h"
#include "host/lua/bridge.h"
#include "host/lua/modules.h"
#include "host/lua/task.h"

#define GRAPH "host.graph"

/* How long one turn starts nodes, before others have theirs. */
#define SLICE_NS 1000000

/* User values of a graph. */
enum { RUN = 1, ON_SKIP, ON_ERROR, FAULT };

struct graph {
  struct sb_turn turn; /* first: starts nodes */
  struct sb_dag *dag;
  lua_State *main;
  struct pass *pass;       /* who waits in graph:run, or NULL */
  struct errand *errands;  /* the nodes that run, only while pass lives */
  struct errand *starting; /* the one inside sb_errand_run */
  bool tells_skips, stopped;
};

/* One call of graph:run. */
struct pass {
  struct sb_wait base;
  struct graph *graph;
  bool over;    /* nothing runs and nothing can start */
  bool faulted; /* the graph's FAULT is to be raised */
};

/* One node that runs. */
struct errand {
  struct graph *graph;  /* NULL once nobody waits for it any more */
  struct sb_task *task; /* NULL inside sb_errand_run */
  struct errand *next, **link;
  bool *ended; /* set when it ends inside sb_errand_run */
  uint32_t id;
};

static struct graph *check_graph(lua_State *L) {
  struct graph *graph = luaL_checkudata(L, 1, GRAPH);
  return graph;
}

static uint32_t check_id(lua_State *L, struct graph *graph, int index) {
  lua_Integer id = luaL_checkinteger(L, index);
  luaL_argcheck(L, id > 0 && id <= sb_dag_size(graph->dag), index,
                "no such node");
  return (uint32_t)id;
}

/* Lets the graph look for nodes to start, while somebody waits for them. */
static void post(struct graph *graph) {
  if (graph->pass == NULL) return;
  graph->pass->over = false;
  sb_turn_post(graph->main, &graph->turn);
}

/*
** Making and changing graphs.
*/

static uint32_t check_cap(lua_State *L, int index) {
  lua_Integer cap = lua_tointeger(L, index);
  if (cap < 1 || cap > UINT32_MAX)
    luaL_error(L, "the limit of a lane must be a whole number from 1 up");
  return (uint32_t)cap;
}

static unsigned find_lane(lua_State *L, struct graph *graph, int index) {
  size_t len;
  unsigned lane;
  const char *name = luaL_checklstring(L, index, &len);
  int rc = sb_dag_lane(graph->dag, name, len, &lane);
  if (rc < 0) luaL_error(L, "lane '%s': %s", name, uv_strerror(rc));
  return lane;
}

/* The option of that name, a function, becomes a user value of the graph. */
static bool take_function(lua_State *L, const char *name, int slot) {
  int type = lua_getfield(L, 1, name);
  if (type != LUA_TFUNCTION && (type != LUA_TNIL || slot == RUN))
    luaL_error(L, "field '%s': function expected, got %s", name,
               luaL_typename(L, -1));
  lua_setiuservalue(L, 2, slot);
  return type == LUA_TFUNCTION;
}

static void take_lanes(lua_State *L, struct graph *graph) {
  if (lua_getfield(L, 1, "lanes") == LUA_TNIL) return;
  luaL_checktype(L, -1, LUA_TTABLE);
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) {
    luaL_argcheck(L, lua_type(L, -2) == LUA_TSTRING, 1,
                  "lanes: names expected as keys");
    sb_dag_limit(graph->dag, find_lane(L, graph, -2), check_cap(L, -1));
    lua_pop(L, 1);
  }
}

/* dag.new{ run = fn, on_skip = fn, on_error = fn, lanes = { name = cap } }
   -> graph */
static int dag_new(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  struct graph *graph = lua_newuserdatauv(L, sizeof *graph, FAULT);
  *graph = (struct graph){.turn.run = NULL};
  luaL_setmetatable(L, GRAPH);
  graph->dag = sb_dag_new();
  if (graph->dag == NULL) return luaL_error(L, "not enough memory");
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  graph->main = lua_tothread(L, -1);
  take_function(L, "run", RUN);
  graph->tells_skips = take_function(L, "on_skip", ON_SKIP);
  take_function(L, "on_error", ON_ERROR);
  take_lanes(L, graph);
  lua_settop(L, 2);
  return 1;
}

/* graph:add(lane or nil, priority, ...) -> id; the rest: what it waits for */
static int graph_add(lua_State *L) {
  struct graph *graph = check_graph(L);
  unsigned lane = lua_isnoneornil(L, 2) ? 0 : find_lane(L, graph, 2);
  lua_Number priority = luaL_checknumber(L, 3);
  int ndeps = lua_gettop(L) - 3;
  uint32_t few[16], id;
  uint32_t *deps = few;
  if ((size_t)ndeps > sizeof few / sizeof few[0])
    deps = lua_newuserdatauv(L, (size_t)ndeps * sizeof *deps, 0);
  for (int i = 0; i < ndeps; i++) deps[i] = check_id(L, graph, i + 4);
  int rc = sb_dag_add(graph->dag, lane, priority, deps, (size_t)ndeps, &id);
  if (rc < 0) return luaL_error(L, "add: %s", uv_strerror(rc));
  post(graph);
  lua_pushinteger(L, id);
  return 1;
}

/* graph:edge(from, to) */
static int graph_edge(lua_State *L) {
  struct graph *graph = check_graph(L);
  uint32_t from = check_id(L, graph, 2);
  uint32_t to = check_id(L, graph, 3);
  int rc = sb_dag_edge(graph->dag, from, to);
  if (rc == UV_EINVAL)
    return luaL_error(L, "node %d waits for itself", (int)to);
  if (rc == UV_EBUSY) return luaL_error(L, "node %d has started", (int)to);
  if (rc < 0) return luaL_error(L, "edge: %s", uv_strerror(rc));
  post(graph); /* it may have skipped something */
  return 0;
}

/* graph:limit(lane, cap or nil) */
static int graph_limit(lua_State *L) {
  struct graph *graph = check_graph(L);
  uint32_t cap = lua_isnoneornil(L, 3) ? 0 : check_cap(L, 3);
  sb_dag_limit(graph->dag, find_lane(L, graph, 2), cap);
  post(graph);
  return 0;
}

static const char *const state_names[] = {"waiting", "ready",  "running",
                                          "done",    "failed", "skipped"};

/* graph:state(id) -> "waiting" | "ready" | "running" | "done" | "failed" |
   "skipped" */
static int graph_state(lua_State *L) {
  struct graph *graph = check_graph(L);
  uint32_t id = check_id(L, graph, 2);
  lua_pushstring(L, state_names[sb_dag_state(graph->dag, id)]);
  return 1;
}

/* graph:counts() -> { waiting =, ready =, running =, done =, failed =,
   skipped = } */
static int graph_counts(lua_State *L) {
  const uint32_t *counts = sb_dag_counts(check_graph(L)->dag);
  lua_createtable(L, 0, SB_DAG_STATES);
  for (int i = 0; i < SB_DAG_STATES; i++) {
    lua_pushinteger(L, counts[i]);
    lua_setfield(L, -2, state_names[i]);
  }
  return 1;
}

/* graph:stop() */
static int graph_stop(lua_State *L) {
  struct graph *graph = check_graph(L);
  graph->stopped = graph->pass != NULL;
  post(graph);
  return 0;
}

static int graph_gc(lua_State *L) {
  struct graph *graph = lua_touserdata(L, 1);
  sb_dag_free(graph->dag);
  graph->dag = NULL;
  return 0;
}

/*
** Running: what Lua is called back for, on the main thread, protected.
*/

/* What is on top of L becomes what graph:run raises. */
static void raise_later(lua_State *L, struct graph *graph) {
  if (graph->pass != NULL) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, graph);
    lua_insert(L, -2);
    lua_setiuservalue(L, -2, FAULT);
    graph->pass->faulted = true;
    sb_wait_wake(&graph->pass->base);
  }
  lua_pop(L, 1);
}

/* (graph, id, error, traceback): tells on_error, or else the terminal */
static int tell_error(lua_State *L) {
  if (lua_getiuservalue(L, 1, ON_ERROR) == LUA_TFUNCTION) {
    lua_replace(L, 1);
    lua_call(L, 3, 0);
  } else {
    fprintf(stderr, "sbhost: node %d failed: %s\n", (int)lua_tointeger(L, 2),
            luaL_tolstring(L, 3, NULL));
    if (lua_isstring(L, 4)) fprintf(stderr, "%s\n", lua_tostring(L, 4));
  }
  return 0;
}

/* The node whose error and, below it, traceback are on top of co has failed.
   The graph is kept on the stack, for on_error may end it. Must not raise. */
static void fail_node(struct graph *graph, uint32_t id, lua_State *co) {
  lua_State *L = graph->main;
  lua_rawgetp(L, LUA_REGISTRYINDEX, graph);
  sb_dag_fail(graph->dag, id);
  lua_pushcfunction(L, tell_error);
  lua_pushvalue(L, -2);
  lua_pushinteger(L, id);
  lua_xmove(co, L, 1);
  lua_xmove(co, L, 1);
  if (lua_pcall(L, 4, 0, 0) != LUA_OK) raise_later(L, graph);
  post(graph);
  lua_pop(L, 1);
}

static void unlink_errand(struct errand *errand) {
  *errand->link = errand->next;
  if (errand->next != NULL) errand->next->link = errand->link;
}

/* A node has ended, perhaps inside sb_errand_run. Must not raise. */
static void on_ended(lua_State *co, enum sb_task_state state, int nresults,
                     void *arg) {
  struct errand *errand = arg;
  struct graph *graph = errand->graph;
  uint32_t id = errand->id;
  if (errand->ended != NULL) *errand->ended = true;
  if (graph != NULL) unlink_errand(errand);
  free(errand);
  if (graph == NULL) return;
  if (state == SB_TASK_CANCELLED) {
    sb_dag_put_back(graph->dag, id);
  } else if (state == SB_TASK_FAILED) {
    fail_node(graph, id, co);
    return;
  } else if (nresults > 0 && lua_isboolean(co, -nresults) &&
             !lua_toboolean(co, -nresults)) {
    sb_dag_fail(graph->dag, id);
  } else {
    sb_dag_done(graph->dag, id);
  }
  post(graph);
}

static struct errand *new_errand(lua_State *L, struct graph *graph,
                                 uint32_t id) {
  struct errand *errand = malloc(sizeof *errand);
  if (errand == NULL) {
    sb_dag_put_back(graph->dag, id);
    luaL_error(L, "not enough memory");
    return NULL;
  }
  *errand = (struct errand){.graph = graph, .id = id};
  errand->next = graph->errands;
  errand->link = &graph->errands;
  if (errand->next != NULL) errand->next->link = &errand->next;
  graph->errands = errand;
  return errand;
}

/* Starts a node; the graph is at 1, its run function at 2. */
static void start_node(lua_State *L, struct graph *graph, uint32_t id) {
  struct errand *errand = new_errand(L, graph, id);
  bool ended = false;
  errand->ended = &ended;
  graph->starting = errand;
  lua_pushvalue(L, 2);
  lua_pushinteger(L, id);
  struct sb_task *task = sb_errand_run(L, 1, on_ended, errand);
  graph->starting = NULL;
  if (ended) return;
  errand->ended = NULL;
  errand->task = task;
  if (errand->graph == NULL) sb_task_cancel(task);
}

/* Tells of one skipped node; false when there is none. */
static bool tell_skip(lua_State *L, struct graph *graph) {
  uint32_t cause;
  uint32_t id = sb_dag_next_skipped(graph->dag, &cause);
  if (id == 0) return false;
  if (!graph->tells_skips) return true;
  lua_getiuservalue(L, 1, ON_SKIP);
  lua_pushinteger(L, id);
  lua_pushinteger(L, cause);
  lua_call(L, 2, 0);
  return true;
}

/* (graph): one slice of work */
static int pump(lua_State *L) {
  struct graph *graph = lua_touserdata(L, 1);
  uint64_t end = uv_hrtime() + SLICE_NS;
  lua_getiuservalue(L, 1, RUN);
  while (graph->pass != NULL && !graph->pass->faulted) {
    if (!tell_skip(L, graph)) {
      uint32_t id = graph->stopped ? 0 : sb_dag_start(graph->dag);
      if (id == 0) {
        graph->pass->over = graph->errands == NULL;
        if (graph->pass->over) sb_wait_wake(&graph->pass->base);
        return 0;
      }
      start_node(L, graph, id);
    }
    if (uv_hrtime() >= end) break;
  }
  post(graph);
  return 0;
}

static void on_turn(lua_State *L, struct sb_turn *turn) {
  struct graph *graph = (struct graph *)turn;
  lua_rawgetp(L, LUA_REGISTRYINDEX, graph); /* keeps it until the end */
  lua_pushcfunction(L, pump);
  lua_pushvalue(L, -2);
  if (lua_pcall(L, 1, 0, 0) == LUA_OK) return;
  struct errand *errand = graph->starting;
  if (errand != NULL) { /* no memory for its coroutine */
    graph->starting = NULL;
    if (errand->graph != NULL) {
      unlink_errand(errand);
      sb_dag_put_back(graph->dag, errand->id);
    }
    free(errand);
  }
  raise_later(L, graph);
}

/*
** graph:run
*/

/* However graph:run ends, no node of it runs on. */
static void pass_drop(struct sb_wait *wait) {
  struct graph *graph = ((struct pass *)wait)->graph;
  if (graph == NULL || graph->pass == NULL) return;
  lua_State *L = graph->main;
  sb_turn_unpost(&graph->turn);
  graph->pass = NULL;
  while (graph->errands != NULL) {
    struct errand *errand = graph->errands;
    unlink_errand(errand);
    errand->graph = NULL;
    sb_dag_put_back(graph->dag, errand->id);
    if (errand->task != NULL) sb_task_cancel(errand->task);
  }
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, graph);
}

/* Nothing runs and nothing can start, yet nodes wait: says for what. */
static int raise_cycle(lua_State *L, struct graph *graph) {
  uint32_t *path;
  size_t len;
  luaL_Buffer text;
  int rc = sb_dag_cycle(graph->dag, &path, &len);
  if (rc < 0) return luaL_error(L, "not enough memory");
  size_t shown = len < 20 ? len : 20;
  uint32_t ids[21];
  for (size_t i = 0; i < shown; i++) ids[i] = path[i];
  ids[shown] = path[0];
  free(path); /* before anything can raise */
  luaL_buffinit(L, &text);
  for (size_t i = 0; i <= shown; i++) {
    if (i == shown && shown < len) luaL_addstring(&text, " -> ...");
    lua_pushfstring(L, i == 0 ? "%d" : " -> %d", (int)ids[i]);
    luaL_addvalue(&text);
  }
  luaL_pushresult(&text);
  return luaL_error(L, "nodes wait for each other: %s", lua_tostring(L, -1));
}

static int run_k(lua_State *L, int status, lua_KContext ctx) {
  struct pass *pass = (struct pass *)ctx;
  struct graph *graph = pass->graph;
  const uint32_t *counts = sb_dag_counts(graph->dag);
  (void)status;
  if (pass->faulted) {
    lua_getiuservalue(L, 1, FAULT);
    lua_pushnil(L);
    lua_setiuservalue(L, 1, FAULT);
    return lua_error(L);
  }
  if (!pass->over) { /* something came in after it was woken */
    return sb_wait_yield(L, &pass->base, run_k);
  }
  if (!graph->stopped && counts[SB_DAG_WAITING] > 0)
    return raise_cycle(L, graph);
  lua_pushinteger(L, counts[SB_DAG_DONE]);
  lua_pushinteger(L, counts[SB_DAG_FAILED]);
  lua_pushinteger(L, counts[SB_DAG_SKIPPED]);
  return 3;
}

/* graph:run() -> done, failed, skipped */
static int graph_run(lua_State *L) {
  struct graph *graph = check_graph(L);
  if (graph->pass != NULL) return luaL_error(L, "the graph is running");
  lua_settop(L, 1);
  struct pass *pass = sb_wait_push(L, sizeof *pass, pass_drop);
  lua_pushvalue(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, graph);
  pass->graph = graph;
  graph->pass = pass;
  graph->stopped = false;
  graph->turn.run = on_turn;
  post(graph);
  return sb_wait_yield(L, &pass->base, run_k);
}

static const luaL_Reg dag_lib[] = {{"new", dag_new}, {NULL, NULL}};

static const luaL_Reg graph_methods[] = {
    {"add", graph_add},       {"edge", graph_edge},
    {"limit", graph_limit},   {"state", graph_state},
    {"counts", graph_counts}, {"stop", graph_stop},
    {"run", graph_run},       {NULL, NULL}};

static const luaL_Reg graph_meta[] = {{"__gc", graph_gc}, {NULL, NULL}};

int luaopen_host_dag(lua_State *L) {
  sb_newtype(L, GRAPH, graph_meta, graph_methods);
  luaL_newlib(L, dag_lib);
  return 1;
}
