/* What the two inner parts of a backfill cost where nothing but them is done.
 *
 *   peers unionfind PAIRS            disjoint sets over pairs of 32-bit numbers: union by size, paths halved
 *   peers append GENERATION TARGET   every row of a store's tables, in order, into a new LMDB environment by MDB_APPEND
 *
 * Each prints one JSON object. `append` reads the rows once before it starts the clock. */
#include <lmdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void fail(const char *what, int code) {
    fprintf(stderr, "peers: %s: %s\n", what, code ? mdb_strerror(code) : "failed");
    exit(1);
}

/* ---- Union-find ---- */

static int32_t find(int32_t *cells, int32_t node) {
    while (cells[node] >= 0) {
        int32_t parent = cells[node];
        if (cells[parent] >= 0) { cells[node] = cells[parent]; }
        node = parent;
    }
    return node;
}

static void unionfind(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) { fail(path, 0); }
    fseek(file, 0, SEEK_END);
    size_t count = (size_t)ftell(file) / 8;
    rewind(file);
    uint32_t *pairs = malloc(count * 8 + 1);
    if (!pairs || fread(pairs, 8, count, file) != count) { fail(path, 0); }
    fclose(file);
    double start = now();
    uint32_t highest = 0;
    for (size_t i = 0; i < 2 * count; i++) { if (pairs[i] > highest) { highest = pairs[i]; } }
    int32_t *cells = malloc(((size_t)highest + 1) * sizeof *cells);
    if (!cells) { fail("memory", 0); }
    for (size_t i = 0; i <= highest; i++) { cells[i] = -1; }
    size_t components = (size_t)highest + 1;
    for (size_t i = 0; i < count; i++) {
        int32_t left = find(cells, (int32_t)pairs[2 * i]), right = find(cells, (int32_t)pairs[2 * i + 1]);
        if (left == right) { continue; }
        if (cells[left] > cells[right]) { int32_t other = left; left = right; right = other; }
        cells[left] += cells[right];
        cells[right] = left;
        components--;
    }
    double seconds = now() - start;
    printf("{\"pairs\": %zu, \"components\": %zu, \"seconds\": %.4f}\n", count, components, seconds);
    free(cells);
    free(pairs);
}

/* ---- Append ---- */

enum { tables = 64, step = 100000 };

static MDB_env *opened(const char *path, unsigned flags) {
    MDB_env *environment;
    int code = mdb_env_create(&environment);
    if (code) { fail(path, code); }
    mdb_env_set_maxdbs(environment, tables);
    mdb_env_set_mapsize(environment, (size_t)1 << 40);
    if ((code = mdb_env_open(environment, path, flags, 0600))) { fail(path, code); }
    return environment;
}

static size_t copy(MDB_txn *reader, MDB_env *target, const char *name, size_t *rows) {
    MDB_txn *writer;
    MDB_dbi from, into;
    MDB_cursor *cursor;
    MDB_val key, value;
    size_t bytes = 0, pending = 0;
    int code;
    if ((code = mdb_dbi_open(reader, name, 0, &from))) { fail(name, code); }
    if ((code = mdb_txn_begin(target, NULL, 0, &writer))) { fail(name, code); }
    if ((code = mdb_dbi_open(writer, name, MDB_CREATE, &into))) { fail(name, code); }
    if ((code = mdb_cursor_open(reader, from, &cursor))) { fail(name, code); }
    while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        if ((code = mdb_put(writer, into, &key, &value, MDB_APPEND))) { fail(name, code); }
        bytes += key.mv_size + value.mv_size;
        (*rows)++;
        if (++pending == step) {
            if ((code = mdb_txn_commit(writer))) { fail(name, code); }
            if ((code = mdb_txn_begin(target, NULL, 0, &writer))) { fail(name, code); }
            pending = 0;
        }
    }
    mdb_cursor_close(cursor);
    if ((code = mdb_txn_commit(writer))) { fail(name, code); }
    return bytes;
}

static uint64_t touch(MDB_txn *reader, const char *name) {
    MDB_dbi table;
    MDB_cursor *cursor;
    MDB_val key, value;
    uint64_t sum = 0;
    int code;
    if ((code = mdb_dbi_open(reader, name, 0, &table))) { fail(name, code); }
    if ((code = mdb_cursor_open(reader, table, &cursor))) { fail(name, code); }
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
        for (size_t i = 0; i < value.mv_size; i += 4096) { sum += ((const uint8_t *)value.mv_data)[i]; }
    }
    mdb_cursor_close(cursor);
    return sum;
}

static void append(const char *source, const char *path) {
    MDB_env *from = opened(source, MDB_RDONLY | MDB_NOLOCK | MDB_NOTLS);
    mkdir(path, 0700);
    MDB_env *into = opened(path, MDB_NOTLS);
    char *names[tables];
    size_t count = 0, rows = 0, bytes = 0;
    MDB_txn *reader;
    MDB_dbi main_table;
    MDB_cursor *cursor;
    MDB_val key, value;
    int code;
    if ((code = mdb_txn_begin(from, NULL, MDB_RDONLY, &reader))) { fail(source, code); }
    if ((code = mdb_dbi_open(reader, NULL, 0, &main_table))) { fail(source, code); }
    if ((code = mdb_cursor_open(reader, main_table, &cursor))) { fail(source, code); }
    while (count < tables && mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
        names[count++] = strndup(key.mv_data, key.mv_size);
    }
    mdb_cursor_close(cursor);
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) { sum += touch(reader, names[i]); }
    double start = now();
    for (size_t i = 0; i < count; i++) { bytes += copy(reader, into, names[i], &rows); }
    double seconds = now() - start;
    printf("{\"rows\": %zu, \"bytes\": %zu, \"seconds\": %.4f, \"sum\": %llu}\n", rows, bytes, seconds,
        (unsigned long long)sum);
    for (size_t i = 0; i < count; i++) { free(names[i]); }
    mdb_txn_abort(reader);
    mdb_env_close(from);
    mdb_env_close(into);
}

int main(int count, char **arguments) {
    if (count == 3 && strcmp(arguments[1], "unionfind") == 0) { unionfind(arguments[2]); return 0; }
    if (count == 4 && strcmp(arguments[1], "append") == 0) { append(arguments[2], arguments[3]); return 0; }
    fprintf(stderr, "peers unionfind PAIRS | peers append GENERATION TARGET\n");
    return 2;
}
