"""A connection over a socket, for threads: callers write, one thread reads.

The socket does not block, so that whoever holds the lock never waits for the other side; what does not fit into its buffer
is left to the thread.
"""

from __future__ import annotations

import os
import selectors
import socket
import ssl
import threading
import time
from typing import Iterable, Optional

from selvedge._connection import Connection, Stream
from selvedge._policy import CONNECT_TIMEOUT, GRACE, Deadline, Settings
from selvedge.errors import Error
from selvedge.methods import Method

_CHUNK = 262_144


class Link:
    """One connection and its thread. `lock` guards all of it."""

    def __init__(self, settings: Settings, deadline: Deadline) -> None:
        """Connects and waits for the server's HELLO."""
        within = deadline.remaining()
        until = Deadline(CONNECT_TIMEOUT if within is None else min(CONNECT_TIMEOUT, within))
        self.lock = threading.Lock()
        self.room = threading.Condition(self.lock)
        self.connection: Connection = settings.connection()
        self._socket = _connect(settings, until)
        self._socket.setblocking(False)
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_writer.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="selvedge-reader", daemon=True)
        self._thread.start()
        with self.lock:
            self.flush()
            self._wait_for_hello(until)

    @property
    def usable(self) -> bool:
        """Whether new calls may be opened."""
        return self.connection.ending is None

    # With the lock held.

    def open(self, method: Method, message: bytes, deadline: Deadline) -> Stream:
        """Sends a REQUEST once the server's limit of streams allows it."""
        if self.connection.is_silent(time.monotonic() - GRACE):
            self._fail("the server is silent")
            self._wake()
        while self.usable and not self.connection.has_room:
            self._wait(self.room, deadline)
        if not self.usable:
            error = Error.lost("the connection is ending")
            error.untouched = True
            raise error
        stream = self.connection.open(method, message, deadline.on_the_wire())
        stream.waiter = threading.Condition(self.lock)
        self.flush()
        return stream

    def wait(self, stream: Stream, deadline: Deadline) -> None:
        """Until there may be news of the stream. Raises DEADLINE_EXCEEDED."""
        self._wait(stream.waiter, deadline)

    def give_up(self, stream: Stream) -> None:
        """Sends CANCEL where the stream is still open."""
        self.connection.cancel(stream, time.monotonic())
        self.flush()

    def flush(self) -> None:
        """Writes what fits; the thread writes the rest."""
        if not self._write():
            self._wake()

    # Without it.

    def ping(self, deadline: Deadline) -> float:
        """Seconds until the answer of a PING."""
        payload = os.urandom(8)
        started = time.monotonic()
        with self.lock:
            self.connection.ping(payload)
            self.flush()
            while payload not in self.connection.pongs:
                if self.connection.closed:
                    raise self.connection.ending or Error.lost("the connection ended")
                self._wait(self.room, deadline)
            self.connection.pongs.remove(payload)
        return time.monotonic() - started

    def close(self, error: Error) -> None:
        """Says goodbye and ends everything that is open with `error`."""
        with self.lock:
            self.connection.leave()
            self._write()
            self._notify(self.connection.fail(error))
            self._wake()
        if threading.current_thread() is not self._thread:
            self._thread.join(CONNECT_TIMEOUT)

    # Inside.

    def _wait(self, condition: threading.Condition, deadline: Deadline) -> None:
        condition.wait(deadline.remaining())

    def _wait_for_hello(self, deadline: Deadline) -> None:
        try:
            while self.connection.hello is None and not self.connection.closed:
                self._wait(self.room, deadline)
        except Error as error:
            late = Error.lost("the server did not answer the HELLO in time", "connect_failed")
            self._notify(self.connection.fail(late))
            self._wake()
            raise late from error
        if self.connection.hello is None:
            raise self.connection.ending or Error.lost("the server did not answer the HELLO")

    def _run(self) -> None:
        """The thread: reads, and writes what callers left over."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._wake_reader, selectors.EVENT_READ)
            while True:
                with self.lock:
                    finished = self.connection.closed or (not self.usable and not self.connection.streams)
                    if finished and (self.connection.closed or not self.connection.out):
                        self._notify(self.connection.fail(Error.lost("the connection ended")))
                        break
                    events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self.connection.out else 0)
                selector.modify(self._socket, events)
                ready = {key.fileobj for key, _ in selector.select()}
                if self._wake_reader in ready:
                    self._wake_reader.recv(4096)
                if self._socket in ready:
                    self._read()
        self._socket.close()
        self._wake_reader.close()
        with self.lock:
            self._wake_writer.close()

    def _read(self) -> None:
        with self.lock:
            self._write()
            while not self.connection.closed:
                try:
                    data = self._socket.recv(_CHUNK)
                except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    break
                except OSError as problem:
                    self._fail(problem.strerror or type(problem).__name__)
                    break
                if not data:
                    self._fail("the server closed it")
                    break
                self._notify(self.connection.receive(data))
            self._write()

    def _write(self) -> bool:
        """Whether all is written."""
        out = self.connection.out
        while out:
            try:
                count = self._socket.send(bytes(out[:_CHUNK]))
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return False
            except OSError:
                # What the server said before it closed is still to be read: the thread finds the end.
                out.clear()
                return True
            del out[:count]
        return True

    def _fail(self, reason: str) -> None:
        self._notify(self.connection.fail(Error.lost(f"the connection ended: {reason}")))

    def _notify(self, streams: Iterable[Stream]) -> None:
        for stream in streams:
            if stream.waiter is not None:
                stream.waiter.notify_all()
        self.room.notify_all()

    def _wake(self) -> None:
        try:
            self._wake_writer.send(b"\0")
        except OSError:
            pass


def _connect(settings: Settings, deadline: Deadline) -> socket.socket:
    """A connected socket, its TLS handshake done."""
    place = settings.address
    plain: Optional[socket.socket] = None
    try:
        if place.scheme == "unix":
            plain = socket.socket(socket.AF_UNIX)
            plain.settimeout(deadline.remaining())
            plain.connect(place.host)
            return plain
        plain = socket.create_connection((place.host, place.port), deadline.remaining())
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if settings.tls is None:
            return plain
        plain.settimeout(deadline.remaining())
        return settings.tls.wrap_socket(plain, server_hostname=settings.server_name)
    except OSError as problem:
        if plain is not None:
            plain.close()
        reason = problem.strerror or type(problem).__name__
        raise Error.lost(f"no connection to {place}: {reason}", "connect_failed") from problem
