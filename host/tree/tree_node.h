/*
** host/tree/tree_node.h -- how trees are laid out; for the tree's own files.
**
** A scalar takes 16 bytes and its text. Only lists and records keep a hash:
** a scalar's part in the hash of what it is in are its own bytes.
*/
#ifndef SB_HOST_TREE_NODE_H
#define SB_HOST_TREE_NODE_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "host/tree/tree.h"

struct sb_tree {
  uint32_t refs;
  uint8_t type;
  uint8_t hashed; /* of a list or record: hash holds */
  uint8_t depth;  /* levels of lists and records in it, or more */
  uint8_t height; /* of a list: levels of lists beneath that are parts of it */
  union {
    int64_t integer;
    double number;
    size_t count; /* bytes, elements, members */
  };
};

struct sb_tree_text {
  struct sb_tree base;
  char bytes[]; /* and a NUL */
};

/* With height 0 the kids are the elements. Otherwise each kid is a list of
   height - 1 that holds the next 64^height elements, the last one what is
   left: so equal lists have equal shapes. */
struct sb_tree_list {
  struct sb_tree base;
  uint8_t hash[SB_SHA256_SIZE];
  struct sb_tree *kids[];
};

struct sb_tree_key { /* counted; many records share one */
  uint32_t refs;
  uint32_t len;
  char bytes[];
};

struct sb_tree_member {
  struct sb_tree_key *key;
  struct sb_tree *value;
};

struct sb_tree_record {
  struct sb_tree base;
  uint8_t hash[SB_SHA256_SIZE];
  struct sb_tree_member members[]; /* sorted by key */
};

enum { SB_TREE_SLOTS = 512 };

struct sb_trees {
  struct sb_tree_key *keys[SB_TREE_SLOTS]; /* by hash; a newcomer replaces */
};

/* tree.c */
int sb_tree_key_get(struct sb_trees *trees, const char *text, size_t len,
                    struct sb_tree_key **key);
void sb_tree_key_release(struct sb_tree_key *key);
int sb_tree_key_compare(const struct sb_tree_key *key, const char *text,
                        size_t len);

/* Where a key is, or would be, among the members of a record. */
size_t sb_tree_place(const struct sb_tree_record *record, const char *key,
                     size_t len, int *found);

struct sb_tree *sb_tree_scalar(enum sb_tree_type type); /* NULL: no memory */
struct sb_tree *sb_tree_record(const struct sb_tree_member *members, size_t n);

/* tree_list.c. Values are retained, not taken. NULL: no memory. */
struct sb_tree *sb_tree_list(struct sb_tree *const *values, size_t n);
size_t sb_tree_list_kids(const struct sb_tree_list *list);
void sb_tree_list_values(const struct sb_tree_list *list,
                         struct sb_tree **values); /* lends all of them */

/* *slot is a list nobody else holds, and so are the parts on the way to the
   slot of an element that is returned; NULL: no memory. */
struct sb_tree **sb_tree_list_slot(struct sb_tree **slot, size_t index);
int sb_tree_list_append(struct sb_tree **slot, struct sb_tree *value);

/* tree_patch.c. Makes the list or record at *slot one that nobody else holds,
   and forgets its hash. */
int sb_tree_own(struct sb_tree **slot);

static inline struct sb_tree_list *sb_as_list(const struct sb_tree *tree) {
  return (struct sb_tree_list *)tree;
}
static inline struct sb_tree_record *sb_as_record(const struct sb_tree *tree) {
  return (struct sb_tree_record *)tree;
}

/* Elements that one kid of a list of this height holds, as a power of two. */
static inline unsigned sb_tree_shift(unsigned height) { return 6 * height; }

static inline int sb_tree_is_container(const struct sb_tree *tree) {
  return tree->type >= SB_TREE_LIST;
}

static inline uint8_t sb_tree_deeper(uint8_t depth, const struct sb_tree *kid) {
  return kid->depth >= depth ? (uint8_t)(kid->depth + 1) : depth;
}

#endif
