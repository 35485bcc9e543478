#include "CPKCS11.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long number;

// What of PKCS#11 2.40 is used here. Numbers and layouts are the standard's; on Unix structures are not packed.
enum {
    CLASS = 0x0, ON_TOKEN = 0x1, PRIVATE = 0x2, LABEL = 0x3, KEY_TYPE = 0x100, ID = 0x102, SENSITIVE = 0x103,
    ENCRYPT = 0x104, DECRYPT = 0x105, VALUE_LENGTH = 0x161, EXTRACTABLE = 0x162,
    SECRET_KEY = 4, AES = 0x1f, AES_KEY_GEN = 0x1080, AES_GCM = 0x1087,
    SERIAL_SESSION = 4, WRITABLE_SESSION = 2, USER = 1, OS_LOCKING = 2,
    ALREADY_LOGGED_IN = 0x100, ALREADY_INITIALIZED = 0x191,
};

// Places in the list of functions.
enum {
    INITIALIZE = 0, GET_SLOT_LIST = 4, GET_TOKEN_INFO = 6, OPEN_SESSION = 12, CLOSE_SESSION = 13, LOGIN = 18,
    GET_ATTRIBUTES = 24, FIND_INIT = 26, FIND = 27, FIND_FINAL = 28, ENCRYPT_INIT = 29, DO_ENCRYPT = 30,
    DECRYPT_INIT = 33, DO_DECRYPT = 34, GENERATE_KEY = 58,
};

typedef struct { unsigned char major, minor; } version;
typedef struct { version number; void *functions[68]; } function_list;
typedef struct { void *create, *destroy, *lock, *unlock; number flags; void *reserved; } initialize_arguments;
typedef struct { number kind; void *parameter; number count; } mechanism;
typedef struct { number kind; void *value; number count; } attribute;
typedef struct { uint8_t *nonce; number nonce_count, nonce_bits; uint8_t *associated; number associated_count, tag_bits; } gcm;
typedef struct {
    unsigned char label[32], manufacturer[32], model[16], serial[16];
    number flags, sessions[4], pins[2], memory[4];
    version hardware, firmware;
    unsigned char time[16];
} token_info;

struct selvedge_token {
    function_list *list;
    number session;
    number key;
};

/// Whether a field that is padded with spaces holds this text.
static int is_field(const unsigned char *field, size_t width, const char *text) {
    size_t count = strlen(text);
    if (count > width || memcmp(field, text, count) != 0) { return 0; }
    for (size_t i = count; i < width; i++) {
        if (field[i] != ' ' && field[i] != 0) { return 0; }
    }
    return 1;
}

/// The module's functions. It stays loaded: its threads and handlers may outlive any use of ours.
static long load(const char *module, function_list **list) {
    void *library = dlopen(module, RTLD_NOW | RTLD_LOCAL);
    number (*get)(function_list **) = library ? (number(*)(function_list **))dlsym(library, "C_GetFunctionList") : NULL;
    if (get == NULL || get(list) != 0 || *list == NULL) { return SELVEDGE_TOKEN_NO_MODULE; }
    initialize_arguments arguments = {.flags = OS_LOCKING};
    typedef number (*initialize)(void *);
    number code = ((initialize)(*list)->functions[INITIALIZE])(&arguments);
    return code == ALREADY_INITIALIZED ? 0 : (long)code;
}

static long find_token(function_list *list, const char *label, const char *serial, number *slot) {
    typedef number (*get_slots)(unsigned char, number *, number *);
    typedef number (*get_info)(number, token_info *);
    number slots[256], count = 256, found = 0;
    number code = ((get_slots)list->functions[GET_SLOT_LIST])(1, slots, &count);
    if (code != 0) { return (long)code; }
    for (number i = 0; i < count; i++) {
        token_info info;
        if (((get_info)list->functions[GET_TOKEN_INFO])(slots[i], &info) != 0) { continue; }
        if (label != NULL && !is_field(info.label, sizeof info.label, label)) { continue; }
        if (serial != NULL && !is_field(info.serial, sizeof info.serial, serial)) { continue; }
        *slot = slots[i];
        found++;
    }
    return found == 1 ? 0 : found == 0 ? SELVEDGE_TOKEN_NO_TOKEN : SELVEDGE_TOKEN_MANY_TOKENS;
}

void selvedge_token_close(selvedge_token *token) {
    typedef number (*close_session)(number);
    if (token == NULL) { return; }
    ((close_session)token->list->functions[CLOSE_SESSION])(token->session);
    free(token);
}

long selvedge_token_open(
    const char *module, const char *label, const char *serial, const uint8_t *pin, size_t pin_count, int writable,
    selvedge_token **token) {
    typedef number (*open_session)(number, number, void *, void *, number *);
    typedef number (*login)(number, number, const uint8_t *, number);
    function_list *list = NULL;
    number slot = 0, session = 0;
    long code = load(module, &list);
    if (code == 0) { code = find_token(list, label, serial, &slot); }
    if (code != 0) { return code; }
    number flags = SERIAL_SESSION | (writable ? WRITABLE_SESSION : 0);
    code = (long)((open_session)list->functions[OPEN_SESSION])(slot, flags, NULL, NULL, &session);
    if (code != 0) { return code; }
    *token = calloc(1, sizeof **token);
    if (*token == NULL) { return SELVEDGE_TOKEN_NO_MEMORY; }
    (*token)->list = list;
    (*token)->session = session;
    code = (long)((login)list->functions[LOGIN])(session, USER, pin, pin_count);
    if (code != 0 && code != ALREADY_LOGGED_IN) {
        selvedge_token_close(*token);
        *token = NULL;
        return code;
    }
    return 0;
}

/// That the token has no way to give the key away.
static long check_key(selvedge_token *token, number key) {
    typedef number (*get_attributes)(number, number, attribute *, number);
    unsigned char sensitive = 0, extractable = 1;
    attribute wanted[] = {{SENSITIVE, &sensitive, 1}, {EXTRACTABLE, &extractable, 1}};
    number code = ((get_attributes)token->list->functions[GET_ATTRIBUTES])(token->session, key, wanted, 2);
    if (code != 0) { return (long)code; }
    return sensitive && !extractable ? 0 : SELVEDGE_TOKEN_WEAK_KEY;
}

long selvedge_token_find_key(selvedge_token *token, const char *label, const uint8_t *identifier, size_t count) {
    typedef number (*find_init)(number, attribute *, number);
    typedef number (*find)(number, number *, number, number *);
    typedef number (*find_final)(number);
    number class = SECRET_KEY, type = AES, keys[2], found = 0, wanted = 2;
    attribute template[4] = {{CLASS, &class, sizeof class}, {KEY_TYPE, &type, sizeof type}};
    if (label != NULL) { template[wanted++] = (attribute){LABEL, (void *)label, strlen(label)}; }
    if (count > 0) { template[wanted++] = (attribute){ID, (void *)identifier, count}; }
    number code = ((find_init)token->list->functions[FIND_INIT])(token->session, template, wanted);
    if (code != 0) { return (long)code; }
    code = ((find)token->list->functions[FIND])(token->session, keys, 2, &found);
    ((find_final)token->list->functions[FIND_FINAL])(token->session);
    if (code != 0) { return (long)code; }
    if (found != 1) { return found == 0 ? SELVEDGE_TOKEN_NO_KEY : SELVEDGE_TOKEN_MANY_KEYS; }
    token->key = keys[0];
    return check_key(token, keys[0]);
}

long selvedge_token_make_key(selvedge_token *token, const char *label, const uint8_t *identifier, size_t count) {
    typedef number (*generate)(number, mechanism *, attribute *, number, number *);
    number class = SECRET_KEY, type = AES, length = 32, wanted = 9;
    unsigned char yes = 1, no = 0;
    attribute template[11] = {
        {CLASS, &class, sizeof class}, {KEY_TYPE, &type, sizeof type}, {VALUE_LENGTH, &length, sizeof length},
        {ON_TOKEN, &yes, 1}, {PRIVATE, &yes, 1}, {SENSITIVE, &yes, 1}, {EXTRACTABLE, &no, 1}, {ENCRYPT, &yes, 1},
        {DECRYPT, &yes, 1},
    };
    if (label != NULL) { template[wanted++] = (attribute){LABEL, (void *)label, strlen(label)}; }
    if (count > 0) { template[wanted++] = (attribute){ID, (void *)identifier, count}; }
    mechanism how = {AES_KEY_GEN, NULL, 0};
    return (long)((generate)token->list->functions[GENERATE_KEY])(token->session, &how, template, wanted, &token->key);
}

typedef number (*begin)(number, mechanism *, number);
typedef number (*finish)(number, const uint8_t *, number, uint8_t *, number *);

static long run(
    selvedge_token *token, int first, int second, const uint8_t nonce[12], const uint8_t *associated,
    size_t associated_count, const uint8_t *input, size_t count, uint8_t *out, size_t expected) {
    uint8_t result[512];
    number written = sizeof result;
    gcm parameters = {(uint8_t *)nonce, 12, 96, (uint8_t *)associated, associated_count, 128};
    mechanism how = {AES_GCM, &parameters, sizeof parameters};
    if (expected > sizeof result) { return SELVEDGE_TOKEN_BAD_LENGTH; }
    number code = ((begin)token->list->functions[first])(token->session, &how, token->key);
    if (code != 0) { return (long)code; }
    // More room than is needed: some modules ask for a block more than they write.
    code = ((finish)token->list->functions[second])(token->session, input, count, result, &written);
    long outcome = code != 0 ? (long)code : written == expected ? 0 : SELVEDGE_TOKEN_BAD_LENGTH;
    if (outcome == 0) { memcpy(out, result, expected); }
    // Not left out by the compiler: through a volatile pointer.
    volatile uint8_t *bytes = result;
    for (size_t i = 0; i < sizeof result; i++) { bytes[i] = 0; }
    return outcome;
}

long selvedge_token_seal(
    selvedge_token *token, const uint8_t nonce[12], const uint8_t *associated, size_t associated_count,
    const uint8_t *plain, size_t count, uint8_t *out) {
    return run(token, ENCRYPT_INIT, DO_ENCRYPT, nonce, associated, associated_count, plain, count, out, count + 16);
}

long selvedge_token_open_sealed(
    selvedge_token *token, const uint8_t nonce[12], const uint8_t *associated, size_t associated_count,
    const uint8_t *sealed, size_t count, uint8_t *out) {
    if (count < 16) { return SELVEDGE_TOKEN_BAD_LENGTH; }
    return run(token, DECRYPT_INIT, DO_DECRYPT, nonce, associated, associated_count, sealed, count, out, count - 16);
}
