"""The client for threads."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Iterable, Iterator, Optional, Tuple, Union

from selvedge import methods
from selvedge._calls import Calls
from selvedge._connection import Stream
from selvedge._link import Link
from selvedge._policy import AGENT, INITIAL_CREDIT, Deadline, Retry, Settings, Token, answer, closed, decoded
from selvedge._streams import WINDOW, Batch, Reading, Recording, Watching
from selvedge.errors import Error
from selvedge.messages import RecordStreamResponse
from selvedge.methods import Kind, Method

class Client(Calls):
    """A client of a Selvedge server over its wire protocol. Many threads may use it at once: they share a connection, and
    each call waits for its own answer alone.

    `address`: `tcp://127.0.0.1:7420` (loopback only), `unix:///PATH` or `tls://HOST:PORT`.
    `token`: a JWT, or a function that returns one and is asked for each new connection.
    `ca`: path of a PEM file with the authorities that the server's certificate is verified by; the system's without it.
    `cert`: paths of the client's certificate and key, PEM, where the caller is known by them; not together with a token.
    `server_name`: the name that the certificate must bear; the address's host without it.
    `timeout`: seconds for each unary call that is given none; None: as long as the server allows.
    `attempts`: how often a call is sent at most, the first time included, while it ends with UNAVAILABLE.
    `initial_credit`: bytes of messages that the server may send on a stream before they are read.

    The connection is opened by the first call, and again after it ended. Every call raises `selvedge.Error` where it is not
    answered. A client is a context manager; `close` ends what is open.
    """

    def __init__(self, address: str, *, token: Token = None, ca: Optional[str] = None,
                 cert: Optional[Tuple[str, str]] = None, server_name: Optional[str] = None,
                 timeout: Optional[float] = None, attempts: int = 6, initial_credit: int = INITIAL_CREDIT,
                 agent: str = AGENT) -> None:
        self._settings = Settings.of(
            address, token, ca, cert, server_name, timeout, attempts, initial_credit, agent)
        self._lock = threading.Lock()
        self._link: Optional[Link] = None
        self._closed = False

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection; calls that are open end with the code `closed`."""
        self._closed = True
        with self._lock:
            if self._link is not None:
                self._link.close(closed())

    def ping(self, timeout: Optional[float] = 5.0) -> float:
        """Seconds that the server takes to answer a PING."""
        deadline = Deadline(timeout)
        return self._connected(deadline).ping(deadline)

    def call(self, method: Union[str, Method], message: Any, timeout: Optional[float] = None) -> Any:
        """Calls a method by its name, such as "Identity/Resolve".

        Returns the response of a unary method, an iterator of the responses of one that streams. RecordStream takes an
        iterable of batches in place of the message.
        """
        which = methods.method(method)
        if which.kind is Kind.UNARY:
            return self._unary(which, message, timeout)
        if which.kind is Kind.BIDIRECTIONAL:
            return self.record_stream(message, timeout=timeout)
        reading = Watching if which is methods.WATCH else Reading
        return self._reading(reading(which, message), timeout)

    def record_stream(self, batches: Iterable[Batch], *, window: int = WINDOW,
                      timeout: Optional[float] = None) -> Iterator[RecordStreamResponse]:
        """Records batches of at most 1,000 observations; yields an acknowledgement when a batch is durable, in order.

        `batches` is read in the caller's thread, whenever the next acknowledgement is asked for and the server and the
        window (batches without acknowledgement) have room. So the iterator must be read to its end, and may be closed
        early: what was not acknowledged then may be held or not. Without a timeout it goes on as long as there are batches,
        over as many connections as that takes; what is unacknowledged when one ends is sent again.
        """
        deadline = Deadline(timeout)
        recording = Recording(deadline.moment is None, window)
        retry = Retry(methods.RECORD_STREAM, self._settings.attempts, deadline)
        source = iter(batches)
        while True:
            try:
                for response in self._recorded(recording, source, deadline):
                    retry.succeeded()
                    yield response
                return
            except Error as error:
                time.sleep(retry.pause(recording.check(error)))
                recording.rewind()

    # Inside.

    def _keep_token(self, token: str) -> None:
        self._settings = replace(self._settings, token=token)

    def _connected(self, deadline: Deadline) -> Link:
        """The connection, a new one where there is none that takes calls."""
        if not self._lock.acquire(timeout=deadline.remaining() or -1):
            raise Error.late()
        try:
            if self._closed:
                raise closed()
            if self._link is None or not self._link.usable:
                self._link = Link(self._settings, deadline)
            return self._link
        finally:
            self._lock.release()

    @contextmanager
    def _opened(self, method: Method, message: bytes, deadline: Deadline) -> Iterator[Tuple[Link, Stream, Deadline]]:
        """A stream that is given up where the block is left before its end."""
        link = self._connected(deadline)
        until = deadline.of_call(link.connection, method)
        with link.lock:
            stream = link.open(method, message, until)
        try:
            yield link, stream, until
        finally:
            if not stream.done:
                with link.lock:
                    link.give_up(stream)

    def _unary(self, method: Method, request: Any, timeout: Optional[float] = None) -> Any:
        message = request.SerializeToString()
        deadline = Deadline(self._settings.timeout if timeout is None else timeout)
        retry = Retry(method, self._settings.attempts, deadline)
        while True:
            try:
                with self._opened(method, message, deadline) as (link, stream, until):
                    with link.lock:
                        while not stream.done:
                            link.wait(stream, until)
                    return answer(stream)
            except Error as error:
                time.sleep(retry.pause(error))

    def _reading(self, reading: Reading, timeout: Optional[float]) -> Iterator[Any]:
        deadline = Deadline(timeout)
        retry = Retry(reading.method, self._settings.attempts, deadline)
        while True:
            message = reading.request.SerializeToString()
            try:
                with self._opened(reading.method, message, deadline) as (link, stream, until):
                    for payload in self._messages(link, stream, until):
                        response = decoded(reading.method, payload)
                        reading.saw(response)
                        retry.succeeded()
                        yield response
                return
            except Error as error:
                if reading.complete:
                    return
                time.sleep(retry.pause(reading.check(error)))

    def _messages(self, link: Link, stream: Stream, until: Deadline) -> Iterator[bytes]:
        """What comes on a stream, until its RESPONSE."""
        while True:
            with link.lock:
                while not stream.inbox and not stream.done:
                    link.wait(stream, until)
                if not stream.inbox:
                    break
                payload = link.connection.take(stream)
                link.flush()
            yield payload
        if stream.error is not None:
            raise stream.error

    def _recorded(self, recording: Recording, source: Iterator[Batch],
                  deadline: Deadline) -> Iterator[RecordStreamResponse]:
        """A RecordStream over one connection."""
        self._fill(recording, source)
        first = recording.next()
        if first is None:
            return
        with self._opened(methods.RECORD_STREAM, first, deadline) as (link, stream, until):
            recording.sent()
            while True:
                with link.lock:
                    if not stream.inbox and not stream.done and not self._may_send(recording, stream):
                        link.wait(stream, until)
                        continue
                    payload = link.connection.take(stream) if stream.inbox else None
                    link.flush()
                if payload is not None:
                    response = decoded(methods.RECORD_STREAM, payload)
                    recording.saw(response)
                    yield response
                elif stream.done:
                    break
                else:
                    self._fill(recording, source)
                    self._send(recording, link, stream)
        if stream.error is not None:
            raise stream.error
        if not recording.is_over:
            raise recording.unfinished()

    def _may_send(self, recording: Recording, stream: Stream) -> bool:
        """Whether there is a batch to send or to fetch, or the end to be said."""
        if recording.has_sent_all:
            return not stream.half_closed
        return stream.send_credit > 0 and (recording.next_is_waiting or recording.has_room)

    def _fill(self, recording: Recording, source: Iterator[Batch]) -> None:
        """Fetches a batch where none waits. Outside of every lock: it may take long."""
        if recording.next_is_waiting or not recording.has_room:
            return
        for batch in source:
            recording.add(batch)
            return
        recording.complete = True

    def _send(self, recording: Recording, link: Link, stream: Stream) -> None:
        with link.lock:
            message = recording.next()
            if message is not None and stream.send_credit > 0 and not stream.done:
                link.connection.send(stream, message)
                recording.sent()
            if recording.has_sent_all:
                link.connection.half_close(stream)
            link.flush()
