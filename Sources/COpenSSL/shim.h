// The low-level SHA-256 and AES calls are marked deprecated since OpenSSL 3.0 and stay in every 3.x. They are used here
// because they keep no state beyond what the caller holds: a midstate can be copied, and one key schedule serves
// several threads. Everything else goes through EVP.
#ifndef SELVEDGE_COPENSSL_H
#define SELVEDGE_COPENSSL_H
#define OPENSSL_SUPPRESS_DEPRECATED
#include <stdint.h>
#include <string.h>
#include <openssl/aes.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
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

/// The first 16 bytes of HMAC-SHA-256(key, message), as two big-endian words, for a message of 16 or 32 bytes. One message
/// block after the padded key, so each half is a single compression: the block is padded here and given to SHA256_Transform.
static inline void selvedge_identity_key(
    const selvedge_hmac_pads *pads, const uint8_t *message, size_t count, uint64_t *high, uint64_t *low) {
    uint8_t block[64] = {0};
    SHA256_CTX context = pads->inner;
    memcpy(block, message, count);
    block[count] = 0x80;
    block[62] = (uint8_t)((64 + count) * 8 >> 8);
    block[63] = (uint8_t)((64 + count) * 8);
    SHA256_Transform(&context, block);
    memset(block, 0, sizeof block);
    block[32] = 0x80;
    block[62] = 0x03;  // (64 + 32) * 8 = 768 bits
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

/// HKDF-SHA-256 (RFC 5869), its first half: HMAC of the secret under the salt, of at most 64 bytes.
static inline void selvedge_hkdf_extract(
    const uint8_t *salt, size_t salt_count, const uint8_t *secret, size_t secret_count, uint8_t out[32]) {
    selvedge_hmac_pads pads;
    selvedge_hmac_begin(&pads, salt, salt_count);
    selvedge_hmac(&pads, secret, secret_count, out);
    OPENSSL_cleanse(&pads, sizeof pads);
}

/// HKDF's second half for an output of 32 bytes, which is one block: HMAC of the info and a byte 1 under what was extracted.
static inline void selvedge_hkdf_expand(
    const uint8_t key[32], const uint8_t *info, size_t info_count, uint8_t out[32]) {
    selvedge_hmac_pads pads;
    SHA256_CTX context;
    uint8_t one = 1;
    selvedge_hmac_begin(&pads, key, 32);
    context = pads.inner;
    if (info_count > 0) { SHA256_Update(&context, info, info_count); }
    SHA256_Update(&context, &one, 1);
    SHA256_Final(out, &context);
    context = pads.outer;
    SHA256_Update(&context, out, 32);
    SHA256_Final(out, &context);
    OPENSSL_cleanse(&context, sizeof context);
    OPENSSL_cleanse(&pads, sizeof pads);
}

/// HMAC over the length of the associated data in eight bytes, it, and the message.
static inline void selvedge_hmac_bound(
    const selvedge_hmac_pads *pads, const uint8_t *associated, size_t associated_count, const uint8_t *message,
    size_t count, uint8_t code[32]) {
    SHA256_CTX context = pads->inner;
    uint8_t length[8], digest[32];
    for (int i = 0; i < 8; i++) { length[i] = (uint8_t)((uint64_t)associated_count >> (56 - 8 * i)); }
    SHA256_Update(&context, length, sizeof length);
    if (associated_count > 0) { SHA256_Update(&context, associated, associated_count); }
    if (count > 0) { SHA256_Update(&context, message, count); }
    SHA256_Final(digest, &context);
    context = pads->outer;
    SHA256_Update(&context, digest, sizeof digest);
    SHA256_Final(code, &context);
    OPENSSL_cleanse(&context, sizeof context);
}

/// The same under a key that is derived from `key` by a label.
static inline void selvedge_bound_code(
    const uint8_t key[32], const uint8_t *label, size_t label_count, const uint8_t *associated, size_t associated_count,
    const uint8_t *message, size_t count, uint8_t code[32]) {
    selvedge_hmac_pads pads;
    uint8_t derived[32];
    selvedge_hkdf_expand(key, label, label_count, derived);
    selvedge_hmac_begin(&pads, derived, sizeof derived);
    selvedge_hmac_bound(&pads, associated, associated_count, message, count, code);
    OPENSSL_cleanse(derived, sizeof derived);
    OPENSSL_cleanse(&pads, sizeof pads);
}

/// A context for AES-256-GCM that can be kept: fetching the algorithm and making one takes longer than a short value.
/// NULL when memory or libcrypto fails.
static inline EVP_CIPHER_CTX *selvedge_gcm_new(void) {
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context != NULL && EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, NULL, NULL) != 1) {
        EVP_CIPHER_CTX_free(context);
        context = NULL;
    }
    return context;
}

static inline void selvedge_gcm_free(EVP_CIPHER_CTX *context) { EVP_CIPHER_CTX_free(context); }

/// Leaves a context with a key of zeros in the place of the one that it was used with. Where that fails its key must not stay
/// either: 0, and the context is to be freed.
static inline int selvedge_gcm_forget(EVP_CIPHER_CTX *context) {
    static const uint8_t zeros[32] = {0};
    return EVP_CipherInit_ex(context, NULL, NULL, zeros, NULL, 1) == 1;
}

/// Seals with a 12-byte nonce and a 16-byte tag after the ciphertext. 1 on success.
static inline int selvedge_gcm_seal_with(
    EVP_CIPHER_CTX *context, const uint8_t key[32], const uint8_t nonce[12], const uint8_t *associated,
    size_t associated_count, const uint8_t *plain, size_t plain_count, uint8_t *out) {
    int written = 0, ok = plain_count <= INT32_MAX && associated_count <= INT32_MAX;
    ok = ok && EVP_EncryptInit_ex(context, NULL, NULL, key, nonce) == 1;
    if (ok && associated_count > 0) {
        ok = EVP_EncryptUpdate(context, NULL, &written, associated, (int)associated_count) == 1;
    }
    if (ok && plain_count > 0) { ok = EVP_EncryptUpdate(context, out, &written, plain, (int)plain_count) == 1; }
    ok = ok && EVP_EncryptFinal_ex(context, out + plain_count, &written) == 1;
    return ok && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, out + plain_count) == 1;
}

/// The reverse; `sealed_count` excludes the tag, which follows. 0 when the tag does not fit: then `out` is cleansed.
static inline int selvedge_gcm_open_with(
    EVP_CIPHER_CTX *context, const uint8_t key[32], const uint8_t nonce[12], const uint8_t *associated,
    size_t associated_count, const uint8_t *sealed, size_t sealed_count, uint8_t *out) {
    int written = 0, ok = sealed_count <= INT32_MAX && associated_count <= INT32_MAX;
    uint8_t tag[16], rest[16];
    ok = ok && EVP_DecryptInit_ex(context, NULL, NULL, key, nonce) == 1;
    if (ok && associated_count > 0) {
        ok = EVP_DecryptUpdate(context, NULL, &written, associated, (int)associated_count) == 1;
    }
    if (ok && sealed_count > 0) { ok = EVP_DecryptUpdate(context, out, &written, sealed, (int)sealed_count) == 1; }
    if (ok) { memcpy(tag, sealed + sealed_count, sizeof tag); }
    ok = ok && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, 16, tag) == 1;
    ok = ok && EVP_DecryptFinal_ex(context, rest, &written) == 1;
    if (!ok && sealed_count > 0) { OPENSSL_cleanse(out, sealed_count); }
    return ok;
}

/// Ed25519: the public key of a seed of 32 bytes. 1 on success.
static inline int selvedge_ed25519_public(const uint8_t seed[32], uint8_t out[32]) {
    size_t count = 32;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
    int ok = key != NULL && EVP_PKEY_get_raw_public_key(key, out, &count) == 1 && count == 32;
    EVP_PKEY_free(key);
    return ok;
}

/// Ed25519: the signature of a message, 64 bytes. 1 on success.
static inline int selvedge_ed25519_sign(const uint8_t seed[32], const uint8_t *message, size_t count, uint8_t out[64]) {
    size_t written = 64;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int ok = key != NULL && context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1
        && EVP_DigestSign(context, out, &written, message, count) == 1 && written == 64;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return ok;
}

/// Ed25519: whether the signature is that of the message under the public key.
static inline int selvedge_ed25519_verify(
    const uint8_t public_key[32], const uint8_t *message, size_t count, const uint8_t signature[64]) {
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, 32);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int ok = key != NULL && context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1
        && EVP_DigestVerify(context, signature, 64, message, count) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return ok;
}

#endif
