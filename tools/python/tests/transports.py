"""One face for the three ways in, at the level of messages: the same cases run over each."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, List, Optional

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent),
                str(Path(__file__).parent.parent / "examples")]

from drivers import Aio, Sync  # noqa: E402
from selvedge import methods  # noqa: E402
from selvedge.methods import Method  # noqa: E402


class Wire:
    """Either client of the wire protocol."""

    def __init__(self, driver: Any, address: str, token: Optional[str], ca: Optional[str]) -> None:
        self.name: str = driver.name
        self.driver = driver(address, token=token, ca=ca)

    def call(self, method: Method, request: Any, timeout: float = 10) -> Any:
        """A unary call."""
        return self.driver.call("call", method, request, timeout)

    def stream(self, method: Method, request: Any, timeout: float = 30) -> List[Any]:
        """All that a stream brings; RecordStream takes a list of requests."""
        return self.driver.collect("call", method, request, timeout)

    def first(self, count: int, method: Method, request: Any, timeout: float = 30) -> List[Any]:
        """The first messages of a stream, which is then cancelled."""
        return self.driver.first(count, "call", method, request, timeout)

    def close(self) -> None:
        """Ends it."""
        self.driver.close()


class Grpc:
    """grpcio."""

    name = "grpc"

    def __init__(self, address: str, token: Optional[str], ca: Optional[str]) -> None:
        from grpc_client import GrpcClient

        self.client = GrpcClient(address, token=token, ca=ca)

    def call(self, method: Method, request: Any, timeout: float = 10) -> Any:
        """A unary call."""
        return self.client.call(method, request, timeout)

    def stream(self, method: Method, request: Any, timeout: float = 30) -> List[Any]:
        """All that a stream brings; RecordStream takes a list of requests."""
        return list(self.client.call(method, iter(request) if method is methods.RECORD_STREAM else request, timeout))

    def first(self, count: int, method: Method, request: Any, timeout: float = 30) -> List[Any]:
        """The first messages of a stream, which is then cancelled."""
        responses = self.client.call(method, request, timeout)
        got = [next(responses) for _ in range(count)]
        responses.cancel()
        return got

    def close(self) -> None:
        """Ends it."""
        self.client.close()


def transports(address: str, token: Optional[str], grpc: Optional[str], ca: Optional[str]) -> List[Any]:
    """Those that there are addresses for."""
    found: List[Any] = [Wire(Sync, address, token, ca), Wire(Aio, address, token, ca)]
    return found + ([Grpc(grpc, token, ca)] if grpc else [])
