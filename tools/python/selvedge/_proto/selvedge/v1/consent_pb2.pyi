from selvedge._proto.selvedge.v1 import common_pb2 as _common_pb2
from selvedge._proto.selvedge.v1 import ingest_pb2 as _ingest_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ConsentCheckRequest(_message.Message):
    __slots__ = ["look", "purpose", "subject"]
    LOOK_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    look: _common_pb2.Look
    purpose: str
    subject: _common_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_common_pb2.Subject, _Mapping]] = ..., purpose: _Optional[str] = ..., look: _Optional[_Union[_common_pb2.Look, _Mapping]] = ...) -> None: ...

class ConsentCheckResponse(_message.Message):
    __slots__ = ["results"]
    class Decisive(_message.Message):
        __slots__ = ["entry", "key", "namespace"]
        ENTRY_FIELD_NUMBER: _ClassVar[int]
        KEY_FIELD_NUMBER: _ClassVar[int]
        NAMESPACE_FIELD_NUMBER: _ClassVar[int]
        entry: LedgerEntry
        key: bytes
        namespace: str
        def __init__(self, namespace: _Optional[str] = ..., key: _Optional[bytes] = ..., entry: _Optional[_Union[LedgerEntry, _Mapping]] = ...) -> None: ...
    class Result(_message.Message):
        __slots__ = ["decisions", "default_decision", "judged_at", "jurisdictions", "outcome", "purpose", "reason"]
        DECISIONS_FIELD_NUMBER: _ClassVar[int]
        DEFAULT_DECISION_FIELD_NUMBER: _ClassVar[int]
        JUDGED_AT_FIELD_NUMBER: _ClassVar[int]
        JURISDICTIONS_FIELD_NUMBER: _ClassVar[int]
        OUTCOME_FIELD_NUMBER: _ClassVar[int]
        PURPOSE_FIELD_NUMBER: _ClassVar[int]
        REASON_FIELD_NUMBER: _ClassVar[int]
        decisions: _containers.RepeatedCompositeFieldContainer[ConsentCheckResponse.Decisive]
        default_decision: str
        judged_at: str
        jurisdictions: _containers.RepeatedScalarFieldContainer[str]
        outcome: str
        purpose: str
        reason: str
        def __init__(self, purpose: _Optional[str] = ..., outcome: _Optional[str] = ..., reason: _Optional[str] = ..., judged_at: _Optional[str] = ..., default_decision: _Optional[str] = ..., jurisdictions: _Optional[_Iterable[str]] = ..., decisions: _Optional[_Iterable[_Union[ConsentCheckResponse.Decisive, _Mapping]]] = ...) -> None: ...
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ConsentCheckResponse.Result]
    def __init__(self, results: _Optional[_Iterable[_Union[ConsentCheckResponse.Result, _Mapping]]] = ...) -> None: ...

class DecideRequest(_message.Message):
    __slots__ = ["decisions", "gpc", "identifiers", "source", "time_ms"]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    GPC_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIERS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TIME_MS_FIELD_NUMBER: _ClassVar[int]
    decisions: _containers.RepeatedCompositeFieldContainer[_ingest_pb2.Decision]
    gpc: bool
    identifiers: _containers.RepeatedCompositeFieldContainer[_common_pb2.Identifier]
    source: str
    time_ms: int
    def __init__(self, source: _Optional[str] = ..., time_ms: _Optional[int] = ..., identifiers: _Optional[_Iterable[_Union[_common_pb2.Identifier, _Mapping]]] = ..., decisions: _Optional[_Iterable[_Union[_ingest_pb2.Decision, _Mapping]]] = ..., gpc: bool = ...) -> None: ...

class DecideResponse(_message.Message):
    __slots__ = ["dropped", "outcomes"]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    dropped: _containers.RepeatedCompositeFieldContainer[_common_pb2.Refusal]
    outcomes: _containers.RepeatedCompositeFieldContainer[_ingest_pb2.DecisionOutcome]
    def __init__(self, outcomes: _Optional[_Iterable[_Union[_ingest_pb2.DecisionOutcome, _Mapping]]] = ..., dropped: _Optional[_Iterable[_Union[_common_pb2.Refusal, _Mapping]]] = ...) -> None: ...

class LedgerEntry(_message.Message):
    __slots__ = ["channel", "decision", "evidence_sha256", "id", "jurisdiction", "lifts", "notice", "purpose", "received", "scope", "sequence", "source", "state", "time", "valid_until"]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_SHA256_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    JURISDICTION_FIELD_NUMBER: _ClassVar[int]
    LIFTS_FIELD_NUMBER: _ClassVar[int]
    NOTICE_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    channel: str
    decision: str
    evidence_sha256: str
    id: str
    jurisdiction: str
    lifts: _containers.RepeatedScalarFieldContainer[str]
    notice: _ingest_pb2.Notice
    purpose: str
    received: str
    scope: str
    sequence: int
    source: str
    state: str
    time: str
    valid_until: str
    def __init__(self, sequence: _Optional[int] = ..., id: _Optional[str] = ..., purpose: _Optional[str] = ..., decision: _Optional[str] = ..., scope: _Optional[str] = ..., jurisdiction: _Optional[str] = ..., time: _Optional[str] = ..., received: _Optional[str] = ..., valid_until: _Optional[str] = ..., state: _Optional[str] = ..., source: _Optional[str] = ..., channel: _Optional[str] = ..., lifts: _Optional[_Iterable[str]] = ..., notice: _Optional[_Union[_ingest_pb2.Notice, _Mapping]] = ..., evidence_sha256: _Optional[str] = ...) -> None: ...

class LedgerRequest(_message.Message):
    __slots__ = ["look", "subject"]
    LOOK_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    look: _common_pb2.Look
    subject: _common_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_common_pb2.Subject, _Mapping]] = ..., look: _Optional[_Union[_common_pb2.Look, _Mapping]] = ...) -> None: ...

class LedgerResponse(_message.Message):
    __slots__ = ["entries", "key", "namespace"]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[LedgerEntry]
    key: bytes
    namespace: str
    def __init__(self, entries: _Optional[_Iterable[_Union[LedgerEntry, _Mapping]]] = ..., namespace: _Optional[str] = ..., key: _Optional[bytes] = ...) -> None: ...

class ProveRequest(_message.Message):
    __slots__ = ["look", "subject"]
    LOOK_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    look: _common_pb2.Look
    subject: _common_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_common_pb2.Subject, _Mapping]] = ..., look: _Optional[_Union[_common_pb2.Look, _Mapping]] = ...) -> None: ...

class ProveResponse(_message.Message):
    __slots__ = ["records"]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, records: _Optional[_Iterable[str]] = ...) -> None: ...
