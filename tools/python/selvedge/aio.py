"""The client for asyncio."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, AsyncIterable, AsyncIterator, Iterable, Optional, Tuple, Union

from selvedge import methods
from selvedge._aio_calls import Calls
from selvedge._aio_link import Link
from selvedge._connection import Stream
from selvedge._policy import AGENT, INITIAL_CREDIT, Deadline, Retry, Settings, Token, answer, closed, decoded
from selvedge._streams import WINDOW, Batch, Reading, Recording, Watching, closing
from selvedge.errors import Error
from selvedge.messages import RecordStreamResponse
from selvedge.methods import Kind, Method


class Client(Calls):
    """As `selvedge.Client`, with the same arguments, for the tasks of one event loop.

    A call whose task is cancelled is cancelled at the server. Read a stream by `async for`; one that is left early is
    cancelled when its generator is closed (`contextlib.aclosing`, or `await stream.aclose()`).
    """

    def __init__(self, address: str, *, token: Token = None, ca: Optional[str] = None,
                 cert: Optional[Tuple[str, str]] = None, server_name: Optional[str] = None,
                 timeout: Optional[float] = None, attempts: int = 6, initial_credit: int = INITIAL_CREDIT,
                 agent: str = AGENT) -> None:
        self._settings = Settings.of(
            address, token, ca, cert, server_name, timeout, attempts, initial_credit, agent)
        self._link: Optional[Link] = None
        self._connecting: Optional[asyncio.Lock] = None
        self._closed = False

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the connection; calls that are open end with the code `closed`."""
        self._closed = True
        if self._link is not None:
            self._link.close(closed())
            await self._link.gone()

    async def ping(self, timeout: Optional[float] = 5.0) -> float:
        """Seconds that the server takes to answer a PING."""
        deadline = Deadline(timeout)
        return await (await self._connected(deadline)).ping(deadline)

    def call(self, method: Union[str, Method], message: Any, timeout: Optional[float] = None) -> Any:
        """Calls a method by its name, such as "Identity/Resolve".

        Returns an awaitable of a unary method's response, an asynchronous iterator of the responses of one that streams.
        RecordStream takes an iterable of batches in place of the message.
        """
        which = methods.method(method)
        if which.kind is Kind.UNARY:
            return self._unary(which, message, timeout)
        if which.kind is Kind.BIDIRECTIONAL:
            return self.record_stream(message, timeout=timeout)
        reading = Watching if which is methods.WATCH else Reading
        return self._reading(reading(which, message), timeout)

    async def record_stream(self, batches: Union[Iterable[Batch], AsyncIterable[Batch]], *, window: int = WINDOW,
                            timeout: Optional[float] = None) -> AsyncIterator[RecordStreamResponse]:
        """As `selvedge.Client.record_stream`; `batches` may be asynchronous, and then acknowledgements come while the next
        batch is waited for."""
        deadline = Deadline(timeout)
        recording = Recording(deadline.moment is None, window)
        retry = Retry(methods.RECORD_STREAM, self._settings.attempts, deadline)
        source = _Source(batches)
        try:
            while True:
                try:
                    async with closing(self._recorded(recording, source, deadline)) as responses:
                        async for response in responses:
                            retry.succeeded()
                            yield response
                    return
                except Error as error:
                    await asyncio.sleep(retry.pause(recording.check(error)))
                    recording.rewind()
        finally:
            source.close()

    # Inside.

    def _keep_token(self, token: str) -> None:
        self._settings = replace(self._settings, token=token)

    async def _connected(self, deadline: Deadline) -> Link:
        """The connection, a new one where there is none that takes calls."""
        if self._closed:
            raise closed()
        if self._link is not None and self._link.usable:
            return self._link
        # Made here, because before Python 3.10 a lock belongs to the loop that it was made on.
        self._connecting = self._connecting or asyncio.Lock()
        async with self._connecting:
            if self._link is None or not self._link.usable:
                self._link = await Link.connect(self._settings, deadline)
        return self._link

    @asynccontextmanager
    async def _opened(self, method: Method, message: bytes,
                      deadline: Deadline) -> AsyncIterator[Tuple[Link, Stream, Deadline]]:
        """A stream that is given up where the block is left before its end."""
        link = await self._connected(deadline)
        until = deadline.of_call(link.connection, method)
        stream = await link.open(method, message, until)
        try:
            yield link, stream, until
        finally:
            if not stream.done:
                link.give_up(stream)

    async def _unary(self, method: Method, request: Any, timeout: Optional[float] = None) -> Any:
        message = request.SerializeToString()
        deadline = Deadline(self._settings.timeout if timeout is None else timeout)
        retry = Retry(method, self._settings.attempts, deadline)
        while True:
            try:
                async with self._opened(method, message, deadline) as (link, stream, until):
                    while not stream.done:
                        await link.wait(stream, until)
                return answer(stream)
            except Error as error:
                await asyncio.sleep(retry.pause(error))

    async def _reading(self, reading: Reading, timeout: Optional[float]) -> AsyncIterator[Any]:
        deadline = Deadline(timeout)
        retry = Retry(reading.method, self._settings.attempts, deadline)
        while True:
            message = reading.request.SerializeToString()
            try:
                async with self._opened(reading.method, message, deadline) as (link, stream, until):
                    while True:
                        while not stream.inbox and not stream.done:
                            await link.wait(stream, until)
                        if not stream.inbox:
                            break
                        response = decoded(reading.method, self._taken(link, stream))
                        reading.saw(response)
                        retry.succeeded()
                        yield response
                if stream.error is not None:
                    raise stream.error
                return
            except Error as error:
                if reading.complete:
                    return
                await asyncio.sleep(retry.pause(reading.check(error)))

    def _taken(self, link: Link, stream: Stream) -> bytes:
        payload = link.connection.take(stream)
        link.flush()
        return payload

    async def _recorded(self, recording: Recording, source: _Source,
                        deadline: Deadline) -> AsyncIterator[RecordStreamResponse]:
        """A RecordStream over one connection."""
        while not recording.next_is_waiting and recording.has_room:
            await source.fetch(recording)
        first = recording.next()
        if first is None:
            return
        async with self._opened(methods.RECORD_STREAM, first, deadline) as (link, stream, until):
            recording.sent()
            while True:
                if stream.inbox:
                    response = decoded(methods.RECORD_STREAM, self._taken(link, stream))
                    recording.saw(response)
                    yield response
                elif stream.done:
                    break
                elif not self._send(recording, link, stream):
                    may_fetch = not recording.next_is_waiting and recording.has_room
                    await source.fetch_or_wait(recording if may_fetch else None, link, stream, until)
        if stream.error is not None:
            raise stream.error
        if not recording.is_over:
            raise recording.unfinished()

    def _send(self, recording: Recording, link: Link, stream: Stream) -> bool:
        """Whether something could be sent."""
        message = recording.next()
        if message is not None and stream.send_credit > 0:
            link.connection.send(stream, message)
            recording.sent()
        elif recording.has_sent_all and not stream.half_closed:
            link.connection.half_close(stream)
        else:
            return False
        link.flush()
        return True


class _Source:
    """Where batches come from: one fetch is under way at a time, and lives on while acknowledgements are looked after."""

    def __init__(self, batches: Union[Iterable[Batch], AsyncIterable[Batch]]) -> None:
        self._plain = None if hasattr(batches, "__aiter__") else iter(batches)  # type: ignore[arg-type]
        self._slow = batches.__aiter__() if self._plain is None else None  # type: ignore[union-attr]
        self._fetching: Optional[asyncio.Task[Any]] = None

    def close(self) -> None:
        """Stops the fetch that is under way."""
        if self._fetching is not None:
            self._fetching.cancel()

    async def fetch(self, recording: Recording) -> None:
        """Adds the next batch, or the end."""
        if self._plain is not None:
            self._add(recording, next(self._plain, None))
            # An endless source must not keep the loop from reading.
            await asyncio.sleep(0)
            return
        await asyncio.wait({self._task()})
        self._finish(recording)

    async def fetch_or_wait(self, recording: Optional[Recording], link: Link, stream: Stream, until: Deadline) -> None:
        """Until there is a batch (where one is wanted) or news of the stream."""
        if recording is None:
            await link.wait(stream, until)
            return
        if self._plain is not None:
            await self.fetch(recording)
            return
        news = asyncio.ensure_future(stream.waiter.wait())
        try:
            await asyncio.wait({self._task(), news}, timeout=until.remaining(), return_when=asyncio.FIRST_COMPLETED)
            until.remaining()
        finally:
            news.cancel()
        stream.waiter.clear()
        if self._task().done():
            self._finish(recording)

    def _task(self) -> asyncio.Task[Any]:
        if self._fetching is None:
            self._fetching = asyncio.ensure_future(self._next())
        return self._fetching

    async def _next(self) -> Optional[Batch]:
        try:
            return await self._slow.__anext__()  # type: ignore[union-attr]
        except StopAsyncIteration:
            return None

    def _finish(self, recording: Recording) -> None:
        task, self._fetching = self._task(), None
        self._add(recording, task.result())

    def _add(self, recording: Recording, batch: Optional[Batch]) -> None:
        if batch is None:
            recording.complete = True
        else:
            recording.add(batch)
