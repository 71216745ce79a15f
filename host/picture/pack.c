/* host/picture/pack.c -- see pack.h. */
#include "host/picture/pack.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <uv.h>

/*
** isa-l's functions leave the upper halves of the vector registers in use, as
** none of the system's other libraries does: until they are cleared, all of the
** thread's SSE code, floating point among it, takes two to four times as long.
*/
#if defined __x86_64__
__attribute__((target("avx"))) static void clear_upper_halves(void) {
  __builtin_ia32_vzeroupper();
}

static void clear_registers(void) {
  if (__builtin_cpu_supports("avx")) clear_upper_halves();
}
#else
static void clear_registers(void) {}
#endif

uint32_t sb_crc32(uint32_t crc, const void *data, size_t len) {
  crc = crc32_gzip_refl(crc, data, len);
  clear_registers();
  return crc;
}

struct packer {
  struct isal_zstream stream;
  uint8_t tables[ISAL_DEF_LVL1_DEFAULT];
};

static void init(struct packer *packer, uint8_t *data, uint32_t size) {
  isal_deflate_init(&packer->stream);
  packer->stream.level = 1;
  packer->stream.level_buf = packer->tables;
  packer->stream.level_buf_size = sizeof packer->tables;
  packer->stream.gzip_flag = IGZIP_ZLIB;
  packer->stream.end_of_stream = 1;
  packer->stream.next_in = data;
  packer->stream.avail_in = size;
}

/* Into a block that grows; *block stays to be freed. */
static int run(struct isal_zstream *stream, size_t before, size_t after,
               uint8_t **block, size_t *packed) {
  size_t room = stream->avail_in / 16 + 64;
  *packed = 0;
  while (stream->internal_state.state != ZSTATE_END) {
    room *= 2;
    uint8_t *grown = realloc(*block, before + room + after);
    if (grown == NULL) return UV_ENOMEM;
    *block = grown;
    stream->next_out = grown + before + *packed;
    stream->avail_out = (uint32_t)(room - *packed);
    isal_deflate(stream); /* fails only for wrong settings */
    *packed = room - stream->avail_out;
  }
  return 0;
}

int sb_pack(uint8_t *data, uint32_t size, size_t before, size_t after,
            uint8_t **block, size_t *packed) {
  struct packer *packer = malloc(sizeof *packer);
  *block = NULL;
  if (packer == NULL) return UV_ENOMEM;
  init(packer, data, size);
  int rc = run(&packer->stream, before, after, block, packed);
  clear_registers();
  free(packer);
  if (rc == 0) return 0;
  free(*block);
  *block = NULL;
  return rc;
}
