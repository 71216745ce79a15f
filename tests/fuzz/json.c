/* tests/fuzz/json.c -- host/json/json.h and host/tree/tree.h: what is not JSON
   is refused by both readers, and what is comes back as it was. */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "host/tree/tree.h"
#include "tests/fuzz/fuzz.h"

static void must(int ok) {
  if (!ok) abort();
}

static struct sb_tree *parse(struct sb_trees *trees, const char *text,
                             size_t len) {
  struct sb_json_fault fault;
  struct sb_tree *tree;
  int rc = sb_tree_parse(trees, text, len, &tree, &fault);
  must(rc == 0 || rc == UV_EINVAL);
  must((rc == 0) == (tree != NULL));
  must(rc == 0 || fault.offset <= len);
  must(rc == 0 || strlen(fault.message) < sizeof fault.message);
  return tree;
}

/* Writes the tree, reads that again, and expects the same tree and text. */
static void round_trip(struct sb_trees *trees, struct sb_tree *tree,
                       int indent) {
  struct sb_buffer one, two;
  sb_buffer_init(&one, SB_JSON_BYTES);
  sb_buffer_init(&two, SB_JSON_BYTES);
  must(sb_tree_encode(tree, indent, NULL, 0, &one) == 0);
  must(sb_buffer_append_byte(&one, '\0') == 0);
  struct sb_tree *again = parse(trees, one.data, one.len - 1);
  must(again != NULL && sb_tree_equal(tree, again));
  must(sb_tree_encode(again, indent, NULL, 0, &two) == 0);
  must(two.len == one.len - 1 && memcmp(one.data, two.data, two.len) == 0);
  sb_tree_release(again);
  sb_buffer_free(&one);
  sb_buffer_free(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sb_json_fault fault;
  struct sb_trees *trees;
  int lone;
  if (size > 65536) return 0;    /* libFuzzer gives no more by itself */
  char *text = malloc(size + 1); /* just as long: a step too far is seen */
  must(text != NULL);
  must(sb_trees_open(&trees) == 0);
  memcpy(text, data, size);
  text[size] = '\0';
  int rc = sb_json_check(text, size, NULL, &lone, &fault);
  struct sb_tree *tree = parse(trees, text, size);
  must(rc == 0 || tree == NULL); /* a key that is there twice: only a tree's */
  if (tree != NULL) {
    sb_json_mend(text, size);
    struct sb_tree *mended = parse(trees, text, size);
    must(mended != NULL && sb_tree_equal(tree, mended));
    sb_tree_release(mended);
    round_trip(trees, tree, 0);
    round_trip(trees, tree, 2);
  }
  sb_tree_release(tree);
  sb_trees_close(trees);
  free(text);
  return 0;
}
