"""Every method of the service, by name."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Dict, Union

from selvedge import messages as m


class Kind(enum.Enum):
    """How many messages go each way."""

    UNARY = 1
    SERVER_STREAM = 2
    BIDIRECTIONAL = 3


@dataclass(frozen=True)
class Method:
    """A method: its code in a REQUEST, and the types of its messages."""

    code: int
    #: Such as "Identity/Resolve".
    name: str
    kind: Kind
    request: Any
    response: Any
    #: Whether it may be sent again although the first may have been carried out.
    idempotent: bool = True

    @property
    def path(self) -> str:
        """As gRPC calls it, such as "/selvedge.v1.Identity/Resolve"; of no use for Session/Authenticate, which gRPC lacks."""
        package = "grpc.health.v1" if self.name.startswith("Health/") else "selvedge.v1"
        return f"/{package}.{self.name}"


def _unary(code: int, name: str, request: Any, response: Any, idempotent: bool = True) -> Method:
    return Method(code, name, Kind.UNARY, request, response, idempotent)


def _stream(code: int, name: str, request: Any, response: Any, idempotent: bool = True) -> Method:
    return Method(code, name, Kind.SERVER_STREAM, request, response, idempotent)


AUTHENTICATE = _unary(0x0001, "Session/Authenticate", m.AuthenticateRequest, m.AuthenticateResponse)
HEALTH = _unary(0x0002, "Health/Check", m.HealthCheckRequest, m.HealthCheckResponse)
RESOLVE = _unary(0x0101, "Identity/Resolve", m.ResolveRequest, m.ResolveResponse)
RESOLVE_BATCH = _unary(0x0102, "Identity/ResolveBatch", m.ResolveBatchRequest, m.ResolveBatchResponse)
EXPLAIN = _unary(0x0103, "Identity/Explain", m.ExplainRequest, m.ExplainResponse)
SIMULATE = _unary(0x0104, "Identity/Simulate", m.SimulateRequest, m.SimulateResponse, idempotent=False)
WATCH = _stream(0x0105, "Identity/Watch", m.WatchRequest, m.WatchResponse)
SEARCH = _unary(0x0106, "Identity/Search", m.SearchRequest, m.SearchResponse)
RECORD = _unary(0x0201, "Ingest/Record", m.RecordRequest, m.RecordResponse)
RECORD_STREAM = Method(
    0x0202, "Ingest/RecordStream", Kind.BIDIRECTIONAL, m.RecordStreamRequest, m.RecordStreamResponse)
RETRACT = _unary(0x0203, "Ingest/Retract", m.RetractRequest, m.RetractResponse)
ASSERT = _unary(0x0204, "Ingest/Assert", m.AssertRequest, m.AssertResponse)
DECIDE = _unary(0x0301, "Consent/Decide", m.DecideRequest, m.DecideResponse)
CONSENT_CHECK = _unary(0x0302, "Consent/Check", m.ConsentCheckRequest, m.ConsentCheckResponse)
LEDGER = _unary(0x0303, "Consent/Ledger", m.LedgerRequest, m.LedgerResponse)
PROVE = _unary(0x0304, "Consent/Prove", m.ProveRequest, m.ProveResponse)
DESCRIBE = _unary(0x0401, "Admin/Describe", m.DescribeRequest, m.DescribeResponse)
STATS = _stream(0x0402, "Admin/Stats", m.StatsRequest, m.StatsResponse)
DIGEST = _stream(0x0403, "Admin/Digest", m.DigestRequest, m.DigestResponse)
CHECK = _stream(0x0404, "Admin/Check", m.CheckRequest, m.CheckResponse)
CLUSTERS = _stream(0x0405, "Admin/Clusters", m.ClustersRequest, m.ClustersResponse)
KEY = _unary(0x0406, "Admin/Key", m.KeyRequest, m.KeyResponse)
SWEEP = _stream(0x0407, "Admin/Sweep", m.SweepRequest, m.SweepResponse)
PURGE = _stream(0x0408, "Admin/Purge", m.PurgeRequest, m.PurgeResponse)
LOAD_OFFERS = _unary(0x0409, "Admin/LoadOffers", m.LoadOffersRequest, m.OfferCatalogue, idempotent=False)
SHOW_OFFERS = _unary(0x040a, "Admin/ShowOffers", m.ShowOffersRequest, m.OfferCatalogue)
BACKUP = _stream(0x040b, "Admin/Backup", m.BackupRequest, m.BackupResponse, idempotent=False)
ROTATE_KEYS = _stream(
    0x040c, "Admin/RotateKeys", m.RotateKeysRequest, m.RotateKeysResponse, idempotent=False)
LIST_MODELS = _unary(0x040d, "Admin/ListModels", m.ListModelsRequest, m.ListModelsResponse)
SHOW_MODEL = _stream(0x040e, "Admin/ShowModel", m.ShowModelRequest, m.ShowModelResponse)
TRAIN_LINKAGE = _stream(
    0x040f, "Admin/TrainLinkage", m.TrainLinkageRequest, m.TrainLinkageResponse, idempotent=False)
LINK = _stream(0x0410, "Admin/Link", m.LinkRequest, m.LinkResponse)
COMPARE_RECORDS = _unary(0x0411, "Admin/CompareRecords", m.CompareRecordsRequest, m.CompareRecordsResponse)
LIST_REVIEWS = _stream(0x0412, "Admin/ListReviews", m.ListReviewsRequest, m.ListReviewsResponse)
REVIEW = _unary(0x0413, "Admin/Review", m.ReviewRequest, m.ReviewResponse)
TRAIN_SCORES = _stream(0x0414, "Admin/TrainScores", m.TrainScoresRequest, m.TrainScoresResponse, idempotent=False)
EXPORT = _stream(0x0415, "Admin/Export", m.ExportRequest, m.ExportResponse)
REPARTITION = _stream(0x0416, "Admin/Repartition", m.RepartitionRequest, m.RepartitionResponse)
LIST_AUDIT = _stream(0x0417, "Admin/ListAudit", m.ListAuditRequest, m.ListAuditResponse)
VERIFY_AUDIT = _stream(0x0418, "Admin/VerifyAudit", m.VerifyAuditRequest, m.VerifyAuditResponse)
SHOW_KEYS = _unary(0x0419, "Admin/ShowKeys", m.ShowKeysRequest, m.ShowKeysResponse)
PRIVACY_LEDGER = _stream(0x041a, "Admin/PrivacyLedger", m.PrivacyLedgerRequest, m.PrivacyLedgerResponse)
REQUEST_ERASURE = _unary(
    0x0501, "Privacy/RequestErasure", m.RequestErasureRequest, m.Erasure, idempotent=False)
PLAN_ERASURE = _unary(0x0502, "Privacy/PlanErasure", m.PlanErasureRequest, m.PlanErasureResponse)
APPROVE = _unary(0x0503, "Privacy/Approve", m.ApproveRequest, m.Erasure, idempotent=False)
REJECT = _unary(0x0504, "Privacy/Reject", m.RejectRequest, m.Erasure, idempotent=False)
ERASURE_STATUS = _unary(0x0505, "Privacy/Status", m.StatusRequest, m.Erasure)
LIST_ERASURES = _stream(0x0506, "Privacy/List", m.ListRequest, m.ListResponse)
CERTIFICATE = _unary(0x0507, "Privacy/Certificate", m.CertificateRequest, m.CertificateResponse)
ACCESS = _stream(0x0508, "Privacy/Access", m.AccessRequest, m.AccessResponse)
RESTRICT = _unary(0x0509, "Privacy/Restrict", m.RestrictRequest, m.PrivacyCount)
OBJECT = _unary(0x050a, "Privacy/Object", m.ObjectRequest, m.PrivacyCount)
LIFT = _unary(0x050b, "Privacy/Lift", m.LiftRequest, m.PrivacyCount)
READMIT = _unary(0x050c, "Privacy/Readmit", m.ReadmitRequest, m.PrivacyCount, idempotent=False)
SCRUB = _stream(0x050d, "Privacy/Scrub", m.ScrubRequest, m.ScrubResponse)
SCORE = _unary(0x0601, "Score/Score", m.ScoreRequest, m.ScoreResponse)
DECIDE_OFFER = _unary(0x0701, "Offer/Decide", m.DecideOfferRequest, m.DecideOfferResponse, idempotent=False)
OFFER_OUTCOME = _unary(0x0702, "Offer/Outcome", m.OfferOutcomeRequest, m.OfferOutcomeResponse)
OFFER_REPORT = _stream(0x0703, "Offer/Report", m.OfferReportRequest, m.OfferReportResponse)

#: By name, such as "Identity/Resolve".
ALL: Dict[str, Method] = {method.name: method for method in list(globals().values()) if isinstance(method, Method)}


def method(name: Union[str, Method]) -> Method:
    """The method of a name such as "Identity/Resolve". Raises ValueError where there is none."""
    if isinstance(name, Method):
        return name
    if name not in ALL:
        raise ValueError(f"no method is called {name!r}; there are {', '.join(sorted(ALL))}")
    return ALL[name]
