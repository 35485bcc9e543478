"""What both clients agree on: addresses, deadlines, and when a call is sent again."""

from __future__ import annotations

import ipaddress
import random
import ssl
import time
from dataclasses import dataclass
from typing import Any, Callable, Optional, Tuple, Union
from urllib.parse import urlsplit

from selvedge._connection import Connection, Stream
from selvedge._frames import ALPN
from selvedge.errors import Error, Status
from selvedge.methods import Kind, Method

#: A JWT, or a function that returns one: it is asked for each new connection.
Token = Union[str, Callable[[], str], None]

#: Of each stream, in bytes. Large, because CREDIT frames are given for half of it and the server bounds them: 4 MiB make
#: 200 MB/s out of its 100 a second.
INITIAL_CREDIT = 4 * 1_048_576
CONNECT_TIMEOUT = 5.0
AGENT = "selvedge-python/1"
#: How much later than the server the client gives a call up that was given no deadline.
GRACE = 5.0


@dataclass(frozen=True)
class Address:
    """Where the server listens."""

    scheme: str
    #: Of a Unix socket its path.
    host: str
    port: int = 0

    @classmethod
    def parse(cls, text: str) -> Address:
        """Reads `tcp://HOST:PORT`, `tls://HOST:PORT` or `unix:///PATH`. Raises ValueError at another.

        Off loopback there is only TLS: a token would be there for all to read.
        """
        parts = urlsplit(text)
        if parts.scheme == "unix" and parts.path and not parts.netloc:
            return cls("unix", parts.path)
        if parts.scheme not in ("tcp", "tls") or not parts.hostname or not parts.port or parts.path.strip("/"):
            raise ValueError(f"{text!r} is no address; write tcp://HOST:PORT, tls://HOST:PORT or unix:///PATH")
        if parts.scheme == "tcp" and not _is_loopback(parts.hostname):
            raise ValueError(f"{text!r} is not on loopback; write tls:// in place of tcp://")
        return cls(parts.scheme, parts.hostname, parts.port)

    def __str__(self) -> str:
        return f"unix://{self.host}" if self.scheme == "unix" else f"{self.scheme}://{self.host}:{self.port}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True)
class Settings:
    """What a client was made with."""

    address: Address
    token: Token
    tls: Optional[ssl.SSLContext]
    server_name: Optional[str]
    timeout: Optional[float]
    attempts: int
    initial_credit: int
    agent: str

    @classmethod
    def of(cls, address: str, token: Token, ca: Optional[str], cert: Optional[Tuple[str, str]],
           server_name: Optional[str], timeout: Optional[float], attempts: int, initial_credit: int,
           agent: str) -> Settings:
        """Raises ValueError at what does not fit together."""
        place = Address.parse(address)
        if token is not None and cert is not None:
            raise ValueError("a token and a client certificate are two callers; give one of them")
        if place.scheme != "tls" and (ca or cert):
            raise ValueError("certificates are of use with tls:// alone")
        if attempts < 1:
            raise ValueError("attempts counts the first one: it is at least 1")
        return cls(place, token, _tls(ca, cert) if place.scheme == "tls" else None, server_name or place.host,
                   timeout, attempts, initial_credit, agent)

    def connection(self) -> Connection:
        """A connection that has yet to be connected."""
        token = self.token() if callable(self.token) else self.token
        return Connection(token or "", self.agent, self.initial_credit)


def _tls(ca: Optional[str], cert: Optional[Tuple[str, str]]) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols([ALPN])
    if cert is not None:
        context.load_cert_chain(*cert)
    return context


class Deadline:
    """A moment; None: the server's own deadline of the method, and a little."""

    def __init__(self, timeout: Optional[float], asked_for: bool = True) -> None:
        self._asked_for = asked_for
        self.moment = None if timeout is None else time.monotonic() + timeout

    def remaining(self) -> Optional[float]:
        """Seconds. Raises DEADLINE_EXCEEDED where there are none."""
        if self.moment is None:
            return None
        left = self.moment - time.monotonic()
        if left <= 0:
            raise Error.late()
        return left

    def on_the_wire(self) -> int:
        """For a REQUEST, in milliseconds; 0: the longest."""
        left = self.remaining()
        return 0 if left is None or not self._asked_for else min(max(int(left * 1000), 1), 0xFFFF_FFFF)

    def of_call(self, connection: Connection, method: Method) -> Deadline:
        """When to stop waiting for a call that is about to be sent."""
        if self.moment is not None:
            return self
        hello = connection.hello
        unary = method.kind is Kind.UNARY
        longest = (hello.unary_deadline_ms if unary else hello.stream_deadline_ms) if hello else 0
        return Deadline((longest or (5_000 if unary else 600_000)) / 1000 + GRACE, asked_for=False)


class Retry:
    """Decides how often and when a call is sent again: after UNAVAILABLE, where that can do no harm."""

    BASE = 0.05
    LONGEST = 2.0

    def __init__(self, method: Method, attempts: int, deadline: Deadline) -> None:
        self._method = method
        self._attempts = attempts
        self._deadline = deadline
        self._failed = 0

    def succeeded(self) -> None:
        """There was progress: failures before it do not count any more."""
        self._failed = 0

    def pause(self, error: Error) -> float:
        """Seconds to wait. Raises `error` itself where the call is not to be sent again."""
        self._failed += 1
        self._deadline.remaining()
        safe = self._method.idempotent or error.untouched or error.code == "connect_failed"
        if error.status is not Status.UNAVAILABLE or not safe or self._failed >= self._attempts \
                or error.code == "closed":
            raise error
        ceiling = min(self.LONGEST, self.BASE * 2 ** (self._failed - 1))
        # An announced end is no fault: the next connection is tried at once.
        least = 0.0 if error.untouched and self._failed == 1 else error.retry_after_ms / 1000
        seconds = 0.0 if error.untouched and self._failed == 1 else max(least, random.uniform(0, ceiling))
        moment = self._deadline.moment
        if moment is not None and time.monotonic() + seconds >= moment:
            raise error
        return seconds


def answer(stream: Stream) -> Any:
    """The message of a unary call that is done. Raises the Error it ended with."""
    if stream.error is not None:
        raise stream.error
    return decoded(stream.method, stream.answer or b"")


def decoded(method: Method, payload: bytes) -> Any:
    """A message of the server's."""
    from google.protobuf.message import DecodeError

    try:
        return method.response.FromString(payload)
    except DecodeError as problem:
        raise Error(Status.INTERNAL, "malformed_message", "the server's message cannot be read") from problem


def closed() -> Error:
    """For calls of a client that was closed."""
    return Error(Status.CANCELLED, "closed", "the client was closed")
