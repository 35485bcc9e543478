"""The messages of selvedge.v1 and of grpc.health.v1. What each field means is told in Sources/Wire/Protocol."""

from __future__ import annotations

from selvedge._proto.grpc.health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from selvedge._proto.selvedge.v1.admin_pb2 import (
    BackupRequest, BackupResponse, CheckRequest, CheckResponse, ClustersRequest, ClustersResponse,
    DescribeRequest, DescribeResponse, DigestRequest, DigestResponse, KeyRequest, KeyResponse, PurgeRequest,
    PurgeResponse, RotateKeysRequest, RotateKeysResponse, StatsRequest, StatsResponse, SweepRequest,
    SweepResponse)
from selvedge._proto.selvedge.v1.common_pb2 import (
    Digest, ErrorDetail, Identifier, Look, RecordName, Refusal, Subject)
from selvedge._proto.selvedge.v1.consent_pb2 import (
    ConsentCheckRequest, ConsentCheckResponse, DecideRequest, DecideResponse, LedgerEntry, LedgerRequest,
    LedgerResponse, ProveRequest, ProveResponse)
from selvedge._proto.selvedge.v1.identity_pb2 import (
    ExplainRequest, ExplainResponse, Member, PurposeView, ResolveBatchRequest, ResolveBatchResponse,
    ResolveRequest, ResolveResponse, SimulateRequest, SimulateResponse, WatchRequest, WatchResponse)
from selvedge._proto.selvedge.v1.ingest_pb2 import (
    AssertRequest, AssertResponse, Decision, DecisionOutcome, ItemOutcome, Notice, Observation, RecordRequest,
    RecordResponse, RecordStreamRequest, RecordStreamResponse, RetractRequest, RetractResponse, TCFChoices)
from selvedge._proto.selvedge.v1.offer_pb2 import (
    BasketLine, CatalogueOffer, DecideOfferRequest, DecideOfferResponse, LoadOffersRequest, OfferArm,
    OfferCandidate, OfferCatalogue, OfferOutcome, OfferOutcomeRequest, OfferOutcomeResponse, OfferRule, OfferTrace,
    ShowOffersRequest)
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
    "SCORE_BASIS_GENERIC", "SCORE_BASIS_PERSON", "AccessRequest", "AccessResponse", "ApproveRequest", "AssertRequest",
    "AssertResponse", "AuthenticateRequest", "AuthenticateResponse", "BackupRequest", "BackupResponse", "BasketLine",
    "CatalogueOffer", "CertificateRequest", "CertificateResponse", "CheckRequest", "CheckResponse", "ClientHello",
    "ClustersRequest", "ClustersResponse", "ConsentCheckRequest", "ConsentCheckResponse", "DecideOfferRequest",
    "DecideOfferResponse", "DecideRequest", "DecideResponse", "Decision", "DecisionOutcome", "DescribeRequest",
    "DescribeResponse", "Digest", "DigestRequest", "DigestResponse", "Erasure", "ErrorDetail", "Estimate",
    "ExplainRequest", "ExplainResponse", "FactCount", "HealthCheckRequest", "HealthCheckResponse", "Identifier",
    "ItemOutcome", "KeyRequest", "KeyResponse", "LedgerEntry", "LedgerRequest", "LedgerResponse", "LiftRequest",
    "ListRequest", "ListResponse", "LoadOffersRequest", "Look", "Member", "MissingModel", "Notice", "ObjectRequest",
    "Observation", "OfferArm", "OfferCandidate", "OfferCatalogue", "OfferOutcome", "OfferOutcomeRequest",
    "OfferOutcomeResponse", "OfferRule", "OfferTrace", "PlanErasureRequest", "PlanErasureResponse", "PrivacyCount",
    "ProveRequest", "ProveResponse", "PurgeRequest", "PurgeResponse", "PurposeView", "ReadmitRequest", "RecordName",
    "RecordRequest", "RecordResponse", "RecordStreamRequest", "RecordStreamResponse", "Refusal", "RejectRequest",
    "RequestErasureRequest", "ResolveBatchRequest", "ResolveBatchResponse", "ResolveRequest", "ResolveResponse",
    "RestrictRequest", "RetractRequest", "RetractResponse", "RotateKeysRequest", "RotateKeysResponse", "ScoreBasis",
    "ScoreRequest", "ScoreResponse", "ScrubRequest", "ScrubResponse", "ServerHello", "ShowOffersRequest",
    "SimulateRequest", "SimulateResponse", "StatsRequest", "StatsResponse", "StatusRequest", "Subject",
    "SweepRequest", "SweepResponse", "TCFChoices", "WatchRequest", "WatchResponse",
]
