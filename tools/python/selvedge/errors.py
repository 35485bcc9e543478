"""How a call ends that is not answered."""

from __future__ import annotations

import enum
from typing import Any

from selvedge.messages import ErrorDetail


class Status(enum.IntEnum):
    """gRPC's status codes."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16

    @classmethod
    def of(cls, number: int) -> Status:
        """UNKNOWN for a number that is none of them."""
        try:
            return cls(number)
        except ValueError:
            return cls.UNKNOWN


class Error(Exception):
    """A status that is not OK, with its detail.

    `code` is one of the list under Errors in the article on the wire protocol, or one of this client's own:
    `connect_failed` (no connection came about), `connection_lost` (it ended before the answer), `closed` (the client
    was closed).
    """

    def __init__(self, status: Status, code: str, message: str, field: str = "", limit: int = 0,
                 retry_after_ms: int = 0) -> None:
        super().__init__(status, code, message, field, limit, retry_after_ms)
        self.status = status
        #: Such as "unknown_purpose".
        self.code = code
        #: What was wrong, where, what to do. Never holds an identifier.
        self.message = message
        #: Such as "observations[3].source"; empty where it is the call as a whole.
        self.field = field
        #: The limit that was passed; 0: none.
        self.limit = limit
        #: When to try again, from now; 0: not before something is changed.
        self.retry_after_ms = retry_after_ms
        #: Whether the server is known not to have looked at the call, so that any call may be sent again.
        self.untouched = False

    def __str__(self) -> str:
        place = f" ({self.field})" if self.field else ""
        return f"{self.status.name} {self.code}: {self.message}{place}"

    @classmethod
    def of(cls, status: int, payload: bytes) -> Error:
        """From the payload of a RESPONSE or a GOAWAY, or from gRPC's trailer `selvedge-error-bin`."""
        detail = parsed(ErrorDetail, payload) or ErrorDetail(message="the server sent a detail that cannot be read")
        return cls(Status.of(status), detail.code, detail.message, detail.field, detail.limit,
                   detail.retry_after_ms)

    @classmethod
    def lost(cls, message: str, code: str = "connection_lost") -> Error:
        """Of this client's own making, for a connection that is gone or never was."""
        return cls(Status.UNAVAILABLE, code, message)

    @classmethod
    def late(cls) -> Error:
        """The deadline passed before the answer came."""
        return cls(Status.DEADLINE_EXCEEDED, "deadline_exceeded", "no answer came before the deadline")


def parsed(kind: Any, payload: bytes) -> Any:
    """The message in `payload`; None where there is none."""
    from google.protobuf.message import DecodeError

    try:
        return kind.FromString(payload)
    except DecodeError:
        return None
