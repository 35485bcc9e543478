"""The messages of selvedge.v1 and of grpc.health.v1. What each field means is told in Sources/Wire/Protocol."""

from __future__ import annotations

from selvedge._proto.grpc.health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from selvedge._proto.selvedge.v1.admin_pb2 import (
    BackupRequest, BackupResponse, CheckRequest, CheckResponse, ClustersRequest, ClustersResponse,
    DescribeRequest, DescribeResponse, DigestRequest, DigestResponse, ExportRequest, ExportResponse, KeyRequest,
    KeyResponse, PrivacyLedgerRequest, PrivacyLedgerResponse, PurgeRequest, PurgeResponse, RepartitionRequest,
    RepartitionResponse, RotateKeysRequest, RotateKeysResponse, StatsRequest, StatsResponse, SweepRequest,
    SweepResponse)
from selvedge._proto.selvedge.v1.audit_pb2 import (
    ListAuditRequest, ListAuditResponse, ShowKeysRequest, ShowKeysResponse, VerifyAuditRequest, VerifyAuditResponse)
from selvedge._proto.selvedge.v1.common_pb2 import (
    Digest, ErrorDetail, Identifier, Look, RecordName, Refusal, Subject)
from selvedge._proto.selvedge.v1.consent_pb2 import (
    ConsentCheckRequest, ConsentCheckResponse, DecideRequest, DecideResponse, LedgerEntry, LedgerRequest,
    LedgerResponse, ProveRequest, ProveResponse)
from selvedge._proto.selvedge.v1.identity_pb2 import (
    ExplainRequest, ExplainResponse, Member, PurposeView, ResolveBatchRequest, ResolveBatchResponse,
    ResolveRequest, ResolveResponse, SearchRequest, SearchResponse, SimulateRequest, SimulateResponse, WatchRequest,
    WatchResponse)
from selvedge._proto.selvedge.v1.ingest_pb2 import (
    AssertRequest, AssertResponse, Decision, DecisionOutcome, ItemOutcome, Notice, Observation, RecordRequest,
    RecordResponse, RecordStreamRequest, RecordStreamResponse, RetractRequest, RetractResponse, TCFChoices)
from selvedge._proto.selvedge.v1.models_pb2 import (
    CompareRecordsRequest, CompareRecordsResponse, DeviceTraining, LinkageModelSummary, LinkRequest, LinkResponse, ListModelsRequest,
    ListModelsResponse, ListReviewsRequest, ListReviewsResponse, ReviewRequest, ReviewResponse, ShowModelRequest,
    ShowModelResponse, TrainLinkageRequest, TrainLinkageResponse, TrainScoresRequest, TrainScoresResponse)
from selvedge._proto.selvedge.v1.offer_pb2 import (
    BasketLine, CatalogueOffer, DecideOfferRequest, DecideOfferResponse, LoadOffersRequest, OfferArm,
    OfferCandidate, OfferCatalogue, OfferOutcome, OfferOutcomeRequest, OfferOutcomeResponse, OfferReportRequest,
    OfferReportResponse, OfferRule, OfferTrace, ShowOffersRequest)
from selvedge._proto.selvedge.v1.privacy_pb2 import (
    AccessRequest, AccessResponse, ApproveRequest, CertificateRequest, CertificateResponse, Erasure,
    LiftRequest, ListRequest, ListResponse, ObjectRequest, PlanErasureRequest, PlanErasureResponse,
    PrivacyCount, ReadmitRequest, RejectRequest, RequestErasureRequest, RestrictRequest, ScrubRequest,
    ScrubResponse, StatusRequest)
from selvedge._proto.selvedge.v1.score_pb2 import (
    SCORE_BASIS_GENERIC, SCORE_BASIS_PERSON, Estimate, FactCount, MissingModel, ScoreBasis, ScoreRequest,
    ScoreResponse)
from selvedge._proto.selvedge.v1.session_pb2 import (
    AuthenticateRequest, AuthenticateResponse, ClientHello, ServerHello)

__all__ = [
    "AccessRequest", "AccessResponse", "ApproveRequest", "AssertRequest", "AssertResponse", "AuthenticateRequest",
    "AuthenticateResponse", "BackupRequest", "BackupResponse", "BasketLine", "CatalogueOffer", "CertificateRequest",
    "CertificateResponse", "CheckRequest", "CheckResponse", "ClientHello", "ClustersRequest", "ClustersResponse",
    "CompareRecordsRequest", "CompareRecordsResponse", "ConsentCheckRequest", "ConsentCheckResponse",
    "DecideOfferRequest", "DecideOfferResponse", "DecideRequest", "DecideResponse", "Decision", "DecisionOutcome",
    "DescribeRequest", "DeviceTraining", "DescribeResponse", "Digest", "DigestRequest", "DigestResponse", "Erasure", "ErrorDetail",
    "Estimate", "ExplainRequest", "ExplainResponse", "ExportRequest", "ExportResponse", "FactCount",
    "HealthCheckRequest", "HealthCheckResponse", "Identifier", "ItemOutcome", "KeyRequest", "KeyResponse",
    "LedgerEntry", "LedgerRequest", "LedgerResponse", "LiftRequest", "LinkRequest", "LinkResponse",
    "LinkageModelSummary", "ListAuditRequest", "ListAuditResponse", "ListModelsRequest", "ListModelsResponse",
    "ListRequest", "ListResponse", "ListReviewsRequest", "ListReviewsResponse", "LoadOffersRequest", "Look", "Member",
    "MissingModel", "Notice", "ObjectRequest", "Observation", "OfferArm", "OfferCandidate", "OfferCatalogue",
    "OfferOutcome", "OfferOutcomeRequest", "OfferOutcomeResponse", "OfferReportRequest", "OfferReportResponse",
    "OfferRule", "OfferTrace", "PlanErasureRequest", "PlanErasureResponse", "PrivacyCount", "PrivacyLedgerRequest",
    "PrivacyLedgerResponse", "ProveRequest", "ProveResponse", "PurgeRequest", "PurgeResponse", "PurposeView",
    "ReadmitRequest", "RecordName", "RecordRequest", "RecordResponse", "RecordStreamRequest", "RecordStreamResponse",
    "Refusal", "RejectRequest", "RepartitionRequest", "RepartitionResponse", "RequestErasureRequest",
    "ResolveBatchRequest", "ResolveBatchResponse", "ResolveRequest", "ResolveResponse", "RestrictRequest",
    "RetractRequest", "RetractResponse", "ReviewRequest", "ReviewResponse", "RotateKeysRequest", "RotateKeysResponse",
    "SCORE_BASIS_GENERIC", "SCORE_BASIS_PERSON", "ScoreBasis", "ScoreRequest", "ScoreResponse", "ScrubRequest",
    "ScrubResponse", "SearchRequest", "SearchResponse", "ServerHello", "ShowKeysRequest", "ShowKeysResponse",
    "ShowModelRequest", "ShowModelResponse", "ShowOffersRequest", "SimulateRequest", "SimulateResponse", "StatsRequest",
    "StatsResponse", "StatusRequest", "Subject", "SweepRequest", "SweepResponse", "TCFChoices", "TrainLinkageRequest",
    "TrainLinkageResponse", "TrainScoresRequest", "TrainScoresResponse", "VerifyAuditRequest", "VerifyAuditResponse",
    "WatchRequest", "WatchResponse",
]
