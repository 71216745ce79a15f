/* host/sha256.c -- see sha256.h. */
#include "host/sha256.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

/* A fetch by name takes locks and costs as much as hashing some hundred bytes,
   so it is done once. The one reference lives as long as the process. */
static EVP_MD *method;
static uv_once_t method_once = UV_ONCE_INIT;

static void fetch_method(void) { method = EVP_MD_fetch(NULL, "SHA256", NULL); }

/* With a context that exists, libcrypto's own SHA-256 has nothing left that
   could fail; were it to, no digest would be true, and every key of the memo
   hangs on them. */
static void must(int ok) {
  if (ok) return;
  fputs("sbhost: libcrypto failed to compute a SHA-256\n", stderr);
  abort();
}

int sb_sha256_init(struct sb_sha256 *hash) {
  uv_once(&method_once, fetch_method);
  if (method == NULL) return UV_ENOMEM;
  if (hash->ctx == NULL) hash->ctx = EVP_MD_CTX_new();
  if (hash->ctx == NULL) return UV_ENOMEM;
  return EVP_DigestInit_ex2(hash->ctx, method, NULL) ? 0 : UV_ENOMEM;
}

void sb_sha256_update(struct sb_sha256 *hash, const void *data, size_t len) {
  must(EVP_DigestUpdate(hash->ctx, data, len));
}

void sb_sha256_final(struct sb_sha256 *hash, uint8_t digest[SB_SHA256_SIZE]) {
  must(EVP_DigestFinal_ex(hash->ctx, digest, NULL));
}

void sb_sha256_free(struct sb_sha256 *hash) {
  EVP_MD_CTX_free(hash->ctx);
  hash->ctx = NULL;
}

int sb_sha256_of(const void *data, size_t len, uint8_t digest[SB_SHA256_SIZE]) {
  struct sb_sha256 hash = {0};
  int rc = sb_sha256_init(&hash);
  if (rc == 0) {
    sb_sha256_update(&hash, data, len);
    sb_sha256_final(&hash, digest);
  }
  sb_sha256_free(&hash);
  return rc;
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
