/* host/base/sha256.c -- see sha256.h. */
/* OpenSSL 3 wants its EVP interface used, which allocates for each hash, fails
   for lack of memory, and crashes when that happens the first time. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "host/base/sha256.h"

void sb_sha256_init(struct sb_sha256 *hash) { SHA256_Init(&hash->ctx); }

void sb_sha256_update(struct sb_sha256 *hash, const void *data, size_t len) {
  SHA256_Update(&hash->ctx, data, len);
}

void sb_sha256_final(struct sb_sha256 *hash, uint8_t digest[SB_SHA256_SIZE]) {
  SHA256_Final(digest, &hash->ctx);
}

void sb_sha256_of(const void *data, size_t len,
                  uint8_t digest[SB_SHA256_SIZE]) {
  struct sb_sha256 hash;
  sb_sha256_init(&hash);
  sb_sha256_update(&hash, data, len);
  sb_sha256_final(&hash, digest);
}

void sb_sha256_hex(const uint8_t digest[SB_SHA256_SIZE],
                   char hex[SB_SHA256_HEX_SIZE]) {
  static const char digits[] = "0123456789abcdef";
  for (int i = 0; i < SB_SHA256_SIZE; i++) {
    *hex++ = digits[digest[i] >> 4];
    *hex++ = digits[digest[i] & 15];
  }
  *hex = '\0';
}
