#define _GNU_SOURCE
#include "internal.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

// MARK: Closed loop

typedef struct {
    load_requests requests;
    load_answer answer;
    size_t depth, next;
    uint64_t from, until;
    load_samples *latencies;
    load_tally *tally;
} closed_loop;

/// One write of `depth` requests.
static int send_round(closed_loop *loop, load_connection *connection) {
    connection->base = connection->stream;
    memset(connection->seen, 0, sizeof connection->seen);
    for (size_t i = 0; i < loop->depth; i++) {
        if (load_append_request(connection, loop->requests, loop->next)) { return -1; }
        if (++loop->next == loop->requests.count) { loop->next = 0; }
    }
    connection->open = loop->depth;
    connection->sent = load_now();
    return load_flush(connection);
}

/// An answer of this round, to a stream that had none.
static int match(load_connection *connection, size_t depth, uint32_t stream) {
    uint32_t place = stream - connection->base;
    if (place >= depth || connection->seen[place / 64] >> (place % 64) & 1) {
        return load_fail("an answer came to stream %u, which waits for none", stream);
    }
    connection->seen[place / 64] |= (uint64_t)1 << (place % 64);
    return 0;
}

/// Takes the answers that are there.
static int take_answers(closed_loop *loop, load_connection *connection) {
    uint64_t now = load_now();
    int counts = connection->sent >= loop->from && connection->sent < loop->until;
    while (connection->open) {
        load_frame frame;
        int code = connection->speech == LOAD_REDIS ? load_next_value(connection) : load_next_frame(connection, &frame);
        if (code <= 0) { return code; }
        if (connection->speech == LOAD_WIRE
            && (load_check(&frame, loop->answer) || match(connection, loop->depth, frame.stream))) { return -1; }
        connection->open--;
        if (!counts) { continue; }
        load_sample(loop->latencies, now - connection->sent);
        loop->tally->requests++;
        loop->tally->nanoseconds = now - loop->from;
    }
    return 0;
}

/// Reads, and sends again when all of a round are answered; 1: the time is over and nothing is open.
static int turn(closed_loop *loop, load_connection *connection) {
    if (load_read(connection, 0) || take_answers(loop, connection)) { return -1; }
    if (connection->open) { return 0; }
    return load_now() >= loop->until ? 1 : send_round(loop, connection);
}

static int run_alone(closed_loop *loop, load_connection *connection) {
    int code;
    if (send_round(loop, connection)) { return -1; }
    while (!(code = turn(loop, connection))) {}
    return code < 0 ? -1 : 0;
}

static int run_together(closed_loop *loop, load_connection *const *connections, size_t count) {
    struct pollfd polled[LOAD_STREAMS];
    size_t open = count;
    for (size_t i = 0; i < count; i++) {
        polled[i] = (struct pollfd){connections[i]->socket, POLLIN, 0};
        if (send_round(loop, connections[i])) { return -1; }
    }
    while (open) {
        if (poll(polled, count, 10000) <= 0) { return load_fail("no answer within ten seconds"); }
        for (size_t i = 0; i < count; i++) {
            if (!polled[i].revents) { continue; }
            int code = turn(loop, connections[i]);
            if (code < 0) { return -1; }
            if (code > 0) {
                polled[i].fd = -1;
                open--;
            }
        }
    }
    return 0;
}

int load_closed(load_connection *const *connections, size_t count, size_t depth, load_requests requests, size_t first,
                load_answer answer, double warm_up, double seconds, load_samples *latencies, load_tally *tally) {
    if (!count || count > LOAD_STREAMS || !depth || depth > LOAD_STREAMS || !requests.count) {
        return load_fail("1 to 128 connections, 1 to 128 requests on each");
    }
    *tally = (load_tally){0, 0};
    closed_loop loop = {requests, answer, depth, first % requests.count, 0, 0, latencies, tally};
    loop.from = load_now() + (uint64_t)(warm_up * 1e9);
    loop.until = loop.from + (uint64_t)(seconds * 1e9);
    return count == 1 ? run_alone(&loop, connections[0]) : run_together(&loop, connections, count);
}

// MARK: Open loop

/// When the request of a stream was due; more than can be open.
enum { RING = 2 * LOAD_STREAMS };

typedef struct {
    load_connection *connection;
    load_requests requests;
    load_answer answer;
    load_samples *latencies, *lags;
    uint64_t due[RING];
    uint64_t start, total, sent, answered;
    double interval;
    size_t next;
} paced_loop;

static uint64_t due(const paced_loop *loop, uint64_t number) {
    return loop->start + (uint64_t)((double)number * loop->interval);
}

/// Writes what is due, at most as many as may be open.
static int send_due(paced_loop *loop) {
    uint64_t now = load_now();
    while (loop->sent < loop->total && loop->sent - loop->answered < LOAD_STREAMS && due(loop, loop->sent) <= now) {
        uint64_t time = due(loop, loop->sent);
        loop->due[loop->connection->stream % RING] = time;
        load_sample(loop->lags, now - time);
        if (load_append_request(loop->connection, loop->requests, loop->next)) { return -1; }
        if (++loop->next == loop->requests.count) { loop->next = 0; }
        loop->sent++;
    }
    return loop->connection->out_size ? load_flush(loop->connection) : 0;
}

static int take_paced(paced_loop *loop) {
    load_frame frame;
    int code;
    if (load_read(loop->connection, MSG_DONTWAIT)) { return -1; }
    uint64_t now = load_now();
    while ((code = load_next_frame(loop->connection, &frame)) > 0) {
        uint64_t *time = &loop->due[frame.stream % RING];
        if (load_check(&frame, loop->answer)) { return -1; }
        if (!*time) { return load_fail("an answer came to stream %u, which waits for none", frame.stream); }
        load_sample(loop->latencies, now - *time);
        *time = 0;
        loop->answered++;
    }
    return code;
}

/// Until an answer comes or the next request is due; at most ten seconds.
static int wait_for_either(paced_loop *loop) {
    struct pollfd polled = {loop->connection->socket, POLLIN, 0};
    struct timespec time = {10, 0};
    int may_send = loop->sent < loop->total && loop->sent - loop->answered < LOAD_STREAMS;
    if (may_send) {
        uint64_t now = load_now(), next = due(loop, loop->sent);
        time = (struct timespec){0, next > now ? (long)(next - now) : 0};
        if (next > now && next - now >= 1000000000u) { time = (struct timespec){1, 0}; }
    }
    int ready = ppoll(&polled, 1, &time, NULL);
    if (ready < 0 && errno != EINTR) { return load_fail("waiting: %s", strerror(errno)); }
    if (ready == 0 && !may_send) { return load_fail("no answer within ten seconds"); }
    return 0;
}

int load_paced(load_connection *connection, load_requests requests, size_t first, load_answer answer, double rate,
               double seconds, load_samples *latencies, load_samples *lags, load_tally *tally) {
    if (rate <= 0 || seconds <= 0 || !requests.count) { return load_fail("a rate and a time are above 0"); }
    paced_loop loop = {.connection = connection, .requests = requests, .answer = answer, .latencies = latencies, .lags = lags};
    loop.total = (uint64_t)(rate * seconds);
    loop.interval = 1e9 / rate;
    loop.next = first % requests.count;
    // Else the system may wake this thread 50 microseconds late.
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    loop.start = load_now() + 1000000;
    while (loop.answered < loop.total) {
        if (send_due(&loop) || wait_for_either(&loop) || take_paced(&loop)) { return -1; }
    }
    *tally = (load_tally){loop.answered, load_now() - loop.start};
    return 0;
}
