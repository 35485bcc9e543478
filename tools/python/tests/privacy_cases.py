"""What people may ask for under data protection law, whatever the way in."""

from __future__ import annotations

import json

import selvedge
from selvedge import messages as m
from selvedge import methods
from selvedge.errors import Status
from worlds import GENERIC, LOOK, PROFILE, World, case

REASON = "conformance"


@case()
def a_request_waits_for_another_principal(world: World) -> None:
    email, cookie = world.email(), world.cookie()
    world.seen(email, cookie)
    plan = world.transport.call(
        methods.PLAN_ERASURE, m.PlanErasureRequest(subject=selvedge.subject(email), look=LOOK))
    assert plan.held and {each.namespace for each in plan.taken} == {"email", "cookie"}, plan
    asked = world.transport.call(
        methods.REQUEST_ERASURE, m.RequestErasureRequest(subject=selvedge.subject(email), reason=REASON))
    assert asked.state == "requested" and len(asked.hash) == 32 and asked.due, asked
    world.fails(Status.PERMISSION_DENIED, None, lambda: world.transport.call(
        methods.APPROVE, m.ApproveRequest(number=asked.number, hash=asked.hash, reason=REASON)))
    assert world.resolve(email).outcome == PROFILE
    listed = [each for piece in world.transport.stream(methods.LIST_ERASURES, m.ListRequest()) for each in piece.erasures]
    assert [each.state for each in listed if each.number == asked.number] == ["requested"], listed
    rejected = world.transport.call(methods.REJECT, m.RejectRequest(number=asked.number, reason=REASON))
    assert rejected.state == "rejected" and rejected.steps[-1].by, rejected
    assert world.transport.call(methods.ERASURE_STATUS, m.StatusRequest(number=asked.number)) == rejected
    world.fails(Status.FAILED_PRECONDITION, "wrong_state", lambda: world.transport.call(
        methods.CERTIFICATE, m.CertificateRequest(number=asked.number)))


@case()
def what_is_restricted_is_stored_and_not_used(world: World) -> None:
    email = world.email()
    world.seen(email)
    subject = selvedge.subject(email)
    kept = world.transport.call(methods.RESTRICT, m.RestrictRequest(subject=subject, reason=REASON))
    assert kept.count == 1, kept
    assert world.resolve(email, "marketing").outcome == world.resolve(email).outcome == GENERIC
    lifted = world.transport.call(
        methods.LIFT, m.LiftRequest(subject=subject, kind="restriction", reason=REASON))
    assert lifted.count == 1 and world.resolve(email).outcome == PROFILE, lifted


@case()
def all_that_is_held_is_one_document(world: World) -> None:
    email, cookie = world.email(), world.cookie()
    world.seen(email, cookie)
    request = m.AccessRequest(subject=selvedge.subject(email), look=LOOK)
    pieces = world.transport.stream(methods.ACCESS, request)
    document = json.loads(b"".join(each.document for each in pieces))
    assert document["schema"] == "selvedge.subject-access/1", document
    assert {each["namespace"] for each in document["identifiers"]} == {"email", "cookie"}, document
    assert "@example.net" not in json.dumps(document), "a raw value in the document"
    request.html = True
    page = b"".join(each.document for each in world.transport.stream(methods.ACCESS, request))
    assert page.startswith(b"<!DOCTYPE html>"), page[:40]


@case()
def an_act_takes_a_reason(world: World) -> None:
    subject = selvedge.subject(world.email())
    for method, request in (
        (methods.REQUEST_ERASURE, m.RequestErasureRequest(subject=subject)),
        (methods.RESTRICT, m.RestrictRequest(subject=subject)),
        (methods.OBJECT, m.ObjectRequest(subject=subject, reason="x" * 1_025)),
    ):
        error = world.fails(Status.INVALID_ARGUMENT, "missing_field", lambda: world.transport.call(method, request))
        assert error.field == "reason" and error.limit == 1_024, error
    world.fails(Status.NOT_FOUND, "unknown_erasure", lambda: world.transport.call(
        methods.ERASURE_STATUS, m.StatusRequest(number=2**40)))
