"""A connection of an event loop."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Iterable, Optional

from selvedge._connection import Connection, Stream
from selvedge._policy import CONNECT_TIMEOUT, GRACE, Deadline, Settings
from selvedge.errors import Error
from selvedge.methods import Method


class Link(asyncio.Protocol):
    """One connection. All of it happens on the event loop that it was made on."""

    def __init__(self, settings: Settings) -> None:
        self.connection: Connection = settings.connection()
        self._transport: Optional[asyncio.Transport] = None
        #: Something changed: whoever waits for room, a PING or the HELLO looks again.
        self._news = asyncio.Event()
        #: The transport is gone.
        self._gone = asyncio.Event()

    @classmethod
    async def connect(cls, settings: Settings, deadline: Deadline) -> Link:
        """Connects and waits for the server's HELLO."""
        within = deadline.remaining()
        until = Deadline(CONNECT_TIMEOUT if within is None else min(CONNECT_TIMEOUT, within))
        link = cls(settings)
        try:
            await asyncio.wait_for(link._open(settings), until.remaining())
        except (OSError, asyncio.TimeoutError) as problem:
            reason = getattr(problem, "strerror", None) or type(problem).__name__
            raise Error.lost(f"no connection to {settings.address}: {reason}", "connect_failed") from problem
        try:
            while link.connection.hello is None and not link.connection.closed:
                await link._changed(until)
        except BaseException as problem:
            late = Error.lost("the server did not answer the HELLO in time", "connect_failed")
            link.close(late)
            raise late if isinstance(problem, Error) else problem
        if link.connection.hello is None:
            raise link.connection.ending or Error.lost("the server did not answer the HELLO")
        return link

    @property
    def usable(self) -> bool:
        """Whether new calls may be opened."""
        return self.connection.ending is None

    async def open(self, method: Method, message: bytes, deadline: Deadline) -> Stream:
        """Sends a REQUEST once the server's limit of streams allows it."""
        if self.connection.is_silent(time.monotonic() - GRACE):
            self.close(Error.lost("the connection ended: the server is silent"))
        while self.usable and not self.connection.has_room:
            await self._changed(deadline)
        if not self.usable:
            error = Error.lost("the connection is ending")
            error.untouched = True
            raise error
        stream = self.connection.open(method, message, deadline.on_the_wire())
        stream.waiter = asyncio.Event()
        self.flush()
        return stream

    async def wait(self, stream: Stream, deadline: Deadline) -> None:
        """Until there may be news of the stream. Raises DEADLINE_EXCEEDED."""
        await _until(stream.waiter, deadline)

    def give_up(self, stream: Stream) -> None:
        """Sends CANCEL where the stream is still open."""
        self.connection.cancel(stream, time.monotonic())
        self.flush()

    def flush(self) -> None:
        """Hands what is to be sent to the transport."""
        if self.connection.out and self._transport is not None:
            if not self._transport.is_closing():
                self._transport.write(bytes(self.connection.out))
            self.connection.out.clear()

    async def ping(self, deadline: Deadline) -> float:
        """Seconds until the answer of a PING."""
        payload = os.urandom(8)
        started = time.monotonic()
        self.connection.ping(payload)
        self.flush()
        while payload not in self.connection.pongs:
            if self.connection.closed:
                raise self.connection.ending or Error.lost("the connection ended")
            await self._changed(deadline)
        self.connection.pongs.remove(payload)
        return time.monotonic() - started

    def close(self, error: Error) -> None:
        """Says goodbye and ends everything that is open with `error`."""
        self.connection.leave()
        self.flush()
        self._notify(self.connection.fail(error))
        if self._transport is not None:
            self._transport.close()

    async def gone(self) -> None:
        """Until what was written is sent and the transport closed, but not for ever."""
        try:
            await asyncio.wait_for(self._gone.wait(), CONNECT_TIMEOUT)
        except asyncio.TimeoutError:
            if self._transport is not None:
                self._transport.abort()

    # Of asyncio.Protocol.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.flush()

    def data_received(self, data: bytes) -> None:
        self._notify(self.connection.receive(data))
        self.flush()
        if self.connection.closed or (not self.usable and not self.connection.streams):
            self._end("the server is leaving")

    def connection_lost(self, problem: Optional[Exception]) -> None:
        self._end(getattr(problem, "strerror", None) or "the server closed it")
        self._gone.set()

    # Inside.

    async def _open(self, settings: Settings) -> None:
        loop = asyncio.get_running_loop()
        place = settings.address
        if place.scheme == "unix":
            await loop.create_unix_connection(lambda: self, place.host)
            return
        name = settings.server_name if settings.tls else None
        await loop.create_connection(lambda: self, place.host, place.port, ssl=settings.tls, server_hostname=name)

    def _end(self, reason: str) -> None:
        self._notify(self.connection.fail(Error.lost(f"the connection ended: {reason}")))
        if self._transport is not None:
            self._transport.close()

    def _notify(self, streams: Iterable[Stream]) -> None:
        for stream in streams:
            if stream.waiter is not None:
                stream.waiter.set()
        self._news.set()

    async def _changed(self, deadline: Deadline) -> None:
        news = self._news
        if news.is_set():
            # Each change has an event of its own, so that none who waits for the next one sleeps through it.
            self._news = news = asyncio.Event()
        await _until(news, deadline)


async def _until(event: asyncio.Event, deadline: Deadline) -> None:
    try:
        await asyncio.wait_for(event.wait(), deadline.remaining())
    except asyncio.TimeoutError:
        raise Error.late() from None
    event.clear()
