#ifndef LOAD_H
#define LOAD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Load over sockets of this machine: one thread, requests encoded beforehand, every answer checked. What returns an int
/// returns 0, or -1 and `load_error` says why; after an error a connection is good for nothing but `load_close`.
const char *load_error(void);

// MARK: Connections

typedef struct load_connection load_connection;

/// What is spoken: frames (with a HELLO behind which the caller may send), or Redis's protocol.
typedef enum { LOAD_WIRE, LOAD_REDIS } load_speech;

/// To 127.0.0.1. NULL: an error.
load_connection *load_open_tcp(uint16_t port, load_speech speech);
load_connection *load_open_unix(const char *path, load_speech speech);
void load_close(load_connection *connection);

// MARK: Requests one behind the other

/// Requests, each from its offset to the next: `offsets` has one more than `count`. Of frames, the stream is written over
/// in a copy.
typedef struct {
    const uint8_t *bytes;
    const uint64_t *offsets;
    size_t count;
} load_requests;

/// What an answer must be: a ResolveResponse whose outcome is PROFILE, a ResolveBatchResponse of so many of those, a bulk
/// string of Redis, or a ScoreResponse or DecideOfferResponse whose basis is PERSON.
typedef enum { LOAD_PROFILE, LOAD_PROFILES, LOAD_VALUE, LOAD_PERSON } load_answer_kind;

typedef struct {
    load_answer_kind kind;
    size_t items;
} load_answer;

/// Nanoseconds, in the order measured; those past `capacity` are counted in `count` and not kept.
typedef struct {
    uint64_t *values;
    size_t capacity, count;
} load_samples;

typedef struct {
    uint64_t requests, nanoseconds;
} load_tally;

/// Closed loop: each connection sends `depth` (at most 128) requests with one write, and the next when all are answered.
/// After `warm_up` seconds they are counted, for `seconds`; a sample is the time from the write to an answer. Requests
/// are taken in order from `first` on, round and round.
int load_closed(load_connection *const *connections, size_t count, size_t depth, load_requests requests, size_t first,
                load_answer answer, double warm_up, double seconds, load_samples *latencies, load_tally *tally);

/// Open loop: `rate` requests a second at equal distances, whatever the answers do. A latency runs from when the request
/// was due, so that waiting for a slow answer is counted; a lag is how late it was written, which is the caller's own
/// share or, where 128 calls are open, the service's.
int load_paced(load_connection *connection, load_requests requests, size_t first, load_answer answer, double rate,
               double seconds, load_samples *latencies, load_samples *lags, load_tally *tally);

// MARK: RecordStream

typedef struct {
    /// Of batches that were acknowledged.
    uint64_t observations, refused, exceptions, batches;
    /// From the first write to the last acknowledgement.
    uint64_t nanoseconds;
} load_record_tally;

/// Sends batches (MESSAGE frames of stream 1, whose sequence is their place plus 1) through one RecordStream, from `first`
/// on, as the credit lets it; with a `rate` above 0 no more than so many observations a second. It stops sending after
/// `seconds`, or at `count` batches, or once `*stop` is not 0, and waits for every acknowledgement.
/// Returns how many batches were sent, or -1.
int64_t load_record(load_connection *connection, load_requests batches, const uint32_t *observations, size_t first,
                    size_t count, double rate, double seconds, const volatile int *stop, load_samples *latencies,
                    load_record_tally *tally);

// MARK: Redis

/// Sets `key:000000000000` and so on, so many, each to a value of `size` bytes (at most 1,024).
int load_redis_fill(load_connection *connection, size_t keys, size_t size);

/// The answer to INFO of a section, as text; NULL: an error. `out` is where it is written.
int load_redis_info(load_connection *connection, const char *section, char *out, size_t capacity);

// MARK: Processes

/// Starts a program with both outputs in a file; it ends with this process, however that ends. -1: an error.
pid_t load_spawn(const char *const *arguments, const char *log);

/// Whether it has ended; its status is then in `status` as waitpid has it.
int load_has_ended(pid_t process, int *status);

/// Asks it to end; after so many seconds ends it. Returns its status.
int load_stop(pid_t process, double seconds);

/// A port of the loopback that nobody listens on now; -1: an error.
int load_free_port(void);

/// Takes this thread before others whenever it has something to do; -1 where the system does not permit it.
int load_take_precedence(void);
void load_yield_precedence(void);

#endif
