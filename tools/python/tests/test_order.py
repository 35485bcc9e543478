"""Both clients against a server that keeps the protocol and does everything else at random."""

from __future__ import annotations

import os
import random
import socket
import sys
import threading
import unittest
from pathlib import Path
from typing import Any, Dict, List, Optional

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

import selvedge  # noqa: E402
from drivers import Aio, Sync  # noqa: E402
from fake_server import Peer, frame  # noqa: E402
from selvedge import messages as m  # noqa: E402

HELLO, REQUEST, MESSAGE, HALF_CLOSE, RESPONSE, CANCEL, CREDIT, PING, GOAWAY = range(1, 10)
STREAMS = 16
CREDIT_GIVEN = 3_000


class Call:
    """A stream that is open at the server."""

    def __init__(self, number: int, code: int) -> None:
        self.number, self.code = number, code
        #: Bytes that the client may still send, and that it may be sent.
        self.receive_credit, self.send_credit = CREDIT_GIVEN, 0
        #: What is to be sent, in order.
        self.answers: List[bytes] = []
        self.finished = False


class Unruly:
    """Answers in random order, asks pings, refuses with UNAVAILABLE, says goodbye early, breaks connections off; and
    asserts that the client keeps to credits, numbers and limits."""

    def __init__(self, seed: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        self._random = random.Random(seed)
        self.problems: List[BaseException] = []
        self.recorded: Dict[int, int] = {}
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Takes no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection, self._random.random()), daemon=True).start()

    def _serve(self, connection: socket.socket, seed: float) -> None:
        try:
            with connection:
                Session(self, connection, random.Random(seed)).run()
        except (EOFError, ConnectionError):
            pass
        except BaseException as problem:  # noqa: BLE001: the test is told
            self.problems.append(problem)


class Session:
    """One connection of it."""

    def __init__(self, server: Unruly, connection: socket.socket, source: random.Random) -> None:
        self.server, self.socket, self.peer, self.random = server, connection, Peer(connection), source
        self.calls: Dict[int, Call] = {}
        self.last = 0
        self.leaving = False
        self.credit = 0

    def run(self) -> None:
        hello = self.peer.read()
        assert hello.kind == HELLO
        self.credit = m.ClientHello.FromString(hello.payload[8:]).initial_credit
        self.peer.send(frame(HELLO, payload=b"SLVG\0\1" + m.ServerHello(
            max_frame_bytes=65_536, max_streams=STREAMS, initial_credit=CREDIT_GIVEN, unary_deadline_ms=5_000,
            stream_deadline_ms=600_000, idle_ms=60_000).SerializeToString()))
        while not self.leaving or self.calls:
            # Reads all there is, then does something.
            while self._readable():
                self._take(self.peer.read())
            self._act()

    def _readable(self) -> bool:
        self.socket.settimeout(0 if any(self._ready()) else 0.002)
        try:
            if not self.socket.recv(1, socket.MSG_PEEK):
                raise EOFError
            return True
        except (BlockingIOError, socket.timeout):
            return False
        finally:
            self.socket.settimeout(10)

    def _ready(self) -> List[Call]:
        return [call for call in self.calls.values()
                if (call.answers and call.send_credit > 0) or (call.finished and not call.answers)]

    def _take(self, got: Any) -> None:
        if got.kind == REQUEST:
            assert got.stream > self.last, "numbers ascend"
            self.last = got.stream
            if self.leaving:
                return
            assert len(self.calls) < STREAMS, "more streams than there may be"
            call = self.calls[got.stream] = Call(got.stream, got.code)
            call.send_credit = self.credit
            self._ask(call, got.payload[4:], got.flags)
        elif got.kind == MESSAGE:
            call_ = self.calls.get(got.stream)
            if call_ is not None:
                assert call_.receive_credit > 0, "a MESSAGE without credit"
                call_.receive_credit -= len(got.payload)
                self._ask(call_, got.payload, 0)
        elif got.kind == HALF_CLOSE:
            if got.stream in self.calls:
                self.calls[got.stream].finished = True
        elif got.kind == CREDIT:
            if got.stream in self.calls:
                self.calls[got.stream].send_credit += int.from_bytes(got.payload, "big")
        elif got.kind == CANCEL:
            if got.stream in self.calls:
                self._end(self.calls[got.stream], 1, "cancelled")
        elif got.kind == PING:
            assert got.flags == 1 and got.payload == b"12345678", got
        else:
            raise EOFError if got.kind == GOAWAY and got.code == 0 else AssertionError(f"{got}")

    def _ask(self, call: Call, message: bytes, flags: int) -> None:
        if call.code == 0x0101:
            value = m.ResolveRequest.FromString(message).subject.identifier.value
            call.answers, call.finished = [m.ResolveResponse(profile_id=value).SerializeToString()], True
            call.send_credit = 1
        elif call.code == 0x0105:
            request = m.WatchRequest.FromString(message)
            start = getattr(request, "from") or 1
            call.answers = [
                m.WatchResponse(entries=[m.WatchResponse.Entry(sequence=n, kind="x" * self.random.randrange(300))],
                                next=n + 1).SerializeToString()
                for n in range(start, start + request.limit)]
            call.finished = True
        else:
            assert call.code == 0x0202 and not flags
            batch = m.RecordStreamRequest.FromString(message)
            self.server.recorded[batch.sequence] = len(batch.observations)
            call.answers.append(m.RecordStreamResponse(
                sequence=batch.sequence, accepted=len(batch.observations)).SerializeToString())

    def _act(self) -> None:
        dice = self.random.random()
        if dice < 0.002 and not self.leaving:
            self.leaving = True
            last = self.last
            if self.calls and self.random.random() < 0.5:
                # The last one was not looked at after all.
                last = self.calls.pop(max(self.calls)).number - 1
            self.peer.send(frame(GOAWAY, payload=last.to_bytes(4, "big")
                                 + m.ErrorDetail(code="draining").SerializeToString()))
        elif dice < 0.003:
            raise EOFError("breaks the connection off")
        elif dice < 0.05:
            self.peer.send(frame(PING, payload=b"12345678"))
        for call in list(self.calls.values()):
            if call.receive_credit < CREDIT_GIVEN // 2:
                self.peer.send(frame(CREDIT, call.number, (CREDIT_GIVEN - call.receive_credit).to_bytes(4, "big")))
                call.receive_credit = CREDIT_GIVEN
        ready = self._ready()
        if not ready:
            return
        call = self.random.choice(ready)
        if self.random.random() < 0.01:
            self._end(call, 14, "store_failed")
        elif not call.answers:
            self._end(call, 0)
        elif call.code == 0x0101:
            self.peer.send(frame(RESPONSE, call.number, call.answers[0]))
            del self.calls[call.number]
        else:
            call.send_credit -= len(call.answers[0])
            self.peer.send(frame(MESSAGE, call.number, call.answers.pop(0)))

    def _end(self, call: Call, status: int, code: Optional[str] = None) -> None:
        detail = m.ErrorDetail(code=code).SerializeToString() if code else b""
        self.peer.send(frame(RESPONSE, call.number, detail, code=status))
        del self.calls[call.number]


async def _drawn(stream: Any) -> List[Any]:
    return [each async for each in stream]


class OrderTests(unittest.TestCase):
    def play(self, driver: Any, seed: int) -> None:
        source = random.Random(seed)
        server = Unruly(seed)
        client = driver(server.address, attempts=30, initial_credit=2_000)
        drawn = list if driver is Sync else _drawn
        try:
            calls: List[Any] = []
            expected: List[Any] = []
            for number in range(60):
                kind = source.randrange(4)
                if kind < 2:
                    expected.append(f"n{number}")
                    calls.append(lambda c, n=number: c.resolve(f"email:n{n}", "service"))
                elif kind == 2:
                    count = source.randrange(1, 60)
                    expected.append(list(range(1, count + 1)))
                    calls.append(lambda c, n=count: drawn(c.watch("service", limit=n)))
                else:
                    count = source.randrange(1, 30)
                    first = number * 1_000 + 1
                    expected.append(list(range(first, first + count)))
                    calls.append(lambda c, first=first, n=count: drawn(
                        c.record_stream(batches(first, n, source.random()), window=5)))
            got = client.together(calls)
            for want, have in zip(expected, got):
                if isinstance(want, str):
                    self.assertEqual(getattr(have, "profile_id", have), want)
                else:
                    self.assertIsInstance(have, list, have)
                    # An acknowledgement may cover those before it that were lost with a connection.
                    numbers = [each.sequence for each in have]
                    self.assertEqual(numbers, sorted(set(numbers)))
                    self.assertEqual(numbers[-1], want[-1])
                    if hasattr(have[0], "kind"):
                        self.assertEqual(numbers, want)
                    else:
                        self.assertLessEqual(set(want), set(server.recorded))
        finally:
            client.close()
            server.close()
        self.assertEqual(server.problems, [])
        self.connections += server.connections

    def test_whatever_the_order_every_call_gets_its_own_answer(self) -> None:
        self.connections = 0
        first = int(os.environ.get("SELVEDGE_SEED", random.randrange(1 << 30)))
        for seed in range(first, first + (1 if "SELVEDGE_SEED" in os.environ else 4)):
            for driver in (Sync, Aio):
                with self.subTest(f"SELVEDGE_SEED={seed}", driver=driver.name):
                    self.play(driver, seed)
        if "SELVEDGE_SEED" not in os.environ:
            self.assertGreater(self.connections, 8, "nothing went wrong, so nothing was tested")


def batches(first: int, count: int, seed: float) -> Any:
    """Numbered batches of random size; some larger than the credit."""
    source = random.Random(seed)
    for number in range(first, first + count):
        seen = [selvedge.observation("web", ["cookie:c"]) for _ in range(source.choice([1, 10, 200]))]
        yield m.RecordStreamRequest(sequence=number, observations=seen)


if __name__ == "__main__":
    unittest.main()
