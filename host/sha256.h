/*
** host/sha256.h -- SHA-256, libcrypto's. Any thread; one hash belongs to one
** thread at a time.
**
**   struct sb_sha256 hash = {0};
**   if ((rc = sb_sha256_init(&hash)) == 0) {
**     sb_sha256_update(&hash, data, len);
**     sb_sha256_final(&hash, digest);
**   }
**   sb_sha256_free(&hash);
*/
#ifndef SB_HOST_SHA256_H
#define SB_HOST_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SB_SHA256_SIZE 32     /* bytes of a digest */
#define SB_SHA256_HEX_SIZE 65 /* its hexadecimal form with the ending NUL */

struct sb_sha256 {
  struct evp_md_ctx_st *ctx; /* NULL: owns nothing yet */
};

/* Begins a hash: of a zeroed struct, or anew in one that was used before,
   which costs no allocation. 0 or UV_ENOMEM. */
int sb_sha256_init(struct sb_sha256 *hash);
void sb_sha256_update(struct sb_sha256 *hash, const void *data, size_t len);
void sb_sha256_final(struct sb_sha256 *hash, uint8_t digest[SB_SHA256_SIZE]);
void sb_sha256_free(struct sb_sha256 *hash); /* any number of times */

/* All at once. 0 or UV_ENOMEM. */
int sb_sha256_of(const void *data, size_t len, uint8_t digest[SB_SHA256_SIZE]);

/* Lower-case hexadecimal. */
void sb_sha256_hex(const uint8_t digest[SB_SHA256_SIZE],
                   char hex[SB_SHA256_HEX_SIZE]);

#endif
