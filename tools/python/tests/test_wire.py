"""The clients against a server that plays a part. Run: python -m unittest discover -s tools/python/tests"""

from __future__ import annotations

import subprocess
import ssl
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any, Callable, List, Optional

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

import selvedge  # noqa: E402
from drivers import Aio, Sync  # noqa: E402
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


class Both:
    """The tests, for a driver that the subclass names."""

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

    # Hello.

    def test_the_bytes_are_those_of_the_article(self) -> None:
        def script(peer: Peer) -> None:
            peer.expect(CLIENT_HELLO)
            peer.send(SERVER_HELLO)
            peer.expect(RESOLVE)
            # In two pieces: a frame need not come at once.
            peer.send(PROFILE[:15])
            peer.send(PROFILE[15:])
            peer.expect(RESOLVE.replace(b"\0\0\0\1\0\0\0\0", b"\0\0\0\2\0\0\0\0"))
            peer.send(REFUSED.replace(b"\0\0\0\1", b"\0\0\0\2"))
            # GOAWAY, 4 bytes, last stream 0: the client leaves.
            peer.expect(bytes.fromhex("00000004" "09" "00" "0000" "00000000" "00000000"))
            assert peer.at_end()

        client = self.play(script, token="t", agent="a", initial_credit=1_000)
        got = client.call("resolve", "email:a@b.c", "service")
        self.assertEqual((got.outcome, got.profile_id, got.member_count), (1, "prf_x", 2))
        error = self.fails(Status.INVALID_ARGUMENT, "unknown_purpose",
                           lambda: client.call("resolve", "email:a@b.c", "service"))
        self.assertEqual((error.message, error.field, error.limit, error.retry_after_ms), ("m", "f", 7, 9))

    def test_a_refused_hello_is_the_calls_error(self) -> None:
        def script(peer: Peer) -> None:
            peer.read()
            peer.send(frame(GOAWAY, payload=bytes(4) + detail("unauthenticated"), code=16))
            peer.at_end()

        client = self.play(script, token="t")
        self.fails(Status.UNAUTHENTICATED, "unauthenticated", lambda: client.call("resolve", "email:a", "service"))

    def test_another_magic_is_no_server_of_ours(self) -> None:
        def script(peer: Peer) -> None:
            peer.read()
            peer.send(SERVER_HELLO.replace(b"SLVG", b"SLVX"))
            said = peer.read()
            assert (said.kind, said.code) == (GOAWAY, 3), said
            assert m.ErrorDetail.FromString(said.payload[4:]).code == "protocol_error"
            peer.at_end()

        client = self.play(script)
        self.fails(Status.INTERNAL, "protocol_error", lambda: client.call("resolve", "email:a", "service"))

    def test_a_version_that_was_not_offered_is_refused(self) -> None:
        def script(peer: Peer) -> None:
            peer.read()
            peer.send(SERVER_HELLO.replace(b"SLVG\0\1", b"SLVG\0\2"))
            assert peer.read().kind == GOAWAY
            peer.at_end()

        client = self.play(script)
        self.fails(Status.INTERNAL, "protocol_error", lambda: client.call("resolve", "email:a", "service"))

    def test_nobody_listening_is_unavailable(self) -> None:
        client = self.driver("tcp://127.0.0.1:1", attempts=2)
        self.addCleanup(client.close)
        self.fails(Status.UNAVAILABLE, "connect_failed", lambda: client.call("simulate", [], "service"))

    # Calls.

    def test_answers_may_come_in_any_order(self) -> None:
        def script(peer: Peer) -> None:
            greet(peer)
            requests = [peer.read() for _ in range(4)]
            assert [each.stream for each in requests] == [1, 2, 3, 4], requests
            peer.send(b"".join(answer(each, subject_of(each)) for each in reversed(requests)))
            peer.at_end()

        client = self.play(script)
        names = [f"n{i}" for i in range(4)]
        got = client.together([lambda c, n=n: c.resolve(f"email:{n}", "service") for n in names])
        self.assertEqual([each.profile_id for each in got], names)

    def test_no_more_streams_are_opened_than_the_server_takes(self) -> None:
        def script(peer: Peer) -> None:
            greet(peer)
            requests = [peer.read() for _ in range(4)]
            assert peer.is_silent()
            peer.send(answer(requests[2], subject_of(requests[2])))
            fifth = peer.read()
            peer.send(b"".join(answer(each, subject_of(each)) for each in requests[:2] + requests[3:] + [fifth]))
            peer.at_end()

        client = self.play(script)
        names = [f"n{i}" for i in range(5)]
        got = client.together([lambda c, n=n: c.resolve(f"email:{n}", "service") for n in names])
        self.assertEqual([each.profile_id for each in got], names)

    def test_a_deadline_is_sent_and_kept(self) -> None:
        def script(peer: Peer) -> None:
            greet(peer)
            request = peer.read()
            assert 100 <= int.from_bytes(request.payload[:4], "big") <= 300, request
            assert peer.read() == Frame(CANCEL, 0, 0, request.stream, b"")
            # The answer of the call that was given up is dropped, and the connection goes on.
            second = peer.read()
            assert second.stream == 2
            peer.send(answer(request, "late") + answer(second, "in time"))
            peer.at_end()

        client = self.play(script)
        started = time.monotonic()
        self.fails(Status.DEADLINE_EXCEEDED, "deadline_exceeded",
                   lambda: client.call("resolve", "email:a", "service", timeout=0.3))
        self.assertLess(time.monotonic() - started, 2)
        self.assertEqual(client.call("resolve", "email:a", "service").profile_id, "in time")

    def test_a_message_past_the_servers_frame_is_refused_here(self) -> None:
        def script(peer: Peer) -> None:
            greet(peer)
            assert peer.read().stream == 1
            peer.send(frame(RESPONSE, 1))
            peer.at_end()

        client = self.play(script)
        error = self.fails(Status.INVALID_ARGUMENT, "frame_too_large",
                           lambda: client.call("resolve", "email:" + 65_536 * "x", "service"))
        self.assertEqual(error.limit, 65_536)
        client.call("resolve", "email:a", "service")

    def test_a_frame_past_the_limit_ends_the_connection(self) -> None:
        def script(peer: Peer) -> None:
            greet(peer)
            request = peer.read()
            # The header alone: 65,537 bytes are announced.
            peer.send((65_537).to_bytes(4, "big") + frame(RESPONSE, request.stream)[4:])
            said = peer.read()
            assert (said.kind, said.code, said.payload[:4]) == (GOAWAY, 3, bytes(4)), said
            peer.at_end()

        client = self.play(script)
        self.fails(Status.INTERNAL, "protocol_error", lambda: client.call("resolve", "email:a", "service"))

    def test_what_is_no_frame_of_a_server_ends_the_connection(self) -> None:
        # An unknown kind; a flag; a RESPONSE of nobody; a PING on a stream; a PING of 7; a REQUEST; a CREDIT of 3.
        wrong = [frame(10), frame(RESPONSE, 1, flags=1), frame(RESPONSE, 9), frame(PING, 1, bytes(8)),
                 frame(PING, 0, bytes(7)), frame(REQUEST, 1, bytes(4)), frame(CREDIT, 1, bytes(3)),
                 frame(MESSAGE, 1), frame(RESPONSE, 0), frame(GOAWAY, 0, bytes(3))]

        def script(data: bytes) -> Callable[[Peer], None]:
            def play(peer: Peer) -> None:
                greet(peer)
                peer.read()
                peer.send(data)
                said = peer.read()
                assert (said.kind, said.code) == (GOAWAY, 3), (data, said)
                peer.at_end()
            return play

        client = self.play(*[script(data) for data in wrong])
        for _ in wrong:
            self.fails(Status.INTERNAL, "protocol_error", lambda: client.call("resolve", "email:a", "service"))

    # Streams.

    def test_a_stream_gives_credit_for_what_was_read(self) -> None:
        entry = m.WatchResponse(entries=[m.WatchResponse.Entry(sequence=5, kind="created")], next=6)
        message = entry.SerializeToString()

        def script(peer: Peer) -> None:
            assert greet(peer).initial_credit == 40
            request = peer.read()
            assert (request.code, request.flags, request.payload[4:]) == (0x0105, 1, b"\x08\x03\x12\x07service")
            for _ in range(2):
                peer.send(frame(MESSAGE, 1, message))
            given = peer.read()
            assert (given.kind, given.stream) == (CREDIT, 1), given
            assert int.from_bytes(given.payload, "big") == 2 * len(message) >= 20, given
            peer.send(frame(MESSAGE, 1, message) + frame(RESPONSE, 1))
            peer.at_end()

        client = self.play(script, initial_credit=40)
        got = client.collect("watch", "service", start=3)
        self.assertEqual([each.sequence for each in got], [5, 5, 5])

    def test_a_message_without_credit_is_a_breach(self) -> None:
        message = m.WatchResponse(entries=[m.WatchResponse.Entry(kind="x" * 50)]).SerializeToString()

        def script(peer: Peer) -> None:
            greet(peer)
            peer.read()
            # The first leaves the credit below zero; the second may not come. At once, so that no credit is in between.
            peer.send(frame(MESSAGE, 1, message) * 2)
            assert peer.read()[:3] == (GOAWAY, 0, 3)
            peer.at_end()

        client = self.play(script, initial_credit=40)
        self.fails(Status.INTERNAL, "protocol_error", lambda: client.collect("watch", "service"))

    def test_a_stream_left_early_is_cancelled(self) -> None:
        message = m.WatchResponse(entries=[m.WatchResponse.Entry(sequence=5)]).SerializeToString()

        def script(peer: Peer) -> None:
            greet(peer)
            peer.read()
            peer.send(frame(MESSAGE, 1, message) * 2)
            assert peer.read() == Frame(CANCEL, 0, 0, 1, b"")
            # What was under way is dropped.
            peer.send(frame(MESSAGE, 1, message) + frame(RESPONSE, 1, detail("cancelled"), code=1))
            second = peer.read()
            assert second.stream == 2
            peer.send(answer(second))
            peer.at_end()

        client = self.play(script)
        self.assertEqual(client.first(1, "watch", "service")[0].sequence, 5)
        self.assertEqual(client.call("resolve", "email:a", "service").profile_id, "prf_x")

    def test_batches_wait_for_credit_that_may_go_below_zero(self) -> None:
        batch = [selvedge.observation("web", ["email:" + 40 * "x"], time_ms=1)]
        acknowledged: List[int] = []

        def acknowledge(peer: Peer, sequence: int) -> None:
            peer.send(frame(MESSAGE, 1, m.RecordStreamResponse(sequence=sequence, accepted=1).SerializeToString()))

        def script(peer: Peer) -> None:
            greet(peer)
            first = peer.read()
            assert (first.kind, first.flags, first.code) == (REQUEST, 0, 0x0202), first
            size = len(first.payload) - 4
            # The REQUEST's message takes nothing of the 100. Two make it negative; none follows.
            assert 50 < size < 100
            assert [peer.read().kind for _ in range(2)] == [MESSAGE, MESSAGE]
            assert peer.is_silent()
            # Up to zero is not above it.
            debt = 2 * size - CREDIT_GIVEN
            peer.send(frame(CREDIT, 1, debt.to_bytes(4, "big")))
            assert peer.is_silent()
            peer.send(frame(CREDIT, 1, (1).to_bytes(4, "big")))
            fourth = peer.read()
            assert (fourth.kind, m.RecordStreamRequest.FromString(fourth.payload).sequence) == (MESSAGE, 4), fourth
            assert peer.is_silent()
            for sequence in range(1, 5):
                acknowledge(peer, sequence)
            peer.send(frame(CREDIT, 1, (1_000).to_bytes(4, "big")))
            assert peer.read().kind == MESSAGE
            assert peer.read() == Frame(HALF_CLOSE, 0, 0, 1, b"")
            acknowledge(peer, 5)
            peer.send(frame(RESPONSE, 1))
            peer.at_end()

        client = self.play(script)
        acknowledged = [each.sequence for each in client.collect("record_stream", [batch] * 5)]
        self.assertEqual(acknowledged, [1, 2, 3, 4, 5])

    def test_unacknowledged_batches_are_sent_again_over_the_next_connection(self) -> None:
        batch = [selvedge.observation("web", ["email:a"], time_ms=1)]

        def broken(peer: Peer) -> None:
            greet(peer)
            for _ in range(3):
                peer.read()
            peer.send(frame(MESSAGE, 1, m.RecordStreamResponse(sequence=1).SerializeToString()))
            peer.socket.shutdown(1)
            peer.at_end()

        def whole(peer: Peer) -> None:
            greet(peer)
            first = peer.read()
            assert m.RecordStreamRequest.FromString(first.payload[4:]).sequence == 2, first
            assert m.RecordStreamRequest.FromString(peer.read().payload).sequence == 3
            assert peer.read().kind == HALF_CLOSE
            for sequence in (2, 3):
                peer.send(frame(MESSAGE, 1, m.RecordStreamResponse(sequence=sequence).SerializeToString()))
            peer.send(frame(RESPONSE, 1))
            peer.at_end()

        client = self.play(broken, whole)
        got = client.collect("record_stream", [batch] * 3, window=3)
        self.assertEqual([each.sequence for each in got], [1, 2, 3])

    def test_a_stream_without_batches_asks_nothing(self) -> None:
        client = self.driver("tcp://127.0.0.1:1")
        self.addCleanup(client.close)
        self.assertEqual(client.collect("record_stream", []), [])

    def test_a_watch_goes_on_behind_what_was_seen(self) -> None:
        def whole(peer: Peer) -> None:
            greet(peer)
            for stream in (1, 2):
                again = m.WatchRequest.FromString(peer.read().payload[4:])
                if stream == 1:
                    assert (getattr(again, "from"), again.limit) == (0, 3), again
                    entries = [m.WatchResponse.Entry(sequence=n) for n in (5, 7)]
                    peer.send(frame(MESSAGE, 1, m.WatchResponse(entries=entries, next=8).SerializeToString())
                              + frame(RESPONSE, 1, detail("draining"), code=14))
                else:
                    assert (getattr(again, "from"), again.limit) == (8, 1), again
                    entries = [m.WatchResponse.Entry(sequence=9)]
                    peer.send(frame(MESSAGE, 2, m.WatchResponse(entries=entries, next=10).SerializeToString())
                              + frame(RESPONSE, 2))
            peer.at_end()

        client = self.play(whole)
        got = client.collect("watch", "service", limit=3)
        self.assertEqual([each.sequence for each in got], [5, 7, 9])

    # The connection.

    def test_a_ping_is_answered_with_its_bytes(self) -> None:
        def script(peer: Peer) -> None:
            greet(peer)
            request = peer.read()
            peer.send(bytes.fromhex("00000008" "08" "00" "0000" "00000000" "0102030405060708"))
            peer.expect(bytes.fromhex("00000008" "08" "01" "0000" "00000000" "0102030405060708"))
            peer.send(answer(request))
            asked = peer.read()
            assert (asked.kind, asked.flags, len(asked.payload)) == (PING, 0, 8), asked
            peer.send(frame(PING, payload=asked.payload, flags=1))
            peer.at_end()

        client = self.play(script)
        client.call("resolve", "email:a", "service")
        self.assertLess(client.call("ping"), 5)

    def test_goaway_in_flight_answers_the_old_and_moves_the_new(self) -> None:
        moved = threading.Event()

        def leaving(peer: Peer) -> None:
            greet(peer)
            requests = [peer.read() for _ in range(3)]
            peer.send(goaway(last=1))
            # A REQUEST that crossed it may be answered all the same.
            peer.send(frame(RESPONSE, 3, detail("draining"), code=14))
            assert moved.wait(10)
            peer.send(answer(requests[0], "old"))
            assert peer.at_end()

        def next_server(peer: Peer) -> None:
            greet(peer)
            requests = [peer.read() for _ in range(2)]
            assert [each.stream for each in requests] == [1, 2]
            peer.send(b"".join(answer(each, "new") for each in requests))
            moved.set()
            peer.send(answer(peer.read(), "newest"))
            peer.at_end()

        # Both connections are open at a time, so each script has a thread.
        scripts = [OnThread(leaving), OnThread(next_server)]
        client = self.play(*[script.start for script in scripts])
        # Simulate is not idempotent; but the server did not look at it.
        calls: List[Callable[[Any], Any]] = [lambda c: c.resolve("email:a", "service")] * 2
        got = client.together(calls + [lambda c: c.simulate([], "service")])
        self.assertEqual(sorted(getattr(each, "profile_id", "new") for each in got), ["new", "new", "old"])
        self.assertEqual(client.call("resolve", "email:a", "service").profile_id, "newest")
        client.close()
        for script in scripts:
            script.finish()

    def test_unavailable_is_tried_again_and_only_so_often(self) -> None:
        def script(peer: Peer) -> None:
            greet(peer)
            for _ in range(2):
                peer.send(frame(RESPONSE, peer.read().stream, detail("store_failed"), code=14))
            peer.send(answer(peer.read()))
            for _ in range(3):
                peer.send(frame(RESPONSE, peer.read().stream, detail("store_failed"), code=14))
            # Simulate once.
            peer.send(frame(RESPONSE, peer.read().stream, detail("store_failed"), code=14))
            # What is not UNAVAILABLE once.
            peer.send(frame(RESPONSE, peer.read().stream, detail("writer_busy", retry_after_ms=50), code=8))
            assert peer.read().kind == GOAWAY
            peer.at_end()

        client = self.play(script, attempts=3)
        self.assertEqual(client.call("resolve", "email:a", "service").profile_id, "prf_x")
        self.fails(Status.UNAVAILABLE, "store_failed", lambda: client.call("resolve", "email:a", "service"))
        self.fails(Status.UNAVAILABLE, "store_failed", lambda: client.call("simulate", [], "service"))
        busy = self.fails(Status.RESOURCE_EXHAUSTED, "writer_busy", lambda: client.call("record", []))
        self.assertEqual(busy.retry_after_ms, 50)

    def test_a_lost_connection_is_replaced(self) -> None:
        def broken(peer: Peer) -> None:
            greet(peer)
            peer.read()

        client = self.play(broken, serve_one)
        self.assertEqual(client.call("resolve", "email:a", "service").profile_id, "prf_x")
        self.assertEqual(self.server.connections, 2)

    def test_a_new_token_holds_for_the_connections_that_follow(self) -> None:
        def first(peer: Peer) -> None:
            assert greet(peer).token == "one"
            request = peer.read()
            assert (request.code, request.payload[4:]) == (1, b"\x0a\x03two"), request
            peer.send(frame(RESPONSE, 1, m.AuthenticateResponse(principal="p", expires_ms=9).SerializeToString()))
            peer.send(goaway(last=1))
            peer.at_end()

        def second(peer: Peer) -> None:
            assert greet(peer).token == "two"
            peer.send(answer(peer.read()))
            peer.at_end()

        client = self.play(first, second, token="one")
        self.assertEqual(client.call("authenticate", "two").principal, "p")
        client.call("resolve", "email:a", "service")

    def test_a_closed_client_ends_what_is_open(self) -> None:
        asked = threading.Event()

        def script(peer: Peer) -> None:
            greet(peer)
            peer.read()
            asked.set()
            peer.at_end()

        client = self.play(script)
        got: List[Any] = []
        waiting = threading.Thread(target=lambda: got.extend(client.together([lambda c: c.key("email:a")])))
        waiting.start()
        asked.wait(10)
        client.close()
        waiting.join(10)
        self.assertEqual([(each.status, each.code) for each in got], [(Status.CANCELLED, "closed")])

    # Transports.

    def test_a_unix_socket_will_do(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            server = FakeServer(serve_one, path=f"{folder}/s")
            client = self.driver(server.address)
            self.assertEqual(client.call("resolve", "email:a", "service").profile_id, "prf_x")
            client.close()
            server.finish()

    def test_tls_proves_both_sides(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for name in ("server", "client"):
                subprocess.run(
                    ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                     "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{folder}/{name}.key",
                     "-out", f"{folder}/{name}.pem"], check=True, capture_output=True)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(f"{folder}/server.pem", f"{folder}/server.key")
            context.load_verify_locations(f"{folder}/client.pem")
            context.verify_mode = ssl.CERT_REQUIRED
            context.set_alpn_protocols(["selvedge/1"])
            chosen: List[Optional[str]] = []

            def script(peer: Peer) -> None:
                chosen.append(peer.socket.selected_alpn_protocol())  # type: ignore[attr-defined]
                greet(peer)
                request = peer.read()
                peer.send(frame(RESPONSE, request.stream, m.StatsResponse(json="x" * 60_000).SerializeToString()))
                peer.at_end()

            server = FakeServer(script, tls=context)
            client = self.driver(server.address, ca=f"{folder}/server.pem",
                                 cert=(f"{folder}/client.pem", f"{folder}/client.key"))
            client.call("key", "email:" + 60_000 * "x")
            client.close()
            server.finish()
            self.assertEqual(chosen, ["selvedge/1"])


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


class SyncTests(Both, unittest.TestCase):
    driver = Sync


class AioTests(Both, unittest.TestCase):
    driver = Aio


class AddressTests(unittest.TestCase):
    def test_off_loopback_there_is_only_tls(self) -> None:
        for wrong in ("tcp://192.0.2.1:7420", "tcp://example.net:7420", "tcp://127.0.0.1", "http://127.0.0.1:1",
                      "unix://relative", "tls://host"):
            with self.assertRaises(ValueError, msg=wrong):
                selvedge.Client(wrong)
        for right in ("tcp://127.0.0.1:7420", "tcp://[::1]:7420", "tcp://localhost:1", "unix:///run/s", "tls://h:1"):
            selvedge.Client(right).close()

    def test_a_token_and_a_certificate_are_two_callers(self) -> None:
        with self.assertRaises(ValueError):
            selvedge.Client("tls://h:1", token="t", cert=("c", "k"))


if __name__ == "__main__":
    unittest.main()
