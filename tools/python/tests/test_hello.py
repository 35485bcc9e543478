"""How a client says who it is, and what it takes for an answer. Run: python -m unittest discover -s tools/python/tests"""

from __future__ import annotations

import sys
import unittest
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

import selvedge  # noqa: E402
from drivers import Aio, Sync  # noqa: E402
from fake_server import Peer, frame  # noqa: E402
from playing import CLIENT_HELLO, GOAWAY, PROFILE, Play, REFUSED, RESOLVE, SERVER_HELLO, detail  # noqa: E402
from selvedge import messages as m  # noqa: E402
from selvedge.errors import Status  # noqa: E402


class HelloCases(Play):
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


class SyncTests(HelloCases, unittest.TestCase):
    driver = Sync


class AioTests(HelloCases, unittest.TestCase):
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
