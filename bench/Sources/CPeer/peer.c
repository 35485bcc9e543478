#include "peer.h"
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>

struct peer {
    MDB_env *environment;
    MDB_txn *reader;
    MDB_txn *writer;
    MDB_dbi keys, forest, components, puts;
};

static void store64(uint8_t *out, uint64_t word) {
    for (int i = 0; i < 8; i++) { out[i] = (uint8_t)(word >> (56 - 8 * i)); }
}

static uint64_t load64(const uint8_t *in) {
    uint64_t word;
    memcpy(&word, in, sizeof word);
    return __builtin_bswap64(word);
}

peer *peer_open(const char *directory) {
    peer *self = calloc(1, sizeof *self);
    MDB_txn *transaction;
    if (!self || mdb_env_create(&self->environment)) { return NULL; }
    mdb_env_set_maxdbs(self->environment, 4);
    mdb_env_set_mapsize(self->environment, (size_t)16 << 30);
    if (mdb_env_open(self->environment, directory, MDB_NOTLS, 0600)) { return NULL; }
    if (mdb_txn_begin(self->environment, NULL, 0, &transaction)) { return NULL; }
    if (mdb_dbi_open(transaction, "keys", MDB_CREATE, &self->keys)
        || mdb_dbi_open(transaction, "forest", MDB_CREATE, &self->forest)
        || mdb_dbi_open(transaction, "components", MDB_CREATE, &self->components)
        || mdb_dbi_open(transaction, "puts", MDB_CREATE, &self->puts)) { return NULL; }
    return mdb_txn_commit(transaction) ? NULL : self;
}

void peer_close(peer *self) {
    if (self->reader) { mdb_txn_abort(self->reader); }
    mdb_env_close(self->environment);
    free(self);
}

int peer_load_begin(peer *self) {
    int code;
    if (self->reader) { mdb_txn_abort(self->reader); self->reader = NULL; }
    if ((code = mdb_txn_begin(self->environment, NULL, 0, &self->writer))) { return code; }
    if ((code = mdb_drop(self->writer, self->keys, 0))) { return code; }
    if ((code = mdb_drop(self->writer, self->forest, 0))) { return code; }
    return mdb_drop(self->writer, self->components, 0);
}

int peer_load_key(peer *self, uint64_t high, uint64_t low, uint64_t node) {
    uint8_t key[16], value[8];
    MDB_val k = {sizeof key, key}, v = {sizeof value, value};
    store64(key, high);
    store64(key + 8, low);
    store64(value, node);
    return mdb_put(self->writer, self->keys, &k, &v, MDB_APPEND);
}

int peer_load_node(peer *self, uint64_t node, uint64_t root, const void *bytes, size_t count) {
    uint8_t key[8], value[8];
    MDB_val k = {sizeof key, key}, v = {sizeof value, value};
    store64(key, node);
    store64(value, root);
    int code = mdb_put(self->writer, self->forest, &k, &v, MDB_APPEND);
    if (code || node != root) { return code; }
    MDB_val data = {count, (void *)bytes};
    return mdb_put(self->writer, self->components, &k, &data, MDB_APPEND);
}

int peer_load_end(peer *self) { return mdb_txn_commit(self->writer); }

uint64_t peer_resolve(peer *self, const uint64_t *keys, size_t count, int renew) {
    uint64_t sum = 0;
    if (!self->reader) {
        if (mdb_txn_begin(self->environment, NULL, MDB_RDONLY, &self->reader)) { return 0; }
        mdb_txn_reset(self->reader);
    }
    if (!renew && mdb_txn_renew(self->reader)) { return 0; }
    for (size_t i = 0; i < count; i++) {
        uint8_t key[16];
        MDB_val k = {sizeof key, key}, v;
        store64(key, keys[2 * i]);
        store64(key + 8, keys[2 * i + 1]);
        if (renew && mdb_txn_renew(self->reader)) { return 0; }
        if (mdb_get(self->reader, self->keys, &k, &v)) { return 0; }
        MDB_val node = v;
        if (mdb_get(self->reader, self->forest, &node, &v)) { return 0; }
        MDB_val root = v;
        if (mdb_get(self->reader, self->components, &root, &v)) { return 0; }
        sum += load64(v.mv_data) + ((const uint8_t *)v.mv_data)[v.mv_size - 1] + 1;
        if (renew) { mdb_txn_reset(self->reader); }
    }
    if (!renew) { mdb_txn_reset(self->reader); }
    return sum;
}

static uint64_t mix(uint64_t word) {
    word += 0x9e3779b97f4a7c15;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
    word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
    return word ^ (word >> 31);
}

int peer_put(peer *self, uint64_t seed, size_t count) {
    uint8_t key[16], value[19] = {1};
    MDB_txn *transaction;
    int code = mdb_txn_begin(self->environment, NULL, 0, &transaction);
    if (code) { return code; }
    for (size_t i = 0; i < count; i++) {
        MDB_val k = {sizeof key, key}, v = {sizeof value, value};
        uint64_t number = seed + i;
        store64(key, mix(number));
        store64(key + 8, mix(~number));
        store64(value + 1, number);
        if ((code = mdb_put(transaction, self->puts, &k, &v, 0))) {
            mdb_txn_abort(transaction);
            return code;
        }
    }
    return mdb_txn_commit(transaction);
}
