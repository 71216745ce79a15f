/*
** host/dag.h -- a graph of nodes and what each waits for: which may start now
** and in what order, and what a failure takes with it. Bookkeeping only: it
** runs nothing, waits for nothing, and may be added to at any time.
**
**   waiting --> ready --> running --> done
**      |          |          `-----> failed
**      `----------`--> skipped
**
** A node is ready when all that it depends on is done. Of the ready ones whose
** lane has room, that of the highest priority starts first, ties by lower id.
** What depends on a failed node, at any remove, is skipped; nothing else is.
** A new edge takes a ready node back to waiting.
**
** Ids count from 1. Functions that return int give 0 or a negative UV_E*, and
** change nothing when they fail. The others cannot fail.
*/
#ifndef SB_HOST_DAG_H
#define SB_HOST_DAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sb_dag_state {
  SB_DAG_WAITING,
  SB_DAG_READY,
  SB_DAG_RUNNING,
  SB_DAG_DONE,
  SB_DAG_FAILED,
  SB_DAG_SKIPPED,
  SB_DAG_STATES
};

struct sb_dag;

struct sb_dag *sb_dag_new(void); /* NULL: no memory */
void sb_dag_free(struct sb_dag *dag);

/* Lanes limit how many nodes of a class run at once. Lane 0 has no name and no
   limit; sb_dag_lane finds or makes the one of that name, at first without a
   limit. cap 0 takes the limit away. */
int sb_dag_lane(struct sb_dag *dag, const char *name, size_t len,
                unsigned *lane);
void sb_dag_limit(struct sb_dag *dag, unsigned lane, uint32_t cap);

/* A new node. A dependency that is done counts for nothing; one that failed or
   was skipped makes the new node skipped. UV_EINVAL: a dependency that does
   not exist, or a priority that is not a number. */
int sb_dag_add(struct sb_dag *dag, unsigned lane, double priority,
               const uint32_t *deps, size_t ndeps, uint32_t *id);

/* Makes node `to` wait for node `from` too. UV_EINVAL: no such node, or the
   same one twice. UV_EBUSY: `to` has started already, or ended. That an edge
   closes a longer cycle is not looked for here: see sb_dag_cycle. */
int sb_dag_edge(struct sb_dag *dag, uint32_t from, uint32_t to);

/* Takes the next node to start, which is then running; 0 when none may. */
uint32_t sb_dag_start(struct sb_dag *dag);

/* The end of a running node, or (put_back) that it never began. */
void sb_dag_done(struct sb_dag *dag, uint32_t id);
void sb_dag_fail(struct sb_dag *dag, uint32_t id);
void sb_dag_put_back(struct sb_dag *dag, uint32_t id);

/* Takes the next skipped node that was not told of yet, and the failed node
   that it was skipped for; 0 when there is none. */
uint32_t sb_dag_next_skipped(struct sb_dag *dag, uint32_t *cause);

/* id is one that sb_dag_add gave. */
enum sb_dag_state sb_dag_state(const struct sb_dag *dag, uint32_t id);

/* How many nodes there are of each state, and in all. */
const uint32_t *sb_dag_counts(const struct sb_dag *dag);
uint32_t sb_dag_size(const struct sb_dag *dag);

/* When nothing is ready or running and some nodes still wait, they wait for
   each other. Gives one such cycle: *path (to be freed) holds *len ids, each
   of which waits for the next, and the last for the first. *len is 0 when
   nothing waits. */
int sb_dag_cycle(const struct sb_dag *dag, uint32_t **path, size_t *len);

#endif
