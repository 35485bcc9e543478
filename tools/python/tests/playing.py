"""What the tests of the clients play with: frames as the article has them, a part of the server, a driver."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any, Callable, Optional

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

import selvedge  # noqa: E402
from fake_server import FakeServer, Frame, Peer, frame  # noqa: E402
from selvedge import messages as m  # noqa: E402
from selvedge.errors import Status  # noqa: E402

HELLO, REQUEST, MESSAGE, HALF_CLOSE, RESPONSE, CANCEL, CREDIT, PING, GOAWAY = range(1, 10)
CREDIT_GIVEN = 100

# From the article: what the client sends first. ClientHello: token (1) "t", agent (2) "a", initial_credit (3) 1,000.
CLIENT_HELLO = bytes.fromhex(
    "00000011" "01" "00" "0000" "00000000"  # 17 bytes, HELLO, no flags, no code, no stream
    "534c5647" "0001" "0001"  # SLVG, from version 1 to version 1
    "0a0174" "120161" "18e807")
# ServerHello: max_frame_bytes (3) 65,536, max_streams (4) 4, initial_credit (5) 100, unary_deadline_ms (7) 5,000,
# stream_deadline_ms (8) 600,000, idle_ms (9) 60,000.
SERVER_HELLO = bytes.fromhex(
    "00000019" "01" "00" "0000" "00000000"
    "534c5647" "0001"
    "18808004" "2004" "2864" "388827" "40c0cf24" "48e0d403")
# Resolve (0x0101) of email:a@b.c for service, deadline 0, on stream 1, END.
RESOLVE = bytes.fromhex(
    "0000001f" "02" "01" "0101" "00000001"
    "00000000"
    "0a10" "0a0e" "0a05656d61696c" "12056140622e63" "1207" "73657276696365")
# A RESPONSE, OK: outcome (1) PROFILE, profile_id (2) "prf_x", member_count (3) 2.
PROFILE = bytes.fromhex("0000000b" "05" "00" "0000" "00000001" "0801" "1205" "7072665f78" "1802")
# A RESPONSE, INVALID_ARGUMENT: code (1), message (2), field (3), limit (4) 7, retry_after_ms (5) 9.
REFUSED = bytes.fromhex(
    "0000001b" "05" "00" "0003" "00000001"
    "0a0f" "756e6b6e6f776e5f707572706f7365" "1201" "6d" "1a01" "66" "2007" "2809")


def detail(code: str, **fields: Any) -> bytes:
    return m.ErrorDetail(code=code, message="as the test has it", **fields).SerializeToString()


def goaway(last: int, code: str = "draining", status: int = 0) -> bytes:
    return frame(GOAWAY, payload=last.to_bytes(4, "big") + detail(code), code=status)


def answer(request: Frame, name: str = "prf_x") -> bytes:
    """A profile to a Resolve; its id may be the subject's, so that answers can be told apart."""
    return frame(RESPONSE, request.stream, m.ResolveResponse(
        outcome=m.ResolveResponse.OUTCOME_PROFILE, profile_id=name).SerializeToString())


def subject_of(request: Frame) -> str:
    return m.ResolveRequest.FromString(request.payload[4:]).subject.identifier.value


def greet(peer: Peer) -> m.ClientHello:
    first = peer.read()
    assert (first.kind, first.stream, first.payload[:8]) == (HELLO, 0, b"SLVG\0\1\0\1"), first
    peer.send(SERVER_HELLO)
    return m.ClientHello.FromString(first.payload[8:])


def serve_one(peer: Peer) -> None:
    """Greets, answers one Resolve, waits for the end."""
    greet(peer)
    peer.send(answer(peer.read()))
    peer.at_end()


class Play:
    """A client against a server that plays a part, for a driver that the subclass names."""

    driver: Any

    def play(self, *scripts: Callable[[Peer], None], **options: Any) -> Any:
        self.server = FakeServer(*scripts)
        self.addCleanup(self.server.finish)  # type: ignore[attr-defined]
        client = self.driver(self.server.address, **options)
        self.addCleanup(client.close)  # type: ignore[attr-defined]
        return client

    def fails(self, status: Status, code: str, work: Callable[[], Any]) -> selvedge.Error:
        with self.assertRaises(selvedge.Error) as caught:  # type: ignore[attr-defined]
            work()
        got = caught.exception
        self.assertEqual((got.status, got.code), (status, code), got)  # type: ignore[attr-defined]
        return got


class OnThread:
    """Plays a script on a thread of its own, on a copy of its connection."""

    def __init__(self, script: Callable[[Peer], None]) -> None:
        self._script = script
        self._problem: Optional[BaseException] = None
        self._thread: Optional[threading.Thread] = None

    def start(self, peer: Peer) -> None:
        self._thread = threading.Thread(target=self._play, args=(Peer(peer.socket.dup()),), daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Waits for its end, and raises what went wrong."""
        assert self._thread is not None
        self._thread.join(10)
        assert not self._thread.is_alive()
        if self._problem is not None:
            raise self._problem

    def _play(self, peer: Peer) -> None:
        with peer.socket:
            try:
                self._script(peer)
            except BaseException as problem:  # noqa: BLE001: the test is told
                self._problem = problem
