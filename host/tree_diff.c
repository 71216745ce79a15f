/* host/tree_diff.c -- are two trees equal, and where are they not. */
#include <string.h>

#include "host/tree_node.h"

static int equal_scalars(const struct sb_tree *a, const struct sb_tree *b) {
  switch ((enum sb_tree_type)a->type) {
  case SB_TREE_INTEGER:
    return a->integer == b->integer;
  case SB_TREE_DOUBLE: /* never NaN; -0.0 became an integer */
    return a->number == b->number;
  case SB_TREE_STRING:
    return a->count == b->count &&
           memcmp(((const struct sb_tree_text *)a)->bytes,
                  ((const struct sb_tree_text *)b)->bytes, a->count) == 0;
  default:
    return 1;
  }
}

int sb_tree_equal(struct sb_trees *trees, struct sb_tree *a,
                  struct sb_tree *b) {
  uint8_t one[SB_SHA256_SIZE], two[SB_SHA256_SIZE];
  if (a == b) return 1;
  if (a->type != b->type) return 0;
  if (!sb_tree_is_container(a)) return equal_scalars(a, b);
  if (a->count != b->count) return 0;
  sb_tree_hash(trees, a, one);
  sb_tree_hash(trees, b, two);
  return memcmp(one, two, SB_SHA256_SIZE) == 0;
}

struct walk {
  struct sb_trees *trees;
  sb_tree_differs *differs;
  void *arg;
  size_t n;
  struct sb_tree_step path[SB_JSON_DEPTH];
};

/* Either side may be NULL, and then both may. */
static int walk_values(struct walk *w, struct sb_tree *old,
                       struct sb_tree *new);

static struct sb_tree *kid_of(struct sb_tree *tree, unsigned height, size_t i) {
  if (tree == NULL) return NULL;
  if (tree->height < height) return i == 0 ? tree : NULL;
  struct sb_tree_list *list = sb_as_list(tree);
  return i < sb_tree_list_kids(list) ? list->kids[i] : NULL;
}

/* Two lists, or parts of lists that begin at the same index. A list of lesser
   height is what the first kid of the other would be. */
static int walk_lists(struct walk *w, struct sb_tree *old, struct sb_tree *new,
                      size_t base) {
  unsigned height = 0;
  if (old != NULL) height = old->height;
  if (new != NULL && height < new->height) height = new->height;
  if (old != NULL && new != NULL && sb_tree_equal(w->trees, old, new)) return 0;
  for (size_t i = 0;; i++) {
    struct sb_tree *was = kid_of(old, height, i), *is = kid_of(new, height, i);
    int rc;
    if (was == NULL && is == NULL) return 0;
    if (height > 0) {
      rc = walk_lists(w, was, is, base + (i << sb_tree_shift(height)));
    } else {
      w->path[w->n++] = (struct sb_tree_step){.index = (int64_t)(base + i) + 1};
      rc = walk_values(w, was, is);
      w->n--;
    }
    if (rc < 0) return rc;
  }
}

static int walk_member(struct walk *w, const struct sb_tree_key *key,
                       struct sb_tree *old, struct sb_tree *new) {
  w->path[w->n++] = (struct sb_tree_step){key->bytes, key->len, 0};
  int rc = walk_values(w, old, new);
  w->n--;
  return rc;
}

/* Both are sorted by key: a merge finds what only one of them has. */
static int walk_records(struct walk *w, const struct sb_tree_record *old,
                        const struct sb_tree_record *new) {
  const struct sb_tree_member *a = old->members, *b = new->members;
  const struct sb_tree_member *a_end = a + old->base.count;
  const struct sb_tree_member *b_end = b + new->base.count;
  while (a < a_end || b < b_end) {
    int c, rc;
    if (a == a_end)
      c = 1;
    else if (b == b_end)
      c = -1;
    else
      c = sb_tree_key_compare(a->key, b->key->bytes, b->key->len);
    rc = walk_member(w, (c <= 0 ? a : b)->key, c <= 0 ? a->value : NULL,
                     c >= 0 ? b->value : NULL);
    if (rc < 0) return rc;
    if (c <= 0) a++;
    if (c >= 0) b++;
  }
  return 0;
}

static int walk_values(struct walk *w, struct sb_tree *old,
                       struct sb_tree *new) {
  if (old != NULL && new != NULL) {
    if (sb_tree_equal(w->trees, old, new)) return 0;
    if (old->type == SB_TREE_LIST && new->type == SB_TREE_LIST)
      return walk_lists(w, old, new, 0);
    if (old->type == SB_TREE_RECORD && new->type == SB_TREE_RECORD)
      return walk_records(w, sb_as_record(old), sb_as_record(new));
  }
  return w->differs(w->arg, w->path, w->n, old, new);
}

int sb_tree_diff(struct sb_trees *trees, struct sb_tree *old,
                 struct sb_tree *new, sb_tree_differs *differs, void *arg) {
  struct walk w = {.trees = trees, .differs = differs, .arg = arg};
  return walk_values(&w, old, new);
}
