from selvedge._proto.selvedge.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AssertRequest(_message.Message):
    __slots__ = ["claim", "first", "reason", "second", "withdraw"]
    class Claim(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    CLAIM_DIFFERENT: AssertRequest.Claim
    CLAIM_FIELD_NUMBER: _ClassVar[int]
    CLAIM_SAME: AssertRequest.Claim
    CLAIM_UNSPECIFIED: AssertRequest.Claim
    FIRST_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    WITHDRAW_FIELD_NUMBER: _ClassVar[int]
    claim: AssertRequest.Claim
    first: _common_pb2.Subject
    reason: str
    second: _common_pb2.Subject
    withdraw: bool
    def __init__(self, first: _Optional[_Union[_common_pb2.Subject, _Mapping]] = ..., second: _Optional[_Union[_common_pb2.Subject, _Mapping]] = ..., claim: _Optional[_Union[AssertRequest.Claim, str]] = ..., reason: _Optional[str] = ..., withdraw: bool = ...) -> None: ...

class AssertResponse(_message.Message):
    __slots__ = ["first_profile_id", "second_profile_id"]
    FIRST_PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    SECOND_PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    first_profile_id: str
    second_profile_id: str
    def __init__(self, first_profile_id: _Optional[str] = ..., second_profile_id: _Optional[str] = ...) -> None: ...

class Decision(_message.Message):
    __slots__ = ["channel", "decision", "evidence_sha256", "jurisdiction", "lifts", "namespace", "notice", "purpose", "scope", "tcf", "time_ms"]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_SHA256_FIELD_NUMBER: _ClassVar[int]
    JURISDICTION_FIELD_NUMBER: _ClassVar[int]
    LIFTS_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NOTICE_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    TCF_FIELD_NUMBER: _ClassVar[int]
    TIME_MS_FIELD_NUMBER: _ClassVar[int]
    channel: str
    decision: str
    evidence_sha256: str
    jurisdiction: str
    lifts: _containers.RepeatedScalarFieldContainer[str]
    namespace: str
    notice: Notice
    purpose: str
    scope: str
    tcf: TCFChoices
    time_ms: int
    def __init__(self, namespace: _Optional[str] = ..., purpose: _Optional[str] = ..., decision: _Optional[str] = ..., scope: _Optional[str] = ..., time_ms: _Optional[int] = ..., jurisdiction: _Optional[str] = ..., lifts: _Optional[_Iterable[str]] = ..., notice: _Optional[_Union[Notice, _Mapping]] = ..., channel: _Optional[str] = ..., evidence_sha256: _Optional[str] = ..., tcf: _Optional[_Union[TCFChoices, _Mapping]] = ...) -> None: ...

class DecisionOutcome(_message.Message):
    __slots__ = ["decision", "effect", "id", "key", "namespace", "purpose", "scope", "superseded_by"]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_BY_FIELD_NUMBER: _ClassVar[int]
    decision: str
    effect: str
    id: str
    key: bytes
    namespace: str
    purpose: str
    scope: str
    superseded_by: str
    def __init__(self, id: _Optional[str] = ..., purpose: _Optional[str] = ..., effect: _Optional[str] = ..., superseded_by: _Optional[str] = ..., decision: _Optional[str] = ..., scope: _Optional[str] = ..., namespace: _Optional[str] = ..., key: _Optional[bytes] = ...) -> None: ...

class ItemOutcome(_message.Message):
    __slots__ = ["decisions", "dropped", "kind", "profile_id", "refusal"]
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    KIND_ACCEPTED: ItemOutcome.Kind
    KIND_CREATED: ItemOutcome.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    KIND_JOINED: ItemOutcome.Kind
    KIND_MERGED: ItemOutcome.Kind
    KIND_REFUSED: ItemOutcome.Kind
    KIND_UNCHANGED: ItemOutcome.Kind
    KIND_UNSPECIFIED: ItemOutcome.Kind
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    decisions: _containers.RepeatedCompositeFieldContainer[DecisionOutcome]
    dropped: _containers.RepeatedCompositeFieldContainer[_common_pb2.Refusal]
    kind: ItemOutcome.Kind
    profile_id: str
    refusal: _common_pb2.Refusal
    def __init__(self, kind: _Optional[_Union[ItemOutcome.Kind, str]] = ..., refusal: _Optional[_Union[_common_pb2.Refusal, _Mapping]] = ..., dropped: _Optional[_Iterable[_Union[_common_pb2.Refusal, _Mapping]]] = ..., profile_id: _Optional[str] = ..., decisions: _Optional[_Iterable[_Union[DecisionOutcome, _Mapping]]] = ...) -> None: ...

class Notice(_message.Message):
    __slots__ = ["id", "language", "sha256", "version"]
    ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    id: str
    language: str
    sha256: str
    version: str
    def __init__(self, id: _Optional[str] = ..., version: _Optional[str] = ..., language: _Optional[str] = ..., sha256: _Optional[str] = ...) -> None: ...

class Observation(_message.Message):
    __slots__ = ["attributes", "behaviour", "context", "decisions", "gpc", "id", "identifiers", "record_id", "source", "time_ms"]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    BEHAVIOUR_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    GPC_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIERS_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TIME_MS_FIELD_NUMBER: _ClassVar[int]
    attributes: bytes
    behaviour: bytes
    context: bytes
    decisions: _containers.RepeatedCompositeFieldContainer[Decision]
    gpc: bool
    id: str
    identifiers: _containers.RepeatedCompositeFieldContainer[_common_pb2.Identifier]
    record_id: str
    source: str
    time_ms: int
    def __init__(self, id: _Optional[str] = ..., source: _Optional[str] = ..., record_id: _Optional[str] = ..., time_ms: _Optional[int] = ..., identifiers: _Optional[_Iterable[_Union[_common_pb2.Identifier, _Mapping]]] = ..., attributes: _Optional[bytes] = ..., behaviour: _Optional[bytes] = ..., context: _Optional[bytes] = ..., decisions: _Optional[_Iterable[_Union[Decision, _Mapping]]] = ..., gpc: bool = ...) -> None: ...

class RecordRequest(_message.Message):
    __slots__ = ["observations"]
    OBSERVATIONS_FIELD_NUMBER: _ClassVar[int]
    observations: _containers.RepeatedCompositeFieldContainer[Observation]
    def __init__(self, observations: _Optional[_Iterable[_Union[Observation, _Mapping]]] = ...) -> None: ...

class RecordResponse(_message.Message):
    __slots__ = ["outcomes"]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    outcomes: _containers.RepeatedCompositeFieldContainer[ItemOutcome]
    def __init__(self, outcomes: _Optional[_Iterable[_Union[ItemOutcome, _Mapping]]] = ...) -> None: ...

class RecordStreamRequest(_message.Message):
    __slots__ = ["observations", "outcomes", "sequence"]
    OBSERVATIONS_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    observations: _containers.RepeatedCompositeFieldContainer[Observation]
    outcomes: bool
    sequence: int
    def __init__(self, sequence: _Optional[int] = ..., observations: _Optional[_Iterable[_Union[Observation, _Mapping]]] = ..., outcomes: bool = ...) -> None: ...

class RecordStreamResponse(_message.Message):
    __slots__ = ["accepted", "exceptions", "sequence"]
    class Exception(_message.Message):
        __slots__ = ["index", "outcome"]
        INDEX_FIELD_NUMBER: _ClassVar[int]
        OUTCOME_FIELD_NUMBER: _ClassVar[int]
        index: int
        outcome: ItemOutcome
        def __init__(self, index: _Optional[int] = ..., outcome: _Optional[_Union[ItemOutcome, _Mapping]] = ...) -> None: ...
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    EXCEPTIONS_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    accepted: int
    exceptions: _containers.RepeatedCompositeFieldContainer[RecordStreamResponse.Exception]
    sequence: int
    def __init__(self, sequence: _Optional[int] = ..., accepted: _Optional[int] = ..., exceptions: _Optional[_Iterable[_Union[RecordStreamResponse.Exception, _Mapping]]] = ...) -> None: ...

class RetractRequest(_message.Message):
    __slots__ = ["record", "source", "time_ms"]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TIME_MS_FIELD_NUMBER: _ClassVar[int]
    record: _common_pb2.RecordName
    source: str
    time_ms: int
    def __init__(self, record: _Optional[_Union[_common_pb2.RecordName, _Mapping]] = ..., source: _Optional[str] = ..., time_ms: _Optional[int] = ...) -> None: ...

class RetractResponse(_message.Message):
    __slots__ = ["components_evaluated", "records"]
    COMPONENTS_EVALUATED_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    components_evaluated: int
    records: int
    def __init__(self, records: _Optional[int] = ..., components_evaluated: _Optional[int] = ...) -> None: ...

class TCFChoices(_message.Message):
    __slots__ = ["agreed"]
    AGREED_FIELD_NUMBER: _ClassVar[int]
    agreed: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, agreed: _Optional[_Iterable[str]] = ...) -> None: ...
