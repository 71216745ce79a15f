/* host/net/limiter.c -- see limiter.h. */
#include "host/net/limiter.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#define CAP_AT_FIRST 4
#define CAP_MOST (1u << 20) /* far above what one process can have open */
#define HALVE_ONCE_IN UINT64_C(5000000000)

/* Before every ordinary order; those that ask again keep theirs, too. */
#define AHEAD (INT64_MIN / 2)

struct lane {
  struct lane *next;
  uint32_t cap, used; /* cap 0: none */
  char name[];
};

struct model {
  struct model *next;
  struct lane *lane; /* NULL until somebody asks for it */
  uint32_t cap, used;
  uint32_t ended_well; /* in this window */
  bool was_full;       /* in this window */
  bool was_busy;       /* ever */
  uint64_t halved_at;
  uint64_t parked_until;
  struct sb_pace pace;
  char name[];
};

/* What waits for one model in one lane: a binary heap, best first. */
struct sb_queue {
  struct sb_queue *next;
  struct lane *lane;
  struct model *model;
  struct sb_slot **slots; /* [0] is unused */
  size_t count, capacity;
};

struct sb_limiter {
  struct lane *lanes;
  struct model *models; /* in the order that they were named */
  struct sb_queue *queues;
  int64_t asked; /* how often */
};

struct sb_limiter *sb_limiter_new(void) {
  return calloc(1, sizeof(struct sb_limiter));
}

void sb_limiter_free(struct sb_limiter *limiter) {
  if (limiter == NULL) return;
  for (struct lane *lane = limiter->lanes, *next; lane != NULL; lane = next) {
    next = lane->next;
    free(lane);
  }
  for (struct model *m = limiter->models, *next; m != NULL; m = next) {
    next = m->next;
    free(m);
  }
  for (struct sb_queue *q = limiter->queues, *next; q != NULL; q = next) {
    next = q->next;
    free(q->slots);
    free(q);
  }
  free(limiter);
}

/*
** What is known by name. There are a few of each, so that a list will do.
*/

static struct lane *find_lane(struct sb_limiter *limiter, const char *name) {
  struct lane **link = &limiter->lanes;
  for (; *link != NULL; link = &(*link)->next)
    if (strcmp((*link)->name, name) == 0) return *link;
  size_t size = strlen(name) + 1;
  struct lane *lane = calloc(1, sizeof *lane + size);
  if (lane == NULL) return NULL;
  memcpy(lane->name, name, size);
  return *link = lane;
}

static struct model *find_model(struct sb_limiter *limiter, const char *name) {
  struct model **link = &limiter->models;
  for (; *link != NULL; link = &(*link)->next)
    if (strcmp((*link)->name, name) == 0) return *link;
  size_t size = strlen(name) + 1;
  struct model *model = calloc(1, sizeof *model + size);
  if (model == NULL) return NULL;
  memcpy(model->name, name, size);
  return *link = model;
}

static struct sb_queue *find_queue(struct sb_limiter *limiter,
                                   const char *lane_name,
                                   const char *model_name) {
  struct lane *lane = find_lane(limiter, lane_name);
  struct model *model = find_model(limiter, model_name);
  if (lane == NULL || model == NULL) return NULL;
  struct sb_queue **link = &limiter->queues;
  for (; *link != NULL; link = &(*link)->next)
    if ((*link)->lane == lane && (*link)->model == model) return *link;
  struct sb_queue *queue = calloc(1, sizeof *queue);
  if (queue == NULL) return NULL;
  queue->lane = lane;
  queue->model = model;
  if (model->lane == NULL) {
    model->lane = lane;
    model->cap = lane->cap != 0 ? lane->cap : CAP_AT_FIRST;
  }
  return *link = queue;
}

/*
** Queues.
*/

static bool before(const struct sb_slot *a, const struct sb_slot *b) {
  if (a->priority != b->priority) return a->priority > b->priority;
  return a->order < b->order;
}

static void put(struct sb_queue *queue, struct sb_slot *slot, size_t place) {
  queue->slots[place] = slot;
  slot->place = place;
}

static void sift_up(struct sb_queue *queue, struct sb_slot *slot,
                    size_t place) {
  for (; place > 1 && before(slot, queue->slots[place / 2]); place /= 2)
    put(queue, queue->slots[place / 2], place);
  put(queue, slot, place);
}

static void sift_down(struct sb_queue *queue, struct sb_slot *slot,
                      size_t place) {
  for (size_t child; (child = 2 * place) <= queue->count; place = child) {
    if (child < queue->count &&
        before(queue->slots[child + 1], queue->slots[child]))
      child++;
    if (!before(queue->slots[child], slot)) break;
    put(queue, queue->slots[child], place);
  }
  put(queue, slot, place);
}

static int enqueue(struct sb_slot *slot) {
  struct sb_queue *queue = slot->queue;
  if (queue->count + 2 > queue->capacity) {
    size_t capacity = queue->capacity < 16 ? 16 : queue->capacity * 2;
    void *slots = realloc(queue->slots, capacity * sizeof(struct sb_slot *));
    if (slots == NULL) return UV_ENOMEM;
    queue->slots = slots;
    queue->capacity = capacity;
  }
  sift_up(queue, slot, ++queue->count);
  return 0;
}

static void dequeue(struct sb_slot *slot) {
  struct sb_queue *queue = slot->queue;
  struct sb_slot *last = queue->slots[queue->count--];
  size_t place = slot->place;
  slot->place = 0;
  if (slot == last) return;
  if (place > 1 && before(last, queue->slots[place / 2]))
    sift_up(queue, last, place);
  else
    sift_down(queue, last, place);
}

/*
** Granting.
*/

static uint64_t ready_at(const struct model *model) {
  uint64_t parked_until = model->parked_until, next_at = model->pace.next_at;
  return parked_until > next_at ? parked_until : next_at;
}

static bool has_room(const struct sb_queue *queue, uint64_t now) {
  const struct lane *lane = queue->lane;
  const struct model *model = queue->model;
  return (lane->cap == 0 || lane->used < lane->cap) &&
         model->used < model->cap && now >= ready_at(model);
}

static void hold(struct sb_slot *slot, uint64_t now) {
  struct model *model = slot->queue->model;
  slot->held = true;
  slot->queue->lane->used++;
  if (++model->used >= model->cap) model->was_full = true;
  sb_pace_call(&model->pace, &slot->call, model->cap, now);
}

void sb_limiter_turn(struct sb_limiter *limiter, uint64_t now) {
  for (;;) {
    struct sb_slot *best = NULL;
    for (struct sb_queue *q = limiter->queues; q != NULL; q = q->next)
      if (q->count > 0 && has_room(q, now) &&
          (best == NULL || before(q->slots[1], best)))
        best = q->slots[1];
    if (best == NULL) return;
    dequeue(best);
    hold(best, now);
    best->granted(best);
  }
}

uint64_t sb_limiter_next(const struct sb_limiter *limiter, uint64_t now) {
  uint64_t next = UINT64_MAX;
  for (struct sb_queue *q = limiter->queues; q != NULL; q = q->next) {
    uint64_t at = ready_at(q->model);
    if (q->count > 0 && at > now && at < next) next = at;
  }
  return next;
}

/* Queues the slot and grants what can be. It does not tell the owner when it
   is the slot itself that is granted. */
static void ignore(struct sb_slot *slot) { (void)slot; }

static int ask(struct sb_limiter *limiter, struct sb_slot *slot, int64_t order,
               uint64_t now) {
  void (*granted)(struct sb_slot *) = slot->granted;
  slot->order = order;
  int rc = enqueue(slot);
  if (rc < 0) return rc;
  slot->granted = ignore;
  sb_limiter_turn(limiter, now);
  slot->granted = granted;
  return 0;
}

int sb_limiter_ask(struct sb_limiter *limiter, struct sb_slot *slot,
                   const char *lane, const char *model, double priority,
                   uint64_t now) {
  slot->queue = find_queue(limiter, lane, model);
  if (slot->queue == NULL) return UV_ENOMEM;
  slot->priority = priority;
  return ask(limiter, slot, ++limiter->asked, now);
}

int sb_limiter_ask_again(struct sb_limiter *limiter, struct sb_slot *slot,
                         uint64_t now) {
  return ask(limiter, slot, AHEAD + ++limiter->asked, now);
}

/*
** The caps.
*/

static void start_window(struct model *model) {
  model->ended_well = 0;
  model->was_full = model->used >= model->cap;
}

static void grow(struct model *model) {
  uint32_t most = model->lane->cap != 0 ? model->lane->cap : CAP_MOST;
  bool is_free = !model->was_busy || model->pace.every > 0;
  uint32_t cap = is_free ? model->cap * 2 : model->cap + 1;
  model->cap = cap < most ? cap : most;
}

static void learn_cap(struct model *model, bool busy, uint64_t now) {
  if (!busy && ++model->ended_well >= model->cap) {
    if (model->was_full) grow(model);
    start_window(model);
  } else if (busy && !model->pace.by_chance) {
    if (!model->was_busy || now - model->halved_at >= HALVE_ONCE_IN) {
      model->cap = model->cap > 1 ? model->cap / 2 : 1;
      model->halved_at = now;
    }
    model->was_busy = true;
    start_window(model);
  }
}

static void learn(const struct sb_slot *slot, bool busy, uint64_t now) {
  struct model *model = slot->queue->model;
  uint64_t until = model->parked_until > now ? model->parked_until : now;
  if (busy)
    sb_pace_refused(&model->pace, &slot->call, slot->queue->count > 0, until,
                    now);
  else
    sb_pace_answered(&model->pace, &slot->call, model->used, now);
  learn_cap(model, busy, now);
}

void sb_limiter_leave(struct sb_limiter *limiter, struct sb_slot *slot,
                      enum sb_outcome outcome, uint64_t now) {
  if (slot->held) {
    slot->held = false;
    slot->queue->lane->used--;
    slot->queue->model->used--;
    if (outcome != SB_OUTCOME_OTHER)
      learn(slot, outcome == SB_OUTCOME_BUSY, now);
    sb_limiter_turn(limiter, now);
  } else if (slot->place > 0) {
    dequeue(slot);
  }
}

int sb_limiter_lane(struct sb_limiter *limiter, const char *name, uint32_t cap,
                    uint64_t now) {
  struct lane *lane = find_lane(limiter, name);
  if (lane == NULL) return UV_ENOMEM;
  lane->cap = cap;
  for (struct model *m = limiter->models; m != NULL; m = m->next) {
    if (m->lane != lane || cap == 0) continue;
    m->cap = cap;
    start_window(m);
  }
  sb_limiter_turn(limiter, now);
  return 0;
}

int sb_limiter_park(struct sb_limiter *limiter, const char *name,
                    uint64_t until) {
  struct model *model = find_model(limiter, name);
  if (model == NULL) return UV_ENOMEM;
  if (model->parked_until < until) model->parked_until = until;
  return 0;
}

bool sb_limiter_is_parked(const struct sb_slot *slot, uint64_t now) {
  return slot->queue->model->parked_until > now;
}

/*
** Looking.
*/

size_t sb_limiter_count(const struct sb_limiter *limiter) {
  size_t count = 0;
  for (struct model *m = limiter->models; m != NULL; m = m->next) count++;
  return count;
}

struct sb_limiter_cap sb_limiter_look(const struct sb_limiter *limiter,
                                      size_t index) {
  const struct model *model = limiter->models;
  while (index-- > 0) model = model->next;
  size_t waiting = 0;
  for (struct sb_queue *q = limiter->queues; q != NULL; q = q->next)
    if (q->model == model) waiting += q->count;
  return (struct sb_limiter_cap){model->name, model->cap, model->used,
                                 (uint32_t)waiting};
}
