/*
** host/tree/tree.h -- JSON values as immutable trees that share their parts. A
** patched tree is a new root and the nodes on the way to what changed; all
** else belongs to both. Every node has a SHA-256 of what it holds, computed
** when it is asked for and kept, so that "is it still the same" and "what has
** changed" cost no walk over what did not. Loop thread only.
**
** A tree is known by its root node, and any node is the root of a tree. Nodes
** are counted: who gets one from a function here owns a reference and releases
** it, unless the function says that it lends. Lists are 64-way inside, so that
** one change of ten thousand elements copies some hundred pointers. No tree is
** deeper than SB_JSON_DEPTH, which bounds every recursion.
**
** What can fail returns 0, UV_ENOMEM, or what it says.
*/
#ifndef SB_HOST_TREE_H
#define SB_HOST_TREE_H

#include "host/base/buffer.h"
#include "host/json/json.h"
#include "host/base/sha256.h"

struct sb_tree;  /* a node */
struct sb_trees; /* what trees share: a hash at work, and common keys */

int sb_trees_open(struct sb_trees **trees);
void sb_trees_close(struct sb_trees *trees); /* trees made with it live on */

enum sb_tree_type {
  SB_TREE_NULL,
  SB_TREE_FALSE,
  SB_TREE_TRUE,
  SB_TREE_INTEGER, /* also what was written as 1.0 or 1e3 */
  SB_TREE_DOUBLE,
  SB_TREE_STRING,
  SB_TREE_LIST,
  SB_TREE_RECORD
};

/*
** Making
*/

/* Reads a JSON text; text[len] is a NUL. Integers of 64 bits are kept exactly.
   UV_EINVAL, and *fault: it is not JSON, or a key is there twice. When it
   fails, *tree is NULL. */
int sb_tree_parse(struct sb_trees *trees, const char *text, size_t len,
                  struct sb_tree **tree, struct sb_json_fault *fault);

struct sb_tree *sb_tree_retain(struct sb_tree *tree);
void sb_tree_release(struct sb_tree *tree); /* NULL is fine */

/*
** Looking. Indexes are from 0 here.
*/

enum sb_tree_type sb_tree_type(const struct sb_tree *tree);
int64_t sb_tree_integer(const struct sb_tree *tree);
double sb_tree_double(const struct sb_tree *tree);
const char *sb_tree_string(const struct sb_tree *tree, size_t *len);

/* Elements of a list or members of a record; 0 for all else. */
size_t sb_tree_length(const struct sb_tree *tree);

struct sb_tree *sb_tree_element(const struct sb_tree *list,
                                size_t index); /* lends */

/* Members are in bytewise order of their keys. Lends. */
struct sb_tree *sb_tree_member(const struct sb_tree *record, size_t index,
                               const char **key, size_t *len);

struct sb_tree_step { /* of a path */
  const char *key;    /* NULL: index counts */
  size_t len;
  int64_t index; /* from 1, as in Lua */
};

/* What is at the end of a path of n steps, lent; NULL when nothing is. */
struct sb_tree *sb_tree_lookup(struct sb_tree *tree,
                               const struct sb_tree_step *path, size_t n);

/*
** Changing: *tree, a reference of the caller's, becomes the changed tree.
*/

/* Puts a value (which stays the caller's too) where a path leads. Records that
   are missing on the way are made; the index after a list's last appends, and
   makes a missing list. UV_EINVAL when there is no such place: *why says why,
   *step at which step, and *tree is as it was. UV_E2BIG: too deep. After
   UV_ENOMEM *tree can only be released. */
int sb_tree_set(struct sb_trees *trees, struct sb_tree **tree,
                const struct sb_tree_step *path, size_t n,
                struct sb_tree *value, size_t *step, const char **why);

/* Takes what is at the end of a path away, if anything is; n is not 0. */
int sb_tree_remove(struct sb_tree **tree, const struct sb_tree_step *path,
                   size_t n);

/*
** Comparing
*/

/* Equal trees have equal hashes, however they came about and on any machine. */
void sb_tree_hash(struct sb_tree *tree, uint8_t digest[SB_SHA256_SIZE]);
int sb_tree_equal(struct sb_tree *a, struct sb_tree *b);

/* Called for each place that differs, the topmost where one side has nothing
   (NULL) or something of another type. All is lent until it returns; a value
   below 0 ends the walk. */
typedef int sb_tree_differs(void *arg, const struct sb_tree_step *path,
                            size_t n, struct sb_tree *old,
                            struct sb_tree *newer);

/* Elements of lists are compared by their index. Returns 0, or what ended the
   walk. */
int sb_tree_diff(struct sb_tree *old, struct sb_tree *newer,
                 sb_tree_differs *differs, void *arg);

/*
** Writing
*/

struct sb_tree_rank { /* of a key in what is written */
  const char *key;
  size_t len;
  size_t rank; /* the lower comes first */
};

/* Sorts ranks by key, as sb_tree_encode wants them. */
void sb_tree_rank_sort(struct sb_tree_rank *ranks, size_t n);

/* Appends the tree as canonical JSON. The keys of each record go by rank, then
   bytewise those that have none (n may be 0). indent: spaces a level, and a
   newline at the end; 0: one line. */
int sb_tree_encode(const struct sb_tree *tree, int indent,
                   const struct sb_tree_rank *ranks, size_t n,
                   struct sb_buffer *out);

#endif
