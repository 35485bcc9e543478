"""A server that plays a part: the test says what it reads and what it sends, byte by byte."""

from __future__ import annotations

import socket
import ssl
import threading
from typing import Callable, List, NamedTuple, Optional

PATIENCE = 10.0


class Frame(NamedTuple):
    """Cut by this file's own reading of the article, not by the client's."""

    kind: int
    flags: int
    code: int
    stream: int
    payload: bytes


def frame(kind: int, stream: int = 0, payload: bytes = b"", code: int = 0, flags: int = 0) -> bytes:
    """Bytes of a frame."""
    return (len(payload).to_bytes(4, "big") + bytes([kind, flags]) + code.to_bytes(2, "big")
            + stream.to_bytes(4, "big") + payload)


class Peer:
    """The server's side of one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.socket.settimeout(PATIENCE)

    def exactly(self, count: int) -> bytes:
        """So many bytes, or EOFError."""
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise EOFError(f"the client closed after {len(data)} of {count} bytes")
            data += piece
        return data

    def expect(self, expected: bytes) -> None:
        """Reads as many bytes and compares them."""
        got = self.exactly(len(expected))
        assert got == expected, f"expected {expected.hex()}, got {got.hex()}"

    def read(self) -> Frame:
        """The next frame."""
        header = self.exactly(12)
        length = int.from_bytes(header[:4], "big")
        return Frame(header[4], header[5], int.from_bytes(header[6:8], "big"), int.from_bytes(header[8:], "big"),
                     self.exactly(length))

    def send(self, data: bytes) -> None:
        """All of it."""
        self.socket.sendall(data)

    def is_silent(self, seconds: float = 0.15) -> bool:
        """Whether nothing comes for so long."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(1, socket.MSG_PEEK) == b"never"
        except (socket.timeout, BlockingIOError):
            return True
        finally:
            self.socket.settimeout(PATIENCE)

    def at_end(self) -> bool:
        """Whether the client closes, whatever it sends before."""
        try:
            while self.socket.recv(65_536):
                pass
        except ConnectionError:
            pass
        return True


class FakeServer:
    """Plays one script to a connection, in order; `problems` holds what went wrong in them."""

    def __init__(self, *scripts: Callable[[Peer], None], tls: Optional[ssl.SSLContext] = None,
                 path: Optional[str] = None) -> None:
        self._scripts = scripts
        self._tls = tls
        self.problems: List[BaseException] = []
        self.connections = 0
        if path is not None:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(path)
            self._listener.listen()
            self.address = f"unix://{path}"
        else:
            self._listener = socket.create_server(("127.0.0.1", 0))
            self.address = f"{'tls' if tls else 'tcp'}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._listener.settimeout(PATIENCE)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        for script in self._scripts:
            try:
                connection, _ = self._listener.accept()
                self.connections += 1
                if self._tls is not None:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                with connection:
                    script(Peer(connection))
            except BaseException as problem:  # noqa: BLE001: the test is told
                self.problems.append(problem)
                return
            finally:
                if script is self._scripts[-1]:
                    self._listener.close()

    def finish(self) -> None:
        """Waits for the last script, and raises what went wrong."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the server is still waiting for the client"
        for problem in self.problems:
            raise problem
