"""What becomes of a connection, and of the calls on it. Run: python -m unittest discover -s tools/python/tests"""

from __future__ import annotations

import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Any, Callable, List, Optional

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from drivers import Aio, Sync  # noqa: E402
from fake_server import FakeServer, Peer, frame  # noqa: E402
from playing import (  # noqa: E402
    GOAWAY, OnThread, PING, Play, RESPONSE, answer, detail, goaway, greet, serve_one)
from selvedge import messages as m  # noqa: E402
from selvedge.errors import Status  # noqa: E402


class ConnectionCases(Play):
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


class SyncTests(ConnectionCases, unittest.TestCase):
    driver = Sync


class AioTests(ConnectionCases, unittest.TestCase):
    driver = Aio


if __name__ == "__main__":
    unittest.main()
