from selvedge._proto.selvedge.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
SCORE_BASIS_GENERIC: ScoreBasis
SCORE_BASIS_PERSON: ScoreBasis
SCORE_BASIS_UNSPECIFIED: ScoreBasis

class Estimate(_message.Message):
    __slots__ = ["baseline", "basis", "contributions", "inputs", "lower", "name", "upper", "value"]
    class Part(_message.Message):
        __slots__ = ["amount", "name"]
        AMOUNT_FIELD_NUMBER: _ClassVar[int]
        NAME_FIELD_NUMBER: _ClassVar[int]
        amount: float
        name: str
        def __init__(self, name: _Optional[str] = ..., amount: _Optional[float] = ...) -> None: ...
    BASELINE_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTIONS_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    LOWER_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    UPPER_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    baseline: float
    basis: ScoreBasis
    contributions: _containers.RepeatedCompositeFieldContainer[Estimate.Part]
    inputs: _containers.RepeatedCompositeFieldContainer[Estimate.Part]
    lower: float
    name: str
    upper: float
    value: float
    def __init__(self, name: _Optional[str] = ..., value: _Optional[float] = ..., lower: _Optional[float] = ..., upper: _Optional[float] = ..., basis: _Optional[_Union[ScoreBasis, str]] = ..., baseline: _Optional[float] = ..., contributions: _Optional[_Iterable[_Union[Estimate.Part, _Mapping]]] = ..., inputs: _Optional[_Iterable[_Union[Estimate.Part, _Mapping]]] = ...) -> None: ...

class FactCount(_message.Message):
    __slots__ = ["count", "kind"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    count: int
    kind: str
    def __init__(self, kind: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class MissingModel(_message.Message):
    __slots__ = ["name", "reason"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ScoreRequest(_message.Message):
    __slots__ = ["explain", "purpose", "subject"]
    EXPLAIN_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    explain: bool
    purpose: str
    subject: _common_pb2.Subject
    def __init__(self, subject: _Optional[_Union[_common_pb2.Subject, _Mapping]] = ..., purpose: _Optional[str] = ..., explain: bool = ...) -> None: ...

class ScoreResponse(_message.Message):
    __slots__ = ["basis", "confidence", "currency", "declared", "estimates", "facts", "horizon_days", "missing", "model_version", "trained_before_ms"]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    DECLARED_FIELD_NUMBER: _ClassVar[int]
    ESTIMATES_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    HORIZON_DAYS_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    TRAINED_BEFORE_MS_FIELD_NUMBER: _ClassVar[int]
    basis: ScoreBasis
    confidence: float
    currency: str
    declared: _containers.RepeatedScalarFieldContainer[str]
    estimates: _containers.RepeatedCompositeFieldContainer[Estimate]
    facts: _containers.RepeatedCompositeFieldContainer[FactCount]
    horizon_days: int
    missing: _containers.RepeatedCompositeFieldContainer[MissingModel]
    model_version: int
    trained_before_ms: int
    def __init__(self, basis: _Optional[_Union[ScoreBasis, str]] = ..., confidence: _Optional[float] = ..., model_version: _Optional[int] = ..., trained_before_ms: _Optional[int] = ..., currency: _Optional[str] = ..., horizon_days: _Optional[int] = ..., estimates: _Optional[_Iterable[_Union[Estimate, _Mapping]]] = ..., declared: _Optional[_Iterable[str]] = ..., facts: _Optional[_Iterable[_Union[FactCount, _Mapping]]] = ..., missing: _Optional[_Iterable[_Union[MissingModel, _Mapping]]] = ...) -> None: ...

class ScoreBasis(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
