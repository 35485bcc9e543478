from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Digest(_message.Message):
    __slots__ = ["sha256"]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    sha256: bytes
    def __init__(self, sha256: _Optional[bytes] = ...) -> None: ...

class ErrorDetail(_message.Message):
    __slots__ = ["code", "field", "limit", "message", "retry_after_ms"]
    CODE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_MS_FIELD_NUMBER: _ClassVar[int]
    code: str
    field: str
    limit: int
    message: str
    retry_after_ms: int
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., field: _Optional[str] = ..., limit: _Optional[int] = ..., retry_after_ms: _Optional[int] = ...) -> None: ...

class Identifier(_message.Message):
    __slots__ = ["namespace", "sha256", "value"]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    sha256: bytes
    value: str
    def __init__(self, namespace: _Optional[str] = ..., value: _Optional[str] = ..., sha256: _Optional[bytes] = ...) -> None: ...

class Look(_message.Message):
    __slots__ = ["reason"]
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class RecordName(_message.Message):
    __slots__ = ["record_id", "source"]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    source: str
    def __init__(self, source: _Optional[str] = ..., record_id: _Optional[str] = ...) -> None: ...

class Refusal(_message.Message):
    __slots__ = ["advice", "field", "reason"]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    advice: str
    field: str
    reason: str
    def __init__(self, reason: _Optional[str] = ..., field: _Optional[str] = ..., advice: _Optional[str] = ...) -> None: ...

class Subject(_message.Message):
    __slots__ = ["identifier", "profile_id", "record"]
    IDENTIFIER_FIELD_NUMBER: _ClassVar[int]
    PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    identifier: Identifier
    profile_id: str
    record: RecordName
    def __init__(self, identifier: _Optional[_Union[Identifier, _Mapping]] = ..., record: _Optional[_Union[RecordName, _Mapping]] = ..., profile_id: _Optional[str] = ...) -> None: ...
