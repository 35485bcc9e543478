#!/usr/bin/env python3
"""The same over gRPC, by grpcio and the generated messages alone: no stub has to be generated.

    grpc_client.py [--server 127.0.0.1:7421] [--token-file FILE] [--ca FILE] [--purpose service]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Iterable, Iterator, Optional

import grpc

sys.path.insert(0, str(Path(__file__).parent.parent))

import selvedge  # noqa: E402
from selvedge import messages as m  # noqa: E402
from selvedge import methods  # noqa: E402
from selvedge.methods import Kind, Method  # noqa: E402


class GrpcClient:
    """Calls methods over a channel. Raises selvedge.Error, as the wire's client does."""

    def __init__(self, address: str, *, token: Optional[str] = None, ca: Optional[str] = None) -> None:
        # A batch may be as large as a frame.
        options = [("grpc.max_receive_message_length", 4 * 1_048_576)]
        if ca is None:
            self._channel = grpc.insecure_channel(address, options)
        else:
            self._channel = grpc.secure_channel(
                address, grpc.ssl_channel_credentials(Path(ca).read_bytes()), options)
        self._metadata = [("authorization", f"Bearer {token}")] if token else []

    def close(self) -> None:
        """Ends the channel."""
        self._channel.close()

    def call(self, method: Method, request: Any, timeout: Optional[float] = 5) -> Any:
        """A unary call's response; of one that streams an iterator, whose `cancel` gives it up. RecordStream takes an
        iterable of requests."""
        callable_ = self._callable(method)
        if method.kind is not Kind.UNARY:
            return _Responses(callable_(request, timeout=timeout, metadata=self._metadata))
        try:
            return callable_(request, timeout=timeout, metadata=self._metadata)
        except grpc.RpcError as problem:
            raise error(problem) from None

    def raw(self, path: str, request: bytes) -> bytes:
        """Bytes as they are to any path."""
        try:
            return self._channel.unary_unary(path)(request, timeout=5, metadata=self._metadata)
        except grpc.RpcError as problem:
            raise error(problem) from None

    def _callable(self, method: Method) -> Any:
        make = {Kind.UNARY: self._channel.unary_unary, Kind.SERVER_STREAM: self._channel.unary_stream,
                Kind.BIDIRECTIONAL: self._channel.stream_stream}[method.kind]
        return make(method.path, request_serializer=method.request.SerializeToString,
                    response_deserializer=method.response.FromString)


class _Responses:
    """A stream's, with its errors turned into ours."""

    def __init__(self, call: Any) -> None:
        self._call = call

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        try:
            return next(self._call)
        except grpc.RpcError as problem:
            raise error(problem) from None

    def cancel(self) -> None:
        """Gives the call up."""
        self._call.cancel()


def error(problem: Any) -> selvedge.Error:
    """The status, and the detail from the trailer."""
    status = problem.code().value[0]
    for key, value in problem.trailing_metadata() or ():
        if key == "selvedge-error-bin":
            return selvedge.Error.of(status, value)
    return selvedge.Error(selvedge.Status.of(status), "", problem.details() or "")


def batches(count: int, size: int) -> Iterable[m.RecordStreamRequest]:
    """Numbered from 1."""
    for number in range(1, count + 1):
        seen = [selvedge.observation("web", [f"cookie:c-{number}-{n}"]) for n in range(size)]
        yield m.RecordStreamRequest(sequence=number, observations=seen)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", default="127.0.0.1:7421")
    parser.add_argument("--token-file", type=Path)
    parser.add_argument("--ca")
    parser.add_argument("--purpose", default="service")
    options = parser.parse_args()
    token = options.token_file.read_text().strip() if options.token_file else None

    client = GrpcClient(options.server, token=token, ca=options.ca)
    seen = selvedge.observation("web", ["email:ada@example.net", "cookie:c-1815"])
    print(client.call(methods.RECORD, m.RecordRequest(observations=[seen])))
    print(client.call(methods.RESOLVE, m.ResolveRequest(
        subject=selvedge.subject("cookie:c-1815"), purpose=options.purpose, members=True)))
    for acknowledgement in client.call(methods.RECORD_STREAM, batches(3, 1_000), timeout=60):
        print(f"batch {acknowledgement.sequence}: {acknowledgement.accepted} accepted")
    client.close()


if __name__ == "__main__":
    try:
        main()
    except selvedge.Error as failure:
        sys.exit(str(failure))
