"""What a server must do, whatever the way in. A case raises where it does not hold; it may return a remark."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from typing import Any, Callable, Dict, List, Optional

import selvedge
from selvedge import messages as m
from selvedge import methods
from selvedge.errors import Status
from transports import Grpc, Wire

PROFILE = m.ResolveResponse.OUTCOME_PROFILE
GENERIC = m.ResolveResponse.OUTCOME_GENERIC
LOOK = m.Look(reason="conformance")
DAY_MS = 86_400_000
#: Cases by name, and the transports that they are for; none: all.
_ALL: Dict[str, Any] = {}


class World:
    """A transport, and names that nobody else has."""

    def __init__(self, transport: Any, address: str, token: Optional[str], grpc: Optional[str],
                 ca: Optional[str]) -> None:
        self.transport = transport
        self.address, self.token, self.grpc, self.ca = address, token, grpc, ca
        self._run = uuid.uuid4().hex[:10]
        self._count = 0

    def name(self) -> str:
        """A new one."""
        self._count += 1
        return f"{self.transport.name}-{self._run}-{self._count}"

    def email(self) -> str:
        """As a subject: `email:...`."""
        return f"email:{self.name()}@example.net"

    def cookie(self) -> str:
        """As a subject: `cookie:...`."""
        return f"cookie:{self.name()}"

    def record(self, *observations: m.Observation) -> m.RecordResponse:
        """Records, and sees that nothing was refused."""
        response = self.transport.call(methods.RECORD, m.RecordRequest(observations=observations))
        assert len(response.outcomes) == len(observations), response
        assert all(taken(each) for each in response.outcomes), response
        return response

    def seen(self, *identifiers: str, **fields: Any) -> None:
        """Records that identifiers were seen together."""
        self.record(selvedge.observation("web", identifiers, **fields))

    def resolve(self, subject: Any, purpose: str = "service", **fields: Any) -> m.ResolveResponse:
        """Asks who it is."""
        return self.transport.call(methods.RESOLVE, m.ResolveRequest(
            subject=selvedge.subject(subject), purpose=purpose, **fields))

    def decide(self, identifier: str, decision: str) -> m.DecideResponse:
        """Decides on marketing, for the whole profile."""
        return self.transport.call(methods.DECIDE, m.DecideRequest(
            source="web", identifiers=[selvedge.identifier(identifier)],
            decisions=[m.Decision(purpose="marketing", decision=decision, scope="profile")]))

    def fails(self, status: Status, code: Optional[str], work: Callable[[], Any]) -> selvedge.Error:
        """The error that the work must end with; code "": any, None: or none."""
        try:
            got = work()
        except selvedge.Error as error:
            assert error.status is status, error
            assert code is None or (error.code == code if code else error.code), error
            return error
        raise AssertionError(f"expected {status.name} {code}, got {type(got).__name__}")


def taken(outcome: m.ItemOutcome) -> bool:
    return outcome.kind not in (m.ItemOutcome.KIND_REFUSED, m.ItemOutcome.KIND_UNSPECIFIED)


def case(*only: str) -> Callable[[Callable[[World], Optional[str]]], Callable[[World], Optional[str]]]:
    """Enters a function in the list under its own name."""
    def enter(function: Callable[[World], Optional[str]]) -> Callable[[World], Optional[str]]:
        _ALL[function.__name__] = (only, function)
        return function

    return enter


def of(transport: str) -> Dict[str, Callable[[World], Optional[str]]]:
    """The cases of a transport."""
    return {name: function for name, (only, function) in _ALL.items() if not only or transport in only}


# Identity and ingest.


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


# Consent.


@case()
def a_withdrawal_holds_from_its_acknowledgement(world: World) -> None:
    email = world.email()
    world.seen(email)
    assert world.resolve(email, "marketing").outcome == GENERIC
    granted = world.decide(email, "granted")
    assert [each.purpose for each in granted.outcomes] == ["marketing"], granted
    assert len(granted.outcomes[0].id) == 32 and granted.outcomes[0].effect == "entered", granted
    assert world.resolve(email, "marketing").outcome == PROFILE
    world.decide(email, "withdrawn")
    assert world.resolve(email, "marketing").outcome == GENERIC
    assert world.resolve(email, "service").outcome == PROFILE


@case()
def privacy_is_told_why(world: World) -> None:
    email = world.email()
    world.seen(email)
    world.decide(email, "denied")
    subject = selvedge.subject(email)
    got = world.transport.call(
        methods.CONSENT_CHECK, m.ConsentCheckRequest(subject=subject, purpose="marketing", look=LOOK)).results
    assert [(each.purpose, each.outcome) for each in got] == [("marketing", "generic")] and got[0].reason, got
    entries_ = world.transport.call(methods.LEDGER, m.LedgerRequest(subject=subject, look=LOOK)).entries
    assert [(each.decision, each.scope, each.source) for each in entries_] == [("denied", "profile", "web")], entries_
    proofs = world.transport.call(methods.PROVE, m.ProveRequest(subject=subject, look=LOOK)).records
    assert len(proofs) == 1 and isinstance(json.loads(proofs[0]), dict), proofs
    looked = world.resolve(email, "marketing", look=LOOK)
    assert looked.view.purpose == "marketing" and looked.view.reason, looked


# Admin.


@case()
def the_store_describes_itself(world: World) -> None:
    got = world.transport.call(methods.DESCRIBE, m.DescribeRequest())
    assert {"service", "marketing", "personalization", "enrichment", "analytics", "security"} <= set(got.purposes), got
    assert {"email", "phone", "cookie"} <= set(got.namespaces), got
    assert got.version and got.clock and len(got.configuration_sha256) == 64, got


@case()
def the_store_counts_and_checks_itself(world: World) -> None:
    name = world.name()
    world.seen(world.email(), record_id=name)
    stats = world.transport.stream(methods.STATS, m.StatsRequest())
    assert len(stats) == 1 and isinstance(json.loads(stats[0].json), dict), stats
    partition = world.transport.stream(methods.DIGEST, m.DigestRequest())
    assert len(partition) == 1 and len(partition[0].digest.sha256) == 32, partition
    assert content_digest(world) == content_digest(world) != partition[0].digest.sha256
    checked = world.transport.stream(methods.CHECK, m.CheckRequest())
    assert [each.done for each in checked][-1] and not any(each.problems for each in checked), checked
    rows = [row for each in world.transport.stream(methods.CLUSTERS, m.ClustersRequest(look=LOOK)) for row in each.rows]
    assert [row.profile_id for row in rows if row.record_id == name] == [world.resolve(f"record:web:{name}").profile_id]
    swept = world.transport.stream(methods.SWEEP, m.SweepRequest())
    assert len(swept) == 1 and swept[0].clock, swept


@case()
def a_key_is_the_members(world: World) -> None:
    email = world.email()
    world.seen(email)
    got = world.transport.call(methods.KEY, m.KeyRequest(subject=selvedge.subject(email)))
    assert (got.namespace, got.key) == ("email", world.resolve(email, members=True).members[0].key), got


@case()
def an_assertion_joins_and_is_taken_back(world: World) -> None:
    first, second = world.email(), world.email()
    world.seen(first)
    world.seen(second)

    def claim(**fields: Any) -> m.AssertResponse:
        return world.transport.call(methods.ASSERT, m.AssertRequest(
            first=selvedge.subject(first), second=selvedge.subject(second), reason="conformance", **fields))

    same, different = m.AssertRequest.CLAIM_SAME, m.AssertRequest.CLAIM_DIFFERENT
    joined = claim(claim=same)
    assert joined.first_profile_id == joined.second_profile_id != "", joined
    world.fails(Status.FAILED_PRECONDITION, "contradiction", lambda: claim(claim=different))
    apart = claim(claim=same, withdraw=True)
    assert apart.first_profile_id != apart.second_profile_id, apart
    world.fails(Status.NOT_FOUND, "no_such_assertion", lambda: claim(claim=same, withdraw=True))


# Errors.


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


def entries(responses: List[m.WatchResponse]) -> List[m.WatchResponse.Entry]:
    return [entry for response in responses for entry in response.entries]


def content_digest(world: World) -> bytes:
    return world.transport.stream(methods.DIGEST, m.DigestRequest(content=True))[0].digest.sha256


# Callers.


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
