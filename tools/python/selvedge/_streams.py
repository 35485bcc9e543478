"""What a stream remembers, so that it can go on over another connection."""

from __future__ import annotations

from collections import deque
from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Deque, Iterable, List, Optional, Union

from selvedge.errors import Error, Status
from selvedge.messages import Observation, RecordStreamRequest, RecordStreamResponse, WatchRequest, WatchResponse
from selvedge.methods import Method

#: What record_stream takes: observations to be acknowledged together, or the message with a number of the caller's.
Batch = Union[RecordStreamRequest, Iterable[Observation]]
#: Batches that may wait for their acknowledgement.
WINDOW = 64


class Reading:
    """A call whose answers are a stream: begun again where nothing of it was seen."""

    def __init__(self, method: Method, request: Any) -> None:
        self.method = method
        #: To be sent, first or again.
        self.request = request
        #: Nothing more is to be expected.
        self.complete = False
        self._seen = False

    def saw(self, response: Any) -> None:
        """Takes note of a message that the caller was given."""
        self._seen = True

    def check(self, error: Error) -> Error:
        """Raises the error where the call cannot be begun again; else returns it as one to retry."""
        if self._seen:
            raise error
        return error


class Watching(Reading):
    """A Watch: goes on behind what was seen."""

    def __init__(self, method: Method, request: WatchRequest, endless: bool = False) -> None:
        again = WatchRequest()
        again.CopyFrom(request)
        super().__init__(method, again)
        self._endless = endless

    def saw(self, response: WatchResponse) -> None:
        count = len(response.entries)
        if self.request.limit:
            self.complete = self.request.limit <= count
            self.request.limit = max(self.request.limit - count, 1)
        if response.next:
            setattr(self.request, "from", response.next)

    def check(self, error: Error) -> Error:
        """The server's own deadline ends no Watch that was to follow for ever."""
        return _resumed(error) if self._endless else error


class Recording:
    """A RecordStream: batches wait here until they are acknowledged, and are sent again where a connection ended."""

    def __init__(self, endless: bool, window: int = WINDOW) -> None:
        if window < 1:
            raise ValueError("window counts batches: it is at least 1")
        #: All batches were added.
        self.complete = False
        self._endless = endless
        self._window = window
        self._sequence = 0
        self._waiting: Deque[RecordStreamRequest] = deque()
        self._sent = 0

    @property
    def has_room(self) -> bool:
        """Whether another batch may be added."""
        return not self.complete and len(self._waiting) < self._window

    @property
    def is_over(self) -> bool:
        """Whether all batches were acknowledged."""
        return self.complete and not self._waiting

    @property
    def has_sent_all(self) -> bool:
        """Whether nothing is left to send."""
        return self.complete and self._sent == len(self._waiting)

    @property
    def next_is_waiting(self) -> bool:
        """Whether there is one to send."""
        return self._sent < len(self._waiting)

    def add(self, batch: Batch) -> None:
        """Numbers the batch. Raises ValueError at a number that is not above the last."""
        if isinstance(batch, RecordStreamRequest) and batch.sequence:
            request = batch
        else:
            observations = batch.observations if isinstance(batch, RecordStreamRequest) else batch
            request = RecordStreamRequest(sequence=self._sequence + 1, observations=observations)
        if request.sequence <= self._sequence:
            raise ValueError(f"batch {request.sequence} comes after batch {self._sequence}; numbers ascend")
        self._sequence = request.sequence
        self._waiting.append(request)

    def next(self) -> Optional[bytes]:
        """The next one to send; None where there is none. Say `sent` when it is."""
        return self._waiting[self._sent].SerializeToString() if self.next_is_waiting else None

    def sent(self) -> None:
        """What `next` returned was sent."""
        self._sent += 1

    def rewind(self) -> None:
        """What is not acknowledged is to be sent again."""
        self._sent = 0

    def saw(self, response: RecordStreamResponse) -> None:
        """An acknowledgement covers its batch and all before it."""
        while self._waiting and self._waiting[0].sequence <= response.sequence:
            self._waiting.popleft()
            self._sent = max(self._sent - 1, 0)

    def check(self, error: Error) -> Error:
        """The server's own deadline ends no stream that was given none."""
        return _resumed(error) if self._endless else error

    def unfinished(self) -> Error:
        """For a stream that the server ended early."""
        return Error(Status.INTERNAL, "internal", "the server ended the stream before it acknowledged all batches")


def _resumed(error: Error) -> Error:
    if error.status is not Status.DEADLINE_EXCEEDED:
        return error
    again = Error.lost("the stream reached the server's longest deadline", "deadline_exceeded")
    again.untouched = True
    return again


@asynccontextmanager
async def closing(responses: Any) -> AsyncIterator[AsyncIterator[Any]]:
    """Closes an asynchronous generator when its reader leaves, which `async for` does not."""
    try:
        yield responses
    finally:
        await responses.aclose()


def single(responses: Iterable[Any]) -> Any:
    """The message of a stream of one, once the stream has ended well."""
    return _only(list(responses))


async def single_of(responses: AsyncIterator[Any]) -> Any:
    """The same, for asyncio."""
    return _only([response async for response in responses])


def _only(responses: List[Any]) -> Any:
    if not responses:
        raise Error(Status.INTERNAL, "internal", "the server ended the stream without a message")
    return responses[0]
