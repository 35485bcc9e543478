#define _GNU_SOURCE
#include "internal.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { RECORD_STREAM = 0x0202, STREAM = 1, KIND_REFUSED = 2 };

/// When a batch was due or written, for its latency; more than are ever on the way within the credit.
enum { RING = 4096 };

typedef struct {
    load_connection *connection;
    load_requests batches;
    const uint32_t *observations;
    size_t next, end, acknowledged;
    /// What is left of the batch that is being written.
    const uint8_t *rest;
    size_t rest_size;
    int64_t credit;
    uint64_t start, until, sent;
    double rate;
    uint64_t times[RING];
    load_samples *latencies;
    load_record_tally *tally;
    int is_over;
} recording;

// MARK: Writing

static uint64_t due(const recording *self) {
    return self->rate > 0 ? self->start + (uint64_t)((double)self->sent * 1e9 / self->rate) : self->start;
}

/// Whether another batch may begin now; past the time none may.
static int may_begin(recording *self, uint64_t now) {
    if (now >= self->until) { self->end = self->next; }
    return !self->rest_size && self->next < self->end && self->credit > 0 && self->next - self->acknowledged < RING
        && due(self) <= now;
}

/// Writes as much as the socket takes.
static int write_batches(recording *self) {
    for (;;) {
        uint64_t now = load_now();
        if (may_begin(self, now)) {
            uint64_t from = self->batches.offsets[self->next];
            self->rest = self->batches.bytes + from;
            self->rest_size = self->batches.offsets[self->next + 1] - from;
            self->credit -= (int64_t)self->rest_size - LOAD_HEADER;
            self->times[self->next % RING] = self->rate > 0 ? due(self) : now;
            self->sent += self->observations[self->next++];
        }
        if (!self->rest_size) { return 0; }
        ssize_t size = send(self->connection->socket, self->rest, self->rest_size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size < 0) { return errno == EAGAIN || errno == EINTR ? 0 : load_fail("sending: %s", strerror(errno)); }
        self->rest += size;
        self->rest_size -= (size_t)size;
    }
}

// MARK: Acknowledgements

/// An Exception: its outcome (field 2), whose kind is field 1.
static int is_refusal(const uint8_t *at, const uint8_t *end) {
    while (at < end) {
        uint64_t tag = load_varint(&at, end), value = load_varint(&at, end);
        if ((tag & 7) != 2) { continue; }
        if (value > (uint64_t)(end - at)) { return 0; }
        if (tag >> 3 == 2) { return value >= 2 && at[0] == 0x08 && at[1] == KIND_REFUSED; }
        at += value;
    }
    return 0;
}

static int take_acknowledgement(recording *self, const uint8_t *at, const uint8_t *end, uint64_t now) {
    uint64_t sequence = 0;
    while (at < end) {
        uint64_t tag = load_varint(&at, end), value = load_varint(&at, end);
        if (tag == (1 << 3)) { sequence = value; }
        if ((tag & 7) != 2) { continue; }
        if (value > (uint64_t)(end - at)) { return load_fail("an acknowledgement ends within an exception"); }
        self->tally->exceptions++;
        self->tally->refused += (uint64_t)is_refusal(at, at + value);
        at += value;
    }
    if (sequence <= self->acknowledged || sequence > self->next) {
        return load_fail("an acknowledgement of batch %llu, which waits for none", (unsigned long long)sequence);
    }
    while (self->acknowledged < sequence) {
        load_sample(self->latencies, now - self->times[self->acknowledged % RING]);
        self->tally->observations += self->observations[self->acknowledged++];
        self->tally->batches++;
    }
    self->tally->nanoseconds = now - self->start;
    return 0;
}

static int take_frames(recording *self) {
    load_frame frame;
    int code;
    if (load_read(self->connection, MSG_DONTWAIT)) { return -1; }
    uint64_t now = load_now();
    while ((code = load_next_frame(self->connection, &frame)) > 0) {
        if (frame.stream != STREAM) { return load_fail("a frame of stream %u came", frame.stream); }
        if (frame.kind == CREDIT && frame.length == 4) { self->credit += load_get32(frame.payload); }
        if (frame.kind == MESSAGE && take_acknowledgement(self, frame.payload, frame.payload + frame.length, now)) { return -1; }
        if (frame.kind != RESPONSE) { continue; }
        self->is_over = 1;
        if (frame.code) {
            return load_fail("RecordStream ended with status %u: %.*s", frame.code, (int)frame.length,
                             (const char *)frame.payload);
        }
    }
    return code;
}

/// Until the socket or the clock allows something.
static int wait_for_any(recording *self) {
    uint64_t now = load_now(), next = due(self);
    struct pollfd polled = {self->connection->socket, POLLIN, 0};
    struct timespec time = {10, 0};
    if (self->rest_size) { polled.events |= POLLOUT; }
    int waits_for_clock = !self->rest_size && self->next < self->end && self->credit > 0 && next > now;
    if (waits_for_clock) {
        uint64_t left = next - now;
        time = (struct timespec){(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
    }
    int ready = ppoll(&polled, 1, &time, NULL);
    if (ready < 0 && errno != EINTR) { return load_fail("waiting: %s", strerror(errno)); }
    if (ready == 0 && !waits_for_clock) { return load_fail("RecordStream: nothing came within ten seconds"); }
    return 0;
}

// MARK: The stream

static int open_stream(recording *self) {
    uint8_t request[LOAD_HEADER + 4] = {0};
    load_put_header(request, 4, REQUEST, 0, RECORD_STREAM, STREAM);
    return load_append(self->connection, request, sizeof request) || load_flush(self->connection) ? -1 : 0;
}

static int close_stream(recording *self) {
    uint8_t frame[LOAD_HEADER];
    load_put_header(frame, 0, HALF_CLOSE, 0, 0, STREAM);
    if (load_append(self->connection, frame, sizeof frame) || load_flush(self->connection)) { return -1; }
    while (!self->is_over) {
        if (wait_for_any(self) || take_frames(self)) { return -1; }
    }
    return 0;
}

int64_t load_record(load_connection *connection, load_requests batches, const uint32_t *observations, size_t first,
                    size_t count, double rate, double seconds, const volatile int *stop, load_samples *latencies,
                    load_record_tally *tally) {
    recording self = {.connection = connection, .batches = batches, .observations = observations, .rate = rate};
    if (first > batches.count || count > batches.count - first) { return load_fail("there are no more batches"); }
    *tally = (load_record_tally){0};
    self.next = self.acknowledged = first;
    self.end = first + count;
    self.credit = connection->initial_credit;
    self.latencies = latencies;
    self.tally = tally;
    if (open_stream(&self)) { return -1; }
    self.start = load_now();
    self.until = self.start + (uint64_t)(seconds * 1e9);
    while (self.next < self.end || self.rest_size || self.acknowledged < self.next) {
        if (*stop) { self.end = self.next; }
        if (write_batches(&self)) { return -1; }
        if (self.acknowledged == self.next && self.next >= self.end && !self.rest_size) { break; }
        if (wait_for_any(&self) || take_frames(&self)) { return -1; }
        if (self.is_over) { return load_fail("RecordStream was ended by the service"); }
    }
    if (close_stream(&self)) { return -1; }
    return (int64_t)(self.next - first);
}
