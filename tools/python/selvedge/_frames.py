"""Frames: 12 bytes of header, and a payload.

    +---------------+-----+-----+---------+---------------+
    | length 4      |kind |flags| code 2  | stream 4      |
    +---------------+-----+-----+---------+---------------+
"""

from __future__ import annotations

import struct
from typing import Iterator, NamedTuple

HELLO, REQUEST, MESSAGE, HALF_CLOSE, RESPONSE, CANCEL, CREDIT, PING, GOAWAY = range(1, 10)
#: The one flag: END of REQUEST and MESSAGE, ACK of PING.
END = ACK = 1

MAGIC = b"SLVG"
VERSION = 1
ALPN = "selvedge/1"
#: Most bytes of a payload before the server's HELLO, and what holds without another word in it.
HELLO_BYTES = 16_384
MAX_FRAME_BYTES = 4 * 1_048_576
MAX_STREAMS = 128
INITIAL_CREDIT = 262_144
MAX_CREDIT = 2_147_483_647
LAST_STREAM = 4_294_967_295

_HEADER = struct.Struct(">IBBHI")


class ProtocolError(Exception):
    """The other side broke the protocol."""


class Frame(NamedTuple):
    """A frame as read."""

    kind: int
    flags: int
    code: int
    stream: int
    payload: bytes


def encode(kind: int, stream: int = 0, payload: bytes = b"", *, code: int = 0, flags: int = 0) -> bytes:
    """The bytes of a frame."""
    return _HEADER.pack(len(payload), kind, flags, code, stream) + payload


class Decoder:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        #: Most bytes of a payload: more is refused from the header alone.
        self.limit = HELLO_BYTES
        self._buffer = bytearray()

    def frames(self, data: bytes) -> Iterator[Frame]:
        """The frames that `data` completes. Raises ProtocolError at one that is too large."""
        self._buffer += data
        position = 0
        try:
            while len(self._buffer) - position >= _HEADER.size:
                length, kind, flags, code, stream = _HEADER.unpack_from(self._buffer, position)
                if length > self.limit:
                    raise ProtocolError(f"a frame of {length} bytes; at most {self.limit} were agreed on")
                start = position + _HEADER.size
                if len(self._buffer) < start + length:
                    break
                position = start + length
                yield Frame(kind, flags, code, stream, bytes(self._buffer[start:position]))
        finally:
            del self._buffer[:position]
