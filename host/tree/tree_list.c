/* host/tree/tree_list.c -- lists, as trees with 64 kids a node: the index of an
   element says, six bits a level, where it is. */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "host/tree/tree_node.h"

enum { WIDTH = 64 }; /* kids a node; six bits, as sb_tree_shift has it */

static size_t kids_of(size_t count, unsigned height) {
  unsigned shift = sb_tree_shift(height);
  return (count + ((size_t)1 << shift) - 1) >> shift;
}

size_t sb_tree_list_kids(const struct sb_tree_list *list) {
  return kids_of(list->base.count, list->base.height);
}

/* A list without its kids yet; room is for how many. */
static struct sb_tree_list *new_list(unsigned height, size_t room) {
  struct sb_tree_list *list =
      malloc(sizeof *list + room * sizeof list->kids[0]);
  if (list == NULL) return NULL;
  list->base = (struct sb_tree){
      .refs = 1, .type = SB_TREE_LIST, .depth = 1, .height = (uint8_t)height};
  return list;
}

/* A kid that is a part of the list adds no level of nesting. */
static void note_depth(struct sb_tree_list *list, const struct sb_tree *kid) {
  struct sb_tree *base = &list->base;
  if (base->height == 0)
    base->depth = sb_tree_deeper(base->depth, kid);
  else if (kid->depth > base->depth)
    base->depth = kid->depth;
}

static struct sb_tree *make_list(struct sb_tree *const *values, size_t n,
                                 unsigned height) {
  size_t kids = kids_of(n, height), span = (size_t)1 << sb_tree_shift(height);
  struct sb_tree_list *list = new_list(height, kids);
  if (list == NULL) return NULL;
  for (size_t i = 0; i < kids; i++) {
    struct sb_tree *kid;
    size_t left = n - i * span;
    if (height == 0)
      kid = sb_tree_retain(values[i]);
    else
      kid = make_list(values + i * span, left < span ? left : span, height - 1);
    if (kid == NULL) {
      sb_tree_release(&list->base); /* with the kids it has */
      return NULL;
    }
    list->kids[i] = kid;
    list->base.count += left < span ? left : span;
    note_depth(list, kid);
  }
  return &list->base;
}

struct sb_tree *sb_tree_list(struct sb_tree *const *values, size_t n) {
  unsigned height = 0;
  while (kids_of(n, height) > WIDTH) height++;
  return make_list(values, n, height);
}

void sb_tree_list_values(const struct sb_tree_list *list,
                         struct sb_tree **values) {
  size_t kids = sb_tree_list_kids(list);
  if (list->base.height == 0) {
    if (kids > 0) memcpy(values, list->kids, kids * sizeof *values);
    return;
  }
  for (size_t i = 0; i < kids; i++)
    sb_tree_list_values(sb_as_list(list->kids[i]),
                        values + (i << sb_tree_shift(list->base.height)));
}

struct sb_tree **sb_tree_list_slot(struct sb_tree **slot, size_t index) {
  struct sb_tree_list *list = sb_as_list(*slot);
  while (list->base.height > 0) {
    unsigned shift = sb_tree_shift(list->base.height);
    slot = &list->kids[index >> shift];
    if (sb_tree_own(slot) < 0) return NULL;
    index &= ((size_t)1 << shift) - 1;
    list = sb_as_list(*slot);
  }
  return &list->kids[index];
}

/* A full list becomes the first part of one that is a level higher. */
static int raise_list(struct sb_tree **slot) {
  struct sb_tree_list *top = new_list(sb_as_list(*slot)->base.height + 1u, 1);
  if (top == NULL) return UV_ENOMEM;
  top->kids[0] = *slot;
  top->base.count = (*slot)->count;
  top->base.depth = (*slot)->depth;
  *slot = &top->base;
  return 0;
}

/* Adds a kid, which is taken. */
static int add_kid(struct sb_tree **slot, struct sb_tree *kid) {
  struct sb_tree_list *list = sb_as_list(*slot);
  size_t kids = sb_tree_list_kids(list);
  struct sb_tree_list *longer =
      realloc(list, sizeof *list + (kids + 1) * sizeof list->kids[0]);
  if (longer == NULL) return UV_ENOMEM;
  longer->kids[kids] = kid;
  *slot = &longer->base;
  return 0;
}

/* Appends to a list that has room at its height. */
static int append(struct sb_tree **slot, struct sb_tree *value) {
  struct sb_tree_list *list = sb_as_list(*slot);
  unsigned height = list->base.height;
  size_t kids = sb_tree_list_kids(list);
  int rc;
  if (kids_of(list->base.count + 1, height) == kids) { /* the last has room */
    struct sb_tree **last = &list->kids[kids - 1];
    if ((rc = sb_tree_own(last)) < 0) return rc;
    if ((rc = append(last, value)) < 0) return rc;
  } else {
    struct sb_tree *kid =
        height == 0 ? sb_tree_retain(value) : make_list(&value, 1, height - 1);
    if (kid == NULL) return UV_ENOMEM;
    if ((rc = add_kid(slot, kid)) < 0) {
      sb_tree_release(kid);
      return rc;
    }
    list = sb_as_list(*slot);
  }
  list->base.count++;
  note_depth(list, list->kids[sb_tree_list_kids(list) - 1]);
  return 0;
}

int sb_tree_list_append(struct sb_tree **slot, struct sb_tree *value) {
  struct sb_tree *list = *slot;
  if (kids_of(list->count + 1, list->height) > WIDTH) {
    int rc = raise_list(slot);
    if (rc < 0) return rc;
  }
  return append(slot, value);
}
