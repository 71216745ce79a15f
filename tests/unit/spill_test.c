/* tests/unit/spill_test.c -- host/net/spill.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "host/base/base64.h"
#include "host/net/spill.h"
#include "host/net/spill_file.h"

#define PNG "data:image/png;base64,"

enum { PICTURE = 200000 };

static char dir[] = "/tmp/sb-spill-XXXXXX";
static uint8_t picture[PICTURE];
static char picture64[PICTURE / 3 * 4 + 8];

static int setup(void **state) {
  (void)state;
  for (size_t i = 0; i < PICTURE; i++) picture[i] = (uint8_t)(i * i >> 3);
  size_t n = sb_base64_encode(picture, PICTURE, picture64);
  picture64[n] = '\0';
  return mkdtemp(dir) == NULL ? -1 : 0;
}

/* Fails when a test has left a file behind. */
static int teardown(void **state) {
  (void)state;
  return rmdir(dir);
}

struct text {
  char *bytes; /* NUL-ended */
  size_t len, room;
};

static int append(void *arg, const char *bytes, size_t len) {
  struct text *text = arg;
  if (text->len + len >= text->room) {
    text->room = 2 * (text->len + len + 1);
    text->bytes = realloc(text->bytes, text->room);
  }
  memcpy(text->bytes + text->len, bytes, len);
  text->len += len;
  text->bytes[text->len] = '\0';
  return 0;
}

/* One text through one scanner, in steps. */
struct run {
  struct sb_spill *spill;
  struct text out;
  int rc;
};

static struct run scan(const char *in, size_t step, uint64_t max_bytes) {
  struct run run = {.rc = 0};
  size_t len = strlen(in);
  append(&run.out, "", 0);
  assert_int_equal(sb_spill_new(dir, max_bytes, append, &run.out, &run.spill),
                   0);
  for (size_t at = 0; at < len && run.rc == 0; at += step)
    run.rc =
        sb_spill_feed(run.spill, in + at, len - at < step ? len - at : step);
  if (run.rc == 0) run.rc = sb_spill_end(run.spill);
  return run;
}

static void end(struct run *run) {
  sb_spill_free(run->spill);
  free(run->out.bytes);
}

static const size_t steps[] = {1, 3, 1000, 4095, 16384, (size_t)1 << 30};
enum { STEPS = sizeof steps / sizeof steps[0] };

static void expect_unchanged(const char *in) {
  for (size_t i = 0; i < STEPS; i++) {
    struct run run = scan(in, steps[i], 1 << 20);
    assert_int_equal(run.rc, 0);
    assert_string_equal(run.out.bytes, in);
    assert_int_equal(sb_spill_count(run.spill), 0);
    end(&run);
  }
}

static void expect_file(const struct run *run, size_t index,
                        const uint8_t *bytes, size_t n) {
  const struct sb_spill_file *file = sb_spill_file(run->spill, index);
  assert_null(file->error);
  assert_int_equal(file->bytes, n);
  FILE *in = fopen(file->path, "rb");
  assert_non_null(in);
  uint8_t *found = malloc(n + 1);
  assert_int_equal(fread(found, 1, n + 1, in), n);
  assert_memory_equal(found, bytes, n);
  free(found);
  fclose(in);
}

/* In comes `text` with one picture of n bytes, out `expected`. */
static void expect_spilled(const char *in, const char *expected, size_t n) {
  for (size_t i = 0; i < STEPS; i++) {
    struct run run = scan(in, steps[i], 1 << 20);
    assert_int_equal(run.rc, 0);
    assert_string_equal(run.out.bytes, expected);
    assert_int_equal(sb_spill_count(run.spill), 1);
    expect_file(&run, 0, picture, n);
    end(&run);
  }
}

static char *format(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
static char *format(const char *format, ...) {
  static char room[2 * sizeof picture64 + 4096];
  va_list args;
  va_start(args, format);
  int n = vsnprintf(room, sizeof room, format, args);
  va_end(args);
  assert_in_range(n, 0, sizeof room - 1);
  return room;
}

static void passes_json_through(void **state) {
  (void)state;
  expect_unchanged("");
  expect_unchanged("{\"a\":[1,2.5e3,true,null],\"b\":\"say \\\"hi\\\\\"}");
  expect_unchanged("  \n: it's a \"comment\n\n# \"more\n{\"a\":\"\\u0022\"}");
  expect_unchanged("\"data:image/png;base64\" \"data:,x\" \"data\" \"\\");
  expect_unchanged("{\"cut\":\"in the mid");
  expect_unchanged(format("\"%.4095s\"", picture64));
  expect_unchanged(format("\"%.4000s.%.4000s\"", picture64, picture64));
  expect_unchanged(format("\"%.4000s\\\"%.4000s\"", picture64, picture64));
  expect_unchanged(format("\"%.4000s\\u12\"", picture64));
  expect_unchanged(format("%s", picture64));
  expect_unchanged(format("\"%.4000s\n%.4000s\"", picture64, picture64));
}

static void leaves_prose_without_points_alone(void **state) {
  char prose[20000] = "\"";
  (void)state;
  for (size_t i = 0; i < 1500; i++) strcat(prose, "all work and ");
  strcat(prose, "\"");
  expect_unchanged(prose);
  for (size_t i = 1; i + 1 < strlen(prose); i += 4)
    memcpy(prose + i, "w\\n ", 4);
  expect_unchanged(prose);
}

static void decodes_a_data_url(void **state) {
  (void)state;
  expect_spilled(format("{\"url\":\"" PNG "%s\",\"n\":1}", picture64),
                 "{\"url\":\"" PNG "{spill:1}\",\"n\":1}", PICTURE);
  expect_spilled(format("\"data:image\\/png;name=a;b=c;base64,%s\"", picture64),
                 "\"data:image\\/png;name=a;b=c;base64,{spill:1}\"", PICTURE);
}

static void decodes_a_short_one_behind_a_prefix(void **state) {
  (void)state;
  expect_spilled("\"" PNG "AAAA\"", "\"" PNG "{spill:1}\"", 3);
  expect_spilled("\"" PNG "AA==\"", "\"" PNG "{spill:1}\"", 1);
  expect_spilled("\"" PNG "\"", "\"" PNG "{spill:1}\"", 0);
}

static void decodes_a_bare_string(void **state) {
  (void)state;
  expect_spilled(format("[\"%s\"]", picture64), "[\"{spill:1}\"]", PICTURE);
  expect_spilled(format("\"%.4096s\"", picture64), "\"{spill:1}\"", 3072);
}

static void tolerates_missing_padding(void **state) {
  (void)state;
  char text[5000];
  for (size_t n = 3073; n <= 3075; n++) {
    sb_base64_encode(picture, n, text);
    size_t letters = (n * 8 + 5) / 6;
    expect_spilled(format("\"%.*s\"", (int)letters, text), "\"{spill:1}\"", n);
    expect_spilled(format("\"%.*s\"", (int)sb_base64_length(n), text),
                   "\"{spill:1}\"", n);
  }
}

static void tolerates_lines_escapes_and_the_url_alphabet(void **state) {
  static char in[4 * sizeof picture64];
  char *out = in;
  (void)state;
  *out++ = '"';
  for (size_t i = 0; picture64[i] != '\0'; i++) {
    const char *c = (const char[2]){picture64[i], '\0'};
    if (*c == '+') c = i % 2 ? "\\u002B" : "-";
    if (*c == '/') c = i % 3 == 0 ? "\\/" : i % 3 == 1 ? "_" : "\\u002f";
    if (i % 76 == 75) out = stpcpy(out, i % 2 ? "\\r\\n" : "\\u000a ");
    out = stpcpy(out, c);
  }
  strcpy(out, "\"");
  expect_spilled(in, "\"{spill:1}\"", PICTURE);
}

static void decodes_a_prefix_in_capitals(void **state) {
  (void)state;
  expect_spilled("\"DATA:IMAGE/PNG;BASE64,AAAA\"",
                 "\"DATA:IMAGE/PNG;BASE64,{spill:1}\"", 3);
}

static void decodes_what_stands_within_a_text(void **state) {
  (void)state;
  expect_spilled(format("\"Look: ![a](" PNG "%s) and\\n\"", picture64),
                 "\"Look: ![a](" PNG "{spill:1}) and\\n\"", PICTURE);
  expect_spilled("\"a data: data:image\\/png;base64,AAAA\"",
                 "\"a data: data:image\\/png;base64,{spill:1}\"", 3);
  expect_spilled("\"x: " PNG "AA==\\\",\",\"data:\"",
                 "\"x: " PNG "{spill:1}\\\",\",\"data:\"", 1);
  expect_spilled("\"{\\\"a\\\":\\\"" PNG "AA\\\"}\"",
                 "\"{\\\"a\\\":\\\"" PNG "{spill:1}\\\"}\"", 1);
}

static void leaves_a_text_that_only_seems_to_hold_one(void **state) {
  (void)state;
  expect_unchanged("\"some data: image/png;base64,AAAA\"");
  expect_unchanged("\"a data:image/png\\\";base64,AAAA\"");
  expect_unchanged("\"a data:image/png,;base64 AAAA\",\"data:\"");
  expect_unchanged("\"a dat\\a:image/png;base64\",\":\"");
  expect_unchanged("\"a data:image/png;base64\",\"data:,AAAA\"");
}

static void decodes_a_short_one_by_its_name(void **state) {
  (void)state;
  expect_spilled("{\"b64_json\" : \"AAA=\"}", "{\"b64_json\" : \"{spill:1}\"}",
                 2);
  expect_spilled("{\"b64_json\":\"" PNG "AAAA\"}",
                 "{\"b64_json\":\"" PNG "{spill:1}\"}", 3);
  expect_unchanged("{\"b64_json\":\"\",\"AAAA\":\"AAAA\"}");
  expect_unchanged("{\"b64_json\":null,\"AAAA\":[\"b64_json\",\"AAAA\"]}");
  expect_unchanged("{\"b64_json\":\"<svg>\",\"a\":\"AAAA\"}");
}

static void numbers_the_files_of_a_text(void **state) {
  (void)state;
  struct run run =
      scan(format("[\"%s\",\"x\",\"" PNG "%s\"]", picture64, picture64), 777,
           1 << 20);
  assert_int_equal(run.rc, 0);
  assert_string_equal(run.out.bytes,
                      "[\"{spill:1}\",\"x\",\"" PNG "{spill:2}\"]");
  assert_int_equal(sb_spill_count(run.spill), 2);
  expect_file(&run, 0, picture, PICTURE);
  expect_file(&run, 1, picture, PICTURE);
  end(&run);
}

static void feed_whole(struct run *run, const char *in) {
  assert_int_equal(sb_spill_feed(run->spill, in, strlen(in)), 0);
  assert_int_equal(sb_spill_end(run->spill), 0);
}

static void takes_one_text_after_the_other(void **state) {
  (void)state;
  static const char *const cut[] = {"[\"half", "[\"" PNG "AAAA", ": a \"half"};
  for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
    struct run run = {.rc = 0};
    assert_int_equal(sb_spill_new(dir, 1 << 20, append, &run.out, &run.spill),
                     0);
    feed_whole(&run, cut[i]);
    size_t before = sb_spill_count(run.spill);
    feed_whole(&run, format("[\"%s\"]", picture64));
    assert_int_equal(sb_spill_count(run.spill), before + 1);
    expect_file(&run, before, picture, PICTURE);
    end(&run);
  }
}

static void expect_spoilt(const char *in, const char *expected) {
  for (size_t i = 0; i < STEPS; i++) {
    struct run run = scan(in, steps[i], 1 << 20);
    assert_int_equal(run.rc, 0);
    assert_string_equal(run.out.bytes, expected);
    assert_int_equal(sb_spill_count(run.spill), 1);
    assert_non_null(sb_spill_file(run.spill, 0)->error);
    assert_null(sb_spill_file(run.spill, 0)->path);
    end(&run);
  }
}

static void marks_what_is_no_base64_and_goes_on(void **state) {
  (void)state;
  expect_spoilt(format("[\"%.8000s.%.8000s\\\"\\\\\",2]", picture64, picture64),
                "[\"{spill:1}\",2]");
  expect_spoilt(format("[\"%.8001s\",\"a\"]", picture64),
                "[\"{spill:1}\",\"a\"]");
  expect_spoilt("\"" PNG "AAA==\"", "\"" PNG "{spill:1}\"");
  expect_spoilt("\"" PNG "AA=\"", "\"" PNG "{spill:1}\"");
  expect_spoilt("\"" PNG "AA==AAAA\"", "\"" PNG "{spill:1}\"");
  expect_spoilt("\"" PNG "<svg>\"", "\"" PNG "{spill:1}\"");
  expect_spoilt(format("[\"%.8000s", picture64), "[\"{spill:1}");
}

static void caps_the_bytes_of_all_files(void **state) {
  (void)state;
  char *in = format("[\"%s\",\"%s\"]", picture64, picture64);
  struct run run = scan(in, 1000, 2 * PICTURE);
  assert_int_equal(run.rc, 0);
  end(&run);
  run = scan(in, 1000, 2 * PICTURE - 1);
  assert_int_equal(run.rc, UV_EFBIG);
  end(&run);
}

static void lets_strings_pass_beyond_the_most_files(void **state) {
  char *in = malloc(1 << 16), *out = in;
  (void)state;
  for (int i = 0; i < SB_SPILL_FILES_MAX + 1; i++)
    out = stpcpy(out, "\"" PNG "AAAA\"");
  struct run run = scan(in, 1000, 1 << 20);
  assert_int_equal(run.rc, 0);
  assert_int_equal(sb_spill_count(run.spill), SB_SPILL_FILES_MAX);
  const char *last = run.out.bytes + run.out.len - strlen("\"" PNG "AAAA\"");
  assert_string_equal(last, "\"" PNG "AAAA\"");
  end(&run);
  free(in);
}

static void says_when_the_folder_is_missing(void **state) {
  struct sb_spill *spill;
  struct text out = {0};
  (void)state;
  assert_int_equal(sb_spill_new("/nonexistent", 1 << 20, append, &out, &spill),
                   0);
  assert_int_equal(sb_spill_feed(spill, "\"" PNG "AAAA\"", 27), UV_ENOENT);
  sb_spill_free(spill);
  free(out.bytes);
}

static int refuse(void *arg, const char *text, size_t len) {
  (void)arg, (void)text, (void)len;
  return UV_E2BIG;
}

static void hands_on_what_the_taker_says(void **state) {
  struct sb_spill *spill;
  (void)state;
  assert_int_equal(sb_spill_new(dir, 0, refuse, NULL, &spill), 0);
  assert_int_equal(sb_spill_feed(spill, "{}", 2), UV_E2BIG);
  sb_spill_free(spill);
}

static void leaves_files_that_were_taken(void **state) {
  (void)state;
  struct run run = scan("\"" PNG "AAAA\"", 5, 1 << 20);
  char *path = strdup(sb_spill_file(run.spill, 0)->path);
  sb_spill_take(run.spill);
  end(&run);
  assert_int_equal(unlink(path), 0);
  free(path);
}

/* The disk is full from that many bytes of a file on. */
static void limit_files(rlim_t bytes) {
  struct rlimit limit;
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = bytes;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void keeps_in_memory_what_the_disk_does_not_take(void **state) {
  static const rlim_t limits[] = {0, 1000, SB_SPILL_BUFFER + 1000};
  (void)state;
  for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
    struct text out = {0};
    struct sb_spill *spill;
    const char *in = format("\"" PNG "%s\"", picture64);
    append(&out, "", 0);
    assert_int_equal(sb_spill_new(dir, 1 << 20, append, &out, &spill), 0);
    sb_spill_keep(spill);
    limit_files(limits[i]);
    assert_int_equal(sb_spill_feed(spill, in, strlen(in)), 0);
    assert_int_equal(sb_spill_end(spill), 0);
    limit_files(RLIM_INFINITY);
    const struct sb_spill_file *file = sb_spill_file(spill, 0);
    assert_string_equal(out.bytes, "\"" PNG "{spill:1}\"");
    assert_null(file->path);
    assert_int_equal(file->bytes, sizeof picture);
    assert_memory_equal(file->data, picture, sizeof picture);
    sb_spill_free(spill);
    free(out.bytes);
  }
}

static void says_that_the_disk_is_full_unless_it_is_to_keep(void **state) {
  (void)state;
  limit_files(1000);
  struct run run = scan(format("\"" PNG "%s\"", picture64), 4096, 1 << 20);
  limit_files(RLIM_INFINITY);
  assert_int_equal(run.rc, UV_EFBIG);
  end(&run);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(passes_json_through),
      cmocka_unit_test(leaves_prose_without_points_alone),
      cmocka_unit_test(decodes_a_data_url),
      cmocka_unit_test(decodes_a_short_one_behind_a_prefix),
      cmocka_unit_test(decodes_a_bare_string),
      cmocka_unit_test(tolerates_missing_padding),
      cmocka_unit_test(tolerates_lines_escapes_and_the_url_alphabet),
      cmocka_unit_test(decodes_a_prefix_in_capitals),
      cmocka_unit_test(decodes_what_stands_within_a_text),
      cmocka_unit_test(leaves_a_text_that_only_seems_to_hold_one),
      cmocka_unit_test(decodes_a_short_one_by_its_name),
      cmocka_unit_test(numbers_the_files_of_a_text),
      cmocka_unit_test(takes_one_text_after_the_other),
      cmocka_unit_test(marks_what_is_no_base64_and_goes_on),
      cmocka_unit_test(caps_the_bytes_of_all_files),
      cmocka_unit_test(keeps_in_memory_what_the_disk_does_not_take),
      cmocka_unit_test(says_that_the_disk_is_full_unless_it_is_to_keep),
      cmocka_unit_test(lets_strings_pass_beyond_the_most_files),
      cmocka_unit_test(says_when_the_folder_is_missing),
      cmocka_unit_test(hands_on_what_the_taker_says),
      cmocka_unit_test(leaves_files_that_were_taken),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
