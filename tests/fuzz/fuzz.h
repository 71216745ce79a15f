/* tests/fuzz/fuzz.h -- what a fuzz target defines, under libFuzzer's name. */
#ifndef SB_TESTS_FUZZ_FUZZ_H
#define SB_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Takes any input; returns 0. A fault is an abort, or a sanitizer's word. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
