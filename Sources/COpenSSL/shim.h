// The low-level SHA-256 and AES calls are marked deprecated since OpenSSL 3.0 and stay in every 3.x. They are used here
// because they keep no state beyond what the caller holds: a midstate can be copied, and one key schedule serves
// several threads. Everything else goes through EVP.
#ifndef SELVEDGE_COPENSSL_H
#define SELVEDGE_COPENSSL_H
#define OPENSSL_SUPPRESS_DEPRECATED
#include <stdint.h>
#include <string.h>
#include <openssl/aes.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

/// The two midstates of HMAC-SHA-256: the state after the inner and after the outer padded key.
typedef struct {
    SHA256_CTX inner;
    SHA256_CTX outer;
} selvedge_hmac_pads;

static inline void selvedge_sha256(const void *bytes, size_t count, uint8_t digest[32]) {
    SHA256_CTX context;
    SHA256_Init(&context);
    if (count < 56) {
        // One message block: padded here and given to SHA256_Transform, as most values are short.
        uint8_t block[64] = {0};
        if (count > 0) { memcpy(block, bytes, count); }
        block[count] = 0x80;
        block[62] = (uint8_t)(count >> 5);
        block[63] = (uint8_t)(count << 3);
        SHA256_Transform(&context, block);
        for (int i = 0; i < 8; i++) {
            uint32_t word = __builtin_bswap32(context.h[i]);
            memcpy(digest + 4 * i, &word, 4);
        }
        return;
    }
    if (count > 0) { SHA256_Update(&context, bytes, count); }
    SHA256_Final(digest, &context);
}

/// Precomputes the pads of a key of at most 64 bytes.
static inline void selvedge_hmac_begin(selvedge_hmac_pads *pads, const uint8_t *key, size_t count) {
    uint8_t block[64];
    memset(block, 0x36, sizeof block);
    for (size_t i = 0; i < count && i < 64; i++) { block[i] ^= key[i]; }
    SHA256_Init(&pads->inner);
    SHA256_Update(&pads->inner, block, sizeof block);
    for (size_t i = 0; i < 64; i++) { block[i] ^= 0x36 ^ 0x5c; }
    SHA256_Init(&pads->outer);
    SHA256_Update(&pads->outer, block, sizeof block);
    OPENSSL_cleanse(block, sizeof block);
}

static inline void selvedge_hmac(
    const selvedge_hmac_pads *pads, const void *bytes, size_t count, uint8_t code[32]) {
    SHA256_CTX context = pads->inner;
    uint8_t digest[32];
    if (count > 0) { SHA256_Update(&context, bytes, count); }
    SHA256_Final(digest, &context);
    context = pads->outer;
    SHA256_Update(&context, digest, sizeof digest);
    SHA256_Final(code, &context);
}

/// The first 16 bytes of HMAC-SHA-256(key, digest), as two big-endian words. One message block after the padded key, so
/// each half is a single compression: the block is padded here and given to SHA256_Transform.
static inline void selvedge_identity_key(
    const selvedge_hmac_pads *pads, const uint8_t digest[32], uint64_t *high, uint64_t *low) {
    uint8_t block[64] = {0};
    SHA256_CTX context = pads->inner;
    memcpy(block, digest, 32);
    block[32] = 0x80;
    block[62] = 0x03;  // (64 + 32) * 8 = 768 bits
    SHA256_Transform(&context, block);
    for (int i = 0; i < 8; i++) {
        uint32_t word = context.h[i];
        block[4 * i] = (uint8_t)(word >> 24);
        block[4 * i + 1] = (uint8_t)(word >> 16);
        block[4 * i + 2] = (uint8_t)(word >> 8);
        block[4 * i + 3] = (uint8_t)word;
    }
    context = pads->outer;
    SHA256_Transform(&context, block);
    *high = (uint64_t)context.h[0] << 32 | context.h[1];
    *low = (uint64_t)context.h[2] << 32 | context.h[3];
}

/// The first four bytes of HMAC-SHA-256(key, message) as a big-endian word. A message of at most 55 bytes is one block after
/// the padded key, so each half is a single compression.
static inline uint32_t selvedge_hmac_word(const selvedge_hmac_pads *pads, const uint8_t *bytes, size_t count) {
    if (count > 55) {
        uint8_t code[32];
        selvedge_hmac(pads, bytes, count, code);
        return (uint32_t)code[0] << 24 | (uint32_t)code[1] << 16 | (uint32_t)code[2] << 8 | code[3];
    }
    uint8_t block[64] = {0};
    SHA256_CTX context = pads->inner;
    if (count > 0) { memcpy(block, bytes, count); }
    block[count] = 0x80;
    block[62] = (uint8_t)((64 + count) >> 5);
    block[63] = (uint8_t)((64 + count) << 3);
    SHA256_Transform(&context, block);
    for (int i = 0; i < 8; i++) {
        uint32_t word = __builtin_bswap32(context.h[i]);
        memcpy(block + 4 * i, &word, 4);
    }
    memset(block + 32, 0, 32);
    block[32] = 0x80;
    block[62] = 0x03;  // (64 + 32) * 8 = 768 bits
    context = pads->outer;
    SHA256_Transform(&context, block);
    return context.h[0];
}

/// HKDF-SHA-256 (RFC 5869), extract then expand. 1 on success.
static inline int selvedge_hkdf(
    const uint8_t *secret, size_t secret_count, const uint8_t *salt, size_t salt_count, const uint8_t *info,
    size_t info_count, uint8_t *out, size_t out_count) {
    EVP_KDF *algorithm = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = algorithm ? EVP_KDF_CTX_new(algorithm) : NULL;
    int result = 0;
    if (context) {
        OSSL_PARAM parameters[5];
        parameters[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0);
        parameters[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)secret, secret_count);
        parameters[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, salt_count);
        parameters[3] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_count);
        parameters[4] = OSSL_PARAM_construct_end();
        result = EVP_KDF_derive(context, out, out_count, parameters) == 1;
    }
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(algorithm);
    return result;
}

/// AES-256-GCM with a 12-byte nonce and a 16-byte tag after the ciphertext. 1 on success.
static inline int selvedge_gcm_seal(
    const uint8_t key[32], const uint8_t nonce[12], const uint8_t *associated, size_t associated_count,
    const uint8_t *plain, size_t plain_count, uint8_t *out) {
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int written = 0, ok = context != NULL && plain_count <= INT32_MAX && associated_count <= INT32_MAX;
    ok = ok && EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce) == 1;
    if (ok && associated_count > 0) {
        ok = EVP_EncryptUpdate(context, NULL, &written, associated, (int)associated_count) == 1;
    }
    if (ok && plain_count > 0) { ok = EVP_EncryptUpdate(context, out, &written, plain, (int)plain_count) == 1; }
    ok = ok && EVP_EncryptFinal_ex(context, out + plain_count, &written) == 1;
    ok = ok && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, out + plain_count) == 1;
    EVP_CIPHER_CTX_free(context);
    return ok;
}

/// The reverse of selvedge_gcm_seal; `sealed_count` excludes the tag, which follows. 0 when the tag does not fit.
static inline int selvedge_gcm_open(
    const uint8_t key[32], const uint8_t nonce[12], const uint8_t *associated, size_t associated_count,
    const uint8_t *sealed, size_t sealed_count, uint8_t *out) {
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int written = 0, ok = context != NULL && sealed_count <= INT32_MAX && associated_count <= INT32_MAX;
    uint8_t tag[16], rest[16];
    ok = ok && EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce) == 1;
    if (ok && associated_count > 0) {
        ok = EVP_DecryptUpdate(context, NULL, &written, associated, (int)associated_count) == 1;
    }
    if (ok && sealed_count > 0) { ok = EVP_DecryptUpdate(context, out, &written, sealed, (int)sealed_count) == 1; }
    if (ok) { memcpy(tag, sealed + sealed_count, sizeof tag); }
    ok = ok && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, 16, tag) == 1;
    ok = ok && EVP_DecryptFinal_ex(context, rest, &written) == 1;
    EVP_CIPHER_CTX_free(context);
    return ok;
}

#endif
