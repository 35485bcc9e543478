#ifndef LOAD_INTERNAL_H
#define LOAD_INTERNAL_H

#include "load.h"

/// A frame is at most 4 MiB; the rest is room to read on.
#define LOAD_ROOM ((size_t)(4 << 20) + (1 << 18))
#define LOAD_STREAMS 128
#define LOAD_HEADER 12

enum { HELLO = 1, REQUEST, MESSAGE, HALF_CLOSE, RESPONSE, CANCEL, CREDIT, PING, GOAWAY };

struct load_connection {
    int socket;
    load_speech speech;
    /// Next stream to open.
    uint32_t stream;
    /// Of the server's HELLO: bytes that may be sent on a stream.
    int64_t initial_credit;
    /// Read and not yet parsed: from `begin` to `end`.
    uint8_t *in;
    size_t begin, end;
    /// What is written at once.
    uint8_t *out;
    size_t out_size, out_room;
    /// Of a closed loop.
    uint32_t base;
    size_t open;
    uint64_t sent;
    uint64_t seen[LOAD_STREAMS / 64];
};

typedef struct {
    uint8_t kind;
    uint16_t code;
    uint32_t stream;
    const uint8_t *payload;
    size_t length;
} load_frame;

uint64_t load_now(void);
/// Keeps a message; returns -1.
int load_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
uint32_t load_get32(const uint8_t *in);
void load_put32(uint8_t *out, uint32_t word);
void load_put_header(uint8_t *out, uint32_t length, uint8_t kind, uint8_t flags, uint16_t code, uint32_t stream);

/// Appends to what is written at once.
int load_append(load_connection *self, const uint8_t *bytes, size_t size);
/// Writes all of it; waits where it must.
int load_flush(load_connection *self);
/// Reads what is there; waits for the first byte unless `flags` say not to. 0 with nothing read: nothing was there.
int load_read(load_connection *self, int flags);
/// 1: a frame; 0: none is whole yet; -1. Answers a PING by itself; a GOAWAY is an error.
int load_next_frame(load_connection *self, load_frame *frame);
/// 1: a bulk string was there; 0: none is whole yet; -1.
int load_next_value(load_connection *self);
/// Appends a request; of frames with the connection's next stream.
int load_append_request(load_connection *self, load_requests requests, size_t place);
int load_check(const load_frame *frame, load_answer answer);
/// A varint at `*at`, which goes behind it; all ones where there is none.
uint64_t load_varint(const uint8_t **at, const uint8_t *end);
void load_sample(load_samples *samples, uint64_t value);

#endif
