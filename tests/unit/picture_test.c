/* tests/unit/picture_test.c -- host/picture/picture.h. The samples in
   tests/data were written by libpng, libjpeg and libwebp. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <uv.h>

#include "host/picture/pack.h"
#include "host/picture/picture.h"

static const char *const samples[] = {
    "card.png",  "card.jpeg",          "card-progressive.jpeg",
    "card.webp", "card-lossless.webp", "card-alpha.webp"};
enum { SAMPLES = sizeof samples / sizeof samples[0] };

struct file {
  uint8_t bytes[16384];
  size_t len;
};

static struct file read_sample(const char *name) {
  struct file file;
  char path[512];
  snprintf(path, sizeof path, SB_TEST_DATA "/%s", name);
  FILE *from = fopen(path, "rb");
  assert_non_null(from);
  file.len = fread(file.bytes, 1, sizeof file.bytes, from);
  assert_in_range(file.len, 1, sizeof file.bytes - 1);
  fclose(from);
  return file;
}

static char fault[SB_PICTURE_FAULT_MAX];

static int check(const void *bytes, size_t len, struct sb_picture *picture) {
  FILE *stream = fmemopen((void *)bytes, len, "rb");
  assert_non_null(stream);
  int rc = sb_picture_check_stream(stream, picture, fault);
  fclose(stream);
  return rc;
}

static void refuses(const void *bytes, size_t len, const char *why) {
  struct sb_picture picture;
  assert_int_equal(check(bytes, len, &picture), UV_EFTYPE);
  if (why != NULL) assert_string_equal(fault, why);
}

static void knows_each_type(void **state) {
  static const enum sb_picture_type types[] = {
      SB_PICTURE_PNG,  SB_PICTURE_JPEG, SB_PICTURE_JPEG,
      SB_PICTURE_WEBP, SB_PICTURE_WEBP, SB_PICTURE_WEBP};
  (void)state;
  for (int i = 0; i < SAMPLES; i++) {
    struct file file = read_sample(samples[i]);
    struct sb_picture picture;
    assert_int_equal(check(file.bytes, file.len, &picture), 0);
    assert_int_equal(picture.type, types[i]);
    assert_int_equal(picture.width, 72);
    assert_int_equal(picture.height, 64);
    assert_int_equal(picture.bytes, file.len);
  }
}

static void refuses_a_file_cut_anywhere(void **state) {
  (void)state;
  for (int i = 0; i < SAMPLES; i++) {
    struct file file = read_sample(samples[i]);
    for (size_t len = 1; len < file.len; len++) refuses(file.bytes, len, NULL);
  }
}

static void refuses_a_png_with_any_bit_turned(void **state) {
  struct file file = read_sample("card.png");
  (void)state;
  for (size_t at = 0; at < file.len * 8; at++) {
    file.bytes[at / 8] ^= (uint8_t)(1 << at % 8);
    refuses(file.bytes, file.len, NULL);
    file.bytes[at / 8] ^= (uint8_t)(1 << at % 8);
  }
}

static void refuses_what_follows_the_end(void **state) {
  struct file png = read_sample("card.png"), webp = read_sample("card.webp");
  (void)state;
  png.bytes[png.len] = webp.bytes[webp.len] = 0;
  refuses(png.bytes, png.len + 1, "something follows its end");
  refuses(webp.bytes, webp.len + 1, "something follows its end");
}

static void put32(uint8_t *to, uint32_t value) {
  for (int i = 0; i < 4; i++) to[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void refuses_a_size_beyond_the_limits(void **state) {
  static const struct {
    uint32_t width, height;
    const char *why;
  } sizes[] = {
      {8193, 1, "its 8193x1 pixels are over 8192 a side"},
      {64, 0x7FFFFFFF, "its 64x2147483647 pixels are over 8192 a side"},
      {8000, 8000, "its 8000x8000 pixels are over 40000000"},
      {0, 64, "it has no pixels"}};
  struct file file = read_sample("card.png");
  (void)state;
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    put32(file.bytes + 16, sizes[i].width);
    put32(file.bytes + 20, sizes[i].height);
    put32(file.bytes + 29, sb_crc32(0, file.bytes + 12, 17));
    refuses(file.bytes, file.len, sizes[i].why);
  }
}

static void names_what_is_no_picture(void **state) {
  static const struct {
    const char *bytes, *why;
  } others[] = {{"\n <!DOCTYPE html><p>Bad gateway", "it is HTML"},
                {"<HTML>", "it is HTML"},
                {"\xEF\xBB\xBF<?xml version='1.0'?><svg/>", "it is SVG"},
                {"<rss/>", "it is XML"},
                {"{\"error\":{}}", "it is JSON"},
                {"upstream timed out", "it is text"},
                {"GIF89a\1", "it is GIF"},
                {"BM\1", "it is BMP"},
                {"....ftypavif\1", "it is AVIF"},
                {"\x7f\x45LF\1", "it is of no known picture type"},
                {"RIFF\1\1\1\1WAVE", "it is of no known picture type"},
                {"\x89PNG\n", "it is of no known picture type"}};
  (void)state;
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    refuses(others[i].bytes, strlen(others[i].bytes), others[i].why);
}

static void refuses_an_animation(void **state) {
  (void)state;
  uint8_t riff[] = "RIFF\x16\0\0\0WEBPVP8X\x0A\0\0\0\x02\0\0\0\x47\0\0\x3F\0\0";
  refuses(riff, sizeof riff - 1, "it is an animation");
}

/* What stb_image before 2.28 would write beyond its tables for. */
static void refuses_a_jpeg_of_too_many_codes(void **state) {
  struct file file = read_sample("card.jpeg");
  size_t at = 0;
  (void)state;
  while (memcmp(file.bytes + at, "\xFF\xC4", 2) != 0) at++;
  file.bytes[at + 5 + 15] = 255; /* codes of 16 bits */
  refuses(file.bytes, file.len, "its tables are broken");
}

static void says_when_a_file_is_not_there(void **state) {
  struct sb_picture picture;
  (void)state;
  assert_int_equal(sb_picture_check("/nowhere/a.png", &picture, fault),
                   UV_ENOENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(knows_each_type),
      cmocka_unit_test(refuses_a_file_cut_anywhere),
      cmocka_unit_test(refuses_a_png_with_any_bit_turned),
      cmocka_unit_test(refuses_what_follows_the_end),
      cmocka_unit_test(refuses_a_size_beyond_the_limits),
      cmocka_unit_test(names_what_is_no_picture),
      cmocka_unit_test(refuses_an_animation),
      cmocka_unit_test(refuses_a_jpeg_of_too_many_codes),
      cmocka_unit_test(says_when_a_file_is_not_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
