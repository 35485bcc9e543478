#define _GNU_SOURCE
#include "internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Where the line at `begin` ends, behind its CR LF; NULL: not there yet.
static const uint8_t *line_end(const load_connection *self) {
    const uint8_t *at = self->in + self->begin;
    const uint8_t *end = memchr(at, '\n', self->end - self->begin);
    return end ? end + 1 : NULL;
}

/// Where a bulk string begins and how long it is. 1: whole; 0: not yet.
static int bulk(load_connection *self, const uint8_t **text, size_t *size) {
    const uint8_t *at = self->in + self->begin, *behind = line_end(self);
    if (!behind) { return 0; }
    if (*at != '$' || at[1] == '-') { return load_fail("Redis: %.*s", (int)(behind - at), (const char *)at); }
    *size = strtoul((const char *)at + 1, NULL, 10);
    if ((size_t)(self->in + self->end - behind) < *size + 2) { return 0; }
    *text = behind;
    self->begin = (size_t)(behind - self->in) + *size + 2;
    return 1;
}

int load_next_value(load_connection *self) {
    const uint8_t *text;
    size_t size;
    return bulk(self, &text, &size);
}

/// Waits for `count` lines of +OK.
static int take_oks(load_connection *self, size_t count) {
    while (count) {
        const uint8_t *behind = line_end(self);
        if (!behind) {
            if (load_read(self, 0)) { return -1; }
            continue;
        }
        if (self->in[self->begin] != '+') { return load_fail("Redis does not take a key"); }
        self->begin = (size_t)(behind - self->in);
        count--;
    }
    return 0;
}

int load_redis_fill(load_connection *self, size_t keys, size_t size) {
    char value[1025], command[1200];
    if (size > 1024) { return load_fail("a value of at most 1,024 bytes"); }
    memset(value, 'v', size);
    value[size] = 0;
    for (size_t key = 0; key < keys;) {
        size_t count = 0;
        for (; count < 1000 && key < keys; count++, key++) {
            int length = snprintf(command, sizeof command, "*3\r\n$3\r\nSET\r\n$16\r\nkey:%012zu\r\n$%zu\r\n%s\r\n", key, size, value);
            if (load_append(self, (const uint8_t *)command, (size_t)length)) { return -1; }
        }
        if (load_flush(self) || take_oks(self, count)) { return -1; }
    }
    return 0;
}

int load_redis_info(load_connection *self, const char *section, char *out, size_t capacity) {
    char command[128];
    const uint8_t *text = NULL;
    size_t size = 0;
    int code, length = snprintf(command, sizeof command, "*2\r\n$4\r\nINFO\r\n$%zu\r\n%s\r\n", strlen(section), section);
    if (load_append(self, (const uint8_t *)command, (size_t)length) || load_flush(self)) { return -1; }
    while (!(code = bulk(self, &text, &size))) {
        if (load_read(self, 0)) { return -1; }
    }
    if (code < 0 || size >= capacity) { return code < 0 ? -1 : load_fail("Redis says more than there is room for"); }
    memcpy(out, text, size);
    out[size] = 0;
    return 0;
}
