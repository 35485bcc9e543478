from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListAuditRequest(_message.Message):
    __slots__ = ["limit"]
    FROM_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    def __init__(self, limit: _Optional[int] = ..., **kwargs) -> None: ...

class ListAuditResponse(_message.Message):
    __slots__ = ["entries"]
    class Entry(_message.Message):
        __slots__ = ["action", "by", "number", "reason", "role", "subjects", "time_ms"]
        ACTION_FIELD_NUMBER: _ClassVar[int]
        BY_FIELD_NUMBER: _ClassVar[int]
        NUMBER_FIELD_NUMBER: _ClassVar[int]
        REASON_FIELD_NUMBER: _ClassVar[int]
        ROLE_FIELD_NUMBER: _ClassVar[int]
        SUBJECTS_FIELD_NUMBER: _ClassVar[int]
        TIME_MS_FIELD_NUMBER: _ClassVar[int]
        action: str
        by: str
        number: int
        reason: str
        role: str
        subjects: int
        time_ms: int
        def __init__(self, number: _Optional[int] = ..., time_ms: _Optional[int] = ..., by: _Optional[str] = ..., role: _Optional[str] = ..., action: _Optional[str] = ..., reason: _Optional[str] = ..., subjects: _Optional[int] = ...) -> None: ...
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[ListAuditResponse.Entry]
    def __init__(self, entries: _Optional[_Iterable[_Union[ListAuditResponse.Entry, _Mapping]]] = ...) -> None: ...

class ShowKeysRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ShowKeysResponse(_message.Message):
    __slots__ = ["audit_key", "beside_the_data", "bundle", "check_value", "data_keys", "identity_version", "overwritten_in_place", "root_key", "rotation_under_way", "suppressions"]
    class Suppressions(_message.Message):
        __slots__ = ["count", "version"]
        COUNT_FIELD_NUMBER: _ClassVar[int]
        VERSION_FIELD_NUMBER: _ClassVar[int]
        count: int
        version: int
        def __init__(self, version: _Optional[int] = ..., count: _Optional[int] = ...) -> None: ...
    AUDIT_KEY_FIELD_NUMBER: _ClassVar[int]
    BESIDE_THE_DATA_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_FIELD_NUMBER: _ClassVar[int]
    CHECK_VALUE_FIELD_NUMBER: _ClassVar[int]
    DATA_KEYS_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_VERSION_FIELD_NUMBER: _ClassVar[int]
    OVERWRITTEN_IN_PLACE_FIELD_NUMBER: _ClassVar[int]
    ROOT_KEY_FIELD_NUMBER: _ClassVar[int]
    ROTATION_UNDER_WAY_FIELD_NUMBER: _ClassVar[int]
    SUPPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    audit_key: bytes
    beside_the_data: bool
    bundle: str
    check_value: str
    data_keys: int
    identity_version: int
    overwritten_in_place: bool
    root_key: str
    rotation_under_way: bool
    suppressions: _containers.RepeatedCompositeFieldContainer[ShowKeysResponse.Suppressions]
    def __init__(self, root_key: _Optional[str] = ..., beside_the_data: bool = ..., bundle: _Optional[str] = ..., check_value: _Optional[str] = ..., identity_version: _Optional[int] = ..., rotation_under_way: bool = ..., suppressions: _Optional[_Iterable[_Union[ShowKeysResponse.Suppressions, _Mapping]]] = ..., data_keys: _Optional[int] = ..., overwritten_in_place: bool = ..., audit_key: _Optional[bytes] = ...) -> None: ...

class VerifyAuditRequest(_message.Message):
    __slots__ = ["heads"]
    HEADS_FIELD_NUMBER: _ClassVar[int]
    heads: bytes
    def __init__(self, heads: _Optional[bytes] = ...) -> None: ...

class VerifyAuditResponse(_message.Message):
    __slots__ = ["entries", "fault", "heads", "key", "uncovered", "whole"]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    HEADS_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    UNCOVERED_FIELD_NUMBER: _ClassVar[int]
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    entries: int
    fault: str
    heads: int
    key: bytes
    uncovered: int
    whole: bool
    def __init__(self, whole: bool = ..., entries: _Optional[int] = ..., heads: _Optional[int] = ..., uncovered: _Optional[int] = ..., fault: _Optional[str] = ..., key: _Optional[bytes] = ...) -> None: ...
