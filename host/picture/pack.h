/*
** host/picture/pack.h -- zlib streams and their checksums, by isa-l. Any
** thread.
*/
#ifndef SB_HOST_PACK_H
#define SB_HOST_PACK_H

#include <stddef.h>
#include <stdint.h>

/* The CRC of what the first one is of, and of data after that; 0 at first. */
uint32_t sb_crc32(uint32_t crc, const void *data, size_t len);

/* Makes *block, to be freed: `before` bytes of room, the data as a zlib stream
   of *packed bytes, and `after` bytes of room. 0 or UV_ENOMEM. */
int sb_pack(uint8_t *data, uint32_t size, size_t before, size_t after,
            uint8_t **block, size_t *packed);

#endif
