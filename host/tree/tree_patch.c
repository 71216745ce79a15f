/* host/tree/tree_patch.c -- changed trees. The nodes on the way to a change are
   copied unless they belong to the changed tree alone, as they do from its
   second change on. */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "host/tree/tree_node.h"

/*
** Copies
*/

static struct sb_tree *copy_list(const struct sb_tree_list *list) {
  size_t kids = sb_tree_list_kids(list);
  size_t size = sizeof *list + kids * sizeof list->kids[0];
  struct sb_tree_list *copy = malloc(size);
  if (copy == NULL) return NULL;
  memcpy(copy, list, size);
  for (size_t i = 0; i < kids; i++) copy->kids[i]->refs++;
  return &copy->base;
}

static struct sb_tree *copy_record(const struct sb_tree_record *record) {
  size_t n = record->base.count;
  size_t size = sizeof *record + n * sizeof record->members[0];
  struct sb_tree_record *copy = malloc(size);
  if (copy == NULL) return NULL;
  memcpy(copy, record, size);
  for (size_t i = 0; i < n; i++) {
    copy->members[i].key->refs++;
    copy->members[i].value->refs++;
  }
  return &copy->base;
}

int sb_tree_own(struct sb_tree **slot) {
  struct sb_tree *tree = *slot;
  if (tree->refs > 1) {
    struct sb_tree *copy = tree->type == SB_TREE_LIST
                               ? copy_list(sb_as_list(tree))
                               : copy_record(sb_as_record(tree));
    if (copy == NULL) return UV_ENOMEM;
    copy->refs = 1;
    tree->refs--;
    *slot = copy;
  }
  (*slot)->hashed = 0;
  return 0;
}

static void replace(struct sb_tree **slot, struct sb_tree *value) {
  struct sb_tree *old = *slot;
  *slot = sb_tree_retain(value);
  sb_tree_release(old);
}

/*
** Members. *slot is a record that nobody else holds.
*/

static int insert_member(struct sb_trees *trees, struct sb_tree **slot,
                         size_t at, const struct sb_tree_step *step,
                         struct sb_tree *value) {
  struct sb_tree_record *record = sb_as_record(*slot), *longer;
  struct sb_tree_key *key;
  size_t n = record->base.count;
  if (step->len > UINT32_MAX) return UV_ENOMEM;
  int rc = sb_tree_key_get(trees, step->key, step->len, &key);
  if (rc < 0) return rc;
  longer = realloc(record, sizeof *record + (n + 1) * sizeof *record->members);
  if (longer == NULL) {
    sb_tree_key_release(key);
    return UV_ENOMEM;
  }
  *slot = &longer->base;
  struct sb_tree_member *place = &longer->members[at];
  memmove(place + 1, place, (n - at) * sizeof *place);
  *place = (struct sb_tree_member){key, sb_tree_retain(value)};
  longer->base.count++;
  return 0;
}

static void remove_member(struct sb_tree_record *record, size_t at) {
  struct sb_tree_member *member = &record->members[at];
  struct sb_tree_member gone = *member;
  record->base.count--;
  memmove(member, member + 1, (record->base.count - at) * sizeof *member);
  sb_tree_key_release(gone.key);
  sb_tree_release(gone.value);
}

/* All that comes after an element moves, so the list is made anew. */
static int remove_element(struct sb_tree **slot, size_t at) {
  struct sb_tree_list *list = sb_as_list(*slot);
  size_t n = list->base.count;
  struct sb_tree **values = malloc(n * sizeof(struct sb_tree *));
  if (values == NULL) return UV_ENOMEM;
  sb_tree_list_values(list, values);
  memmove(values + at, values + at + 1, (n - at - 1) * sizeof *values);
  struct sb_tree *shorter = sb_tree_list(values, n - 1);
  free(values);
  if (shorter == NULL) return UV_ENOMEM;
  sb_tree_release(*slot);
  *slot = shorter;
  return 0;
}

/*
** Walking down a path
*/

static struct sb_tree *new_empty(const struct sb_tree_step *step) {
  return step->key != NULL ? sb_tree_record(NULL, 0) : sb_tree_list(NULL, 0);
}

/* Puts what the path needs next into *slot, where nothing is at its first
   step: the value itself, or what the second step goes on from. */
static int make_missing(struct sb_trees *trees, struct sb_tree **slot,
                        size_t at, const struct sb_tree_step *path, size_t n,
                        struct sb_tree *value) {
  struct sb_tree *made = n > 1 ? new_empty(&path[1]) : sb_tree_retain(value);
  if (made == NULL) return UV_ENOMEM;
  int rc = path->key != NULL ? insert_member(trees, slot, at, path, made)
                             : sb_tree_list_append(slot, made);
  sb_tree_release(made);
  return rc;
}

/* The slot that the first step of the path leads to from the one at *slot,
   which nobody else holds. */
static int descend(struct sb_trees *trees, struct sb_tree **slot,
                   const struct sb_tree_step *path, size_t n,
                   struct sb_tree *value, struct sb_tree ***next) {
  int rc = 0;
  if (path->key != NULL) {
    int found;
    size_t at =
        sb_tree_place(sb_as_record(*slot), path->key, path->len, &found);
    if (!found) rc = make_missing(trees, slot, at, path, n, value);
    *next = &sb_as_record(*slot)->members[at].value;
    return rc;
  }
  size_t at = (size_t)path->index - 1;
  if (at == (*slot)->count) rc = make_missing(trees, slot, at, path, n, value);
  if (rc < 0) return rc;
  *next = sb_tree_list_slot(slot, at);
  return *next != NULL ? 0 : UV_ENOMEM;
}

static const char no_place[] = "there is no such place in the list";

/* Why a step cannot be made from tree, or NULL. */
static const char *cannot_step(const struct sb_tree *tree,
                               const struct sb_tree_step *step) {
  if (step->key != NULL)
    return tree->type == SB_TREE_RECORD ? NULL : "this is no record";
  if (tree->type != SB_TREE_LIST) return "this is no list";
  int there = step->index >= 1 && (uint64_t)step->index <= tree->count + 1;
  return there ? NULL : no_place;
}

/* Why a path cannot be walked, even with what is missing made on the way. */
static const char *cannot_walk(struct sb_tree *tree,
                               const struct sb_tree_step *path, size_t n,
                               size_t *step) {
  size_t i = 0;
  do {
    if (i == n) return NULL;
    const char *why = cannot_step(tree, &path[i]);
    *step = i;
    if (why != NULL) return why;
    tree = sb_tree_lookup(tree, &path[i++], 1);
  } while (tree != NULL);
  for (; i < n; i++) { /* what is made is empty */
    *step = i;
    if (path[i].key == NULL && path[i].index != 1) return no_place;
  }
  return NULL;
}

int sb_tree_set(struct sb_trees *trees, struct sb_tree **tree,
                const struct sb_tree_step *path, size_t n,
                struct sb_tree *value, size_t *step, const char **why) {
  struct sb_tree **slot = tree;
  if (n + value->depth > SB_JSON_DEPTH) return UV_E2BIG;
  *why = cannot_walk(*tree, path, n, step);
  if (*why != NULL) return UV_EINVAL;
  for (size_t i = 0; i < n; i++) {
    size_t depth = n - i + value->depth;
    int rc = sb_tree_own(slot);
    if (rc < 0) return rc;
    if ((*slot)->depth < depth) (*slot)->depth = (uint8_t)depth;
    rc = descend(trees, slot, &path[i], n - i, value, &slot);
    if (rc < 0) return rc;
  }
  replace(slot, value);
  return 0;
}

static int remove_from(struct sb_tree **slot, const struct sb_tree_step *step) {
  int found;
  if (step->key == NULL) return remove_element(slot, (size_t)step->index - 1);
  struct sb_tree_record *record = sb_as_record(*slot);
  remove_member(record, sb_tree_place(record, step->key, step->len, &found));
  return 0;
}

int sb_tree_remove(struct sb_tree **tree, const struct sb_tree_step *path,
                   size_t n) {
  struct sb_tree **slot = tree;
  int rc;
  if (sb_tree_lookup(*tree, path, n) == NULL) return 0;
  for (; n > 1; path++, n--) {
    if ((rc = sb_tree_own(slot)) < 0) return rc;
    /* all of the way is there: it needs no value, and no keys */
    if ((rc = descend(NULL, slot, path, n, NULL, &slot)) < 0) return rc;
  }
  if ((rc = sb_tree_own(slot)) < 0) return rc;
  return remove_from(slot, path);
}
