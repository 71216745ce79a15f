/* tests/unit/png_test.c -- host/picture/png.h and host/picture/pixels.h, one
   against the other: what isa-l's side writes, stb_image reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <uv.h>

#include "host/picture/pixels.h"
#include "host/picture/png.h"

static char fault[SB_PICTURE_FAULT_MAX];
static char path[] = "/tmp/sb-png-test-XXXXXX";

static int make_file(void **state) {
  (void)state;
  int fd = mkstemp(path);
  return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state) {
  (void)state;
  return unlink(path);
}

static void write_file(const uint8_t *data, size_t len) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(data, 1, len, file), len);
  assert_int_equal(fclose(file), 0);
}

static void writes_what_is_read_back(void **state) {
  static const uint32_t sizes[][2] = {{1, 1}, {1, 300}, {300, 1}, {97, 61}};
  (void)state;
  for (int channels = 3; channels <= 4; channels++)
    for (int i = 0; i < 4; i++) {
      struct sb_pixels pixels = {
          .width = sizes[i][0], .height = sizes[i][1], .channels = channels};
      size_t size = (size_t)pixels.width * pixels.height * (size_t)channels;
      uint32_t chance = 7;
      pixels.data = malloc(size);
      for (size_t k = 0; k < size; k++)
        pixels.data[k] = (uint8_t)((chance = chance * 69069 + 1) >> 24);
      uint8_t *data;
      size_t len;
      assert_int_equal(sb_png_encode(&pixels, &data, &len), 0);
      write_file(data, len);
      struct sb_pixels back;
      struct sb_picture picture;
      assert_int_equal(sb_pixels_load(path, &back, &picture, fault), 0);
      assert_int_equal(picture.bytes, len);
      assert_int_equal(back.channels, channels);
      assert_int_equal(back.width, pixels.width);
      assert_int_equal(back.height, pixels.height);
      assert_memory_equal(back.data, pixels.data, size);
      sb_pixels_free(&back);
      sb_pixels_free(&pixels);
      free(data);
    }
}

/* The card: red grows to the right, green downwards. */
static void decodes_each_type_alike(void **state) {
  static const char *const names[] = {
      SB_TEST_DATA "/card.png", SB_TEST_DATA "/card.jpeg",
      SB_TEST_DATA "/card-progressive.jpeg", SB_TEST_DATA "/card.webp",
      SB_TEST_DATA "/card-lossless.webp"};
  (void)state;
  for (int i = 0; i < 5; i++) {
    struct sb_pixels pixels;
    assert_int_equal(sb_pixels_load(names[i], &pixels, NULL, fault), 0);
    assert_int_equal(pixels.channels, 3);
    for (uint32_t y = 0; y < 64; y++)
      for (uint32_t x = 0; x < 72; x++) {
        const uint8_t *pixel = pixels.data + (y * 72 + x) * 3;
        assert_in_range(pixel[0] + 24, x * 255 / 71, x * 255 / 71 + 48);
        assert_in_range(pixel[1] + 24, y * 255 / 63, y * 255 / 63 + 48);
      }
    sb_pixels_free(&pixels);
  }
}

static void keeps_transparency(void **state) {
  struct sb_pixels pixels;
  (void)state;
  assert_int_equal(
      sb_pixels_load(SB_TEST_DATA "/card-alpha.webp", &pixels, NULL, fault), 0);
  assert_int_equal(pixels.channels, 4);
  assert_int_equal(pixels.data[3], 255);
  assert_int_equal(pixels.data[4 * 71 + 3], 128);
  sb_pixels_free(&pixels);
}

/* A PNG of little, whose data unpacks to much more than its header says. */
static void refuses_a_bomb(void **state) {
  struct sb_pixels blank = {.width = 8000, .height = 4900, .channels = 3};
  (void)state;
  blank.data = calloc((size_t)blank.width * blank.height, 3);
  uint8_t *data;
  size_t len;
  assert_int_equal(sb_png_encode(&blank, &data, &len), 0);
  sb_pixels_free(&blank);
  data[16] = data[17] = data[20] = data[21] = 0; /* now 64x64 */
  data[18] = data[22] = 0;
  data[19] = data[23] = 64;
  static const uint8_t sum[4] = {0x25, 0x0B, 0xE6, 0x89}; /* of that header */
  memcpy(data + 29, sum, sizeof sum);
  write_file(data, len);
  free(data);
  struct sb_pixels pixels;
  assert_int_equal(sb_pixels_load(path, &pixels, NULL, fault), UV_EFTYPE);
  assert_string_equal(fault, "it does not decode: outofmem");
  assert_null(pixels.data);
}

/* The names are those that the linker's --wrap asks for. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

/* How many allocations succeed before one fails; below 0: all do. */
static long countdown = -1;

static int fails(void) { return countdown >= 0 && countdown-- == 0; }

void *__wrap_malloc(size_t size) {
  return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  return fails() ? NULL : __real_calloc(count, size);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static void takes_no_want_of_memory_for_a_bad_picture(void **state) {
  static const char *const names[] = {
      SB_TEST_DATA "/card.png", SB_TEST_DATA "/card.jpeg",
      SB_TEST_DATA "/card-progressive.jpeg", SB_TEST_DATA "/card.webp"};
  (void)state;
  for (int i = 0; i < 4; i++) {
    int rc = UV_ENOMEM, failures = 0;
    for (long nth = 0; rc == UV_ENOMEM; nth++) {
      struct sb_pixels pixels;
      countdown = nth;
      rc = sb_pixels_load(names[i], &pixels, NULL, fault);
      failures += rc == UV_ENOMEM;
      countdown = -1;
      if (rc == 0) sb_pixels_free(&pixels);
    }
    assert_int_equal(rc, 0);
    assert_true(failures > 0);
  }
}

static void resizes_a_part(void **state) {
  uint8_t row[4 * 3] = {0, 0, 0, 200, 100, 50, 200, 100, 50, 9, 9, 9};
  struct sb_pixels from = {row, 4, 1, 3}, to;
  (void)state;
  assert_int_equal(
      sb_pixels_resize(&from, (struct sb_crop){1, 0, 2, 1}, 7, 5, &to), 0);
  for (int i = 0; i < 7 * 5; i++)
    assert_memory_equal(to.data + 3 * i, row + 3, 3);
  sb_pixels_free(&to);
}

static void knows_a_blank(void **state) {
  uint8_t bytes[] = {1, 2, 3, 1, 2, 3, 1, 2, 3};
  struct sb_pixels pixels = {bytes, 3, 1, 3};
  (void)state;
  assert_true(sb_pixels_blank(&pixels));
  bytes[7] = 3;
  assert_false(sb_pixels_blank(&pixels));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(writes_what_is_read_back),
      cmocka_unit_test(decodes_each_type_alike),
      cmocka_unit_test(keeps_transparency),
      cmocka_unit_test(refuses_a_bomb),
      cmocka_unit_test(takes_no_want_of_memory_for_a_bad_picture),
      cmocka_unit_test(resizes_a_part),
      cmocka_unit_test(knows_a_blank),
  };
  return cmocka_run_group_tests(tests, make_file, remove_file);
}
