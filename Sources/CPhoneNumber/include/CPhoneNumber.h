#ifndef SELVEDGE_CPHONENUMBER_H
#define SELVEDGE_CPHONENUMBER_H
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif

/// Why a number has no E.164 form.
enum {
    SELVEDGE_PHONE_INVALID = -1,
    /// Written without a country code, and no region was given.
    SELVEDGE_PHONE_NEEDS_REGION = -2,
    /// The library threw: memory.
    SELVEDGE_PHONE_FAILED = -3,
};

/// Writes the E.164 form of `text` ("+" and digits, no terminator) and returns its length, or one of the reasons.
/// `region` is an ISO 3166 code of two letters, or NULL. At most 16 bytes are written; `capacity` must be that or more.
/// Safe from several threads. Numbers are asked to be possible (their length fits their country), not assigned: ranges are
/// opened faster than metadata is updated.
int selvedge_phone_e164(const char *text, size_t count, const char *region, char *out, size_t capacity);

/// 1 when the library has metadata of the region.
int selvedge_phone_knows_region(const char *region);

/// The version of the phone metadata in use: a fingerprint of the metadata itself (the library tells no version).
/// Sixteen hexadecimal digits; lives as long as the process.
const char *phone_metadata_version(void);

#ifdef __cplusplus
}
#endif
#endif
