from selvedge._proto.selvedge.v1 import common_pb2 as _common_pb2
from selvedge._proto.selvedge.v1 import ingest_pb2 as _ingest_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExplainRequest(_message.Message):
    __slots__ = ["first", "look", "purpose", "second"]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    LOOK_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    first: _common_pb2.Subject
    look: _common_pb2.Look
    purpose: str
    second: _common_pb2.Subject
    def __init__(self, first: _Optional[_Union[_common_pb2.Subject, _Mapping]] = ..., second: _Optional[_Union[_common_pb2.Subject, _Mapping]] = ..., purpose: _Optional[str] = ..., look: _Optional[_Union[_common_pb2.Look, _Mapping]] = ...) -> None: ...

class ExplainResponse(_message.Message):
    __slots__ = ["first", "path", "relation", "second", "text"]
    class End(_message.Message):
        __slots__ = ["key", "namespace"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        NAMESPACE_FIELD_NUMBER: _ClassVar[int]
        key: bytes
        namespace: str
        def __init__(self, namespace: _Optional[str] = ..., key: _Optional[bytes] = ...) -> None: ...
    class Step(_message.Message):
        __slots__ = ["detail", "kind", "reason", "support", "to", "weight"]
        DETAIL_FIELD_NUMBER: _ClassVar[int]
        FROM_FIELD_NUMBER: _ClassVar[int]
        KIND_FIELD_NUMBER: _ClassVar[int]
        REASON_FIELD_NUMBER: _ClassVar[int]
        SUPPORT_FIELD_NUMBER: _ClassVar[int]
        TO_FIELD_NUMBER: _ClassVar[int]
        WEIGHT_FIELD_NUMBER: _ClassVar[int]
        detail: str
        kind: str
        reason: str
        support: _containers.RepeatedCompositeFieldContainer[ExplainResponse.Support]
        to: ExplainResponse.End
        weight: int
        def __init__(self, to: _Optional[_Union[ExplainResponse.End, _Mapping]] = ..., kind: _Optional[str] = ..., weight: _Optional[int] = ..., reason: _Optional[str] = ..., detail: _Optional[str] = ..., support: _Optional[_Iterable[_Union[ExplainResponse.Support, _Mapping]]] = ..., **kwargs) -> None: ...
    class Support(_message.Message):
        __slots__ = ["days", "first_ms", "last_ms", "records", "source"]
        DAYS_FIELD_NUMBER: _ClassVar[int]
        FIRST_MS_FIELD_NUMBER: _ClassVar[int]
        LAST_MS_FIELD_NUMBER: _ClassVar[int]
        RECORDS_FIELD_NUMBER: _ClassVar[int]
        SOURCE_FIELD_NUMBER: _ClassVar[int]
        days: int
        first_ms: int
        last_ms: int
        records: int
        source: str
        def __init__(self, source: _Optional[str] = ..., first_ms: _Optional[int] = ..., last_ms: _Optional[int] = ..., days: _Optional[int] = ..., records: _Optional[int] = ...) -> None: ...
    FIRST_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    RELATION_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    first: ExplainResponse.End
    path: _containers.RepeatedCompositeFieldContainer[ExplainResponse.Step]
    relation: str
    second: ExplainResponse.End
    text: str
    def __init__(self, relation: _Optional[str] = ..., first: _Optional[_Union[ExplainResponse.End, _Mapping]] = ..., second: _Optional[_Union[ExplainResponse.End, _Mapping]] = ..., path: _Optional[_Iterable[_Union[ExplainResponse.Step, _Mapping]]] = ..., text: _Optional[str] = ...) -> None: ...

class Member(_message.Message):
    __slots__ = ["key", "namespace", "record"]
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    key: bytes
    namespace: str
    record: _common_pb2.RecordName
    def __init__(self, namespace: _Optional[str] = ..., key: _Optional[bytes] = ..., record: _Optional[_Union[_common_pb2.RecordName, _Mapping]] = ...) -> None: ...

class PurposeView(_message.Message):
    __slots__ = ["members", "profile_id", "purpose", "reason"]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[Member]
    profile_id: str
    purpose: str
    reason: str
    def __init__(self, purpose: _Optional[str] = ..., profile_id: _Optional[str] = ..., members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ..., reason: _Optional[str] = ...) -> None: ...

class ResolveBatchRequest(_message.Message):
    __slots__ = ["look", "members", "purpose", "subjects"]
    LOOK_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    SUBJECTS_FIELD_NUMBER: _ClassVar[int]
    look: _common_pb2.Look
    members: bool
    purpose: str
    subjects: _containers.RepeatedCompositeFieldContainer[_common_pb2.Subject]
    def __init__(self, subjects: _Optional[_Iterable[_Union[_common_pb2.Subject, _Mapping]]] = ..., purpose: _Optional[str] = ..., members: bool = ..., look: _Optional[_Union[_common_pb2.Look, _Mapping]] = ...) -> None: ...

class ResolveBatchResponse(_message.Message):
    __slots__ = ["results"]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ResolveResponse]
    def __init__(self, results: _Optional[_Iterable[_Union[ResolveResponse, _Mapping]]] = ...) -> None: ...

class ResolveRequest(_message.Message):
    __slots__ = ["look", "members", "purpose", "subject"]
    LOOK_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    look: _common_pb2.Look
    members: bool
    purpose: str
    subject: _common_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_common_pb2.Subject, _Mapping]] = ..., purpose: _Optional[str] = ..., members: bool = ..., look: _Optional[_Union[_common_pb2.Look, _Mapping]] = ...) -> None: ...

class ResolveResponse(_message.Message):
    __slots__ = ["member_count", "members", "outcome", "profile_id", "refusal", "view"]
    class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    MEMBER_COUNT_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_GENERIC: ResolveResponse.Outcome
    OUTCOME_PROFILE: ResolveResponse.Outcome
    OUTCOME_REFUSED: ResolveResponse.Outcome
    OUTCOME_UNSPECIFIED: ResolveResponse.Outcome
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    member_count: int
    members: _containers.RepeatedCompositeFieldContainer[Member]
    outcome: ResolveResponse.Outcome
    profile_id: str
    refusal: _common_pb2.Refusal
    view: PurposeView
    def __init__(self, outcome: _Optional[_Union[ResolveResponse.Outcome, str]] = ..., profile_id: _Optional[str] = ..., member_count: _Optional[int] = ..., members: _Optional[_Iterable[_Union[Member, _Mapping]]] = ..., refusal: _Optional[_Union[_common_pb2.Refusal, _Mapping]] = ..., view: _Optional[_Union[PurposeView, _Mapping]] = ...) -> None: ...

class SearchRequest(_message.Message):
    __slots__ = ["attributes", "limit", "look"]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    LOOK_FIELD_NUMBER: _ClassVar[int]
    attributes: bytes
    limit: int
    look: _common_pb2.Look
    def __init__(self, attributes: _Optional[bytes] = ..., look: _Optional[_Union[_common_pb2.Look, _Mapping]] = ..., limit: _Optional[int] = ...) -> None: ...

class SearchResponse(_message.Message):
    __slots__ = ["found"]
    class Found(_message.Message):
        __slots__ = ["bits", "probability", "profile_id", "record"]
        BITS_FIELD_NUMBER: _ClassVar[int]
        PROBABILITY_FIELD_NUMBER: _ClassVar[int]
        PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
        RECORD_FIELD_NUMBER: _ClassVar[int]
        bits: float
        probability: float
        profile_id: str
        record: _common_pb2.RecordName
        def __init__(self, record: _Optional[_Union[_common_pb2.RecordName, _Mapping]] = ..., profile_id: _Optional[str] = ..., bits: _Optional[float] = ..., probability: _Optional[float] = ...) -> None: ...
    FOUND_FIELD_NUMBER: _ClassVar[int]
    found: _containers.RepeatedCompositeFieldContainer[SearchResponse.Found]
    def __init__(self, found: _Optional[_Iterable[_Union[SearchResponse.Found, _Mapping]]] = ...) -> None: ...

class SimulateRequest(_message.Message):
    __slots__ = ["look", "observations", "purpose"]
    LOOK_FIELD_NUMBER: _ClassVar[int]
    OBSERVATIONS_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    look: _common_pb2.Look
    observations: _containers.RepeatedCompositeFieldContainer[_ingest_pb2.Observation]
    purpose: str
    def __init__(self, observations: _Optional[_Iterable[_Union[_ingest_pb2.Observation, _Mapping]]] = ..., purpose: _Optional[str] = ..., look: _Optional[_Union[_common_pb2.Look, _Mapping]] = ...) -> None: ...

class SimulateResponse(_message.Message):
    __slots__ = ["results"]
    class Extent(_message.Message):
        __slots__ = ["members", "profile_id"]
        MEMBERS_FIELD_NUMBER: _ClassVar[int]
        PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
        members: int
        profile_id: str
        def __init__(self, profile_id: _Optional[str] = ..., members: _Optional[int] = ...) -> None: ...
    class Result(_message.Message):
        __slots__ = ["after", "before", "outcome"]
        AFTER_FIELD_NUMBER: _ClassVar[int]
        BEFORE_FIELD_NUMBER: _ClassVar[int]
        OUTCOME_FIELD_NUMBER: _ClassVar[int]
        after: SimulateResponse.Extent
        before: _containers.RepeatedCompositeFieldContainer[SimulateResponse.Extent]
        outcome: _ingest_pb2.ItemOutcome
        def __init__(self, outcome: _Optional[_Union[_ingest_pb2.ItemOutcome, _Mapping]] = ..., before: _Optional[_Iterable[_Union[SimulateResponse.Extent, _Mapping]]] = ..., after: _Optional[_Union[SimulateResponse.Extent, _Mapping]] = ...) -> None: ...
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[SimulateResponse.Result]
    def __init__(self, results: _Optional[_Iterable[_Union[SimulateResponse.Result, _Mapping]]] = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ["follow", "limit", "look", "purpose"]
    FOLLOW_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    LOOK_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    follow: bool
    limit: int
    look: _common_pb2.Look
    purpose: str
    def __init__(self, purpose: _Optional[str] = ..., look: _Optional[_Union[_common_pb2.Look, _Mapping]] = ..., follow: bool = ..., limit: _Optional[int] = ..., **kwargs) -> None: ...

class WatchResponse(_message.Message):
    __slots__ = ["entries", "next"]
    class Entry(_message.Message):
        __slots__ = ["kind", "others", "profile_id", "purposes", "sequence", "time_ms"]
        KIND_FIELD_NUMBER: _ClassVar[int]
        OTHERS_FIELD_NUMBER: _ClassVar[int]
        PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
        PURPOSES_FIELD_NUMBER: _ClassVar[int]
        SEQUENCE_FIELD_NUMBER: _ClassVar[int]
        TIME_MS_FIELD_NUMBER: _ClassVar[int]
        kind: str
        others: _containers.RepeatedScalarFieldContainer[str]
        profile_id: str
        purposes: _containers.RepeatedScalarFieldContainer[str]
        sequence: int
        time_ms: int
        def __init__(self, sequence: _Optional[int] = ..., kind: _Optional[str] = ..., time_ms: _Optional[int] = ..., profile_id: _Optional[str] = ..., others: _Optional[_Iterable[str]] = ..., purposes: _Optional[_Iterable[str]] = ...) -> None: ...
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[WatchResponse.Entry]
    next: int
    def __init__(self, entries: _Optional[_Iterable[_Union[WatchResponse.Entry, _Mapping]]] = ..., next: _Optional[int] = ...) -> None: ...
