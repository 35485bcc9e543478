from selvedge._proto.selvedge.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AccessRequest(_message.Message):
    __slots__ = ["html", "look", "subject"]
    HTML_FIELD_NUMBER: _ClassVar[int]
    LOOK_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    html: bool
    look: _common_pb2.Look
    subject: _common_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_common_pb2.Subject, _Mapping]] = ..., html: bool = ..., look: _Optional[_Union[_common_pb2.Look, _Mapping]] = ...) -> None: ...

class AccessResponse(_message.Message):
    __slots__ = ["document"]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    document: bytes
    def __init__(self, document: _Optional[bytes] = ...) -> None: ...

class ApproveRequest(_message.Message):
    __slots__ = ["also", "hash", "number", "reason"]
    ALSO_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    also: _containers.RepeatedCompositeFieldContainer[_common_pb2.Subject]
    hash: bytes
    number: int
    reason: str
    def __init__(self, number: _Optional[int] = ..., hash: _Optional[bytes] = ..., also: _Optional[_Iterable[_Union[_common_pb2.Subject, _Mapping]]] = ..., reason: _Optional[str] = ...) -> None: ...

class CertificateRequest(_message.Message):
    __slots__ = ["number"]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    number: int
    def __init__(self, number: _Optional[int] = ...) -> None: ...

class CertificateResponse(_message.Message):
    __slots__ = ["json", "text"]
    JSON_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    json: str
    text: str
    def __init__(self, text: _Optional[str] = ..., json: _Optional[str] = ...) -> None: ...

class Erasure(_message.Message):
    __slots__ = ["due", "hash", "identifiers", "likely", "number", "only", "overdue", "reason", "records", "shared", "state", "steps"]
    class Step(_message.Message):
        __slots__ = ["by", "state", "time"]
        BY_FIELD_NUMBER: _ClassVar[int]
        STATE_FIELD_NUMBER: _ClassVar[int]
        TIME_FIELD_NUMBER: _ClassVar[int]
        by: str
        state: str
        time: str
        def __init__(self, state: _Optional[str] = ..., time: _Optional[str] = ..., by: _Optional[str] = ...) -> None: ...
    DUE_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIERS_FIELD_NUMBER: _ClassVar[int]
    LIKELY_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ONLY_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    SHARED_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    due: str
    hash: bytes
    identifiers: int
    likely: int
    number: int
    only: bool
    overdue: bool
    reason: str
    records: int
    shared: int
    state: str
    steps: _containers.RepeatedCompositeFieldContainer[Erasure.Step]
    def __init__(self, number: _Optional[int] = ..., state: _Optional[str] = ..., due: _Optional[str] = ..., overdue: bool = ..., only: bool = ..., hash: _Optional[bytes] = ..., reason: _Optional[str] = ..., steps: _Optional[_Iterable[_Union[Erasure.Step, _Mapping]]] = ..., identifiers: _Optional[int] = ..., records: _Optional[int] = ..., shared: _Optional[int] = ..., likely: _Optional[int] = ...) -> None: ...

class LiftRequest(_message.Message):
    __slots__ = ["kind", "reason", "subject"]
    KIND_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    kind: str
    reason: str
    subject: _common_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_common_pb2.Subject, _Mapping]] = ..., kind: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ListRequest(_message.Message):
    __slots__ = ["overdue"]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    overdue: bool
    def __init__(self, overdue: bool = ...) -> None: ...

class ListResponse(_message.Message):
    __slots__ = ["erasures"]
    ERASURES_FIELD_NUMBER: _ClassVar[int]
    erasures: _containers.RepeatedCompositeFieldContainer[Erasure]
    def __init__(self, erasures: _Optional[_Iterable[_Union[Erasure, _Mapping]]] = ...) -> None: ...

class ObjectRequest(_message.Message):
    __slots__ = ["purposes", "reason", "subject"]
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    purposes: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    subject: _common_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_common_pb2.Subject, _Mapping]] = ..., purposes: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ...) -> None: ...

class PlanErasureRequest(_message.Message):
    __slots__ = ["also", "look", "only", "subject"]
    ALSO_FIELD_NUMBER: _ClassVar[int]
    LOOK_FIELD_NUMBER: _ClassVar[int]
    ONLY_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    also: _containers.RepeatedCompositeFieldContainer[_common_pb2.Subject]
    look: _common_pb2.Look
    only: bool
    subject: _common_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_common_pb2.Subject, _Mapping]] = ..., only: bool = ..., also: _Optional[_Iterable[_Union[_common_pb2.Subject, _Mapping]]] = ..., look: _Optional[_Union[_common_pb2.Look, _Mapping]] = ...) -> None: ...

class PlanErasureResponse(_message.Message):
    __slots__ = ["held", "likely", "records_trimmed", "shared", "taken"]
    class Item(_message.Message):
        __slots__ = ["key", "namespace"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        NAMESPACE_FIELD_NUMBER: _ClassVar[int]
        key: bytes
        namespace: str
        def __init__(self, namespace: _Optional[str] = ..., key: _Optional[bytes] = ...) -> None: ...
    HELD_FIELD_NUMBER: _ClassVar[int]
    LIKELY_FIELD_NUMBER: _ClassVar[int]
    RECORDS_TRIMMED_FIELD_NUMBER: _ClassVar[int]
    SHARED_FIELD_NUMBER: _ClassVar[int]
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    held: bool
    likely: _containers.RepeatedCompositeFieldContainer[PlanErasureResponse.Item]
    records_trimmed: int
    shared: _containers.RepeatedCompositeFieldContainer[PlanErasureResponse.Item]
    taken: _containers.RepeatedCompositeFieldContainer[PlanErasureResponse.Item]
    def __init__(self, held: bool = ..., taken: _Optional[_Iterable[_Union[PlanErasureResponse.Item, _Mapping]]] = ..., shared: _Optional[_Iterable[_Union[PlanErasureResponse.Item, _Mapping]]] = ..., likely: _Optional[_Iterable[_Union[PlanErasureResponse.Item, _Mapping]]] = ..., records_trimmed: _Optional[int] = ...) -> None: ...

class PrivacyCount(_message.Message):
    __slots__ = ["count"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    count: int
    def __init__(self, count: _Optional[int] = ...) -> None: ...

class ReadmitRequest(_message.Message):
    __slots__ = ["identifier", "purposes", "reason", "source"]
    IDENTIFIER_FIELD_NUMBER: _ClassVar[int]
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    identifier: _common_pb2.Identifier
    purposes: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    source: str
    def __init__(self, identifier: _Optional[_Union[_common_pb2.Identifier, _Mapping]] = ..., purposes: _Optional[_Iterable[str]] = ..., source: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RejectRequest(_message.Message):
    __slots__ = ["number", "reason"]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    number: int
    reason: str
    def __init__(self, number: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class RequestErasureRequest(_message.Message):
    __slots__ = ["only", "reason", "subject"]
    ONLY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    only: bool
    reason: str
    subject: _common_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_common_pb2.Subject, _Mapping]] = ..., only: bool = ..., reason: _Optional[str] = ...) -> None: ...

class RestrictRequest(_message.Message):
    __slots__ = ["reason", "subject"]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    reason: str
    subject: _common_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_common_pb2.Subject, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class ScrubRequest(_message.Message):
    __slots__ = ["reason"]
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class ScrubResponse(_message.Message):
    __slots__ = ["done", "erasures", "generation", "old_generations", "rows"]
    DONE_FIELD_NUMBER: _ClassVar[int]
    ERASURES_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    OLD_GENERATIONS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    done: bool
    erasures: _containers.RepeatedScalarFieldContainer[int]
    generation: str
    old_generations: int
    rows: int
    def __init__(self, rows: _Optional[int] = ..., done: bool = ..., generation: _Optional[str] = ..., erasures: _Optional[_Iterable[int]] = ..., old_generations: _Optional[int] = ...) -> None: ...

class StatusRequest(_message.Message):
    __slots__ = ["number"]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    number: int
    def __init__(self, number: _Optional[int] = ...) -> None: ...
