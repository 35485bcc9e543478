/* Several look-ups in one of LMDB's trees at a time: while one waits for memory, the others go on.
 *
 * It reads pages as LMDB 0.9 lays them out, under a reader that holds them. Nothing that it reads is believed: every page and
 * offset is checked against the map, and the caller verifies what was found by the value's own checksum, or asks mdb_get. */
#ifndef SELVEDGE_SEARCH_H
#define SELVEDGE_SEARCH_H

#include <lmdb.h>
#include <stdint.h>
#include <string.h>

typedef struct selvedge_tree {
    const unsigned char *map;
    uint64_t pages;
    uint64_t root;
    uint32_t page_size;
    uint32_t key_size;
} selvedge_tree;

/* What a look-up is at. It is begun by setting WANTED, and ends FOUND, ABSENT (its leaf has not got the key) or UNCLEAR (a page
 * is not as it should be). */
enum selvedge_stage {
    SELVEDGE_IDLE, SELVEDGE_WANTED, SELVEDGE_ENTER, SELVEDGE_PROBE, SELVEDGE_FOUND, SELVEDGE_ABSENT, SELVEDGE_UNCLEAR
};

/* One look-up. `value` is NULL but where it is FOUND. */
typedef struct selvedge_search {
    unsigned char key[16];
    const unsigned char *page;
    const unsigned char *value;
    uint64_t count;
    /* The first eight bytes of the keys before `low` and at `high`. */
    uint64_t low_key, high_key;
    uint16_t low, high, middle;
    uint8_t stage, depth, guesses;
} selvedge_search;

static inline uint16_t selvedge_u16(const unsigned char *at) {
    uint16_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static inline uint64_t selvedge_word(const unsigned char *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return __builtin_bswap64(word);
}

/* As memcmp; keys of 8 and 16 bytes are compared as numbers. */
static inline int selvedge_compare(const unsigned char *left, const unsigned char *right, uint32_t size) {
    if (size != 8 && size != 16) return memcmp(left, right, size);
    uint64_t one = selvedge_word(left), other = selvedge_word(right);
    if (one == other && size == 16) {
        one = selvedge_word(left + 8);
        other = selvedge_word(right + 8);
    }
    return one < other ? -1 : one > other;
}

/* Goes to a page, and asks memory for its head. */
static inline void selvedge_search_enter(const selvedge_tree *tree, selvedge_search *search, uint64_t number) {
    if (number >= tree->pages || ++search->depth > 32) {
        search->stage = SELVEDGE_UNCLEAR;
        return;
    }
    search->page = tree->map + number * tree->page_size;
    __builtin_prefetch(search->page);
    __builtin_prefetch(search->page + 64);
    __builtin_prefetch(search->page + 128);
    search->stage = SELVEDGE_ENTER;
}

/* The row at a place of the page; NULL where it would leave the page. */
static inline const unsigned char *selvedge_search_row(const selvedge_tree *tree, const selvedge_search *search, unsigned place) {
    uint32_t offset = selvedge_u16(search->page + 16 + 2 * place);
    return offset < 16 || offset + 8 + tree->key_size > tree->page_size ? NULL : search->page + offset;
}

/* A row of a leaf whose key is ours. */
static inline void selvedge_search_found(const selvedge_tree *tree, selvedge_search *search, const unsigned char *row) {
    uint64_t count = selvedge_u16(row) | (uint64_t)selvedge_u16(row + 2) << 16;
    uint16_t flags = selvedge_u16(row + 4);
    const unsigned char *value = row + 8 + tree->key_size;
    search->stage = SELVEDGE_UNCLEAR;
    if (flags == 0) {
        if ((uint64_t)(value - search->page) + count > tree->page_size) return;
    } else if (flags == 1 && (uint64_t)(value - search->page) + 8 <= tree->page_size) {
        /* A long value lies on pages of its own, behind their head. */
        uint64_t number;
        memcpy(&number, value, sizeof number);
        if (number >= tree->pages || count > (tree->pages - number) * tree->page_size - 16) return;
        value = tree->map + number * tree->page_size + 16;
    } else {
        return;
    }
    for (uint64_t line = 0; line < count && line < 512; line += 64) __builtin_prefetch(value + line);
    search->value = value;
    search->count = count;
    search->stage = SELVEDGE_FOUND;
}

/* Where to probe next. Keys are spread evenly, as hashes and as numbers given one by one: their place is guessed from the keys
 * at both ends, and halved only where guesses have not helped. */
static inline unsigned selvedge_search_guess(const selvedge_search *search) {
    unsigned count = search->high - search->low;
    if (search->guesses > 4 || search->high_key == UINT64_MAX || search->high_key <= search->low_key) return search->low + count / 2u;
    double part = (double)(selvedge_word(search->key) - search->low_key) / (double)(search->high_key - search->low_key);
    unsigned place = (unsigned)(part * count);
    return search->low + (place < count ? place : count - 1);
}

/* Between two probes: the next one's row is asked of memory, or the page is done with. */
static inline void selvedge_search_aim(const selvedge_tree *tree, selvedge_search *search) {
    if (search->low < search->high) {
        search->middle = (uint16_t)selvedge_search_guess(search);
        search->guesses++;
        const unsigned char *row = selvedge_search_row(tree, search, search->middle);
        search->stage = row == NULL ? SELVEDGE_UNCLEAR : SELVEDGE_PROBE;
        if (row != NULL) {
            __builtin_prefetch(row);
            __builtin_prefetch(row + 8 + tree->key_size - 1);
        }
        return;
    }
    /* A leaf's row would have been found by a probe. */
    search->stage = SELVEDGE_ABSENT;
    if ((selvedge_u16(search->page + 10) & 1) == 0) return;
    search->stage = SELVEDGE_UNCLEAR;
    const unsigned char *row = search->page + selvedge_u16(search->page + 16 + 2 * (search->low - 1u));
    if (row + 8 > search->page + tree->page_size) return;
    selvedge_search_enter(
        tree, search,
        selvedge_u16(row) | (uint64_t)selvedge_u16(row + 2) << 16 | (uint64_t)selvedge_u16(row + 4) << 32);
}

static inline void selvedge_search_step(const selvedge_tree *tree, selvedge_search *search) {
    if (search->stage == SELVEDGE_ENTER) {
        uint16_t flags = selvedge_u16(search->page + 10), lower = selvedge_u16(search->page + 12);
        if ((flags != 1 && flags != 2) || lower < 18 || lower > tree->page_size) {
            search->stage = SELVEDGE_UNCLEAR;
            return;
        }
        /* A branch's first row stands for all that is less than its second. */
        search->low = flags == 1;
        search->high = (uint16_t)((lower - 16) / 2);
        search->guesses = 0;
        selvedge_search_aim(tree, search);
        return;
    }
    const unsigned char *row = selvedge_search_row(tree, search, search->middle);
    if (row == NULL || selvedge_u16(row + 6) != tree->key_size) {
        search->stage = SELVEDGE_UNCLEAR;
        return;
    }
    int order = selvedge_compare(search->key, row + 8, tree->key_size);
    int is_branch = selvedge_u16(search->page + 10) & 1;
    if (order == 0 && !is_branch) {
        selvedge_search_found(tree, search, row);
        return;
    }
    uint64_t key = selvedge_word(row + 8);
    search->low = order >= 0 ? (uint16_t)(search->middle + 1) : search->low;
    search->high = order >= 0 ? search->high : search->middle;
    search->low_key = order >= 0 ? key : search->low_key;
    search->high_key = order >= 0 ? search->high_key : key;
    selvedge_search_aim(tree, search);
}

static inline int selvedge_search_is_open(const selvedge_search *search) {
    return search->stage == SELVEDGE_ENTER || search->stage == SELVEDGE_PROBE;
}

/* Runs those of `count` searches that are WANTED, at most 64 at a time; the others are left as they are. */
static inline void selvedge_search_all(const selvedge_tree *tree, selvedge_search *searches, size_t count) {
    for (size_t first = 0; first < count; first += 64) {
        selvedge_search *lanes[64];
        size_t open = 0;
        for (size_t at = first; at < count && at < first + 64; at++) {
            selvedge_search *search = &searches[at];
            if (search->stage != SELVEDGE_WANTED) continue;
            search->value = NULL;
            search->count = 0;
            search->depth = 0;
            search->low_key = 0;
            search->high_key = UINT64_MAX;
            search->stage = SELVEDGE_ABSENT;
            /* A tree without a row has no page. */
            if (tree->root == UINT64_MAX) continue;
            selvedge_search_enter(tree, search, tree->root);
            if (selvedge_search_is_open(search)) lanes[open++] = search;
        }
        while (open > 0) {
            for (size_t lane = 0; lane < open;) {
                selvedge_search_step(tree, lanes[lane]);
                /* One that has ended gives its lane to the last. */
                if (selvedge_search_is_open(lanes[lane])) lane++; else lanes[lane] = lanes[--open];
            }
        }
    }
}

#endif
