from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class AuthenticateRequest(_message.Message):
    __slots__ = ["token"]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    token: str
    def __init__(self, token: _Optional[str] = ...) -> None: ...

class AuthenticateResponse(_message.Message):
    __slots__ = ["expires_ms", "principal"]
    EXPIRES_MS_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    expires_ms: int
    principal: str
    def __init__(self, principal: _Optional[str] = ..., expires_ms: _Optional[int] = ...) -> None: ...

class ClientHello(_message.Message):
    __slots__ = ["agent", "initial_credit", "token"]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    INITIAL_CREDIT_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    agent: str
    initial_credit: int
    token: str
    def __init__(self, token: _Optional[str] = ..., agent: _Optional[str] = ..., initial_credit: _Optional[int] = ...) -> None: ...

class ServerHello(_message.Message):
    __slots__ = ["idle_ms", "initial_credit", "max_batch", "max_frame_bytes", "max_streams", "principal", "server", "stream_deadline_ms", "unary_deadline_ms"]
    IDLE_MS_FIELD_NUMBER: _ClassVar[int]
    INITIAL_CREDIT_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_FIELD_NUMBER: _ClassVar[int]
    MAX_FRAME_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_STREAMS_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    SERVER_FIELD_NUMBER: _ClassVar[int]
    STREAM_DEADLINE_MS_FIELD_NUMBER: _ClassVar[int]
    UNARY_DEADLINE_MS_FIELD_NUMBER: _ClassVar[int]
    idle_ms: int
    initial_credit: int
    max_batch: int
    max_frame_bytes: int
    max_streams: int
    principal: str
    server: str
    stream_deadline_ms: int
    unary_deadline_ms: int
    def __init__(self, server: _Optional[str] = ..., principal: _Optional[str] = ..., max_frame_bytes: _Optional[int] = ..., max_streams: _Optional[int] = ..., initial_credit: _Optional[int] = ..., max_batch: _Optional[int] = ..., unary_deadline_ms: _Optional[int] = ..., stream_deadline_ms: _Optional[int] = ..., idle_ms: _Optional[int] = ...) -> None: ...
