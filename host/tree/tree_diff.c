/* host/tree/tree_diff.c -- are two trees equal, and where are they not. */
#include <string.h>

#include "host/tree/tree_node.h"

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

int sb_tree_equal(struct sb_tree *a, struct sb_tree *b) {
  uint8_t one[SB_SHA256_SIZE], two[SB_SHA256_SIZE];
  if (a == b) return 1;
  if (a->type != b->type) return 0;
  if (!sb_tree_is_container(a)) return equal_scalars(a, b);
  if (a->count != b->count) return 0;
  sb_tree_hash(a, one);
  sb_tree_hash(b, two);
  return memcmp(one, two, SB_SHA256_SIZE) == 0;
}

struct walk {
  sb_tree_differs *differs;
  void *arg;
  size_t n;
  struct sb_tree_step path[SB_JSON_DEPTH];
};

/* Either side may be NULL, and then both may. */
static int walk_values(struct walk *w, struct sb_tree *old,
                       struct sb_tree *newer);

static struct sb_tree *kid_of(struct sb_tree *tree, unsigned height, size_t i) {
  if (tree == NULL) return NULL;
  if (tree->height < height) return i == 0 ? tree : NULL;
  struct sb_tree_list *list = sb_as_list(tree);
  return i < sb_tree_list_kids(list) ? list->kids[i] : NULL;
}

static unsigned height_of(const struct sb_tree *list) {
  return list != NULL ? list->height : 0;
}

/* Two lists, or parts of lists that begin at the same index. A list of lesser
   height is what the first kid of the other would be. */
static int walk_lists(struct walk *w, struct sb_tree *old,
                      struct sb_tree *newer, size_t base) {
  unsigned height = height_of(old);
  if (height < height_of(newer)) height = height_of(newer);
  if (old != NULL && newer != NULL && sb_tree_equal(old, newer)) return 0;
  for (size_t i = 0;; i++) {
    struct sb_tree *was = kid_of(old, height, i),
                   *is = kid_of(newer, height, i);
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
                       struct sb_tree *old, struct sb_tree *newer) {
  w->path[w->n++] = (struct sb_tree_step){key->bytes, key->len, 0};
  int rc = walk_values(w, old, newer);
  w->n--;
  return rc;
}

/* Both are sorted by key: a merge finds what only one of them has. */
static int walk_records(struct walk *w, const struct sb_tree_record *old,
                        const struct sb_tree_record *newer) {
  const struct sb_tree_member *a = old->members, *b = newer->members;
  const struct sb_tree_member *a_end = a + old->base.count;
  const struct sb_tree_member *b_end = b + newer->base.count;
  while (a < a_end || b < b_end) {
    int c, rc;
    if (a == a_end)
      c = 1;
    else if (b == b_end)
      c = -1;
    else
      c = sb_tree_key_compare(a->key, b->key->bytes, b->key->len);
    rc = walk_member(w, c <= 0 ? a->key : b->key, c <= 0 ? a->value : NULL,
                     c >= 0 ? b->value : NULL);
    if (rc < 0) return rc;
    if (c <= 0) a++;
    if (c >= 0) b++;
  }
  return 0;
}

static int walk_values(struct walk *w, struct sb_tree *old,
                       struct sb_tree *newer) {
  if (old != NULL && newer != NULL) {
    if (sb_tree_equal(old, newer)) return 0;
    if (old->type == SB_TREE_LIST && newer->type == SB_TREE_LIST)
      return walk_lists(w, old, newer, 0);
    if (old->type == SB_TREE_RECORD && newer->type == SB_TREE_RECORD)
      return walk_records(w, sb_as_record(old), sb_as_record(newer));
  }
  return w->differs(w->arg, w->path, w->n, old, newer);
}

int sb_tree_diff(struct sb_tree *old, struct sb_tree *newer,
                 sb_tree_differs *differs, void *arg) {
  struct walk w = {.differs = differs, .arg = arg};
  return walk_values(&w, old, newer);
}
