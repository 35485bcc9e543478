#include <zlib.h>

/// Begins to read gzip; a macro of zlib's, which Swift cannot see. The window bits say that a gzip header comes first.
static inline int selvedge_inflate_begin(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
