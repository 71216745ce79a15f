/* host/tree/tree.c -- nodes: how they are made, counted and looked at. */
#include "host/tree/tree.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "host/tree/tree_node.h"

int sb_trees_open(struct sb_trees **trees) {
  struct sb_trees *t = calloc(1, sizeof *t);
  if (t == NULL) return UV_ENOMEM;
  *trees = t;
  return 0;
}

void sb_trees_close(struct sb_trees *trees) {
  if (trees == NULL) return;
  for (size_t i = 0; i < SB_TREE_SLOTS; i++)
    sb_tree_key_release(trees->keys[i]);
  free(trees);
}

/*
** Keys
*/

static struct sb_tree_key *new_key(const char *text, size_t len) {
  struct sb_tree_key *key = malloc(sizeof *key + len);
  if (key == NULL) return NULL;
  key->refs = 1;
  key->len = (uint32_t)len;
  memcpy(key->bytes, text, len);
  return key;
}

static uint32_t hash_key(const char *text, size_t len) {
  uint32_t hash = 2166136261u; /* FNV-1a */
  for (size_t i = 0; i < len; i++)
    hash = (hash ^ (unsigned char)text[i]) * 16777619u;
  return hash ^ hash >> 16;
}

int sb_tree_key_compare(const struct sb_tree_key *key, const char *text,
                        size_t len) {
  size_t common = key->len < len ? key->len : len;
  int c = memcmp(key->bytes, text, common);
  if (c != 0) return c;
  return key->len < len ? -1 : key->len > len;
}

int sb_tree_key_get(struct sb_trees *trees, const char *text, size_t len,
                    struct sb_tree_key **key) {
  struct sb_tree_key **slot = &trees->keys[hash_key(text, len) % SB_TREE_SLOTS];
  if (*slot == NULL || sb_tree_key_compare(*slot, text, len) != 0) {
    struct sb_tree_key *made = new_key(text, len);
    if (made == NULL) return UV_ENOMEM;
    sb_tree_key_release(*slot);
    *slot = made;
  }
  (*slot)->refs++;
  *key = *slot;
  return 0;
}

void sb_tree_key_release(struct sb_tree_key *key) {
  if (key != NULL && --key->refs == 0) free(key);
}

/*
** Nodes
*/

struct sb_tree *sb_tree_scalar(enum sb_tree_type type) {
  struct sb_tree *tree = malloc(sizeof *tree);
  if (tree != NULL) *tree = (struct sb_tree){.refs = 1, .type = (uint8_t)type};
  return tree;
}

struct sb_tree *sb_tree_record(const struct sb_tree_member *members, size_t n) {
  struct sb_tree_record *record = malloc(sizeof *record + n * sizeof *members);
  if (record == NULL) return NULL;
  record->base = (struct sb_tree){
      .refs = 1, .type = SB_TREE_RECORD, .depth = 1, .count = n};
  for (size_t i = 0; i < n; i++) {
    record->members[i] = members[i];
    members[i].key->refs++;
    members[i].value->refs++;
    record->base.depth = sb_tree_deeper(record->base.depth, members[i].value);
  }
  return &record->base;
}

struct sb_tree *sb_tree_retain(struct sb_tree *tree) {
  tree->refs++;
  return tree;
}

void sb_tree_release(struct sb_tree *tree) {
  if (tree == NULL || --tree->refs > 0) return;
  if (tree->type == SB_TREE_LIST) {
    struct sb_tree_list *list = sb_as_list(tree);
    size_t kids = sb_tree_list_kids(list);
    for (size_t i = 0; i < kids; i++) sb_tree_release(list->kids[i]);
  } else if (tree->type == SB_TREE_RECORD) {
    struct sb_tree_record *record = sb_as_record(tree);
    for (size_t i = 0; i < tree->count; i++) {
      sb_tree_key_release(record->members[i].key);
      sb_tree_release(record->members[i].value);
    }
  }
  free(tree);
}

/*
** Looking
*/

enum sb_tree_type sb_tree_type(const struct sb_tree *tree) {
  return (enum sb_tree_type)tree->type;
}

int64_t sb_tree_integer(const struct sb_tree *tree) { return tree->integer; }

double sb_tree_double(const struct sb_tree *tree) { return tree->number; }

const char *sb_tree_string(const struct sb_tree *tree, size_t *len) {
  *len = tree->count;
  return ((const struct sb_tree_text *)tree)->bytes;
}

size_t sb_tree_length(const struct sb_tree *tree) {
  return sb_tree_is_container(tree) ? tree->count : 0;
}

struct sb_tree *sb_tree_element(const struct sb_tree *tree, size_t index) {
  const struct sb_tree_list *list = sb_as_list(tree);
  while (list->base.height > 0) {
    unsigned shift = sb_tree_shift(list->base.height);
    list = sb_as_list(list->kids[index >> shift]);
    index &= ((size_t)1 << shift) - 1;
  }
  return list->kids[index];
}

struct sb_tree *sb_tree_member(const struct sb_tree *tree, size_t index,
                               const char **key, size_t *len) {
  const struct sb_tree_member *member = &sb_as_record(tree)->members[index];
  *key = member->key->bytes;
  *len = member->key->len;
  return member->value;
}

size_t sb_tree_place(const struct sb_tree_record *record, const char *key,
                     size_t len, int *found) {
  size_t low = 0, high = record->base.count;
  *found = 0;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int c = sb_tree_key_compare(record->members[middle].key, key, len);
    if (c == 0) {
      *found = 1;
      return middle;
    }
    if (c < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static struct sb_tree *step_from(struct sb_tree *tree,
                                 const struct sb_tree_step *step) {
  if (step->key != NULL && tree->type == SB_TREE_RECORD) {
    int found;
    struct sb_tree_record *record = sb_as_record(tree);
    size_t at = sb_tree_place(record, step->key, step->len, &found);
    return found ? record->members[at].value : NULL;
  }
  if (step->key == NULL && tree->type == SB_TREE_LIST && step->index >= 1 &&
      (uint64_t)step->index <= tree->count)
    return sb_tree_element(tree, (size_t)step->index - 1);
  return NULL;
}

struct sb_tree *sb_tree_lookup(struct sb_tree *tree,
                               const struct sb_tree_step *path, size_t n) {
  for (size_t i = 0; i < n && tree != NULL; i++)
    tree = step_from(tree, &path[i]);
  return tree;
}
