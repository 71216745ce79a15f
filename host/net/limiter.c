/* host/net/limiter.c -- see limiter.h. */
#include "host/net/limiter.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define CAP_AT_FIRST 4
#define CAP_MOST (1u << 20) /* far above what one process can have open */
#define HALVE_ONCE_IN UINT64_C(5000000000)

#define SECOND UINT64_C(1000000000)
#define PACE_SLOWEST (15 * SECOND)
#define PACE_FASTEST (SECOND / 1000) /* what a timer can tell from none */
/* For each that is refused: so many keep the load low. */
#define MANY_WELL 10u
#define VERY_MANY_WELL 50u
#define IN_VAIN 4u      /* slowings that tell chance from a limit */
#define MOSTLY_BUSY 0.4 /* what is more than chance */
#define SHARE_OF_LAST (1.0 / 32)
/* A pace near its limit would be gone in this. */
#define PLATEAU (50 * SECOND)

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
  uint64_t parked_until; /* 0: not parked */
  uint64_t pace;         /* between two grants; 0: none */
  uint64_t paced_at;     /* when it was last changed */
  uint64_t granted_at;   /* the last one */
  double spacing;        /* of the last grants, on average */
  double refused;        /* what was too fast the last time */
  bool is_sure;          /* that was measured by many */
  uint32_t in_vain;      /* slowings that did not help */
  double busy_share;     /* of the last calls */
  bool by_chance;        /* it refuses at any pace */
  uint32_t well;         /* ended so since the last busy one */
  uint64_t since; /* the end of its park, or when the first was granted */
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

static bool has_room(const struct sb_queue *queue) {
  const struct lane *lane = queue->lane;
  const struct model *model = queue->model;
  return (lane->cap == 0 || lane->used < lane->cap) &&
         model->used < model->cap && model->parked_until == 0;
}

static void hold(struct sb_slot *slot, uint64_t now) {
  struct model *model = slot->queue->model;
  slot->held = true;
  slot->held_at = now;
  slot->queue->lane->used++;
  if (++model->used >= model->cap) model->was_full = true;
  if (model->since == 0) model->since = now;
  if (model->granted_at > model->since)
    model->spacing += ((double)(now - model->granted_at) - model->spacing) / 8;
  model->granted_at = now;
  if (model->pace > 0) model->parked_until = now + model->pace;
}

void sb_limiter_turn(struct sb_limiter *limiter, uint64_t now) {
  for (struct model *m = limiter->models; m != NULL; m = m->next)
    if (now >= m->parked_until) m->parked_until = 0;
  for (;;) {
    struct sb_slot *best = NULL;
    for (struct sb_queue *q = limiter->queues; q != NULL; q = q->next)
      if (q->count > 0 && has_room(q) &&
          (best == NULL || before(q->slots[1], best)))
        best = q->slots[1];
    if (best == NULL) return;
    dequeue(best);
    hold(best, now);
    best->granted(best);
  }
}

uint64_t sb_limiter_next(const struct sb_limiter *limiter) {
  uint64_t next = UINT64_MAX;
  for (struct sb_queue *q = limiter->queues; q != NULL; q = q->next)
    if (q->count > 0 && q->model->parked_until > 0 &&
        q->model->parked_until < next)
      next = q->model->parked_until;
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
  uint32_t cap = model->was_busy ? model->cap + 1 : model->cap * 2;
  model->cap = cap < most ? cap : most;
}

/*
** The pace.
*/

static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

static uint64_t most(uint64_t a, uint64_t b) { return a > b ? a : b; }

/* By an eighth with each call that ends well; less above what is known to be
   refused, and with the time alone near it. What nobody goes at is no pace that
   was tried: it gets no faster then. */
static void speed_up(struct model *model, uint64_t now) {
  double pace = (double)model->pace, refused = model->refused;
  uint64_t gone = now > model->paced_at ? now - model->paced_at : 0;
  double less = pace / 8;
  if (model->is_sure && pace > refused) less = pace / 32;
  if (model->is_sure && pace < refused * 1.2 && pace > refused * 0.94) {
    double by_time = pace * (double)gone / (double)PLATEAU;
    if (by_time < less) less = by_time;
  }
  if (2 * pace > model->spacing) model->pace -= (uint64_t)less;
  model->paced_at = most(now, model->paced_at);
  if (model->pace < PACE_FASTEST) model->pace = 0;
}

/* Whether it looks like chance that a call was refused at this pace. A limit
   does not refuse what is slower than what it refused, time and again; chance
   does not refuse nearly all. */
static bool is_chance(struct model *model, double pace) {
  if (model->busy_share > MOSTLY_BUSY) {
    model->in_vain = 0;
    return false;
  }
  if (model->by_chance) return true;
  if (model->refused == 0 || model->well >= VERY_MANY_WELL)
    model->in_vain = 0;
  else if (pace > model->refused * 1.05)
    model->in_vain++;
  else if (pace < model->refused && model->in_vain > 0)
    model->in_vain--;
  return model->in_vain >= IN_VAIN;
}

/* After a refusal: a sixth slower than what was refused. Where that comes after
   a few calls only, the park is part of what each of them took. */
static uint64_t slower(const struct model *model, uint64_t refused,
                       uint64_t until) {
  uint64_t pace = refused + refused / 6;
  uint64_t whole = (until - model->since) / (model->well + 1);
  if (model->well >= MANY_WELL) return pace;
  if (model->well > 0) return most(pace, whole + whole / 6);
  if (refused == 0) return least(whole, SECOND / 8);
  return most(model->pace, least(2 * refused, SECOND));
}

static void slow_down(struct model *model, uint64_t until) {
  uint64_t refused = most(model->pace, (uint64_t)(model->spacing * 0.75));
  model->by_chance = is_chance(model, (double)refused);
  if (model->by_chance) {
    model->pace = model->in_vain = 0;
    model->refused = 0;
    return;
  }
  model->pace = least(slower(model, refused, until), PACE_SLOWEST);
  model->paced_at = until;
  model->refused = (double)refused;
  model->is_sure = model->well >= MANY_WELL;
}

static void learn_pace(const struct sb_slot *slot, bool busy, uint64_t now) {
  struct model *model = slot->queue->model;
  model->busy_share += ((busy ? 1 : 0) - model->busy_share) * SHARE_OF_LAST;
  if (!busy) {
    model->well++;
    if (model->pace > 0) speed_up(model, now);
  } else if (slot->held_at >= model->since) {
    uint64_t until = most(model->parked_until, now);
    if (slot->queue->count > 0) slow_down(model, until);
    model->well = 0;
    model->since = until;
  }
}

static void learn_cap(struct model *model, bool busy, uint64_t now) {
  if (!busy && ++model->ended_well >= model->cap) {
    if (model->was_full) grow(model);
    start_window(model);
  } else if (busy && !model->by_chance) {
    if (!model->was_busy || now - model->halved_at >= HALVE_ONCE_IN) {
      model->cap = model->cap > 1 ? model->cap / 2 : 1;
      model->halved_at = now;
    }
    model->was_busy = true;
    start_window(model);
  }
}

void sb_limiter_leave(struct sb_limiter *limiter, struct sb_slot *slot,
                      enum sb_outcome outcome, uint64_t now) {
  if (slot->held) {
    slot->held = false;
    slot->queue->lane->used--;
    slot->queue->model->used--;
    if (outcome != SB_OUTCOME_OTHER) {
      learn_pace(slot, outcome == SB_OUTCOME_BUSY, now);
      learn_cap(slot->queue->model, outcome == SB_OUTCOME_BUSY, now);
    }
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
