// A token by way of its PKCS#11 module, which is loaded when it is asked for: one AES key that never leaves it, and what is
// sealed and opened with that. Version 2.40 of the interface (OASIS); nothing is linked.
#ifndef SELVEDGE_CPKCS11_H
#define SELVEDGE_CPKCS11_H
#include <stddef.h>
#include <stdint.h>

typedef struct selvedge_token selvedge_token;

/// Zero, the module's own CKR_ number, or one of these.
enum {
    SELVEDGE_TOKEN_NO_MODULE = -1,
    SELVEDGE_TOKEN_NO_TOKEN = -2,
    SELVEDGE_TOKEN_NO_KEY = -3,
    SELVEDGE_TOKEN_MANY_KEYS = -4,
    SELVEDGE_TOKEN_MANY_TOKENS = -5,
    SELVEDGE_TOKEN_WEAK_KEY = -6,
    SELVEDGE_TOKEN_NO_MEMORY = -7,
    SELVEDGE_TOKEN_BAD_LENGTH = -8,
};

/// Loads the module, finds the one token of this label and serial number (NULL: any) and logs in.
long selvedge_token_open(
    const char *module, const char *label, const char *serial, const uint8_t *pin, size_t pin_count, int writable,
    selvedge_token **token);

/// Logs out of nothing: other sessions of the process may use the token. Closes the session.
void selvedge_token_close(selvedge_token *token);

/// Finds the one AES key of this label and id (NULL or zero: any). A key that could leave the token is refused as weak.
long selvedge_token_find_key(selvedge_token *token, const char *label, const uint8_t *identifier, size_t count);

/// Makes such a key: 256 bits, sensitive, not extractable.
long selvedge_token_make_key(selvedge_token *token, const char *label, const uint8_t *identifier, size_t count);

/// AES-256-GCM in the token with a nonce of 12 bytes; `out` has room for `count` + 16.
long selvedge_token_seal(
    selvedge_token *token, const uint8_t nonce[12], const uint8_t *associated, size_t associated_count,
    const uint8_t *plain, size_t count, uint8_t *out);

/// The reverse; `count` includes the tag, `out` has room for `count` - 16.
long selvedge_token_open_sealed(
    selvedge_token *token, const uint8_t nonce[12], const uint8_t *associated, size_t associated_count,
    const uint8_t *sealed, size_t count, uint8_t *out);

#endif
