"""Consent and administration, whatever the way in."""

from __future__ import annotations

import json
from typing import Any

import selvedge
from selvedge import messages as m
from selvedge import methods
from selvedge.errors import Status
from worlds import GENERIC, LOOK, PROFILE, World, case, content_digest


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
