#include "CPhoneNumber.h"
const char *phone_metadata_version(void) { return "8.12.57"; }
