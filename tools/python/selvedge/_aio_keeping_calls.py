"""The calls about models, the audit and the store as a whole, for asyncio."""

from __future__ import annotations

import json
from typing import Any, AsyncIterator, Dict, Optional

from selvedge import messages as m
from selvedge import methods
from selvedge import _requests as requests
from selvedge._keeping_calls import Record, record
from selvedge._requests import LookLike
from selvedge._streams import Reading, closing, single_of
from selvedge.methods import Method


class KeepingCalls:
    """Typed calls on top of `_unary` and `_reading`; most take role admin. `timeout` is in seconds."""

    # Models.

    async def search(self, attributes: Dict[str, Any], look: LookLike, *, limit: int = 20,
                     timeout: Optional[float] = None) -> m.SearchResponse:
        """Records that are like what somebody searches by, the likeliest first."""
        request = m.SearchRequest(
            attributes=json.dumps(attributes).encode(), look=requests.look(look), limit=limit)
        return await self._unary(methods.SEARCH, request, timeout)

    async def models(self, *, timeout: Optional[float] = None) -> m.ListModelsResponse:
        """The linkage models that are kept, and which of them links."""
        return await self._unary(methods.LIST_MODELS, m.ListModelsRequest(), timeout)

    async def model(self, version: Optional[int] = None, *, timeout: Optional[float] = None) -> m.ShowModelResponse:
        """One of them: the one that links, or else the newest, where no version is named."""
        return await self._single(methods.SHOW_MODEL, m.ShowModelRequest(version=version), timeout)

    async def train_linkage(self, known: bytes = b"", *, timeout: Optional[float] = None) -> m.TrainLinkageResponse:
        """Makes a linkage model of the records held; nothing is linked by it before `link`."""
        return await self._single(methods.TRAIN_LINKAGE, m.TrainLinkageRequest(**{"from": known}), timeout)

    async def link(self, model: Optional[int] = None, *, none: bool = False,
                   timeout: Optional[float] = None) -> m.LinkResponse:
        """Links all records by a model from now on, or by none."""
        return await self._single(methods.LINK, m.LinkRequest(model=model, none=none), timeout)

    async def compare_records(self, first: Record, second: Record, *,
                              timeout: Optional[float] = None) -> m.CompareRecordsResponse:
        """How the weight of two records comes about."""
        request = m.CompareRecordsRequest(first=record(first), second=record(second))
        return await self._unary(methods.COMPARE_RECORDS, request, timeout)

    async def reviews(self, *, limit: int = 50,
                      timeout: Optional[float] = None) -> AsyncIterator[m.ListReviewsResponse.Pair]:
        """Pairs of records that a person decides, the likeliest first."""
        request = m.ListReviewsRequest(limit=limit)
        async with closing(self._reading(Reading(methods.LIST_REVIEWS, request), timeout)) as responses:
            async for response in responses:
                for item in response.pairs:
                    yield item

    async def review(self, first: Record, second: Record, *, accept: bool, reason: str = "",
                     timeout: Optional[float] = None) -> m.ReviewResponse:
        """Says that two records are one person's, or are not."""
        request = m.ReviewRequest(first=record(first), second=record(second), accept=accept, reason=reason)
        return await self._unary(methods.REVIEW, request, timeout)

    async def train_scores(self, purpose: str, *, timeout: Optional[float] = None,
                           **options: Any) -> m.TrainScoresResponse:
        """Fits the models that scores and offers rest on. Options are the message's other fields."""
        return await self._single(methods.TRAIN_SCORES, m.TrainScoresRequest(purpose=purpose, **options), timeout)

    async def offer_report(self, *, since_ms: Optional[int] = None, timeout: Optional[float] = None) -> Dict[str, Any]:
        """What offers came to, as `selvedge report --json` prints it."""
        response = await self._single(methods.OFFER_REPORT, m.OfferReportRequest(since_ms=since_ms), timeout)
        return json.loads(response.json)

    # The store as a whole.

    async def export(self, table: str, look: LookLike, *, format: str = "csv",
                     timeout: Optional[float] = None) -> AsyncIterator[m.ExportResponse.Row]:
        """A table of the graph, in the store's order: sort by key, then by line."""
        request = m.ExportRequest(table=table, format=format, look=requests.look(look))
        async with closing(self._reading(Reading(methods.EXPORT, request), timeout)) as responses:
            async for response in responses:
                for item in response.rows:
                    yield item

    async def repartition(self, *, configuration: str = "", dry_run: bool = True,
                          timeout: Optional[float] = None) -> Dict[str, Any]:
        """Evaluates over-full components whole, or says what a configuration in YAML would change."""
        request = m.RepartitionRequest(configuration=configuration, dry_run=dry_run)
        return json.loads((await self._single(methods.REPARTITION, request, timeout)).json)

    async def audit(self, first: int = 1, *, limit: int = 100,
                    timeout: Optional[float] = None) -> AsyncIterator[m.ListAuditResponse.Entry]:
        """The audit's entries, oldest first."""
        request = m.ListAuditRequest(**{"from": first}, limit=limit)
        async with closing(self._reading(Reading(methods.LIST_AUDIT, request), timeout)) as responses:
            async for response in responses:
                for item in response.entries:
                    yield item

    async def verify_audit(self, heads: bytes = b"", *, timeout: Optional[float] = None) -> m.VerifyAuditResponse:
        """Names the first entry of the audit that is not as it was written."""
        return await self._single(methods.VERIFY_AUDIT, m.VerifyAuditRequest(heads=heads), timeout)

    async def keys(self, *, timeout: Optional[float] = None) -> m.ShowKeysResponse:
        """Which keys the store has; no key is told."""
        return await self._unary(methods.SHOW_KEYS, m.ShowKeysRequest(), timeout)

    async def privacy_ledger(self, *, timeout: Optional[float] = None) -> AsyncIterator[m.PrivacyLedgerResponse]:
        """What a restore must do again, as a sealed file in pieces."""
        async with closing(self._reading(Reading(methods.PRIVACY_LEDGER, m.PrivacyLedgerRequest()), timeout)) as responses:
            async for response in responses:
                yield response

    # Inside.

    async def _single(self, method: Method, request: Any, timeout: Optional[float]) -> Any:
        """The message of a stream of one."""
        return await single_of(self._reading(Reading(method, request), timeout))

    async def _unary(self, method: Method, request: Any, timeout: Optional[float] = None) -> Any:
        raise NotImplementedError

    def _reading(self, reading: Reading, timeout: Optional[float]) -> AsyncIterator[Any]:
        raise NotImplementedError
