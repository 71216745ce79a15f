/* host/dag.c -- see dag.h. */
#include "host/dag.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* Ids and edges are 32-bit indexes, 0 meaning none: a node takes 24 bytes, an
   edge 8, an entry of a heap 16. */
#define MOST (UINT32_MAX - 1)
#define LANES_MOST UINT16_MAX

struct node {
  double priority;
  uint32_t edges; /* first of the edges to what depends on it */
  union {
    uint32_t open;  /* waiting: how many dependencies are not done */
    uint32_t cause; /* failed, skipped: the failed node behind it */
  };
  uint32_t next; /* skipped: the next one to be told of */
  uint16_t lane;
  uint8_t state;
  uint8_t in_heap; /* an entry lies in its lane's heap, perhaps a stale one */
};

struct edge {
  uint32_t to, next;
};

struct entry {
  double priority;
  uint32_t id;
};

struct lane {
  char *name;
  size_t len;
  uint32_t cap, running; /* cap 0: no limit */
  struct entry *heap;
  uint32_t count, members; /* entries; nodes ever added */
  size_t capacity;         /* of the heap, at least members */
};

struct sb_dag {
  struct node *nodes; /* [0] is unused */
  struct edge *edges; /* [0] is unused */
  struct lane *lanes;
  size_t nodes_capacity, edges_capacity, lanes_capacity;
  uint32_t size, edge_count;
  uint32_t free_edge; /* list of edges to be used again */
  unsigned lane_count;
  uint32_t counts[SB_DAG_STATES];
  uint32_t first_skipped, last_skipped; /* those not told of yet */
};

/* Makes room for `need` elements, at least doubling. */
static int grow(void **array, size_t *capacity, size_t need, size_t size) {
  if (need <= *capacity) return 0;
  size_t wanted = *capacity < 16 ? 16 : *capacity * 2;
  if (wanted < need) wanted = need;
  if (wanted > SIZE_MAX / size) return UV_ENOMEM;
  void *grown = realloc(*array, wanted * size);
  if (grown == NULL) return UV_ENOMEM;
  *array = grown;
  *capacity = wanted;
  return 0;
}

struct sb_dag *sb_dag_new(void) {
  struct sb_dag *dag = calloc(1, sizeof *dag);
  unsigned lane;
  if (dag == NULL) return NULL;
  if (sb_dag_lane(dag, "", 0, &lane) < 0) {
    sb_dag_free(dag);
    return NULL;
  }
  return dag;
}

void sb_dag_free(struct sb_dag *dag) {
  if (dag == NULL) return;
  for (unsigned i = 0; i < dag->lane_count; i++) {
    free(dag->lanes[i].name);
    free(dag->lanes[i].heap);
  }
  free(dag->lanes);
  free(dag->edges);
  free(dag->nodes);
  free(dag);
}

/*
** Lanes and their heaps of ready nodes.
*/

int sb_dag_lane(struct sb_dag *dag, const char *name, size_t len,
                unsigned *lane) {
  for (unsigned i = 0; i < dag->lane_count; i++) {
    const struct lane *l = &dag->lanes[i];
    if (l->len == len && memcmp(l->name, name, len) == 0) {
      *lane = i;
      return 0;
    }
  }
  if (dag->lane_count == LANES_MOST) return UV_E2BIG;
  int rc = grow((void **)&dag->lanes, &dag->lanes_capacity,
                dag->lane_count + (size_t)1, sizeof *dag->lanes);
  if (rc < 0) return rc;
  char *copy = malloc(len + 1);
  if (copy == NULL) return UV_ENOMEM;
  memcpy(copy, name, len);
  *lane = dag->lane_count++;
  dag->lanes[*lane] = (struct lane){.name = copy, .len = len};
  return 0;
}

void sb_dag_limit(struct sb_dag *dag, unsigned lane, uint32_t cap) {
  dag->lanes[lane].cap = cap;
}

static bool before(const struct entry *a, const struct entry *b) {
  if (a->priority != b->priority) return a->priority > b->priority;
  return a->id < b->id;
}

/* The heaps have four children a node: half the levels of a binary one, and
   the four lie in one or two cache lines. Ready nodes come mostly in order, so
   that a push mostly stops where it starts. */
static void heap_push(struct lane *lane, struct entry entry) {
  uint32_t at = lane->count++;
  while (at > 0) {
    uint32_t parent = (at - 1) / 4;
    if (!before(&entry, &lane->heap[parent])) break;
    lane->heap[at] = lane->heap[parent];
    at = parent;
  }
  lane->heap[at] = entry;
}

static void heap_pop(struct lane *lane) {
  struct entry last = lane->heap[--lane->count];
  uint32_t count = lane->count;
  uint32_t at = 0;
  for (;;) {
    uint32_t child = 4 * at + 1;
    if (child >= count) break;
    uint32_t end = count - child < 4 ? count : child + 4;
    uint32_t best = child;
    for (uint32_t i = child + 1; i < end; i++)
      if (before(&lane->heap[i], &lane->heap[best])) best = i;
    if (!before(&lane->heap[best], &last)) break;
    lane->heap[at] = lane->heap[best];
    at = best;
  }
  lane->heap[at] = last;
}

/* Nodes that were taken back to waiting, or skipped, leave their entry behind:
   it is dropped when it comes up, or good again when they are. */
static const struct entry *lane_top(struct sb_dag *dag, struct lane *lane) {
  while (lane->count > 0) {
    struct node *node = &dag->nodes[lane->heap[0].id];
    if (node->state == SB_DAG_READY) return &lane->heap[0];
    node->in_heap = 0;
    heap_pop(lane);
  }
  return NULL;
}

/*
** States.
*/

static void set_state(struct sb_dag *dag, struct node *node,
                      enum sb_dag_state state) {
  dag->counts[node->state]--;
  dag->counts[state]++;
  node->state = (uint8_t)state;
}

static void make_ready(struct sb_dag *dag, uint32_t id) {
  struct node *node = &dag->nodes[id];
  set_state(dag, node, SB_DAG_READY);
  if (node->in_heap) return;
  node->in_heap = 1;
  heap_push(&dag->lanes[node->lane], (struct entry){node->priority, id});
}

/* Takes the first of a node's edges off it: what depends on it, or 0. */
static uint32_t take_edge(struct sb_dag *dag, struct node *node) {
  uint32_t index = node->edges;
  if (index == 0) return 0;
  struct edge *edge = &dag->edges[index];
  node->edges = edge->next;
  edge->next = dag->free_edge;
  dag->free_edge = index;
  return edge->to;
}

static void skip(struct sb_dag *dag, uint32_t id, uint32_t cause) {
  struct node *node = &dag->nodes[id];
  set_state(dag, node, SB_DAG_SKIPPED);
  node->cause = cause;
  node->next = 0;
  if (dag->first_skipped == 0)
    dag->first_skipped = id;
  else
    dag->nodes[dag->last_skipped].next = id;
  dag->last_skipped = id;
}

/* Skips what depends on a failed or skipped node. Those that it skips are at
   the end of the list of what is to be told of, which so serves as the queue
   of what is still to be followed. */
static void spread(struct sb_dag *dag, uint32_t id) {
  uint32_t cause = dag->nodes[id].cause;
  uint32_t last = dag->last_skipped;
  bool was_empty = dag->first_skipped == 0;
  for (;;) {
    uint32_t to;
    while ((to = take_edge(dag, &dag->nodes[id])) != 0)
      if (dag->nodes[to].state <= SB_DAG_READY) skip(dag, to, cause);
    if (dag->first_skipped == 0) return;
    if (was_empty)
      id = dag->first_skipped;
    else
      id = dag->nodes[last].next;
    if (id == 0) return;
    was_empty = false;
    last = id;
  }
}

/*
** Building.
*/

static bool exists(const struct sb_dag *dag, uint32_t id) {
  return id > 0 && id <= dag->size;
}

/* Room for one more node of the lane, and for its edges. Heaps get room for
   every node of their lane here, so that no later step needs memory. */
static int reserve(struct sb_dag *dag, struct lane *lane, size_t nodes,
                   size_t edges) {
  if (nodes > MOST - dag->size || edges > MOST - dag->edge_count)
    return UV_E2BIG;
  int rc = grow((void **)&dag->nodes, &dag->nodes_capacity,
                dag->size + nodes + 1, sizeof *dag->nodes);
  if (rc == 0)
    rc = grow((void **)&dag->edges, &dag->edges_capacity,
              dag->edge_count + edges + 1, sizeof *dag->edges);
  if (rc == 0)
    rc = grow((void **)&lane->heap, &lane->capacity, lane->members + nodes,
              sizeof *lane->heap);
  return rc;
}

/* Room for it has been made. */
static void put_edge(struct sb_dag *dag, struct node *from, uint32_t to) {
  uint32_t index = dag->free_edge;
  if (index != 0)
    dag->free_edge = dag->edges[index].next;
  else
    index = ++dag->edge_count;
  dag->edges[index] = (struct edge){to, from->edges};
  from->edges = index;
}

int sb_dag_add(struct sb_dag *dag, unsigned lane_index, double priority,
               const uint32_t *deps, size_t ndeps, uint32_t *id) {
  struct lane *lane = &dag->lanes[lane_index];
  if (priority != priority) return UV_EINVAL;
  for (size_t i = 0; i < ndeps; i++)
    if (!exists(dag, deps[i])) return UV_EINVAL;
  int rc = reserve(dag, lane, 1, ndeps);
  if (rc < 0) return rc;

  *id = ++dag->size;
  lane->members++;
  struct node *node = &dag->nodes[*id];
  *node = (struct node){.priority = priority, .lane = (uint16_t)lane_index};
  dag->counts[SB_DAG_WAITING]++;
  uint32_t cause = 0;
  for (size_t i = 0; i < ndeps; i++) {
    struct node *dep = &dag->nodes[deps[i]];
    if (dep->state >= SB_DAG_FAILED)
      cause = dep->cause;
    else if (dep->state != SB_DAG_DONE) {
      node->open++;
      put_edge(dag, dep, *id);
    }
  }
  if (cause != 0)
    skip(dag, *id, cause);
  else if (node->open == 0)
    make_ready(dag, *id);
  return 0;
}

int sb_dag_edge(struct sb_dag *dag, uint32_t from_id, uint32_t to_id) {
  if (!exists(dag, from_id) || !exists(dag, to_id) || from_id == to_id)
    return UV_EINVAL;
  struct node *from = &dag->nodes[from_id];
  struct node *to = &dag->nodes[to_id];
  if (to->state == SB_DAG_SKIPPED) return 0;
  if (to->state > SB_DAG_READY) return UV_EBUSY;
  if (from->state == SB_DAG_DONE) return 0;
  if (from->state >= SB_DAG_FAILED) {
    skip(dag, to_id, from->cause);
    spread(dag, to_id);
    return 0;
  }
  int rc = reserve(dag, &dag->lanes[to->lane], 0, 1);
  if (rc < 0) return rc;
  from = &dag->nodes[from_id]; /* where they are now */
  to = &dag->nodes[to_id];
  if (to->state == SB_DAG_READY) {
    set_state(dag, to, SB_DAG_WAITING);
    to->open = 0;
  }
  to->open++;
  put_edge(dag, from, to_id);
  return 0;
}

/*
** Running.
*/

uint32_t sb_dag_start(struct sb_dag *dag) {
  struct lane *chosen = NULL;
  const struct entry *best = NULL;
  if (dag->counts[SB_DAG_READY] == 0) return 0;
  for (unsigned i = 0; i < dag->lane_count; i++) {
    struct lane *lane = &dag->lanes[i];
    if (lane->cap != 0 && lane->running >= lane->cap) continue;
    const struct entry *top = lane_top(dag, lane);
    if (top == NULL || (best != NULL && before(best, top))) continue;
    best = top;
    chosen = lane;
  }
  if (best == NULL) return 0;
  uint32_t id = best->id;
  heap_pop(chosen);
  chosen->running++;
  dag->nodes[id].in_heap = 0;
  set_state(dag, &dag->nodes[id], SB_DAG_RUNNING);
  return id;
}

void sb_dag_done(struct sb_dag *dag, uint32_t id) {
  struct node *node = &dag->nodes[id];
  uint32_t to;
  set_state(dag, node, SB_DAG_DONE);
  dag->lanes[node->lane].running--;
  while ((to = take_edge(dag, node)) != 0) {
    struct node *dependent = &dag->nodes[to];
    if (dependent->state == SB_DAG_WAITING && --dependent->open == 0)
      make_ready(dag, to);
  }
}

void sb_dag_fail(struct sb_dag *dag, uint32_t id) {
  struct node *node = &dag->nodes[id];
  set_state(dag, node, SB_DAG_FAILED);
  dag->lanes[node->lane].running--;
  node->cause = id;
  spread(dag, id);
}

void sb_dag_put_back(struct sb_dag *dag, uint32_t id) {
  dag->lanes[dag->nodes[id].lane].running--;
  make_ready(dag, id);
}

uint32_t sb_dag_next_skipped(struct sb_dag *dag, uint32_t *cause) {
  uint32_t id = dag->first_skipped;
  if (id == 0) return 0;
  dag->first_skipped = dag->nodes[id].next;
  *cause = dag->nodes[id].cause;
  return id;
}

/*
** Looking.
*/

enum sb_dag_state sb_dag_state(const struct sb_dag *dag, uint32_t id) {
  return (enum sb_dag_state)dag->nodes[id].state;
}

const uint32_t *sb_dag_counts(const struct sb_dag *dag) { return dag->counts; }

uint32_t sb_dag_size(const struct sb_dag *dag) { return dag->size; }

/* needs[id]: a waiting node that the waiting node id depends on, or 0. */
static void find_needs(const struct sb_dag *dag, uint32_t *needs) {
  for (uint32_t id = 1; id <= dag->size; id++) {
    if (dag->nodes[id].state != SB_DAG_WAITING) continue;
    for (uint32_t e = dag->nodes[id].edges; e != 0; e = dag->edges[e].next)
      needs[dag->edges[e].to] = id;
  }
}

int sb_dag_cycle(const struct sb_dag *dag, uint32_t **path, size_t *len) {
  *path = NULL;
  *len = 0;
  if (dag->counts[SB_DAG_WAITING] == 0) return 0;
  uint32_t *needs = calloc(2 * ((size_t)dag->size + 1), sizeof *needs);
  if (needs == NULL) return UV_ENOMEM;
  uint32_t *step = needs + dag->size + 1; /* when the walk came by, from 1 */
  find_needs(dag, needs);
  uint32_t id = 1;
  while (needs[id] == 0) id++;
  uint32_t walked = 0;
  for (; step[id] == 0; id = needs[id]) step[id] = ++walked;
  *len = walked - step[id] + 1;
  for (size_t i = 0; i < *len; i++, id = needs[id]) step[i] = id;
  memmove(needs, step, *len * sizeof *needs);
  *path = needs;
  return 0;
}
