"""Calls over one connection. Run: python -m unittest discover -s tools/python/tests"""

from __future__ import annotations

import sys
import time
import unittest
from pathlib import Path
from typing import Callable

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from drivers import Aio, Sync  # noqa: E402
from fake_server import Frame, Peer, frame  # noqa: E402
from playing import (  # noqa: E402
    CANCEL, CREDIT, GOAWAY, MESSAGE, PING, Play, REQUEST, RESPONSE, answer, greet, subject_of)
from selvedge.errors import Status  # noqa: E402


class CallCases(Play):
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


class SyncTests(CallCases, unittest.TestCase):
    driver = Sync


class AioTests(CallCases, unittest.TestCase):
    driver = Aio


if __name__ == "__main__":
    unittest.main()
