"""Frames that no client of ours sends, or not in that order, against a server. Bytes as in the article."""

from __future__ import annotations

import socket
from typing import Callable, Dict, Optional, Tuple

from fake_server import Frame, Peer, frame
from selvedge import messages as m
from selvedge._policy import Address

HELLO, REQUEST, MESSAGE, HALF_CLOSE, RESPONSE, CANCEL, CREDIT, PING, GOAWAY = range(1, 10)
HEALTH = 0x0002

ALL: Dict[str, Callable[[str, Optional[str]], Optional[str]]] = {}


def case(function: Callable[[Peer, bytes], Optional[str]]) -> Callable[[Peer, bytes], Optional[str]]:
    """Enters a function that is given a new connection and the bytes of a HELLO."""
    def run(address: str, token: Optional[str]) -> Optional[str]:
        place = Address.parse(address)
        if place.scheme == "unix":
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(place.host)
        else:
            connection = socket.create_connection((place.host, place.port))
        with connection:
            return function(Peer(connection), hello(token or ""))

    ALL[function.__name__] = run
    return function


def hello(token: str = "", low: int = 1, high: int = 1, magic: bytes = b"SLVG") -> bytes:
    payload = magic + low.to_bytes(2, "big") + high.to_bytes(2, "big")
    return frame(HELLO, payload=payload + m.ClientHello(token=token, agent="raw").SerializeToString())


def request(stream: int, code: int = HEALTH, message: bytes = b"", flags: int = 1) -> bytes:
    return frame(REQUEST, stream, bytes(4) + message, code=code, flags=flags)


def greeted(peer: Peer, opening: bytes) -> m.ServerHello:
    """Reads the server's HELLO."""
    peer.send(opening)
    got = peer.read()
    assert (got.kind, got.flags, got.code, got.stream) == (HELLO, 0, 0, 0), got
    assert got.payload[:6] == b"SLVG\0\1", got
    return m.ServerHello.FromString(got.payload[6:])


def ended(peer: Peer, status: int, *codes: str) -> None:
    """The server says goodbye for that reason, and closes."""
    got = peer.read()
    while got.kind != GOAWAY:
        got = peer.read()
    detail = m.ErrorDetail.FromString(got.payload[4:])
    assert (got.code, got.stream, got.flags) == (status, 0, 0) and detail.code in codes, (got, detail)
    assert detail.message, "it says nothing to people"
    assert peer.at_end()


def served(peer: Peer, stream: int) -> None:
    """The connection still answers."""
    peer.send(request(stream))
    got = peer.read()
    assert (got.kind, got.code, got.stream) == (RESPONSE, 0, stream), got


def refusal(got: Frame) -> Tuple[int, str]:
    """Of a RESPONSE that is an error."""
    assert got.kind == RESPONSE, got
    return got.code, m.ErrorDetail.FromString(got.payload).code


@case
def a_hello_names_the_limits(peer: Peer, opening: bytes) -> None:
    got = greeted(peer, opening)
    assert got.max_frame_bytes and got.max_streams and got.initial_credit and got.max_batch, got
    assert got.unary_deadline_ms and got.stream_deadline_ms and got.idle_ms and got.server, got


@case
def a_request_may_follow_the_hello_at_once(peer: Peer, opening: bytes) -> None:
    greeted(peer, opening + request(1))
    assert peer.read()[:4] == (RESPONSE, 0, 0, 1)


@case
def frames_may_come_byte_by_byte(peer: Peer, opening: bytes) -> None:
    peer.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1) if peer.socket.family != socket.AF_UNIX else None
    for index in range(len(opening)):
        peer.send(opening[index:index + 1])
    greeted(peer, b"")
    for index in range(len(request(1))):
        peer.send(request(1)[index:index + 1])
    assert peer.read()[:4] == (RESPONSE, 0, 0, 1)


@case
def another_magic_is_refused(peer: Peer, opening: bytes) -> None:
    peer.send(hello(magic=b"HTTP"))
    ended(peer, 3, "protocol_error")


@case
def something_else_first_is_refused(peer: Peer, opening: bytes) -> None:
    peer.send(request(1))
    ended(peer, 3, "protocol_error")


@case
def a_second_hello_is_refused(peer: Peer, opening: bytes) -> None:
    greeted(peer, opening)
    peer.send(opening)
    ended(peer, 3, "protocol_error")


@case
def an_unknown_version_is_refused(peer: Peer, opening: bytes) -> None:
    peer.send(hello(low=9, high=12))
    ended(peer, 12, "unsupported_version")


@case
def of_versions_the_highest_of_both_is_taken(peer: Peer, opening: bytes) -> None:
    greeted(peer, hello(low=0, high=500))


@case
def a_token_that_is_none_is_refused(peer: Peer, opening: bytes) -> Optional[str]:
    if opening == hello():
        return "not tried: there is no authentication"
    peer.send(hello("x.y.z"))
    ended(peer, 16, "unauthenticated")
    return None


@case
def a_frame_past_the_limit_is_refused_by_its_header(peer: Peer, opening: bytes) -> None:
    limit = greeted(peer, opening).max_frame_bytes
    peer.send((limit + 1).to_bytes(4, "big") + request(1)[4:12])
    ended(peer, 3, "protocol_error", "frame_too_large")


@case
def a_hello_past_its_limit_is_refused(peer: Peer, opening: bytes) -> None:
    peer.send((16_385).to_bytes(4, "big") + opening[4:12])
    ended(peer, 3, "protocol_error", "frame_too_large")


def breach(name: str, data: bytes) -> None:
    """A case of its own for frames behind a HELLO and a REQUEST on stream 5."""
    def play(peer: Peer, opening: bytes) -> None:
        greeted(peer, opening)
        served(peer, 5)
        peer.send(data)
        ended(peer, 3, "protocol_error")

    play.__name__ = name
    case(play)


breach("an_unknown_kind_is_a_breach", frame(77))
breach("a_kind_of_zero_is_a_breach", frame(0))
breach("an_unknown_flag_is_a_breach", frame(REQUEST, 6, bytes(4), code=HEALTH, flags=3))
breach("a_response_from_a_client_is_a_breach", frame(RESPONSE, 5))
breach("a_stream_number_that_does_not_ascend_is_a_breach", request(5))
breach("a_request_without_a_stream_is_a_breach", request(0))
breach("a_request_without_its_deadline_is_a_breach", frame(REQUEST, 6, bytes(3), code=HEALTH, flags=1))
breach("a_ping_on_a_stream_is_a_breach", frame(PING, 5, bytes(8)))
breach("a_ping_of_seven_is_a_breach", frame(PING, 0, bytes(7)))
breach("a_credit_of_three_is_a_breach", frame(CREDIT, 5, bytes(3)))
breach("a_cancel_with_a_payload_is_a_breach", frame(CANCEL, 5, b"x"))
breach("a_cancel_with_a_code_is_a_breach", frame(CANCEL, 5, code=1))
breach("a_message_on_a_stream_never_opened_is_a_breach", frame(MESSAGE, 900, b""))


@case
def cancel_and_credit_for_what_is_gone_are_ignored(peer: Peer, opening: bytes) -> None:
    greeted(peer, opening)
    served(peer, 1)
    peer.send(frame(CANCEL, 1) + frame(CREDIT, 1, (9).to_bytes(4, "big")))
    served(peer, 2)


@case
def a_ping_is_answered_with_its_bytes(peer: Peer, opening: bytes) -> None:
    greeted(peer, opening)
    peer.send(frame(PING, payload=b"12345678"))
    peer.expect(bytes.fromhex("00000008" "08" "01" "0000" "00000000") + b"12345678")


@case
def an_unknown_method_is_refused_and_the_connection_goes_on(peer: Peer, opening: bytes) -> None:
    greeted(peer, opening)
    peer.send(request(1, code=0x7777))
    assert refusal(peer.read()) == (12, "unknown_method")
    served(peer, 2)


@case
def a_message_that_cannot_be_read_is_refused_and_the_connection_goes_on(peer: Peer, opening: bytes) -> None:
    greeted(peer, opening)
    peer.send(request(1, code=0x0101, message=b"\xff\xff"))
    assert refusal(peer.read()) in ((3, "malformed_message"), (16, "unauthenticated"))
    served(peer, 2)


@case
def one_stream_too_many_is_refused_and_the_connection_goes_on(peer: Peer, opening: bytes) -> None:
    count = greeted(peer, opening).max_streams
    # Streams without END stay open, for they wait for batches.
    for stream in range(1, count + 2):
        peer.send(request(stream, code=0x0202, flags=0))
    got = peer.read()
    assert got.stream == count + 1 and refusal(got) == (8, "too_many_streams"), got
    peer.send(frame(CANCEL, 1))
    assert refusal(peer.read()) == (1, "cancelled")
    served(peer, count + 2)


@case
def a_stream_may_be_half_closed_without_a_batch(peer: Peer, opening: bytes) -> None:
    greeted(peer, opening)
    peer.send(request(1, code=0x0202, flags=0) + frame(HALF_CLOSE, 1))
    got = peer.read()
    assert (got.kind, got.code, got.stream, got.payload) == (RESPONSE, 0, 1, b""), got


@case
def more_credit_than_there_may_be_is_a_breach(peer: Peer, opening: bytes) -> None:
    greeted(peer, opening)
    peer.send(request(1, code=0x0202, flags=0) + frame(CREDIT, 1, (0x7FFF_FFFF).to_bytes(4, "big")))
    ended(peer, 3, "protocol_error")


@case
def a_flood_of_pings_ends_the_connection(peer: Peer, opening: bytes) -> None:
    greeted(peer, opening)
    peer.send(frame(PING, payload=bytes(8)) * 2_000)
    ended(peer, 8, "too_many_control_frames")
