// What Swift's view of the C library leaves out: reading past the page cache, and which file system a file lies on.
#ifndef SELVEDGE_CFILESYSTEM_H
#define SELVEDGE_CFILESYSTEM_H
#ifndef O_DIRECT
// By architecture; the header gives it to GNU sources alone.
#if defined(__aarch64__) || defined(__arm__) || defined(__powerpc64__)
#define O_DIRECT 0200000
#else
#define O_DIRECT 040000
#endif
#endif
#include <fcntl.h>
#include <sys/vfs.h>

/// A descriptor that reads from the disk and not from the page cache; -1 where the file system has no such thing.
static inline int selvedge_open_direct(const char *path) { return open(path, O_RDONLY | O_CLOEXEC | O_DIRECT); }

/// The number of the file system's kind, as linux/magic.h has them; 0 where it cannot be asked.
static inline unsigned long selvedge_file_system(int descriptor) {
    struct statfs status;
    return fstatfs(descriptor, &status) == 0 ? (unsigned long)status.f_type & 0xFFFFFFFFul : 0;
}

#endif
