"""Scores and offers, whatever the way in."""

from __future__ import annotations

import selvedge
from selvedge import messages as m
from selvedge import methods
from selvedge.errors import Status
from worlds import World, case

CATALOGUE = """
currency: EUR
channels: {web: always, email: {quiet: "21:00-08:00"}}
categories: [lamps]
purposes: [service, marketing]
holdout: 0
offers:
  spring:
    benefit: {percent: 10}
    margin_floor: 5
    inventory: {units: 1000000}
    channels: [web]
    purposes: [service, marketing]
    variants: {warm: {tokens: {headline: Light for spring}}}
  words: {benefit: message, channels: [web, email]}
"""
GENERIC, PERSON = m.SCORE_BASIS_GENERIC, m.SCORE_BASIS_PERSON
BASKET = [m.BasketLine(category="lamps", quantity=2, unit_price=5_000, unit_cost=1_000)]
Effect = m.OfferOutcomeResponse
Outcome = m.OfferOutcome


def decide(world: World, subject: str, purpose: str = "service", **fields: object) -> m.DecideOfferResponse:
    return world.transport.call(methods.DECIDE_OFFER, m.DecideOfferRequest(
        subject=selvedge.subject(subject), purpose=purpose, basket=BASKET, channels=["web"], **fields))


def enter(world: World, *outcomes: m.OfferOutcome) -> list:
    return list(world.transport.call(methods.OFFER_OUTCOME, m.OfferOutcomeRequest(outcomes=outcomes)).effects)


@case()
def a_catalogue_is_read_whole_before_it_is_loaded(world: World) -> None:
    wrong = CATALOGUE.replace("percent: 10", "percent: 1000")
    error = world.fails(Status.INVALID_ARGUMENT, "invalid_catalogue", lambda: world.transport.call(
        methods.LOAD_OFFERS, m.LoadOffersRequest(yaml=wrong)))
    assert "spring" in error.message and error.field == "yaml", error
    checked = world.transport.call(methods.LOAD_OFFERS, m.LoadOffersRequest(yaml=CATALOGUE, check=True))
    assert checked.version == 0 and [each.name for each in checked.offers] == ["spring", "words"], checked
    loaded = world.transport.call(methods.LOAD_OFFERS, m.LoadOffersRequest(yaml=CATALOGUE))
    shown = world.transport.call(methods.SHOW_OFFERS, m.ShowOffersRequest())
    assert shown.version == loaded.version > 0 and shown.offers[0].basis_points == 1_000, shown
    assert shown.offers[0].units == 1_000_000 and shown.offers[1].words and not shown.offers[1].HasField("units"), shown


@case()
def a_decision_is_kept_and_its_outcome_counts_once(world: World) -> None:
    world.transport.call(methods.LOAD_OFFERS, m.LoadOffersRequest(yaml=CATALOGUE))
    email = world.email()
    world.seen(email)
    made = decide(world, email)
    assert made.basis == PERSON and made.decision_id.startswith("dec_") and made.currency == "EUR", made
    assert 0 < made.propensity <= 1 and made.arms >= 2, made
    bought = Outcome(
        decision_id=made.decision_id, kind=Outcome.KIND_BOUGHT, order_id=world.name(), revenue=9_000, discount=1_000,
        margin=7_000)
    shown = Outcome(decision_id=made.decision_id, kind=Outcome.KIND_SHOWN)
    assert enter(world, shown, bought) == [Effect.EFFECT_ENTERED] * 2
    assert enter(world, Outcome(decision_id="dec_" + "0" * 26, kind=Outcome.KIND_SHOWN)) == [Effect.EFFECT_UNKNOWN]


@case()
def a_trial_keeps_nothing_and_its_trace_says_why(world: World) -> None:
    world.transport.call(methods.LOAD_OFFERS, m.LoadOffersRequest(yaml=CATALOGUE))
    email = world.email()
    world.seen(email)
    before = world.transport.call(methods.SHOW_OFFERS, m.ShowOffersRequest())
    tried = decide(world, email, trial=True, trace=True)
    assert not tried.decision_id and not tried.expires_ms, tried
    assert [each.offer for each in tried.trace.offers] == ["spring", "words"], tried
    assert abs(sum(each.chance for each in tried.trace.arms) - 1) < 1e-9, tried
    chosen, total = 0, 0.0
    for place, arm in enumerate(tried.trace.arms):
        total += arm.chance
        if tried.trace.draw < total:
            chosen = place
            break
    assert tried.trace.arms[chosen].offer == tried.offer and tried.trace.arms[chosen].chance == tried.propensity, tried
    after = world.transport.call(methods.SHOW_OFFERS, m.ShowOffersRequest())
    assert [each.decisions for each in after.offers] == [each.decisions for each in before.offers], after


@case()
def who_may_not_be_known_gets_what_everyone_gets(world: World) -> None:
    world.transport.call(methods.LOAD_OFFERS, m.LoadOffersRequest(yaml=CATALOGUE))
    email = world.email()
    world.seen(email)
    world.decide(email, "granted")
    assert decide(world, email, "marketing", trial=True).basis == PERSON
    world.decide(email, "withdrawn")
    for subject in (email, world.email()):
        answer = decide(world, subject, "marketing", trial=True, trace=True)
        assert answer.basis == GENERIC and answer.offer in ("", "words"), answer
        rules = {each.offer: each.rule for each in answer.trace.offers}
        assert rules["spring"] == m.OfferRule.OFFER_RULE_CONSENT, rules


@case()
def what_cannot_be_asked_is_refused_by_its_field(world: World) -> None:
    world.transport.call(methods.LOAD_OFFERS, m.LoadOffersRequest(yaml=CATALOGUE))
    email = world.email()
    invalid = Status.INVALID_ARGUMENT
    for fields, code, field in (
        ({"cohort": "nobody"}, "invalid_field", "cohort"),
        ({"hold_seconds": 604_801}, "invalid_field", "hold_seconds"),
        ({"offset_minutes": 1_441}, "invalid_field", "offset_minutes"),
        ({"applied_groups": ["g"] * 65}, "batch_too_large", "applied_groups"),
        ({"cohort": "c" * 129}, "value_too_long", "cohort"),
    ):
        error = world.fails(invalid, code, lambda fields=fields: decide(world, email, **fields))
        assert error.field == field, error
    assert world.fails(invalid, "unknown_purpose", lambda: decide(world, email, "nothing")).field == "purpose"
    assert world.fails(invalid, "batch_empty", lambda: enter(world)).field == "outcomes"
    money = Outcome(decision_id="dec_" + "0" * 26, kind=Outcome.KIND_BOUGHT, revenue=5)
    assert world.fails(invalid, "missing_field", lambda: enter(world, money)).field == "outcomes[0].order_id"


@case()
def without_models_there_is_no_score(world: World) -> None:
    world.fails(Status.FAILED_PRECONDITION, "no_scores", lambda: world.transport.call(
        methods.SCORE, m.ScoreRequest(subject=selvedge.subject(world.email()), purpose="service")))
