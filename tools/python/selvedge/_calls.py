"""The calls by their names, for threads."""

from __future__ import annotations

import json
from typing import Any, Dict, Iterable, Iterator, Optional, Tuple, Union

from selvedge import messages as m
from selvedge import methods
from selvedge import _requests as requests
from selvedge._keeping_calls import KeepingCalls
from selvedge._requests import IdentifierLike, LookLike, SubjectLike
from selvedge._streams import Reading, Watching
from selvedge.methods import Method


class Calls(KeepingCalls):
    """Typed calls on top of `_unary` and `_reading`. `timeout` is in seconds; without it the client's.

    `purpose` is one of the store's; `look` is the reason for looking past consent (roles privacy and admin): one of them is
    needed where both can be given.
    """

    # Identity.

    def resolve(self, subject: SubjectLike, purpose: str = "", *, members: bool = False, look: LookLike = None,
                timeout: Optional[float] = None) -> m.ResolveResponse:
        """The profile behind an identifier, a record or a profile id."""
        request = m.ResolveRequest(
            subject=requests.subject(subject), purpose=purpose, members=members, look=requests.look(look))
        return self._unary(methods.RESOLVE, request, timeout)

    def resolve_batch(self, subjects: Iterable[SubjectLike], purpose: str = "", *, members: bool = False,
                      look: LookLike = None, timeout: Optional[float] = None) -> m.ResolveBatchResponse:
        """Up to 1,000 of them in one snapshot; results in the order of the subjects."""
        request = m.ResolveBatchRequest(
            subjects=[requests.subject(each) for each in subjects], purpose=purpose, members=members,
            look=requests.look(look))
        return self._unary(methods.RESOLVE_BATCH, request, timeout)

    def explain(self, first: SubjectLike, second: SubjectLike, purpose: str = "", *, look: LookLike = None,
                timeout: Optional[float] = None) -> m.ExplainResponse:
        """Why two are one profile, or what keeps them apart."""
        request = m.ExplainRequest(
            first=requests.subject(first), second=requests.subject(second), purpose=purpose,
            look=requests.look(look))
        return self._unary(methods.EXPLAIN, request, timeout)

    def simulate(self, observations: Iterable[m.Observation], purpose: str = "", *, look: LookLike = None,
                 timeout: Optional[float] = None) -> m.SimulateResponse:
        """What up to 1,000 observations would do, without doing it. Never sent again by itself."""
        request = m.SimulateRequest(observations=observations, purpose=purpose, look=requests.look(look))
        return self._unary(methods.SIMULATE, request, timeout)

    def watch(self, purpose: str = "", *, start: int = 0, follow: bool = False, limit: int = 0,
              look: LookLike = None, timeout: Optional[float] = None) -> Iterator[m.WatchResponse.Entry]:
        """What becomes of profiles, from the sequence number `start` on (0: the first that is kept).

        `follow` goes on at the end: until the timeout, or the iterator is closed. `limit` ends it after so many entries.
        Where a connection ends it goes on over the next, behind what was seen.
        """
        request = requests.watch(start, purpose, look, follow, limit)
        reading = Watching(methods.WATCH, request, follow and timeout is None)
        for response in self._reading(reading, timeout):
            yield from response.entries

    # Ingest.

    def record(self, observations: Iterable[m.Observation], *,
               timeout: Optional[float] = None) -> m.RecordResponse:
        """Up to 1,000 observations in one transaction; answered when they are durable. See `selvedge.observation`."""
        return self._unary(methods.RECORD, m.RecordRequest(observations=observations), timeout)

    def retract(self, record: Union[m.RecordName, Tuple[str, str], None] = None, *, source: str = "",
                time_ms: Optional[int] = None, timeout: Optional[float] = None) -> m.RetractResponse:
        """Takes back a record, (source, record id), or all that a source has said until then (now without it)."""
        return self._unary(methods.RETRACT, requests.retract(record, source, time_ms), timeout)

    def assert_(self, first: SubjectLike, second: SubjectLike, *, same: bool, reason: str, withdraw: bool = False,
                timeout: Optional[float] = None) -> m.AssertResponse:
        """Says that two are one person or are not; `withdraw` takes that back."""
        return self._unary(methods.ASSERT, requests.claim(first, second, same, reason, withdraw), timeout)

    # Consent.

    def decide(self, source: str, identifiers: Iterable[IdentifierLike], decisions: Iterable[m.Decision], *,
               time_ms: Optional[int] = None, gpc: bool = False,
               timeout: Optional[float] = None) -> m.DecideResponse:
        """Enters decisions on 1 to 16 identifiers; answered when they are durable."""
        request = m.DecideRequest(
            source=source, time_ms=time_ms, identifiers=[requests.identifier(each) for each in identifiers],
            decisions=decisions, gpc=gpc)
        return self._unary(methods.DECIDE, request, timeout)

    def check(self, subject: SubjectLike, purpose: str = "", *, look: LookLike = None,
              timeout: Optional[float] = None) -> m.ConsentCheckResponse:
        """What a purpose (each without one) may see of a profile, and by which decisions."""
        request = m.ConsentCheckRequest(
            subject=requests.subject(subject), purpose=purpose, look=requests.look(look))
        return self._unary(methods.CONSENT_CHECK, request, timeout)

    def ledger(self, subject: SubjectLike, *, look: LookLike = None,
               timeout: Optional[float] = None) -> m.LedgerResponse:
        """All decisions on one identifier."""
        request = m.LedgerRequest(subject=requests.subject(subject), look=requests.look(look))
        return self._unary(methods.LEDGER, request, timeout)

    def prove(self, subject: SubjectLike, *, look: LookLike = None,
              timeout: Optional[float] = None) -> m.ProveResponse:
        """The same as proofs, chained by hash."""
        request = m.ProveRequest(subject=requests.subject(subject), look=requests.look(look))
        return self._unary(methods.PROVE, request, timeout)

    # Privacy.

    def request_erasure(self, subject: SubjectLike, reason: str, *, only: bool = False,
                        timeout: Optional[float] = None) -> m.Erasure:
        """Asks for a person to be erased; `only`: the one identifier. Never sent again by itself."""
        request = m.RequestErasureRequest(subject=requests.subject(subject), only=only, reason=reason)
        return self._unary(methods.REQUEST_ERASURE, request, timeout)

    def plan_erasure(self, subject: SubjectLike, look: LookLike, *, only: bool = False,
                     also: Iterable[SubjectLike] = (), timeout: Optional[float] = None) -> m.PlanErasureResponse:
        """What an erasure would take, and what it would leave."""
        request = m.PlanErasureRequest(
            subject=requests.subject(subject), only=only, also=[requests.subject(each) for each in also],
            look=requests.look(look))
        return self._unary(methods.PLAN_ERASURE, request, timeout)

    def approve(self, number: int, digest: bytes, reason: str, *, also: Iterable[SubjectLike] = (),
                timeout: Optional[float] = None) -> m.Erasure:
        """Approves a request, as somebody else than the requester; `digest` is the request's `hash`, 32 bytes."""
        request = m.ApproveRequest(
            number=number, hash=digest, also=[requests.subject(each) for each in also], reason=reason)
        return self._unary(methods.APPROVE, request, timeout)

    def reject(self, number: int, reason: str, *, timeout: Optional[float] = None) -> m.Erasure:
        """Rejects a request that has not begun."""
        return self._unary(methods.REJECT, m.RejectRequest(number=number, reason=reason), timeout)

    def erasure(self, number: int, *, timeout: Optional[float] = None) -> m.Erasure:
        """How far an erasure has come."""
        return self._unary(methods.ERASURE_STATUS, m.StatusRequest(number=number), timeout)

    def erasures(self, *, overdue: bool = False, timeout: Optional[float] = None) -> Iterator[m.Erasure]:
        """All of them, those that are due first."""
        reading = Reading(methods.LIST_ERASURES, m.ListRequest(overdue=overdue))
        for response in self._reading(reading, timeout):
            yield from response.erasures

    def certificate(self, number: int, *, timeout: Optional[float] = None) -> m.CertificateResponse:
        """The certificate of an erasure that is done, in words and as JSON."""
        return self._unary(methods.CERTIFICATE, m.CertificateRequest(number=number), timeout)

    def access(self, subject: SubjectLike, look: LookLike, *, html: bool = False,
               timeout: Optional[float] = None) -> bytes:
        """Everything that is held on a person: JSON, or a page of HTML, in UTF-8."""
        request = m.AccessRequest(subject=requests.subject(subject), html=html, look=requests.look(look))
        return b"".join(each.document for each in self._reading(Reading(methods.ACCESS, request), timeout))

    def restrict(self, subject: SubjectLike, reason: str, *, timeout: Optional[float] = None) -> int:
        """Keeps what is held and uses it for nothing; how many identifiers that are."""
        request = m.RestrictRequest(subject=requests.subject(subject), reason=reason)
        return self._unary(methods.RESTRICT, request, timeout).count

    def object(self, subject: SubjectLike, reason: str, *, purposes: Iterable[str] = (),
               timeout: Optional[float] = None) -> int:
        """Enters an objection, to everything where no purpose is named; how many identifiers that are."""
        request = m.ObjectRequest(subject=requests.subject(subject), purposes=purposes, reason=reason)
        return self._unary(methods.OBJECT, request, timeout).count

    def lift(self, subject: SubjectLike, kind: str, reason: str, *, timeout: Optional[float] = None) -> int:
        """Ends a `restriction` or an `objection`; how many identifiers are used again."""
        request = m.LiftRequest(subject=requests.subject(subject), kind=kind, reason=reason)
        return self._unary(methods.LIFT, request, timeout).count

    def readmit(self, identifier: IdentifierLike, purposes: Iterable[str], source: str, reason: str, *,
                timeout: Optional[float] = None) -> int:
        """Enters a new consent of somebody who was erased or has objected; how many decisions were entered."""
        request = m.ReadmitRequest(
            identifier=requests.identifier(identifier), purposes=purposes, source=source, reason=reason)
        return self._unary(methods.READMIT, request, timeout).count

    def scrub(self, reason: str, *, timeout: Optional[float] = None) -> m.ScrubResponse:
        """Builds the store's files anew; others write meanwhile."""
        return self._single(methods.SCRUB, m.ScrubRequest(reason=reason), timeout)

    # Scores and offers.

    def score(self, subject: SubjectLike, purpose: str, *, explain: bool = False,
              timeout: Optional[float] = None) -> m.ScoreResponse:
        """Every score of a person; of one whom the purpose may not know, what the models say of everyone."""
        request = m.ScoreRequest(subject=requests.subject(subject), purpose=purpose, explain=explain)
        return self._unary(methods.SCORE, request, timeout)

    def decide_offer(self, subject: SubjectLike, purpose: str, *, basket: Iterable[m.BasketLine] = (),
                     trial: bool = False, trace: bool = False, timeout: Optional[float] = None,
                     **fields: Any) -> m.DecideOfferResponse:
        """Decides what to offer a person now; `trial` keeps and holds nothing. Never sent again by itself.

        `fields`: others of the message, such as `channels` or `hold_seconds`.
        """
        request = m.DecideOfferRequest(
            subject=requests.subject(subject), purpose=purpose, basket=basket, trial=trial, trace=trace, **fields)
        return self._unary(methods.DECIDE_OFFER, request, timeout)

    def enter_outcomes(self, outcomes: Iterable[m.OfferOutcome], *,
                       timeout: Optional[float] = None) -> m.OfferOutcomeResponse:
        """What became of up to 1,000 decisions; the same again changes nothing."""
        return self._unary(methods.OFFER_OUTCOME, m.OfferOutcomeRequest(outcomes=outcomes), timeout)

    def load_offers(self, yaml: str, *, check: bool = False, timeout: Optional[float] = None) -> m.OfferCatalogue:
        """Puts a catalogue of offers into the store; `check` only reads it. Never sent again by itself."""
        return self._unary(methods.LOAD_OFFERS, m.LoadOffersRequest(yaml=yaml, check=check), timeout)

    def show_offers(self, *, timeout: Optional[float] = None) -> m.OfferCatalogue:
        """The catalogue in use, and what is left of stock and budget."""
        return self._unary(methods.SHOW_OFFERS, m.ShowOffersRequest(), timeout)

    # Admin.

    def describe(self, *, timeout: Optional[float] = None) -> m.DescribeResponse:
        """What the store is."""
        return self._unary(methods.DESCRIBE, m.DescribeRequest(), timeout)

    def stats(self, *, timeout: Optional[float] = None) -> Dict[str, Any]:
        """What the store holds, as `selvedge stats --json` prints it."""
        response = self._single(methods.STATS, m.StatsRequest(), timeout)
        return json.loads(response.json)

    def digest(self, *, content: bool = False, as_of_ms: Optional[int] = None,
               timeout: Optional[float] = None) -> bytes:
        """A hash of the partition, or of all logical content; 32 bytes."""
        request = m.DigestRequest(content=content, as_of_ms=as_of_ms)
        response = self._single(methods.DIGEST, request, timeout)
        return response.digest.sha256

    def check_store(self, *, timeout: Optional[float] = None) -> Iterator[m.CheckResponse]:
        """Reads every page and row; says what is wrong."""
        for response in self._reading(Reading(methods.CHECK, m.CheckRequest()), timeout):
            yield response

    def clusters(self, look: LookLike, *, timeout: Optional[float] = None) -> Iterator[m.ClustersResponse.Row]:
        """Every record with its profile."""
        request = m.ClustersRequest(look=requests.look(look))
        for response in self._reading(Reading(methods.CLUSTERS, request), timeout):
            yield from response.rows

    def key(self, subject: SubjectLike, *, timeout: Optional[float] = None) -> m.KeyResponse:
        """The identity key of an identifier."""
        return self._unary(methods.KEY, m.KeyRequest(subject=requests.subject(subject)), timeout)

    def sweep(self, *, as_of_ms: Optional[int] = None, timeout: Optional[float] = None) -> m.SweepResponse:
        """Moves the clock (to now without a time) and hides what has expired."""
        return self._single(methods.SWEEP, m.SweepRequest(as_of_ms=as_of_ms), timeout)

    def purge(self, *, as_of_ms: Optional[int] = None, timeout: Optional[float] = None) -> m.PurgeResponse:
        """Deletes what is hidden; it cannot be taken back."""
        return self._single(methods.PURGE, m.PurgeRequest(as_of_ms=as_of_ms), timeout)

    def backup(self, reason: str, *, expires_days: int = 30,
               timeout: Optional[float] = None) -> Iterator[m.BackupResponse]:
        """One moment of the store as a sealed file, in pieces; the last message says what it is of."""
        request = m.BackupRequest(reason=reason, expires_days=expires_days)
        for response in self._reading(Reading(methods.BACKUP, request), timeout):
            yield response

    def rotate_keys(self, reason: str, *, timeout: Optional[float] = None) -> Iterator[m.RotateKeysResponse]:
        """Brings every identity key to its next version; the last message says what was done."""
        request = m.RotateKeysRequest(reason=reason)
        for response in self._reading(Reading(methods.ROTATE_KEYS, request), timeout):
            yield response

    # The connection.

    def health(self, service: str = "", *, timeout: Optional[float] = None) -> m.HealthCheckResponse:
        """Whether the server serves. Needs no credentials."""
        return self._unary(methods.HEALTH, m.HealthCheckRequest(service=service), timeout)

    def authenticate(self, token: str, *, timeout: Optional[float] = None) -> m.AuthenticateResponse:
        """New credentials, before the old ones end: for this connection, and for those that follow it."""
        response = self._unary(methods.AUTHENTICATE, m.AuthenticateRequest(token=token), timeout)
        self._keep_token(token)
        return response

    # Inside.

    def _unary(self, method: Method, request: Any, timeout: Optional[float] = None) -> Any:
        raise NotImplementedError

    def _reading(self, reading: Reading, timeout: Optional[float]) -> Iterator[Any]:
        raise NotImplementedError

    def _keep_token(self, token: str) -> None:
        raise NotImplementedError
