/*
** host/base/sha256.h -- SHA-256, libcrypto's. Any thread; one hash belongs to
** one thread at a time. Nothing of it allocates or can fail: the keys of the
** memo hang on it.
**
**   struct sb_sha256 hash;
**   sb_sha256_init(&hash);
**   sb_sha256_update(&hash, data, len);
**   sb_sha256_final(&hash, digest);
*/
#ifndef SB_HOST_SHA256_H
#define SB_HOST_SHA256_H

#include <openssl/sha.h>
#include <stddef.h>
#include <stdint.h>

#define SB_SHA256_SIZE 32     /* bytes of a digest */
#define SB_SHA256_HEX_SIZE 65 /* its hexadecimal form with the ending NUL */

struct sb_sha256 {
  SHA256_CTX ctx;
};

/* Begins a hash, or begins anew. */
void sb_sha256_init(struct sb_sha256 *hash);
void sb_sha256_update(struct sb_sha256 *hash, const void *data, size_t len);
void sb_sha256_final(struct sb_sha256 *hash, uint8_t digest[SB_SHA256_SIZE]);

/* All at once. */
void sb_sha256_of(const void *data, size_t len, uint8_t digest[SB_SHA256_SIZE]);

/* Lower-case hexadecimal. */
void sb_sha256_hex(const uint8_t digest[SB_SHA256_SIZE],
                   char hex[SB_SHA256_HEX_SIZE]);

#endif
