"""Streams, their credit and their ends. Run: python -m unittest discover -s tools/python/tests"""

from __future__ import annotations

import sys
import unittest
from pathlib import Path
from typing import List

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

import selvedge  # noqa: E402
from drivers import Aio, Sync  # noqa: E402
from fake_server import Frame, Peer, frame  # noqa: E402
from playing import (  # noqa: E402
    CANCEL, CREDIT, CREDIT_GIVEN, GOAWAY, HALF_CLOSE, MESSAGE, Play, REQUEST, RESPONSE, answer, detail, greet)
from selvedge import messages as m  # noqa: E402
from selvedge.errors import Status  # noqa: E402


class StreamCases(Play):
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


class SyncTests(StreamCases, unittest.TestCase):
    driver = Sync


class AioTests(StreamCases, unittest.TestCase):
    driver = Aio


if __name__ == "__main__":
    unittest.main()
