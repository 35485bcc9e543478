from selvedge._proto.selvedge.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CompareRecordsRequest(_message.Message):
    __slots__ = ["first", "second"]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    first: _common_pb2.RecordName
    second: _common_pb2.RecordName
    def __init__(self, first: _Optional[_Union[_common_pb2.RecordName, _Mapping]] = ..., second: _Optional[_Union[_common_pb2.RecordName, _Mapping]] = ...) -> None: ...

class CompareRecordsResponse(_message.Message):
    __slots__ = ["bits", "decision", "other_classes_bits", "prior_bits", "probability", "steps"]
    class Decision(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    class Step(_message.Message):
        __slots__ = ["attribute", "bits", "level", "rarity"]
        ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
        BITS_FIELD_NUMBER: _ClassVar[int]
        LEVEL_FIELD_NUMBER: _ClassVar[int]
        RARITY_FIELD_NUMBER: _ClassVar[int]
        attribute: str
        bits: float
        level: str
        rarity: float
        def __init__(self, attribute: _Optional[str] = ..., level: _Optional[str] = ..., bits: _Optional[float] = ..., rarity: _Optional[float] = ...) -> None: ...
    BITS_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    DECISION_LINK: CompareRecordsResponse.Decision
    DECISION_NONE: CompareRecordsResponse.Decision
    DECISION_REVIEW: CompareRecordsResponse.Decision
    DECISION_UNSPECIFIED: CompareRecordsResponse.Decision
    OTHER_CLASSES_BITS_FIELD_NUMBER: _ClassVar[int]
    PRIOR_BITS_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    bits: float
    decision: CompareRecordsResponse.Decision
    other_classes_bits: float
    prior_bits: float
    probability: float
    steps: _containers.RepeatedCompositeFieldContainer[CompareRecordsResponse.Step]
    def __init__(self, prior_bits: _Optional[float] = ..., steps: _Optional[_Iterable[_Union[CompareRecordsResponse.Step, _Mapping]]] = ..., other_classes_bits: _Optional[float] = ..., bits: _Optional[float] = ..., probability: _Optional[float] = ..., decision: _Optional[_Union[CompareRecordsResponse.Decision, str]] = ...) -> None: ...

class DeviceTraining(_message.Message):
    __slots__ = ["known_linked", "known_pairs", "known_wrong", "precision", "refusal", "threshold_bits", "trained"]
    KNOWN_LINKED_FIELD_NUMBER: _ClassVar[int]
    KNOWN_PAIRS_FIELD_NUMBER: _ClassVar[int]
    KNOWN_WRONG_FIELD_NUMBER: _ClassVar[int]
    PRECISION_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_BITS_FIELD_NUMBER: _ClassVar[int]
    TRAINED_FIELD_NUMBER: _ClassVar[int]
    known_linked: int
    known_pairs: int
    known_wrong: int
    precision: float
    refusal: str
    threshold_bits: float
    trained: int
    def __init__(self, trained: _Optional[int] = ..., threshold_bits: _Optional[float] = ..., precision: _Optional[float] = ..., known_pairs: _Optional[int] = ..., known_linked: _Optional[int] = ..., known_wrong: _Optional[int] = ..., refusal: _Optional[str] = ...) -> None: ...

class LinkRequest(_message.Message):
    __slots__ = ["model", "none"]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    NONE_FIELD_NUMBER: _ClassVar[int]
    model: int
    none: bool
    def __init__(self, model: _Optional[int] = ..., none: bool = ...) -> None: ...

class LinkResponse(_message.Message):
    __slots__ = ["model", "records_evaluated", "waiting"]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    RECORDS_EVALUATED_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    model: int
    records_evaluated: int
    waiting: int
    def __init__(self, model: _Optional[int] = ..., records_evaluated: _Optional[int] = ..., waiting: _Optional[int] = ...) -> None: ...

class LinkageModelSummary(_message.Message):
    __slots__ = ["active", "attributes", "records", "time_ms", "version"]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    TIME_MS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    active: bool
    attributes: _containers.RepeatedScalarFieldContainer[str]
    records: int
    time_ms: int
    version: int
    def __init__(self, version: _Optional[int] = ..., active: bool = ..., time_ms: _Optional[int] = ..., records: _Optional[int] = ..., attributes: _Optional[_Iterable[str]] = ...) -> None: ...

class ListModelsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ListModelsResponse(_message.Message):
    __slots__ = ["models"]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    models: _containers.RepeatedCompositeFieldContainer[LinkageModelSummary]
    def __init__(self, models: _Optional[_Iterable[_Union[LinkageModelSummary, _Mapping]]] = ...) -> None: ...

class ListReviewsRequest(_message.Message):
    __slots__ = ["limit"]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    def __init__(self, limit: _Optional[int] = ...) -> None: ...

class ListReviewsResponse(_message.Message):
    __slots__ = ["pairs"]
    class Pair(_message.Message):
        __slots__ = ["bits", "first", "probability", "second"]
        BITS_FIELD_NUMBER: _ClassVar[int]
        FIRST_FIELD_NUMBER: _ClassVar[int]
        PROBABILITY_FIELD_NUMBER: _ClassVar[int]
        SECOND_FIELD_NUMBER: _ClassVar[int]
        bits: float
        first: _common_pb2.RecordName
        probability: float
        second: _common_pb2.RecordName
        def __init__(self, first: _Optional[_Union[_common_pb2.RecordName, _Mapping]] = ..., second: _Optional[_Union[_common_pb2.RecordName, _Mapping]] = ..., bits: _Optional[float] = ..., probability: _Optional[float] = ...) -> None: ...
    PAIRS_FIELD_NUMBER: _ClassVar[int]
    pairs: _containers.RepeatedCompositeFieldContainer[ListReviewsResponse.Pair]
    def __init__(self, pairs: _Optional[_Iterable[_Union[ListReviewsResponse.Pair, _Mapping]]] = ...) -> None: ...

class ReviewRequest(_message.Message):
    __slots__ = ["accept", "first", "reason", "second"]
    ACCEPT_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    accept: bool
    first: _common_pb2.RecordName
    reason: str
    second: _common_pb2.RecordName
    def __init__(self, first: _Optional[_Union[_common_pb2.RecordName, _Mapping]] = ..., second: _Optional[_Union[_common_pb2.RecordName, _Mapping]] = ..., accept: bool = ..., reason: _Optional[str] = ...) -> None: ...

class ReviewResponse(_message.Message):
    __slots__ = ["first_profile_id", "second_profile_id"]
    FIRST_PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    SECOND_PROFILE_ID_FIELD_NUMBER: _ClassVar[int]
    first_profile_id: str
    second_profile_id: str
    def __init__(self, first_profile_id: _Optional[str] = ..., second_profile_id: _Optional[str] = ...) -> None: ...

class ShowModelRequest(_message.Message):
    __slots__ = ["version"]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class ShowModelResponse(_message.Message):
    __slots__ = ["counts", "model", "summary"]
    class Count(_message.Message):
        __slots__ = ["bits", "pairs"]
        BITS_FIELD_NUMBER: _ClassVar[int]
        PAIRS_FIELD_NUMBER: _ClassVar[int]
        bits: int
        pairs: int
        def __init__(self, bits: _Optional[int] = ..., pairs: _Optional[int] = ...) -> None: ...
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    counts: _containers.RepeatedCompositeFieldContainer[ShowModelResponse.Count]
    model: bytes
    summary: LinkageModelSummary
    def __init__(self, summary: _Optional[_Union[LinkageModelSummary, _Mapping]] = ..., model: _Optional[bytes] = ..., counts: _Optional[_Iterable[_Union[ShowModelResponse.Count, _Mapping]]] = ...) -> None: ...

class TrainLinkageRequest(_message.Message):
    __slots__ = []
    FROM_FIELD_NUMBER: _ClassVar[int]
    def __init__(self, **kwargs) -> None: ...

class TrainLinkageResponse(_message.Message):
    __slots__ = ["anchors", "attributes", "coverage", "devices", "estimated_matches", "iterations", "not_learnt", "records", "rules", "version"]
    ANCHORS_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_MATCHES_FIELD_NUMBER: _ClassVar[int]
    ITERATIONS_FIELD_NUMBER: _ClassVar[int]
    NOT_LEARNT_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    anchors: int
    attributes: _containers.RepeatedScalarFieldContainer[str]
    coverage: float
    devices: DeviceTraining
    estimated_matches: int
    iterations: int
    not_learnt: str
    records: int
    rules: int
    version: int
    def __init__(self, version: _Optional[int] = ..., records: _Optional[int] = ..., anchors: _Optional[int] = ..., attributes: _Optional[_Iterable[str]] = ..., estimated_matches: _Optional[int] = ..., iterations: _Optional[int] = ..., rules: _Optional[int] = ..., coverage: _Optional[float] = ..., not_learnt: _Optional[str] = ..., devices: _Optional[_Union[DeviceTraining, _Mapping]] = ...) -> None: ...

class TrainScoresRequest(_message.Message):
    __slots__ = ["before_ms", "currency", "dry_run", "horizon_days", "margin_share", "purpose"]
    BEFORE_MS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    HORIZON_DAYS_FIELD_NUMBER: _ClassVar[int]
    MARGIN_SHARE_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    before_ms: int
    currency: str
    dry_run: bool
    horizon_days: int
    margin_share: float
    purpose: str
    def __init__(self, purpose: _Optional[str] = ..., before_ms: _Optional[int] = ..., horizon_days: _Optional[int] = ..., margin_share: _Optional[float] = ..., currency: _Optional[str] = ..., dry_run: bool = ...) -> None: ...

class TrainScoresResponse(_message.Message):
    __slots__ = ["json", "version"]
    JSON_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    json: str
    version: int
    def __init__(self, version: _Optional[int] = ..., json: _Optional[str] = ...) -> None: ...
