"""Errors, callers, and the client's own share, whatever the way in."""

from __future__ import annotations

import time
from typing import Any, List

import selvedge
from selvedge import messages as m
from selvedge import methods
from selvedge.errors import Status
from transports import Grpc, Wire
from worlds import World, case


@case()
def errors_say_what_was_wrong_and_where(world: World) -> None:
    email = world.email()
    fails, resolve = world.fails, world.resolve
    invalid = Status.INVALID_ARGUMENT
    assert fails(invalid, "unknown_purpose", lambda: resolve(email, "nothing")).field == "purpose"
    assert fails(invalid, "missing_field", lambda: resolve(m.Subject())).field.startswith("subject")
    assert fails(invalid, "missing_field", lambda: resolve(email, "")).field == "purpose"
    wrong = fails(invalid, "", lambda: resolve("email:no address"))
    assert wrong.field.startswith("subject") and "no address" not in str(wrong), wrong


@case()
def batches_are_bounded(world: World) -> None:
    def batch(count: int) -> Any:
        return world.transport.call(methods.RESOLVE_BATCH, m.ResolveBatchRequest(
            subjects=[selvedge.subject(world.email()) for _ in range(count)], purpose="service"))

    def record(count: int) -> Any:
        seen = [selvedge.observation("web", [world.cookie()]) for _ in range(count)]
        return world.transport.call(methods.RECORD, m.RecordRequest(observations=seen))

    for make in (batch, record):
        world.fails(Status.INVALID_ARGUMENT, "batch_empty", lambda make=make: make(0))
        assert world.fails(Status.INVALID_ARGUMENT, "batch_too_large", lambda make=make: make(1_001)).limit == 1_000
    assert len(batch(1_000).results) == 1_000
    assert len(record(1_000).outcomes) == 1_000


@case("grpc")
def what_grpc_cannot_read_is_refused(world: World) -> None:
    raw = world.transport.client.raw
    world.fails(Status.UNIMPLEMENTED, None, lambda: raw("/selvedge.v1.Identity/Nothing", b""))
    try:
        raw(methods.RESOLVE.path, b"\xff")
    except selvedge.Error as error:
        assert error.status in (Status.INVALID_ARGUMENT, Status.INTERNAL), error
    else:
        raise AssertionError("it was taken")




def stranger(world: World) -> Any:
    """The same transport, for nobody."""
    if world.transport.name == "grpc":
        assert world.grpc is not None
        return Grpc(world.grpc, None, world.ca)
    return Wire(type(world.transport.driver), world.address, None, world.ca)


@case()
def nobody_is_told_the_health_alone(world: World) -> str:
    if not world.token:
        return "not tried: there is no authentication"
    nobody = stranger(world)
    try:
        assert nobody.call(methods.HEALTH, m.HealthCheckRequest()).status == m.HealthCheckResponse.SERVING
        for method in methods.ALL.values():
            if method in (methods.HEALTH, methods.AUTHENTICATE):
                continue
            if method.kind is methods.Kind.UNARY:
                world.fails(Status.UNAUTHENTICATED, "unauthenticated",
                            lambda method=method: nobody.call(method, method.request()))
            else:
                request: Any = method.request()
                if method is methods.RECORD_STREAM:
                    request = [m.RecordStreamRequest(sequence=1)]
                world.fails(Status.UNAUTHENTICATED, "unauthenticated",
                            lambda method=method, request=request: nobody.stream(method, request))
    finally:
        nobody.close()
    return f"{len(methods.ALL)} methods"


@case("wire-sync", "wire-aio")
def a_connection_takes_a_token_later(world: World) -> str:
    if not world.token:
        return "not tried: there is no authentication"
    nobody = stranger(world)
    try:
        world.fails(Status.UNAUTHENTICATED, "unauthenticated",
                    lambda: nobody.call(methods.DESCRIBE, m.DescribeRequest()))
        world.fails(Status.UNAUTHENTICATED, "unauthenticated",
                    lambda: nobody.call(methods.AUTHENTICATE, m.AuthenticateRequest(token="x.y.z")))
        got = nobody.call(methods.AUTHENTICATE, m.AuthenticateRequest(token=world.token))
        assert got.principal and got.expires_ms > time.time() * 1000, got
        nobody.call(methods.DESCRIBE, m.DescribeRequest())
    finally:
        nobody.close()
    return ""


# The client's own share.


@case("wire-sync", "wire-aio")
def many_calls_at_once_get_their_own_answers(world: World) -> str:
    emails = [world.email() for _ in range(300)]
    world.record(*[selvedge.observation("web", [each]) for each in emails])
    expected: List[str] = [world.resolve(each).profile_id for each in emails]
    started = time.monotonic()
    got = world.transport.driver.together(
        [lambda client, each=each: client.resolve(each, "service") for each in emails])
    assert [each.profile_id for each in got] == expected, "answers are mixed up"
    return f"{len(emails) / (time.monotonic() - started):.0f} a second, by {type(world.transport.driver).__name__}"


@case("wire-sync", "wire-aio")
def a_ping_comes_back(world: World) -> None:
    assert world.transport.driver.call("ping") < 5
