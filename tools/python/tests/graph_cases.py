"""Identity and ingest: what a server must do, whatever the way in. A case raises where it does not hold; it may return
a remark."""

from __future__ import annotations

import hashlib
import time

import selvedge
from selvedge import messages as m
from selvedge import methods
from selvedge.errors import Status
from worlds import DAY_MS, GENERIC, LOOK, PROFILE, World, case, content_digest, entries, taken


@case()
def the_server_serves(world: World) -> None:
    got = world.transport.call(methods.HEALTH, m.HealthCheckRequest())
    assert got.status == m.HealthCheckResponse.SERVING, got


@case()
def what_was_recorded_resolves(world: World) -> None:
    email, cookie = world.email(), world.cookie()
    world.seen(email, cookie)
    by_email, by_cookie = world.resolve(email, members=True), world.resolve(cookie)
    assert by_email.outcome == PROFILE, by_email
    assert len(by_email.profile_id) == 30 and by_email.profile_id.startswith("prf_"), by_email
    assert by_email.profile_id == by_cookie.profile_id, (by_email, by_cookie)
    assert by_email.member_count == 2 and len(by_email.members) == 2, by_email
    assert [each.namespace for each in by_email.members] == ["cookie", "email"], by_email
    assert all(len(each.key) == 16 for each in by_email.members), by_email
    assert not by_cookie.members, by_cookie
    assert world.resolve(by_email.profile_id).profile_id == by_email.profile_id


@case()
def recording_again_changes_nothing(world: World) -> None:
    email, cookie, now = world.email(), world.cookie(), int(time.time() * 1000)
    world.seen(email, cookie, time_ms=now)
    before = content_digest(world)
    world.seen(email, cookie, time_ms=now)
    assert content_digest(world) == before


@case()
def unknown_forged_and_not_permitted_look_alike(world: World) -> None:
    email = world.email()
    world.seen(email)
    answers = [world.resolve(world.email()), world.resolve("prf_" + 26 * "0"), world.resolve(email, "marketing"),
               world.resolve(f"record:web:{world.name()}")]
    assert all(each == m.ResolveResponse(outcome=GENERIC) for each in answers), answers


@case()
def a_batch_answers_in_order_and_refuses_by_item(world: World) -> None:
    emails = [world.email() for _ in range(50)]
    world.record(*[selvedge.observation("web", [each]) for each in emails[::2]])
    subjects = [selvedge.subject(each) for each in emails + ["email:no address"]]
    got = world.transport.call(
        methods.RESOLVE_BATCH, m.ResolveBatchRequest(subjects=subjects, purpose="service")).results
    assert [each.outcome for each in got[:50]] == [PROFILE, GENERIC] * 25, got
    assert got[50].outcome == m.ResolveResponse.OUTCOME_REFUSED and got[50].refusal.reason, got[50]
    assert "no address" not in str(got[50]), got[50]


@case()
def a_hash_meets_what_was_sent_raw(world: World) -> None:
    email = world.email()
    world.seen(email)
    digest = hashlib.sha256(email.partition(":")[2].encode()).digest()
    assert world.resolve(("email", digest)).profile_id == world.resolve(email).profile_id


@case()
def a_bad_item_is_refused_and_the_rest_taken(world: World) -> None:
    email, now = world.email(), int(time.time() * 1000)
    observations = [selvedge.observation("web", [email]), selvedge.observation("web", [email], time_ms=now + 2 * DAY_MS),
                    selvedge.observation("web", [email, "email:test@test.com"])]
    got = world.transport.call(methods.RECORD, m.RecordRequest(observations=observations)).outcomes
    assert taken(got[0]) and not got[0].dropped, got
    assert got[1].kind == m.ItemOutcome.KIND_REFUSED and got[1].refusal.reason, got
    assert taken(got[2]) and len(got[2].dropped) == 1, got


@case()
def a_record_resolves_until_it_is_retracted(world: World) -> None:
    name, email = world.name(), world.email()
    world.seen(email, record_id=name)
    assert world.resolve(f"record:web:{name}").profile_id == world.resolve(email).profile_id
    record = m.RecordName(source="web", record_id=name)
    world.transport.call(methods.RETRACT, m.RetractRequest(record=record))
    assert world.resolve(f"record:web:{name}").outcome == GENERIC
    assert world.resolve(email).outcome == GENERIC


@case()
def an_explanation_names_the_way(world: World) -> None:
    email, cookie, other = world.email(), world.cookie(), world.email()
    world.seen(email, cookie)
    world.seen(other)

    def explain(second: str) -> m.ExplainResponse:
        return world.transport.call(methods.EXPLAIN, m.ExplainRequest(
            first=selvedge.subject(email), second=selvedge.subject(second), purpose="service"))

    got = explain(cookie)
    assert got.relation == "one_profile" and len(got.path) == 1 and got.text, got
    assert [each.source for each in got.path[0].support] == ["web"], got
    assert explain(other).relation != "one_profile"


@case()
def simulating_changes_nothing(world: World) -> None:
    email, cookie = world.email(), world.cookie()
    before = content_digest(world)
    got = world.transport.call(methods.SIMULATE, m.SimulateRequest(
        observations=[selvedge.observation("web", [email, cookie])], purpose="service"))
    assert len(got.results) == 1 and taken(got.results[0].outcome), got
    assert content_digest(world) == before
    assert world.resolve(email).outcome == GENERIC


@case()
def a_stream_of_batches_is_acknowledged_in_order(world: World) -> str:
    batches, last = [], world.cookie()
    for number in range(1, 41):
        seen = [selvedge.observation("web", [world.cookie()]) for _ in range(250)]
        batches.append(m.RecordStreamRequest(sequence=number * 10, observations=seen))
    batches[-1].observations.append(selvedge.observation("web", [last]))
    bytes_sent = sum(each.ByteSize() for each in batches)
    assert bytes_sent > 262_144, "it must be more than the first credit"
    got = world.transport.stream(methods.RECORD_STREAM, batches)
    assert [each.sequence for each in got] == [each.sequence for each in batches], got
    assert sum(each.accepted for each in got) == 40 * 250 + 1, got
    assert not any(each.exceptions for each in got), got
    assert world.resolve(last).outcome == PROFILE
    return f"{bytes_sent} bytes"


@case()
def a_stream_names_its_exceptions(world: World) -> None:
    observations = [selvedge.observation("web", [world.cookie()]), selvedge.observation("web", ["email:no address"])]
    got = world.transport.stream(
        methods.RECORD_STREAM, [m.RecordStreamRequest(sequence=7, observations=observations)])
    assert [(each.sequence, each.accepted) for each in got] == [(7, 1)], got
    assert [(each.index, taken(each.outcome)) for each in got[0].exceptions] == [(1, False)], got


@case()
def the_feed_ascends_and_goes_on(world: World) -> None:
    world.seen(world.email())
    first = entries(world.transport.stream(methods.WATCH, m.WatchRequest(look=LOOK)))
    numbers = [each.sequence for each in first]
    assert numbers and numbers == sorted(set(numbers)), numbers
    email = world.email()
    world.seen(email)
    request = m.WatchRequest(look=LOOK, limit=1)
    setattr(request, "from", numbers[-1] + 1)
    then = entries(world.transport.stream(methods.WATCH, request))
    assert [each.kind for each in then] == ["created"], then
    assert then[0].profile_id == world.resolve(email).profile_id, then
    setattr(request, "from", numbers[-1] + 1_000_000)
    world.fails(Status.OUT_OF_RANGE, "feed_ahead", lambda: world.transport.stream(methods.WATCH, request))


@case()
def a_stream_ends_at_its_deadline(world: World) -> None:
    started = time.monotonic()
    request = m.WatchRequest(look=LOOK, follow=True)
    # Whoever is first says so: grpcio by itself has no detail.
    world.fails(Status.DEADLINE_EXCEEDED, None, lambda: world.transport.stream(methods.WATCH, request, 0.5))
    assert 0.3 < time.monotonic() - started < 4, "it came at another time"


@case()
def a_stream_can_be_left(world: World) -> None:
    world.seen(world.email())
    for _ in range(20):
        got = world.transport.first(1, methods.WATCH, m.WatchRequest(look=LOOK, follow=True))
        assert got[0].entries, got
    world.transport.call(methods.HEALTH, m.HealthCheckRequest())
