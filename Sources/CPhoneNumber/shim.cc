#include "CPhoneNumber.h"

#include <phonenumbers/phonenumberutil.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <set>
#include <string>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

// Exported by the library, declared in a header that it does not install.
namespace i18n {
namespace phonenumbers {
int metadata_size();
const void *metadata_get();
}  // namespace phonenumbers
}  // namespace i18n

namespace {

int e164(const std::string &text, const char *region, char *out, size_t capacity) {
    const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    auto error = util->Parse(text, region ? region : "ZZ", &number);
    if (error == PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR && !region) {
        return text.find('+') == std::string::npos ? SELVEDGE_PHONE_NEEDS_REGION : SELVEDGE_PHONE_INVALID;
    }
    if (error != PhoneNumberUtil::NO_PARSING_ERROR || !util->IsPossibleNumber(number)) {
        return SELVEDGE_PHONE_INVALID;
    }
    std::string formatted;
    util->Format(number, PhoneNumberUtil::E164, &formatted);
    if (formatted.size() < 5 || formatted.size() > 16 || formatted.size() > capacity) {
        return SELVEDGE_PHONE_INVALID;
    }
    std::memcpy(out, formatted.data(), formatted.size());
    return static_cast<int>(formatted.size());
}

struct Fingerprint {
    char text[17];
    Fingerprint() {
        const auto *bytes = static_cast<const unsigned char *>(i18n::phonenumbers::metadata_get());
        uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
        for (int i = 0; i < i18n::phonenumbers::metadata_size(); i++) { hash = (hash ^ bytes[i]) * 0x100000001b3u; }
        std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
    }
};

}  // namespace

int selvedge_phone_e164(const char *text, size_t count, const char *region, char *out, size_t capacity) {
    try {
        return e164(std::string(text, count), region, out, capacity);
    } catch (...) {
        return SELVEDGE_PHONE_FAILED;
    }
}

int selvedge_phone_knows_region(const char *region) {
    try {
        static const std::set<std::string> regions = [] {
            std::set<std::string> known;
            PhoneNumberUtil::GetInstance()->GetSupportedRegions(&known);
            return known;
        }();
        return regions.count(region) > 0;
    } catch (...) {
        return 0;
    }
}

const char *phone_metadata_version(void) {
    static const Fingerprint fingerprint;
    return fingerprint.text;
}
