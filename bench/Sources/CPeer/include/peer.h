// The peer of the bench: what a C program that calls liblmdb directly does for the same answers.
#ifndef SELVEDGE_BENCH_PEER_H
#define SELVEDGE_BENCH_PEER_H
#include <stddef.h>
#include <stdint.h>

typedef struct peer peer;

/// Opens (or makes) an environment of the peer's own in a directory that exists; NULL on failure.
peer *peer_open(const char *directory);
void peer_close(peer *peer);

/// Loading the tables for reading; keys ascending, one transaction until `peer_load_end`. 0 on success.
int peer_load_begin(peer *peer);
int peer_load_key(peer *peer, uint64_t high, uint64_t low, uint64_t node);
int peer_load_node(peer *peer, uint64_t node, uint64_t root, const void *value, size_t count);
int peer_load_end(peer *peer);

/// One resolve a key, three reads each: key -> node, node -> root, root -> value. `keys` holds pairs of words. Returns
/// a sum over what was read, 0 where a key is missing. `renew`: a renewed snapshot for each resolve, else one for all.
uint64_t peer_resolve(peer *peer, const uint64_t *keys, size_t count, int renew);

/// Puts rows of 19 bytes under random 16-byte keys in one transaction, committed with the default sync. 0 on success.
int peer_put(peer *peer, uint64_t seed, size_t count);

#endif
