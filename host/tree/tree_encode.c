/* host/tree/tree_encode.c -- a tree as canonical JSON. */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "host/tree/tree_node.h"

struct writer {
  struct sb_buffer *out;
  const struct sb_tree_rank *ranks; /* sorted by key */
  size_t n;
  int indent;
};

static int write_value(struct writer *w, const struct sb_tree *tree, int depth);

/*
** Order
*/

struct place { /* of a member in what is written */
  size_t rank;
  size_t at; /* in the record, which is sorted by key */
};

enum { FEW = 32 };

static int compare_ranks(const void *one, const void *two) {
  const struct sb_tree_rank *a = one, *b = two;
  size_t common = a->len < b->len ? a->len : b->len;
  int c = memcmp(a->key, b->key, common);
  if (c != 0) return c;
  return a->len < b->len ? -1 : a->len > b->len;
}

void sb_tree_rank_sort(struct sb_tree_rank *ranks, size_t n) {
  if (n > 0) qsort(ranks, n, sizeof *ranks, compare_ranks);
}

static size_t rank_of(const struct writer *w, const struct sb_tree_key *key) {
  struct sb_tree_rank wanted = {key->bytes, key->len, 0}, *found;
  if (w->n == 0) return SIZE_MAX;
  found = bsearch(&wanted, w->ranks, w->n, sizeof wanted, compare_ranks);
  return found != NULL ? found->rank : SIZE_MAX;
}

static int compare_places(const void *one, const void *two) {
  const struct place *a = one, *b = two;
  if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
  return a->at < b->at ? -1 : a->at > b->at;
}

/*
** Values
*/

static int put_break(struct writer *w, int depth) {
  return w->indent > 0 ? sb_json_put_newline(w->out, w->indent, depth) : 0;
}

/* What comes before the element or member number i. */
static int put_between(struct writer *w, size_t i, int depth) {
  int rc = i > 0 ? sb_buffer_append_byte(w->out, ',') : 0;
  return rc < 0 ? rc : put_break(w, depth);
}

static int put_close(struct writer *w, size_t n, int depth, char bracket) {
  int rc = n > 0 ? put_break(w, depth - 1) : 0;
  return rc < 0 ? rc : sb_buffer_append_byte(w->out, bracket);
}

static int write_list(struct writer *w, const struct sb_tree *tree, int depth) {
  int rc = sb_buffer_append_byte(w->out, '[');
  for (size_t i = 0; i < tree->count; i++) {
    if (rc == 0) rc = put_between(w, i, depth);
    if (rc == 0) rc = write_value(w, sb_tree_element(tree, i), depth);
    if (rc < 0) return rc;
  }
  return rc < 0 ? rc : put_close(w, tree->count, depth, ']');
}

static int write_member(struct writer *w, const struct sb_tree_member *member,
                        int depth) {
  int rc = sb_json_put_string(w->out, member->key->bytes, member->key->len);
  if (rc == 0) rc = sb_buffer_append(w->out, ": ", w->indent > 0 ? 2 : 1);
  return rc < 0 ? rc : write_value(w, member->value, depth);
}

/* places is room for one a member. */
static int write_members(struct writer *w, const struct sb_tree_record *record,
                         struct place *places, int depth) {
  size_t n = record->base.count;
  int rc = sb_buffer_append_byte(w->out, '{');
  for (size_t i = 0; i < n; i++)
    places[i] = (struct place){rank_of(w, record->members[i].key), i};
  if (w->n > 0 && n > 0) qsort(places, n, sizeof *places, compare_places);
  for (size_t i = 0; i < n; i++) {
    if (rc == 0) rc = put_between(w, i, depth);
    if (rc == 0) rc = write_member(w, &record->members[places[i].at], depth);
    if (rc < 0) return rc;
  }
  return rc < 0 ? rc : put_close(w, n, depth, '}');
}

static int write_record(struct writer *w, const struct sb_tree_record *record,
                        int depth) {
  struct place few[FEW], *places = few;
  if (record->base.count > FEW)
    places = malloc(record->base.count * sizeof *places);
  if (places == NULL) return UV_ENOMEM;
  int rc = write_members(w, record, places, depth);
  if (places != few) free(places);
  return rc;
}

static int write_value(struct writer *w, const struct sb_tree *tree,
                       int depth) {
  switch ((enum sb_tree_type)tree->type) {
  case SB_TREE_NULL:
    return sb_buffer_append_text(w->out, "null");
  case SB_TREE_FALSE:
    return sb_buffer_append_text(w->out, "false");
  case SB_TREE_TRUE:
    return sb_buffer_append_text(w->out, "true");
  case SB_TREE_INTEGER:
    return sb_json_put_integer(w->out, tree->integer);
  case SB_TREE_DOUBLE:
    return sb_json_put_double(w->out, tree->number);
  case SB_TREE_STRING:
    return sb_json_put_string(
        w->out, ((const struct sb_tree_text *)tree)->bytes, tree->count);
  case SB_TREE_LIST:
    return write_list(w, tree, depth + 1);
  case SB_TREE_RECORD:
    return write_record(w, sb_as_record(tree), depth + 1);
  }
  return UV_EINVAL;
}

int sb_tree_encode(const struct sb_tree *tree, int indent,
                   const struct sb_tree_rank *ranks, size_t n,
                   struct sb_buffer *out) {
  struct writer w = {out, ranks, n, indent};
  int rc = write_value(&w, tree, 0);
  if (rc == 0 && indent > 0) rc = sb_buffer_append_byte(out, '\n');
  return rc;
}
