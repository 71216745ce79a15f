/* tests/unit/sse_test.c -- host/net/sse.h: events come out the same wherever
   the stream is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "host/net/sse.h"

/* What came out: each event's data in brackets. */
struct heard {
  char text[4096];
  size_t len, event;
  size_t limit; /* of an event's data */
};

static int hear_piece(void *arg, const char *data, size_t len) {
  struct heard *heard = arg;
  if (heard->event + len > heard->limit) return UV_E2BIG;
  heard->event += len;
  heard->len +=
      (size_t)snprintf(heard->text + heard->len,
                       sizeof heard->text - heard->len, "%.*s", (int)len, data);
  return 0;
}

static int hear_event(void *arg) {
  struct heard *heard = arg;
  heard->event = 0;
  heard->len += (size_t)snprintf(heard->text + heard->len,
                                 sizeof heard->text - heard->len, "]");
  return 0;
}

/* The stream in three parts, cut after `first` and after `second` bytes. */
static void hear(const char *stream, size_t len, size_t first, size_t second,
                 struct heard *heard) {
  struct sb_sse sse;
  *heard = (struct heard){.limit = sizeof heard->text};
  sb_sse_init(&sse, hear_piece, hear_event, heard);
  assert_int_equal(sb_sse_feed(&sse, stream, first), 0);
  assert_int_equal(sb_sse_feed(&sse, stream + first, second - first), 0);
  assert_int_equal(sb_sse_feed(&sse, stream + second, len - second), 0);
  assert_int_equal(sb_sse_end(&sse), 0);
}

static void expect(const char *stream, const char *events) {
  size_t len = strlen(stream);
  struct heard heard;
  for (size_t first = 0; first <= len; first++) {
    for (size_t second = first; second <= len; second++) {
      hear(stream, len, first, second, &heard);
      assert_string_equal(heard.text, events);
    }
  }
}

static void takes_the_data_of_each_event(void **state) {
  (void)state;
  expect("data: one\n\ndata: two\n\n", "one]two]");
  expect("data: {\"a\":\"\xC3\xA9\xF0\x9F\xA6\x91\"}\n\n",
         "{\"a\":\"\xC3\xA9\xF0\x9F\xA6\x91\"}]");
  expect("", "");
  expect("\n\n\n", "");
}

static void knows_three_ends_of_a_line(void **state) {
  (void)state;
  expect("data: one\r\n\r\ndata: two\r\n\r\n", "one]two]");
  expect("data: one\r\rdata: two\r\r", "one]two]");
  expect("data: one\r\n\ndata: two\n\r", "one]two]");
  expect("data: one\rdata: two\r\n\r\n", "one\ntwo]");
}

static void takes_one_space_after_the_colon(void **state) {
  (void)state;
  expect("data:one\n\n", "one]");
  expect("data:  one \n\n", " one ]");
  expect("data: :one\n\n", ":one]");
}

static void joins_the_lines_of_an_event(void **state) {
  (void)state;
  expect("data: {\ndata:  \"a\": 1\ndata: }\n\n", "{\n \"a\": 1\n}]");
  expect("data\ndata\n\n", "\n]");
  expect("data:\n\n", "]");
  expect("data\n\n", "]");
}

static void ignores_comments_and_other_fields(void **state) {
  (void)state;
  expect(": OPENROUTER PROCESSING\n\ndata: one\n: \"half\ndata: two\n\n",
         "one\ntwo]");
  expect("event: x\nid: 1\nretry: 5\n\ndata: one\n\n", "one]");
  expect("dat: no\ndatum: no\ndatas: no\nDATA: no\n data: no\ndata : no\n\n",
         "");
  expect("data: one\nevent: end\n\n", "one]");
}

static void passes_over_a_mark_at_the_start_only(void **state) {
  (void)state;
  expect("\xEF\xBB\xBF"
         "data: one\n\n",
         "one]");
  expect("\xEF\xBB\xBF\ndata: one\n\n", "one]");
  expect("\xEF\xBB"
         "data: no\n\ndata: one\n\n",
         "one]");
  expect("data: one\n\n\xEF\xBB\xBF"
         "data: no\n\n",
         "one]");
}

static void takes_a_last_event_that_is_not_ended(void **state) {
  (void)state;
  expect("data: one\n\ndata: [DONE]", "one][DONE]]");
  expect("data: [DONE]\n", "[DONE]]");
  expect("data: [DONE]\r", "[DONE]]");
  expect("data", "]");
  expect("dat", "");
}

static void stops_where_the_receiver_has_enough(void **state) {
  struct sb_sse sse;
  struct heard heard = {.limit = 5};
  (void)state;
  sb_sse_init(&sse, hear_piece, hear_event, &heard);
  static const char five[] = "data: 12345\n\ndata: 12\ndata: 34\n\n";
  assert_int_equal(sb_sse_feed(&sse, five, sizeof five - 1), 0);
  assert_string_equal(heard.text, "12345]12\n34]");
  static const char six[] = "data: 12\ndata: 345\n\n";
  assert_int_equal(sb_sse_feed(&sse, six, sizeof six - 1), UV_E2BIG);
}

static void passes_a_long_line_on_in_pieces(void **state) {
  static char line[10000];
  size_t fed = 0;
  struct sb_sse sse;
  struct heard heard = {.limit = SIZE_MAX};
  (void)state;
  memset(line, 'A', sizeof line);
  memcpy(line, "data: ", 6);
  sb_sse_init(&sse, hear_piece, hear_event, &heard);
  for (; fed < (size_t)12 << 20; fed += sizeof line) {
    heard.len = 0;
    assert_int_equal(sb_sse_feed(&sse, line, 4000), 0);
    heard.len = 0;
    memcpy(line, "AAAAAA", 6);
    assert_int_equal(sb_sse_feed(&sse, line, sizeof line), 0);
  }
  assert_true(heard.event >= fed);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(takes_the_data_of_each_event),
      cmocka_unit_test(knows_three_ends_of_a_line),
      cmocka_unit_test(takes_one_space_after_the_colon),
      cmocka_unit_test(joins_the_lines_of_an_event),
      cmocka_unit_test(ignores_comments_and_other_fields),
      cmocka_unit_test(passes_over_a_mark_at_the_start_only),
      cmocka_unit_test(takes_a_last_event_that_is_not_ended),
      cmocka_unit_test(stops_where_the_receiver_has_enough),
      cmocka_unit_test(passes_a_long_line_on_in_pieces),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
