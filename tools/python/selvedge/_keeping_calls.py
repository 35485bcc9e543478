"""The calls about models, the audit and the store as a whole, for threads."""

from __future__ import annotations

import json
from typing import Any, Dict, Iterator, Optional, Tuple

from selvedge import messages as m
from selvedge import methods
from selvedge import _requests as requests
from selvedge._requests import LookLike
from selvedge._streams import Reading, single
from selvedge.methods import Method

#: A record by its source and its id there.
Record = Tuple[str, str]


def record(name: Record) -> m.RecordName:
    """The message of a record's name."""
    return m.RecordName(source=name[0], record_id=name[1])


class KeepingCalls:
    """Typed calls on top of `_unary` and `_reading`; most take role admin. `timeout` is in seconds."""

    # Models.

    def search(self, attributes: Dict[str, Any], look: LookLike, *, limit: int = 20,
               timeout: Optional[float] = None) -> m.SearchResponse:
        """Records that are like what somebody searches by, the likeliest first."""
        request = m.SearchRequest(
            attributes=json.dumps(attributes).encode(), look=requests.look(look), limit=limit)
        return self._unary(methods.SEARCH, request, timeout)

    def models(self, *, timeout: Optional[float] = None) -> m.ListModelsResponse:
        """The linkage models that are kept, and which of them links."""
        return self._unary(methods.LIST_MODELS, m.ListModelsRequest(), timeout)

    def model(self, version: Optional[int] = None, *, timeout: Optional[float] = None) -> m.ShowModelResponse:
        """One of them: the one that links, or else the newest, where no version is named."""
        return self._single(methods.SHOW_MODEL, m.ShowModelRequest(version=version), timeout)

    def train_linkage(self, known: bytes = b"", *, timeout: Optional[float] = None) -> m.TrainLinkageResponse:
        """Makes a linkage model of the records held; nothing is linked by it before `link`."""
        return self._single(methods.TRAIN_LINKAGE, m.TrainLinkageRequest(**{"from": known}), timeout)

    def link(self, model: Optional[int] = None, *, none: bool = False,
             timeout: Optional[float] = None) -> m.LinkResponse:
        """Links all records by a model from now on, or by none."""
        return self._single(methods.LINK, m.LinkRequest(model=model, none=none), timeout)

    def compare_records(self, first: Record, second: Record, *,
                        timeout: Optional[float] = None) -> m.CompareRecordsResponse:
        """How the weight of two records comes about."""
        request = m.CompareRecordsRequest(first=record(first), second=record(second))
        return self._unary(methods.COMPARE_RECORDS, request, timeout)

    def reviews(self, *, limit: int = 50, timeout: Optional[float] = None) -> Iterator[m.ListReviewsResponse.Pair]:
        """Pairs of records that a person decides, the likeliest first."""
        for response in self._reading(Reading(methods.LIST_REVIEWS, m.ListReviewsRequest(limit=limit)), timeout):
            yield from response.pairs

    def review(self, first: Record, second: Record, *, accept: bool, reason: str = "",
               timeout: Optional[float] = None) -> m.ReviewResponse:
        """Says that two records are one person's, or are not."""
        request = m.ReviewRequest(first=record(first), second=record(second), accept=accept, reason=reason)
        return self._unary(methods.REVIEW, request, timeout)

    def train_scores(self, purpose: str, *, timeout: Optional[float] = None,
                     **options: Any) -> m.TrainScoresResponse:
        """Fits the models that scores and offers rest on. Options are the message's other fields."""
        return self._single(methods.TRAIN_SCORES, m.TrainScoresRequest(purpose=purpose, **options), timeout)

    def offer_report(self, *, since_ms: Optional[int] = None, timeout: Optional[float] = None) -> Dict[str, Any]:
        """What offers came to, as `selvedge report --json` prints it."""
        response = self._single(methods.OFFER_REPORT, m.OfferReportRequest(since_ms=since_ms), timeout)
        return json.loads(response.json)

    # The store as a whole.

    def export(self, table: str, look: LookLike, *, format: str = "csv",
               timeout: Optional[float] = None) -> Iterator[m.ExportResponse.Row]:
        """A table of the graph, in the store's order: sort by key, then by line."""
        request = m.ExportRequest(table=table, format=format, look=requests.look(look))
        for response in self._reading(Reading(methods.EXPORT, request), timeout):
            yield from response.rows

    def repartition(self, *, configuration: str = "", dry_run: bool = True,
                    timeout: Optional[float] = None) -> Dict[str, Any]:
        """Evaluates over-full components whole, or says what a configuration in YAML would change."""
        request = m.RepartitionRequest(configuration=configuration, dry_run=dry_run)
        return json.loads(self._single(methods.REPARTITION, request, timeout).json)

    def audit(self, first: int = 1, *, limit: int = 100,
              timeout: Optional[float] = None) -> Iterator[m.ListAuditResponse.Entry]:
        """The audit's entries, oldest first."""
        request = m.ListAuditRequest(**{"from": first}, limit=limit)
        for response in self._reading(Reading(methods.LIST_AUDIT, request), timeout):
            yield from response.entries

    def verify_audit(self, heads: bytes = b"", *, timeout: Optional[float] = None) -> m.VerifyAuditResponse:
        """Names the first entry of the audit that is not as it was written."""
        return self._single(methods.VERIFY_AUDIT, m.VerifyAuditRequest(heads=heads), timeout)

    def keys(self, *, timeout: Optional[float] = None) -> m.ShowKeysResponse:
        """Which keys the store has; no key is told."""
        return self._unary(methods.SHOW_KEYS, m.ShowKeysRequest(), timeout)

    def privacy_ledger(self, *, timeout: Optional[float] = None) -> Iterator[m.PrivacyLedgerResponse]:
        """What a restore must do again, as a sealed file in pieces."""
        for response in self._reading(Reading(methods.PRIVACY_LEDGER, m.PrivacyLedgerRequest()), timeout):
            yield response

    # Inside.

    def _single(self, method: Method, request: Any, timeout: Optional[float]) -> Any:
        """The message of a stream of one."""
        return single(self._reading(Reading(method, request), timeout))

    def _unary(self, method: Method, request: Any, timeout: Optional[float] = None) -> Any:
        raise NotImplementedError

    def _reading(self, reading: Reading, timeout: Optional[float]) -> Iterator[Any]:
        raise NotImplementedError
