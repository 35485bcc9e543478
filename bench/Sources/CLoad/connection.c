#define _GNU_SOURCE
#include "internal.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static _Thread_local char error[512];

const char *load_error(void) { return error; }

int load_fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, sizeof error, format, arguments);
    va_end(arguments);
    return -1;
}

uint64_t load_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint32_t load_get32(const uint8_t *in) {
    uint32_t word;
    memcpy(&word, in, sizeof word);
    return __builtin_bswap32(word);
}

void load_put32(uint8_t *out, uint32_t word) {
    word = __builtin_bswap32(word);
    memcpy(out, &word, sizeof word);
}

void load_put_header(uint8_t *out, uint32_t length, uint8_t kind, uint8_t flags, uint16_t code, uint32_t stream) {
    load_put32(out, length);
    load_put32(out + 4, (uint32_t)kind << 24 | (uint32_t)flags << 16 | code);
    load_put32(out + 8, stream);
}

uint64_t load_varint(const uint8_t **at, const uint8_t *end) {
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && *at < end; shift += 7) {
        uint8_t byte = *(*at)++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) { return value; }
    }
    return UINT64_MAX;
}

void load_sample(load_samples *samples, uint64_t value) {
    if (!samples) { return; }
    if (samples->count < samples->capacity) { samples->values[samples->count] = value; }
    samples->count++;
}

// MARK: Bytes

int load_append(load_connection *self, const uint8_t *bytes, size_t size) {
    if (self->out_size + size > self->out_room) {
        size_t room = (self->out_size + size) * 2;
        uint8_t *grown = realloc(self->out, room);
        if (!grown) { return load_fail("no memory"); }
        self->out = grown;
        self->out_room = room;
    }
    memcpy(self->out + self->out_size, bytes, size);
    self->out_size += size;
    return 0;
}

int load_flush(load_connection *self) {
    size_t at = 0;
    while (at < self->out_size) {
        ssize_t sent = send(self->socket, self->out + at, self->out_size - at, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) { return load_fail("sending: %s", strerror(errno)); }
        if (sent > 0) { at += (size_t)sent; }
    }
    self->out_size = 0;
    return 0;
}

int load_read(load_connection *self, int flags) {
    if (self->begin == self->end) { self->begin = self->end = 0; }
    if (LOAD_ROOM - self->end < LOAD_ROOM / 4) {
        memmove(self->in, self->in + self->begin, self->end - self->begin);
        self->end -= self->begin;
        self->begin = 0;
    }
    ssize_t size = recv(self->socket, self->in + self->end, LOAD_ROOM - self->end, flags);
    if (size == 0) { return load_fail("the other side has closed the connection"); }
    if (size < 0) {
        if (errno == EINTR || (errno == EAGAIN && flags & MSG_DONTWAIT)) { return 0; }
        if (errno == EAGAIN) { return load_fail("no answer within ten seconds"); }
        return load_fail("receiving: %s", strerror(errno));
    }
    self->end += (size_t)size;
    return 0;
}

// MARK: Frames

int load_next_frame(load_connection *self, load_frame *frame) {
    for (;;) {
        size_t held = self->end - self->begin;
        const uint8_t *at = self->in + self->begin;
        if (held < LOAD_HEADER) { return 0; }
        size_t length = load_get32(at);
        if (length > (4 << 20)) { return load_fail("a frame of %zu bytes came", length); }
        if (held < LOAD_HEADER + length) { return 0; }
        self->begin += LOAD_HEADER + length;
        *frame = (load_frame){at[4], (uint16_t)(at[6] << 8 | at[7]), load_get32(at + 8), at + LOAD_HEADER, length};
        if (frame->kind == GOAWAY) {
            return load_fail("the service ended the connection, code %u: %.*s", frame->code,
                             length > 4 ? (int)length - 4 : 0, (const char *)frame->payload + 4);
        }
        if (frame->kind != PING) { return 1; }
        if (at[5] & 1) { continue; }
        uint8_t answer[LOAD_HEADER + 8];
        load_put_header(answer, 8, PING, 1, 0, 0);
        memcpy(answer + LOAD_HEADER, frame->payload, 8);
        if (load_append(self, answer, sizeof answer) || load_flush(self)) { return -1; }
    }
}

static int is_profile(const uint8_t *at, size_t length) {
    // outcome PROFILE; profile_id of 30 characters.
    return length >= 34 && at[0] == 0x08 && at[1] == 1 && at[2] == 0x12 && at[3] == 30 && !memcmp(at + 4, "prf_", 4);
}

int load_check(const load_frame *frame, load_answer answer) {
    if (frame->kind != RESPONSE) { return load_fail("a frame of kind %u came for an answer", frame->kind); }
    if (frame->code) {
        return load_fail("status %u: %.*s", frame->code, (int)frame->length, (const char *)frame->payload);
    }
    const uint8_t *at = frame->payload, *end = at + frame->length;
    if (answer.kind == LOAD_PROFILE) {
        return is_profile(at, frame->length) ? 0 : load_fail("an answer is not PROFILE");
    }
    if (answer.kind == LOAD_PERSON) {
        return frame->length > 2 && at[0] == 0x08 && at[1] == 1 ? 0 : load_fail("an answer is not of a PERSON");
    }
    size_t items = 0;
    while (at < end) {
        if (*at++ != 0x0a) { return load_fail("a batch's answer has an unknown field"); }
        uint64_t length = load_varint(&at, end);
        if (length > (uint64_t)(end - at)) { return load_fail("a batch's answer ends within a result"); }
        if (!is_profile(at, length)) { return load_fail("an answer of a batch is not PROFILE"); }
        at += length;
        items++;
    }
    return items == answer.items ? 0 : load_fail("%zu answers to a batch of %zu", items, answer.items);
}

int load_append_request(load_connection *self, load_requests requests, size_t place) {
    uint64_t from = requests.offsets[place], size = requests.offsets[place + 1] - from;
    if (load_append(self, requests.bytes + from, size)) { return -1; }
    if (self->speech == LOAD_WIRE) { load_put32(self->out + self->out_size - size + 8, self->stream++); }
    return 0;
}

// MARK: Opening

/// The default credit, unless the server's HELLO (field 5) says otherwise.
static int64_t read_initial_credit(const uint8_t *at, const uint8_t *end) {
    while (at < end) {
        uint64_t tag = load_varint(&at, end), value = load_varint(&at, end);
        if (tag == (5 << 3)) { return (int64_t)value; }
        if ((tag & 7) == 2) { at += value > (uint64_t)(end - at) ? (uint64_t)(end - at) : value; }
    }
    return 262144;
}

static int say_hello(load_connection *self) {
    // Magic, versions 1 to 1; initial_credit (field 3) 2,147,483,647: acknowledgements never wait.
    static const uint8_t hello[] = {'S', 'L', 'V', 'G', 0, 1, 0, 1, 0x18, 0xff, 0xff, 0xff, 0xff, 0x07};
    uint8_t header[LOAD_HEADER];
    load_frame frame;
    int code;
    load_put_header(header, sizeof hello, HELLO, 0, 0, 0);
    if (load_append(self, header, sizeof header) || load_append(self, hello, sizeof hello) || load_flush(self)) { return -1; }
    while (!(code = load_next_frame(self, &frame))) {
        if (load_read(self, 0)) { return -1; }
    }
    if (code < 0) { return -1; }
    if (frame.kind != HELLO || frame.length < 6 || memcmp(frame.payload, "SLVG", 4)) {
        return load_fail("the service does not say HELLO");
    }
    self->initial_credit = read_initial_credit(frame.payload + 6, frame.payload + frame.length);
    return 0;
}

static load_connection *open_socket(int family, const struct sockaddr *address, socklen_t size, load_speech speech) {
    load_connection *self = calloc(1, sizeof *self);
    int one = 1;
    struct timeval patience = {10, 0};
    if (!self || !(self->in = malloc(LOAD_ROOM))) { load_fail("no memory"); goto failed; }
    self->socket = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    self->speech = speech;
    self->stream = 1;
    if (self->socket < 0 || connect(self->socket, address, size)) {
        load_fail("connecting: %s", strerror(errno));
        goto failed;
    }
    setsockopt(self->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (family == AF_INET) { setsockopt(self->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); }
    if (speech == LOAD_WIRE && say_hello(self)) { goto failed; }
    return self;
failed:
    load_close(self);
    return NULL;
}

load_connection *load_open_tcp(uint16_t port, load_speech speech) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return open_socket(AF_INET, (struct sockaddr *)&address, sizeof address, speech);
}

load_connection *load_open_unix(const char *path, load_speech speech) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        load_fail("%s is too long for a socket", path);
        return NULL;
    }
    strcpy(address.sun_path, path);
    return open_socket(AF_UNIX, (struct sockaddr *)&address, sizeof address, speech);
}

void load_close(load_connection *self) {
    if (!self) { return; }
    if (self->socket > 0) { close(self->socket); }
    free(self->in);
    free(self->out);
    free(self);
}
