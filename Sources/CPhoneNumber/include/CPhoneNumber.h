#ifndef SELVEDGE_CPHONENUMBER_H
#define SELVEDGE_CPHONENUMBER_H
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif
/// The version of the phone metadata in use, for the configuration's hash.
const char *phone_metadata_version(void);
#ifdef __cplusplus
}
#endif
#endif
