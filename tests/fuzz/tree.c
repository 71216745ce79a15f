/* tests/fuzz/tree.c -- host/tree/tree.h: a tree that was patched in any way
   holds what its text says, differs from the one before where the diff says,
   and leaves that one as it was. */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "host/tree/tree.h"
#include "tests/fuzz/fuzz.h"

enum { STEPS = 6 };

struct input {
  const uint8_t *at, *end;
};

static void must(int ok) {
  if (!ok) abort();
}

static unsigned next(struct input *in) {
  return in->at < in->end ? *in->at++ : 0;
}

static struct sb_tree *parse(struct sb_trees *trees, const char *text,
                             size_t len) {
  struct sb_json_fault fault;
  struct sb_tree *tree;
  must(sb_tree_parse(trees, text, len, &tree, &fault) == 0);
  return tree;
}

static struct sb_tree *next_value(struct sb_trees *trees, struct input *in) {
  /* The last is two elements short of 64, where lists change their shape. */
  static const char *const texts[] = {
      "1",
      "\"x\"",
      "null",
      "[]",
      "{}",
      "{\"a\":1,\"c\":[]}",
      "[1,2,3]",
      ("[0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,"
       "0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1]")};
  const char *text = texts[next(in) % (sizeof texts / sizeof texts[0])];
  return parse(trees, text, strlen(text));
}

/* A path that mostly leads somewhere: an index counts from the list's end. */
static size_t next_path(struct input *in, struct sb_tree *tree,
                        struct sb_tree_step path[STEPS]) {
  static const char *const keys[] = {"a", "b", "c", "", "\xc3\xa9"};
  size_t n = next(in) % (STEPS + 1);
  for (size_t i = 0; i < n; i++) {
    unsigned choice = next(in);
    path[i] = (struct sb_tree_step){0};
    if (tree != NULL && sb_tree_type(tree) == SB_TREE_LIST && choice < 250) {
      path[i].index = (int64_t)sb_tree_length(tree) + 1 - (int64_t)choice % 72;
    } else {
      path[i].key = keys[choice % (sizeof keys / sizeof keys[0])];
      path[i].len = strlen(path[i].key);
    }
    if (tree != NULL) tree = sb_tree_lookup(tree, &path[i], 1);
  }
  return n;
}

/* Set or remove: *tree is owned. */
static void patch(struct sb_trees *trees, struct input *in,
                  struct sb_tree **tree) {
  struct sb_tree_step path[STEPS];
  const char *why;
  size_t step;
  int removes = next(in) % 4 == 0;
  size_t n = next_path(in, *tree, path);
  if (removes && n > 0) {
    must(sb_tree_remove(tree, path, n) == 0);
    return;
  }
  struct sb_tree *value = next_value(trees, in);
  int rc = sb_tree_set(trees, tree, path, n, value, &step, &why);
  must(rc == 0 || (rc == UV_EINVAL && step < n && why != NULL));
  if (rc == 0) must(sb_tree_equal(sb_tree_lookup(*tree, path, n), value));
  sb_tree_release(value);
}

static void encode(struct sb_tree *tree, struct sb_buffer *out) {
  sb_buffer_init(out, SB_JSON_BYTES);
  must(sb_tree_encode(tree, 0, NULL, 0, out) == 0);
  must(sb_buffer_append_byte(out, '\0') == 0);
}

static int count(void *arg, const struct sb_tree_step *path, size_t n,
                 struct sb_tree *old, struct sb_tree *newer) {
  struct sb_tree **trees = arg;
  must(sb_tree_lookup(trees[0], path, n) == old);
  must(sb_tree_lookup(trees[1], path, n) == newer);
  trees[2] = trees[0]; /* a difference was seen */
  return 0;
}

static void compare(struct sb_tree *old, struct sb_tree *newer) {
  struct sb_tree *pair[3] = {old, newer, NULL};
  must(sb_tree_diff(old, newer, count, pair) == 0);
  must((pair[2] == NULL) == sb_tree_equal(old, newer));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct input in = {data, data + size};
  struct sb_trees *trees;
  if (size > 4096) return 0;
  must(sb_trees_open(&trees) == 0);
  struct sb_tree *tree = parse(trees, "{}", 2);
  while (in.at < in.end) {
    struct sb_tree *old = sb_tree_retain(tree);
    struct sb_buffer before, after, now;
    encode(old, &before);
    for (unsigned changes = 1 + next(&in) % 3; changes > 0; changes--)
      patch(trees, &in, &tree);
    encode(old, &after);
    must(before.len == after.len);
    must(memcmp(before.data, after.data, before.len) == 0);
    encode(tree, &now);
    struct sb_tree *read = parse(trees, now.data, now.len - 1);
    must(sb_tree_equal(tree, read));
    compare(old, tree);
    sb_tree_release(read);
    sb_tree_release(old);
    sb_buffer_free(&before);
    sb_buffer_free(&after);
    sb_buffer_free(&now);
  }
  sb_tree_release(tree);
  sb_trees_close(trees);
  return 0;
}
