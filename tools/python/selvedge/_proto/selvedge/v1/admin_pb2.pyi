from selvedge._proto.selvedge.v1 import audit_pb2 as _audit_pb2
from selvedge._proto.selvedge.v1 import common_pb2 as _common_pb2
from selvedge._proto.selvedge.v1 import models_pb2 as _models_pb2
from selvedge._proto.selvedge.v1 import offer_pb2 as _offer_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BackupRequest(_message.Message):
    __slots__ = ["expires_days", "reason"]
    EXPIRES_DAYS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    expires_days: int
    reason: str
    def __init__(self, reason: _Optional[str] = ..., expires_days: _Optional[int] = ...) -> None: ...

class BackupResponse(_message.Message):
    __slots__ = ["done", "expires_ms", "piece", "rows", "taken_ms"]
    DONE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_MS_FIELD_NUMBER: _ClassVar[int]
    PIECE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    TAKEN_MS_FIELD_NUMBER: _ClassVar[int]
    done: bool
    expires_ms: int
    piece: bytes
    rows: int
    taken_ms: int
    def __init__(self, piece: _Optional[bytes] = ..., done: bool = ..., taken_ms: _Optional[int] = ..., expires_ms: _Optional[int] = ..., rows: _Optional[int] = ...) -> None: ...

class CheckRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class CheckResponse(_message.Message):
    __slots__ = ["components", "done", "problems", "profiles", "rows", "total"]
    class RowsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    COMPONENTS_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    PROFILES_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    components: int
    done: bool
    problems: _containers.RepeatedScalarFieldContainer[str]
    profiles: int
    rows: _containers.ScalarMap[str, int]
    total: int
    def __init__(self, problems: _Optional[_Iterable[str]] = ..., total: _Optional[int] = ..., done: bool = ..., rows: _Optional[_Mapping[str, int]] = ..., components: _Optional[int] = ..., profiles: _Optional[int] = ...) -> None: ...

class ClustersRequest(_message.Message):
    __slots__ = ["look"]
    LOOK_FIELD_NUMBER: _ClassVar[int]
    look: _common_pb2.Look
    def __init__(self, look: _Optional[_Union[_common_pb2.Look, _Mapping]] = ...) -> None: ...

class ClustersResponse(_message.Message):
    __slots__ = ["rows"]
    class Row(_message.Message):
        __slots__ = ["profile_id", "record_id", "source"]
        PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
        RECORD_ID_FIELD_NUMBER: _ClassVar[int]
        SOURCE_FIELD_NUMBER: _ClassVar[int]
        profile_id: str
        record_id: str
        source: str
        def __init__(self, source: _Optional[str] = ..., record_id: _Optional[str] = ..., profile_id: _Optional[str] = ...) -> None: ...
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[ClustersResponse.Row]
    def __init__(self, rows: _Optional[_Iterable[_Union[ClustersResponse.Row, _Mapping]]] = ...) -> None: ...

class DescribeRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class DescribeResponse(_message.Message):
    __slots__ = ["clock", "configuration_sha256", "namespaces", "purposes", "sources", "version"]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    CONFIGURATION_SHA256_FIELD_NUMBER: _ClassVar[int]
    NAMESPACES_FIELD_NUMBER: _ClassVar[int]
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    clock: str
    configuration_sha256: str
    namespaces: _containers.RepeatedScalarFieldContainer[str]
    purposes: _containers.RepeatedScalarFieldContainer[str]
    sources: _containers.RepeatedScalarFieldContainer[str]
    version: str
    def __init__(self, version: _Optional[str] = ..., purposes: _Optional[_Iterable[str]] = ..., namespaces: _Optional[_Iterable[str]] = ..., sources: _Optional[_Iterable[str]] = ..., clock: _Optional[str] = ..., configuration_sha256: _Optional[str] = ...) -> None: ...

class DigestRequest(_message.Message):
    __slots__ = ["as_of_ms", "content"]
    AS_OF_MS_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    as_of_ms: int
    content: bool
    def __init__(self, content: bool = ..., as_of_ms: _Optional[int] = ...) -> None: ...

class DigestResponse(_message.Message):
    __slots__ = ["digest"]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    digest: _common_pb2.Digest
    def __init__(self, digest: _Optional[_Union[_common_pb2.Digest, _Mapping]] = ...) -> None: ...

class ExportRequest(_message.Message):
    __slots__ = ["format", "look", "table"]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    LOOK_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    format: str
    look: _common_pb2.Look
    table: str
    def __init__(self, table: _Optional[str] = ..., format: _Optional[str] = ..., look: _Optional[_Union[_common_pb2.Look, _Mapping]] = ...) -> None: ...

class ExportResponse(_message.Message):
    __slots__ = ["head", "rows"]
    class Row(_message.Message):
        __slots__ = ["key", "line"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        LINE_FIELD_NUMBER: _ClassVar[int]
        key: bytes
        line: bytes
        def __init__(self, key: _Optional[bytes] = ..., line: _Optional[bytes] = ...) -> None: ...
    HEAD_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    head: str
    rows: _containers.RepeatedCompositeFieldContainer[ExportResponse.Row]
    def __init__(self, rows: _Optional[_Iterable[_Union[ExportResponse.Row, _Mapping]]] = ..., head: _Optional[str] = ...) -> None: ...

class KeyRequest(_message.Message):
    __slots__ = ["subject"]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    subject: _common_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_common_pb2.Subject, _Mapping]] = ...) -> None: ...

class KeyResponse(_message.Message):
    __slots__ = ["key", "namespace"]
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    key: bytes
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., key: _Optional[bytes] = ...) -> None: ...

class PrivacyLedgerRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class PrivacyLedgerResponse(_message.Message):
    __slots__ = ["done", "items", "piece"]
    DONE_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    PIECE_FIELD_NUMBER: _ClassVar[int]
    done: bool
    items: int
    piece: bytes
    def __init__(self, piece: _Optional[bytes] = ..., done: bool = ..., items: _Optional[int] = ...) -> None: ...

class PurgeRequest(_message.Message):
    __slots__ = ["as_of_ms"]
    AS_OF_MS_FIELD_NUMBER: _ClassVar[int]
    as_of_ms: int
    def __init__(self, as_of_ms: _Optional[int] = ...) -> None: ...

class PurgeResponse(_message.Message):
    __slots__ = ["clock", "components_evaluated", "horizon"]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    COMPONENTS_EVALUATED_FIELD_NUMBER: _ClassVar[int]
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    clock: str
    components_evaluated: int
    horizon: str
    def __init__(self, clock: _Optional[str] = ..., horizon: _Optional[str] = ..., components_evaluated: _Optional[int] = ...) -> None: ...

class RepartitionRequest(_message.Message):
    __slots__ = ["configuration", "dry_run"]
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    configuration: str
    dry_run: bool
    def __init__(self, configuration: _Optional[str] = ..., dry_run: bool = ...) -> None: ...

class RepartitionResponse(_message.Message):
    __slots__ = ["json"]
    JSON_FIELD_NUMBER: _ClassVar[int]
    json: str
    def __init__(self, json: _Optional[str] = ...) -> None: ...

class RotateKeysRequest(_message.Message):
    __slots__ = ["reason"]
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class RotateKeysResponse(_message.Message):
    __slots__ = ["content_after", "content_before", "done", "end", "next", "partition_after", "partition_before", "profiles_changed", "stage", "version"]
    CONTENT_AFTER_FIELD_NUMBER: _ClassVar[int]
    CONTENT_BEFORE_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    PARTITION_AFTER_FIELD_NUMBER: _ClassVar[int]
    PARTITION_BEFORE_FIELD_NUMBER: _ClassVar[int]
    PROFILES_CHANGED_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    content_after: _common_pb2.Digest
    content_before: _common_pb2.Digest
    done: bool
    end: int
    next: int
    partition_after: _common_pb2.Digest
    partition_before: _common_pb2.Digest
    profiles_changed: int
    stage: str
    version: int
    def __init__(self, stage: _Optional[str] = ..., next: _Optional[int] = ..., end: _Optional[int] = ..., done: bool = ..., version: _Optional[int] = ..., profiles_changed: _Optional[int] = ..., partition_before: _Optional[_Union[_common_pb2.Digest, _Mapping]] = ..., partition_after: _Optional[_Union[_common_pb2.Digest, _Mapping]] = ..., content_before: _Optional[_Union[_common_pb2.Digest, _Mapping]] = ..., content_after: _Optional[_Union[_common_pb2.Digest, _Mapping]] = ...) -> None: ...

class StatsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class StatsResponse(_message.Message):
    __slots__ = ["json"]
    JSON_FIELD_NUMBER: _ClassVar[int]
    json: str
    def __init__(self, json: _Optional[str] = ...) -> None: ...

class SweepRequest(_message.Message):
    __slots__ = ["as_of_ms"]
    AS_OF_MS_FIELD_NUMBER: _ClassVar[int]
    as_of_ms: int
    def __init__(self, as_of_ms: _Optional[int] = ...) -> None: ...

class SweepResponse(_message.Message):
    __slots__ = ["clock", "components_evaluated", "horizon"]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    COMPONENTS_EVALUATED_FIELD_NUMBER: _ClassVar[int]
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    clock: str
    components_evaluated: int
    horizon: str
    def __init__(self, clock: _Optional[str] = ..., components_evaluated: _Optional[int] = ..., horizon: _Optional[str] = ...) -> None: ...
