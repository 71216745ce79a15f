/* host/tree/tree_parse.c -- from JSON text to a tree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "host/tree/tree_node.h"

struct parser {
  struct sb_trees *trees;
  struct sb_json_reader reader;
  /* What was read of the containers that are still open. */
  struct sb_tree_member *members; /* the key is NULL in a list */
  size_t used, size;
};

/* Each returns 0, UV_ENOMEM, or UV_EINVAL when the reader's fault says why. */
static int parse_value(struct parser *p, enum sb_json_event event,
                       struct sb_tree **tree);

static int parse_string(struct parser *p, struct sb_tree **tree) {
  size_t len = p->reader.token_len;
  struct sb_tree_text *text = malloc(sizeof *text + len + 1);
  if (text == NULL) return UV_ENOMEM;
  text->base = (struct sb_tree){.refs = 1, .type = SB_TREE_STRING};
  if (p->reader.escaped)
    len = sb_json_unescape(&p->reader, text->bytes);
  else
    memcpy(text->bytes, p->reader.token, len);
  text->bytes[len] = '\0';
  text->base.count = len;
  *tree = &text->base;
  return 0;
}

static int parse_number(struct parser *p, struct sb_tree **tree) {
  struct sb_tree *node = sb_tree_scalar(SB_TREE_INTEGER);
  if (node == NULL) return UV_ENOMEM;
  if (!sb_json_integer(&p->reader, &node->integer)) {
    double number = sb_json_double(&p->reader);
    if (sb_json_is_integer(number)) {
      node->integer = (int64_t)number;
    } else {
      node->type = SB_TREE_DOUBLE;
      node->number = number;
    }
  }
  *tree = node;
  return 0;
}

/* Takes the value, and the key if it is not NULL. */
static int push(struct parser *p, struct sb_tree_key *key,
                struct sb_tree *value) {
  if (p->used == p->size) {
    size_t size = p->size > 0 ? p->size * 2 : 32;
    struct sb_tree_member *members =
        realloc(p->members, size * sizeof *members);
    if (members == NULL) return UV_ENOMEM;
    p->members = members;
    p->size = size;
  }
  p->members[p->used++] = (struct sb_tree_member){key, value};
  return 0;
}

static void pop_to(struct parser *p, size_t first) {
  while (p->used > first) {
    struct sb_tree_member *member = &p->members[--p->used];
    sb_tree_key_release(member->key);
    sb_tree_release(member->value);
  }
}

static int parse_list(struct parser *p, struct sb_tree **tree) {
  size_t first = p->used;
  enum sb_json_event event;
  while ((event = sb_json_next(&p->reader)) != SB_JSON_ARRAY_END) {
    struct sb_tree *value;
    int rc = parse_value(p, event, &value);
    if (rc < 0) return rc;
    if (push(p, NULL, value) < 0) {
      sb_tree_release(value);
      return UV_ENOMEM;
    }
  }
  size_t n = p->used - first;
  struct sb_tree **values = malloc((n + 1) * sizeof *values);
  if (values == NULL) return UV_ENOMEM;
  for (size_t i = 0; i < n; i++) values[i] = p->members[first + i].value;
  *tree = sb_tree_list(values, n);
  free(values);
  pop_to(p, first);
  return *tree != NULL ? 0 : UV_ENOMEM;
}

static int parse_key(struct parser *p, struct sb_tree_key **key) {
  struct sb_json_reader *r = &p->reader;
  if (r->token_len > UINT32_MAX) return UV_ENOMEM;
  if (!r->escaped)
    return sb_tree_key_get(p->trees, r->token, r->token_len, key);
  char *plain = malloc(r->token_len);
  if (plain == NULL) return UV_ENOMEM;
  int rc = sb_tree_key_get(p->trees, plain, sb_json_unescape(r, plain), key);
  free(plain);
  return rc;
}

static int compare_members(const void *one, const void *two) {
  const struct sb_tree_member *a = one, *b = two;
  return sb_tree_key_compare(a->key, b->key->bytes, b->key->len);
}

/* Sorts, and finds a key that is there twice. */
static const struct sb_tree_key *sort(struct sb_tree_member *members,
                                      size_t n) {
  int sorted = 1;
  for (size_t i = 1; i < n && sorted; i++)
    sorted = compare_members(&members[i - 1], &members[i]) < 0;
  if (sorted) return NULL;
  qsort(members, n, sizeof *members, compare_members);
  for (size_t i = 1; i < n; i++)
    if (compare_members(&members[i - 1], &members[i]) == 0)
      return members[i].key;
  return NULL;
}

static int refuse_twice(struct parser *p, const char *at,
                        const struct sb_tree_key *key) {
  enum { SHOWN = 60 };
  char why[SHOWN + 40];
  int len = key->len < SHOWN ? (int)key->len : SHOWN;
  snprintf(why, sizeof why, "this record has the key \"%.*s\" twice", len,
           key->bytes);
  sb_json_refuse(&p->reader, at, why);
  return UV_EINVAL;
}

static int parse_record(struct parser *p, struct sb_tree **tree) {
  size_t first = p->used;
  const char *start = p->reader.at - 1;
  enum sb_json_event event;
  while ((event = sb_json_next(&p->reader)) != SB_JSON_OBJECT_END) {
    struct sb_tree_key *key;
    struct sb_tree *value = NULL;
    if (event == SB_JSON_FAULT) return UV_EINVAL;
    int rc = parse_key(p, &key);
    if (rc < 0) return rc;
    rc = parse_value(p, sb_json_next(&p->reader), &value);
    if (rc == 0) rc = push(p, key, value);
    if (rc < 0) {
      sb_tree_key_release(key);
      sb_tree_release(value);
      return rc;
    }
  }
  size_t n = p->used - first;
  struct sb_tree_member *members = n > 0 ? p->members + first : NULL;
  const struct sb_tree_key *twice = sort(members, n);
  if (twice != NULL) return refuse_twice(p, start, twice);
  *tree = sb_tree_record(members, n);
  pop_to(p, first);
  return *tree != NULL ? 0 : UV_ENOMEM;
}

static int parse_constant(enum sb_tree_type type, struct sb_tree **tree) {
  *tree = sb_tree_scalar(type);
  return *tree != NULL ? 0 : UV_ENOMEM;
}

static int parse_value(struct parser *p, enum sb_json_event event,
                       struct sb_tree **tree) {
  *tree = NULL;
  switch (event) {
  case SB_JSON_NULL:
    return parse_constant(SB_TREE_NULL, tree);
  case SB_JSON_FALSE:
    return parse_constant(SB_TREE_FALSE, tree);
  case SB_JSON_TRUE:
    return parse_constant(SB_TREE_TRUE, tree);
  case SB_JSON_NUMBER:
    return parse_number(p, tree);
  case SB_JSON_STRING:
    return parse_string(p, tree);
  case SB_JSON_ARRAY:
    return parse_list(p, tree);
  case SB_JSON_OBJECT:
    return parse_record(p, tree);
  default: /* the reader gives no other event here but its fault */
    return UV_EINVAL;
  }
}

int sb_tree_parse(struct sb_trees *trees, const char *text, size_t len,
                  struct sb_tree **tree, struct sb_json_fault *fault) {
  struct parser p = {.trees = trees};
  sb_json_read(&p.reader, text, len, NULL);
  int rc = parse_value(&p, sb_json_next(&p.reader), tree);
  if (rc == 0 && sb_json_next(&p.reader) != SB_JSON_END) {
    sb_tree_release(*tree);
    *tree = NULL;
    rc = UV_EINVAL;
  }
  if (rc == UV_EINVAL) *fault = p.reader.fault;
  pop_to(&p, 0);
  free(p.members);
  return rc;
}
