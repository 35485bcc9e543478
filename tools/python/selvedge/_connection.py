"""One connection without input and output: bytes come in, states change, bytes to send gather in `out`.

Not thread-safe; nothing here waits. Both clients are a shell around it.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Deque, Dict, List, Optional, Set, Tuple

from selvedge import _frames as f
from selvedge._frames import Frame, ProtocolError
from selvedge.errors import Error, Status, parsed
from selvedge.messages import ClientHello, ErrorDetail, ServerHello
from selvedge.methods import Kind, Method


class Stream:
    """A call on a connection."""

    def __init__(self, number: int, method: Method, send_credit: int, receive_credit: int) -> None:
        self.number = number
        self.method = method
        #: Bytes of messages that may be sent; a MESSAGE needs it above zero and may leave it below.
        self.send_credit = send_credit
        self.receive_credit = receive_credit
        #: Payloads that came and were not taken yet.
        self.inbox: Deque[bytes] = deque()
        #: The message of a unary RESPONSE.
        self.answer: Optional[bytes] = None
        #: How it ended, if badly.
        self.error: Optional[Error] = None
        #: Its RESPONSE came, or it never will.
        self.done = False
        self.half_closed = False
        #: Given up: what still comes is dropped.
        self.abandoned = False
        #: Bytes taken from the inbox and not given back as credit yet.
        self.owed = 0
        #: Of the shell: wakes whoever waits for this stream.
        self.waiter: Any = None


class Connection:
    """The client's side of the wire protocol."""

    def __init__(self, token: str, agent: str, initial_credit: int) -> None:
        self.out = bytearray()
        #: The server's, once it has come.
        self.hello: Optional[ServerHello] = None
        #: Why it takes no new calls: GOAWAY, or its end.
        self.ending: Optional[Error] = None
        #: Nothing more is sent or read.
        self.closed = False
        self.streams: Dict[int, Stream] = {}
        #: PINGs that were answered, in order.
        self.pongs: Deque[bytes] = deque()
        self.max_streams = f.MAX_STREAMS
        self.max_frame_bytes = f.MAX_FRAME_BYTES
        #: Of the server's GOAWAY: what comes on streams above it is dropped.
        self._last_looked_at = f.LAST_STREAM
        self._abandoned: Deque[Tuple[float, Stream]] = deque()
        self._decoder = f.Decoder()
        self._receive_credit = initial_credit
        self._send_credit = f.INITIAL_CREDIT
        self._next_stream = 1
        hello = ClientHello(token=token, agent=agent, initial_credit=initial_credit)
        versions = f.MAGIC + f.VERSION.to_bytes(2, "big") * 2
        self._write(f.HELLO, payload=versions + hello.SerializeToString())

    # What the shell asks for.

    @property
    def has_room(self) -> bool:
        """Whether a call may be opened without going past the server's limit."""
        return len(self.streams) < self.max_streams

    def open(self, method: Method, message: bytes, deadline_ms: int) -> Stream:
        """Opens a stream. A bidirectional one stays open for `send`; of others the message is all."""
        payload = deadline_ms.to_bytes(4, "big") + message
        self.check_size(len(payload))
        end = 0 if method.kind is Kind.BIDIRECTIONAL else f.END
        stream = Stream(self._next_stream, method, self._send_credit, self._receive_credit)
        stream.half_closed = bool(end)
        self.streams[stream.number] = stream
        self._write(f.REQUEST, stream.number, payload, code=method.code, flags=end)
        self._next_stream += 1
        if self._next_stream > f.LAST_STREAM:
            self.ending = Error.lost("the connection has no stream number left")
        return stream

    def send(self, stream: Stream, message: bytes) -> None:
        """Sends a message of a bidirectional stream, whose credit is above zero."""
        assert stream.send_credit > 0 and not stream.half_closed
        self.check_size(len(message))
        stream.send_credit -= len(message)
        self._write(f.MESSAGE, stream.number, message)

    def half_close(self, stream: Stream) -> None:
        """Says that nothing follows."""
        if not stream.half_closed and not stream.done:
            self._write(f.HALF_CLOSE, stream.number)
        stream.half_closed = True

    def cancel(self, stream: Stream, now: float) -> None:
        """Gives a call up. It counts as open until its RESPONSE."""
        stream.inbox.clear()
        if not stream.done and not stream.abandoned:
            self._write(f.CANCEL, stream.number)
            self._abandoned.append((now, stream))
        stream.abandoned = True

    def is_silent(self, before: float) -> bool:
        """Whether a call that was given up before that moment is unanswered still: the other side is dead, or as good as."""
        while self._abandoned and self._abandoned[0][1].done:
            self._abandoned.popleft()
        return bool(self._abandoned) and self._abandoned[0][0] < before

    def take(self, stream: Stream) -> bytes:
        """The next message of the inbox, which is not empty; its bytes go back to the server as credit.

        In pieces of half the credit and more: the server bounds the CREDIT frames of a second.
        """
        message = stream.inbox.popleft()
        stream.owed += len(message)
        if not stream.done and stream.owed * 2 >= self._receive_credit:
            self._write(f.CREDIT, stream.number, stream.owed.to_bytes(4, "big"))
            stream.receive_credit += stream.owed
            stream.owed = 0
        return message

    def ping(self, payload: bytes) -> None:
        """Asks with eight bytes; the answer appears in `pongs`."""
        self._write(f.PING, payload=payload)

    def leave(self) -> None:
        """Says goodbye, for one that is about to close."""
        if not self.closed:
            self._write(f.GOAWAY, payload=bytes(4))

    def check_size(self, size: int) -> None:
        """Refuses here what the server would end the connection for."""
        if size > self.max_frame_bytes:
            raise Error(
                Status.INVALID_ARGUMENT, "frame_too_large",
                f"the message makes a frame of {size} bytes; send fewer items at a time", limit=self.max_frame_bytes)

    def fail(self, error: Error) -> List[Stream]:
        """Ends the connection and all that is open on it; returns that."""
        self.closed = True
        if self.ending is not None and self.ending.status is not Status.UNAVAILABLE:
            error = self.ending
        self.ending = self.ending or error
        ended = list(self.streams.values())
        for stream in ended:
            self._end(stream, error)
        return ended

    # What comes in.

    def receive(self, data: bytes) -> List[Stream]:
        """Takes in what was read; returns the streams with news. After a breach of the protocol `closed` is set."""
        changed: Dict[int, Stream] = {}
        try:
            for frame in self._decoder.frames(data):
                for stream in self._take_in(frame):
                    changed[stream.number] = stream
                if self.closed:
                    break
        except ProtocolError as problem:
            detail = ErrorDetail(code="protocol_error", message=str(problem))
            self._write(f.GOAWAY, payload=bytes(4) + detail.SerializeToString(), code=Status.INVALID_ARGUMENT)
            error = Error(Status.INTERNAL, "protocol_error", f"the server broke the protocol: {problem}")
            changed.update((stream.number, stream) for stream in self.fail(error))
        return list(changed.values())

    def _take_in(self, frame: Frame) -> List[Stream]:
        if self.hello is None:
            if frame.kind == f.GOAWAY:
                return self._on_goaway(frame)
            if frame.kind != f.HELLO:
                raise ProtocolError("the first frame is no HELLO")
            return self._on_hello(frame)
        if frame.stream > self._last_looked_at:
            return []
        handler = self._handlers.get(frame.kind)
        if handler is None:
            raise ProtocolError(f"a frame of kind {frame.kind}")
        if frame.flags & ~(f.ACK if frame.kind == f.PING else 0):
            raise ProtocolError(f"a frame of kind {frame.kind} with flags {frame.flags}")
        if (frame.stream == 0) != (frame.kind in _OF_THE_CONNECTION):
            raise ProtocolError(f"a frame of kind {frame.kind} on stream {frame.stream}")
        return handler(self, frame)

    def _on_hello(self, frame: Frame) -> List[Stream]:
        if frame.payload[:4] != f.MAGIC or frame.flags or frame.code or frame.stream:
            raise ProtocolError("its HELLO is not of this protocol")
        if int.from_bytes(frame.payload[4:6], "big") != f.VERSION:
            raise ProtocolError("it chose a version that was not offered")
        hello = parsed(ServerHello, frame.payload[6:])
        if not isinstance(hello, ServerHello):
            raise ProtocolError("its HELLO cannot be read")
        self.hello = hello
        self.max_streams = hello.max_streams or f.MAX_STREAMS
        self.max_frame_bytes = hello.max_frame_bytes or f.MAX_FRAME_BYTES
        self._decoder.limit = self.max_frame_bytes
        self._send_credit = hello.initial_credit or f.INITIAL_CREDIT
        return []

    def _on_message(self, frame: Frame) -> List[Stream]:
        stream = self._stream(frame)
        if stream.method.kind is Kind.UNARY:
            raise ProtocolError("a MESSAGE on a unary call")
        if stream.abandoned:
            return []
        if stream.receive_credit <= 0:
            raise ProtocolError("a MESSAGE without credit")
        stream.receive_credit -= len(frame.payload)
        stream.inbox.append(frame.payload)
        return [stream]

    def _on_response(self, frame: Frame) -> List[Stream]:
        stream = self._stream(frame)
        if frame.code:
            self._end(stream, Error.of(frame.code, frame.payload))
        else:
            stream.answer = frame.payload
            self._end(stream, None)
        return [stream]

    def _on_credit(self, frame: Frame) -> List[Stream]:
        if len(frame.payload) != 4:
            raise ProtocolError("a CREDIT that is not four bytes")
        stream = self.streams.get(frame.stream)
        if stream is None:
            return []
        stream.send_credit += int.from_bytes(frame.payload, "big")
        if stream.send_credit > f.MAX_CREDIT:
            raise ProtocolError("more credit than there may be")
        return [stream]

    def _on_ping(self, frame: Frame) -> List[Stream]:
        if len(frame.payload) != 8:
            raise ProtocolError("a PING that is not eight bytes")
        if frame.flags & f.ACK:
            self.pongs.append(frame.payload)
        else:
            self._write(f.PING, payload=frame.payload, flags=f.ACK)
        return []

    def _on_goaway(self, frame: Frame) -> List[Stream]:
        if len(frame.payload) < 4 or frame.flags or frame.stream:
            raise ProtocolError("a GOAWAY of the wrong shape")
        last = self._last_looked_at = int.from_bytes(frame.payload[:4], "big")
        error = Error.of(frame.code or Status.UNAVAILABLE, frame.payload[4:])
        self.ending = error
        if self.hello is None:
            error.untouched = True
            return self.fail(error)
        spared = [stream for stream in self.streams.values() if stream.number > last]
        for stream in spared:
            again = Error.lost(error.message or "the server is leaving", error.code or "draining")
            again.untouched = True
            self._end(stream, again)
        return spared

    _handlers = {f.MESSAGE: _on_message, f.RESPONSE: _on_response, f.CREDIT: _on_credit, f.PING: _on_ping,
                 f.GOAWAY: _on_goaway}

    def _stream(self, frame: Frame) -> Stream:
        stream = self.streams.get(frame.stream)
        if stream is None:
            raise ProtocolError(f"a frame of kind {frame.kind} on a stream that is not open")
        return stream

    def _end(self, stream: Stream, error: Optional[Error]) -> None:
        stream.error = error
        stream.done = True
        self.streams.pop(stream.number, None)

    def _write(self, kind: int, stream: int = 0, payload: bytes = b"", code: int = 0, flags: int = 0) -> None:
        self.out += f.encode(kind, stream, payload, code=code, flags=flags)


_OF_THE_CONNECTION: Set[int] = {f.PING, f.GOAWAY}
