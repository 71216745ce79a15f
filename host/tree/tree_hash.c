/* host/tree/tree_hash.c -- the hash of a node: of the form and the parts of a
   list or record, of the bytes of a scalar. These forms are kept by those who
   remember hashes; a change of them needs another FORM. */
#include <string.h>

#include "host/tree/tree_node.h"

enum { FORM = 1 };

/* Small pieces gathered into few calls of libcrypto. */
struct feed {
  struct sb_sha256 sha;
  size_t used;
  unsigned char block[1024];
};

static void flush(struct feed *feed) {
  sb_sha256_update(&feed->sha, feed->block, feed->used);
  feed->used = 0;
}

static void feed_bytes(struct feed *feed, const void *data, size_t len) {
  if (len > sizeof feed->block - feed->used) flush(feed);
  if (len > sizeof feed->block) {
    sb_sha256_update(&feed->sha, data, len);
    return;
  }
  memcpy(feed->block + feed->used, data, len);
  feed->used += len;
}

static void feed_letter(struct feed *feed, char letter) {
  feed_bytes(feed, &letter, 1);
}

/* Least significant byte first, on every machine. */
static void feed_u64(struct feed *feed, uint64_t value) {
  unsigned char bytes[8];
  for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)(value >> (8 * i));
  feed_bytes(feed, bytes, sizeof bytes);
}

static void feed_string(struct feed *feed, const char *text, size_t len) {
  feed_u64(feed, len);
  feed_bytes(feed, text, len);
}

/* What a node adds to the hash of what holds it. Lists and records are hashed
   already. */
static void feed_node(struct feed *feed, const struct sb_tree *node) {
  uint64_t bits;
  switch ((enum sb_tree_type)node->type) {
  case SB_TREE_NULL:
    feed_letter(feed, 'n');
    return;
  case SB_TREE_FALSE:
    feed_letter(feed, 'f');
    return;
  case SB_TREE_TRUE:
    feed_letter(feed, 't');
    return;
  case SB_TREE_INTEGER:
    feed_letter(feed, 'i');
    feed_u64(feed, (uint64_t)node->integer);
    return;
  case SB_TREE_DOUBLE:
    feed_letter(feed, 'd');
    memcpy(&bits, &node->number, sizeof bits);
    feed_u64(feed, bits);
    return;
  case SB_TREE_STRING:
    feed_letter(feed, 's');
    feed_string(feed, ((const struct sb_tree_text *)node)->bytes, node->count);
    return;
  case SB_TREE_LIST:
    feed_letter(feed, 'l');
    feed_bytes(feed, sb_as_list(node)->hash, SB_SHA256_SIZE);
    return;
  case SB_TREE_RECORD:
    feed_letter(feed, 'r');
    feed_bytes(feed, sb_as_record(node)->hash, SB_SHA256_SIZE);
    return;
  }
}

static void begin(struct feed *feed, char type) {
  feed->used = 0;
  sb_sha256_init(&feed->sha);
  feed_letter(feed, (char)FORM);
  feed_letter(feed, type);
}

static void end(struct feed *feed, uint8_t digest[SB_SHA256_SIZE]) {
  flush(feed);
  sb_sha256_final(&feed->sha, digest);
}

static void hash_container(struct sb_tree *tree);

static void hash_list(struct sb_tree_list *list) {
  struct feed feed;
  size_t kids = sb_tree_list_kids(list);
  for (size_t i = 0; i < kids; i++) hash_container(list->kids[i]);
  begin(&feed, 'L');
  feed_u64(&feed, list->base.height);
  feed_u64(&feed, list->base.count);
  for (size_t i = 0; i < kids; i++) feed_node(&feed, list->kids[i]);
  end(&feed, list->hash);
}

static void hash_record(struct sb_tree_record *record) {
  struct feed feed;
  size_t n = record->base.count;
  for (size_t i = 0; i < n; i++) hash_container(record->members[i].value);
  begin(&feed, 'R');
  feed_u64(&feed, n);
  for (size_t i = 0; i < n; i++) {
    const struct sb_tree_member *member = &record->members[i];
    feed_string(&feed, member->key->bytes, member->key->len);
    feed_node(&feed, member->value);
  }
  end(&feed, record->hash);
}

static void hash_container(struct sb_tree *tree) {
  if (!sb_tree_is_container(tree) || tree->hashed) return;
  if (tree->type == SB_TREE_LIST)
    hash_list(sb_as_list(tree));
  else
    hash_record(sb_as_record(tree));
  tree->hashed = 1;
}

void sb_tree_hash(struct sb_tree *tree, uint8_t digest[SB_SHA256_SIZE]) {
  struct feed feed;
  if (sb_tree_is_container(tree)) {
    hash_container(tree);
    memcpy(digest,
           tree->type == SB_TREE_LIST ? sb_as_list(tree)->hash
                                      : sb_as_record(tree)->hash,
           SB_SHA256_SIZE);
    return;
  }
  begin(&feed, 'S');
  feed_node(&feed, tree);
  end(&feed, digest);
}
