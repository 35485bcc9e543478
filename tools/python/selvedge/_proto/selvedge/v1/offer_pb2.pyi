from selvedge._proto.selvedge.v1 import common_pb2 as _common_pb2
from selvedge._proto.selvedge.v1 import score_pb2 as _score_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
OFFER_RULE_BUDGET: OfferRule
OFFER_RULE_CAP: OfferRule
OFFER_RULE_CHANNEL: OfferRule
OFFER_RULE_COHORT: OfferRule
OFFER_RULE_CONSENT: OfferRule
OFFER_RULE_ENDED: OfferRule
OFFER_RULE_HELD_OUT: OfferRule
OFFER_RULE_MARGIN_FLOOR: OfferRule
OFFER_RULE_MINIMUM_BASKET: OfferRule
OFFER_RULE_NONE: OfferRule
OFFER_RULE_NOTHING_ELIGIBLE: OfferRule
OFFER_RULE_NOT_STARTED: OfferRule
OFFER_RULE_QUIET_HOURS: OfferRule
OFFER_RULE_REPEATED: OfferRule
OFFER_RULE_STACKING: OfferRule
OFFER_RULE_STOCK: OfferRule

class BasketLine(_message.Message):
    __slots__ = ["category", "product", "quantity", "unit_cost", "unit_price"]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    UNIT_COST_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_FIELD_NUMBER: _ClassVar[int]
    category: str
    product: str
    quantity: int
    unit_cost: int
    unit_price: int
    def __init__(self, product: _Optional[str] = ..., category: _Optional[str] = ..., quantity: _Optional[int] = ..., unit_price: _Optional[int] = ..., unit_cost: _Optional[int] = ...) -> None: ...

class CatalogueOffer(_message.Message):
    __slots__ = ["amount", "basis_points", "budget", "decisions", "gift", "held_money", "held_units", "late", "name", "units", "used_money", "used_units", "words"]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    BASIS_POINTS_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    GIFT_FIELD_NUMBER: _ClassVar[int]
    HELD_MONEY_FIELD_NUMBER: _ClassVar[int]
    HELD_UNITS_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    USED_MONEY_FIELD_NUMBER: _ClassVar[int]
    USED_UNITS_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    amount: int
    basis_points: int
    budget: int
    decisions: int
    gift: int
    held_money: int
    held_units: int
    late: int
    name: str
    units: int
    used_money: int
    used_units: int
    words: bool
    def __init__(self, name: _Optional[str] = ..., basis_points: _Optional[int] = ..., amount: _Optional[int] = ..., gift: _Optional[int] = ..., words: bool = ..., units: _Optional[int] = ..., budget: _Optional[int] = ..., decisions: _Optional[int] = ..., held_units: _Optional[int] = ..., used_units: _Optional[int] = ..., held_money: _Optional[int] = ..., used_money: _Optional[int] = ..., late: _Optional[int] = ...) -> None: ...

class DecideOfferRequest(_message.Message):
    __slots__ = ["applied_groups", "basket", "channels", "cohort", "hold_seconds", "offset_minutes", "purpose", "subject", "trace", "trial"]
    APPLIED_GROUPS_FIELD_NUMBER: _ClassVar[int]
    BASKET_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    COHORT_FIELD_NUMBER: _ClassVar[int]
    HOLD_SECONDS_FIELD_NUMBER: _ClassVar[int]
    OFFSET_MINUTES_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    TRACE_FIELD_NUMBER: _ClassVar[int]
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    applied_groups: _containers.RepeatedScalarFieldContainer[str]
    basket: _containers.RepeatedCompositeFieldContainer[BasketLine]
    channels: _containers.RepeatedScalarFieldContainer[str]
    cohort: str
    hold_seconds: int
    offset_minutes: int
    purpose: str
    subject: _common_pb2.Subject
    trace: bool
    trial: bool
    def __init__(self, subject: _Optional[_Union[_common_pb2.Subject, _Mapping]] = ..., purpose: _Optional[str] = ..., basket: _Optional[_Iterable[_Union[BasketLine, _Mapping]]] = ..., channels: _Optional[_Iterable[str]] = ..., cohort: _Optional[str] = ..., applied_groups: _Optional[_Iterable[str]] = ..., offset_minutes: _Optional[int] = ..., hold_seconds: _Optional[int] = ..., trace: bool = ..., trial: bool = ...) -> None: ...

class DecideOfferResponse(_message.Message):
    __slots__ = ["arms", "basis", "catalogue_version", "channel", "currency", "decision_id", "discount", "expires_ms", "extra", "model_version", "offer", "probability", "propensity", "tokens", "trace", "value", "variant"]
    class Token(_message.Message):
        __slots__ = ["name", "text"]
        NAME_FIELD_NUMBER: _ClassVar[int]
        TEXT_FIELD_NUMBER: _ClassVar[int]
        name: str
        text: str
        def __init__(self, name: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...
    ARMS_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    CATALOGUE_VERSION_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_MS_FIELD_NUMBER: _ClassVar[int]
    EXTRA_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    PROPENSITY_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    TRACE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    arms: int
    basis: _score_pb2.ScoreBasis
    catalogue_version: int
    channel: str
    currency: str
    decision_id: str
    discount: int
    expires_ms: int
    extra: int
    model_version: int
    offer: str
    probability: float
    propensity: float
    tokens: _containers.RepeatedCompositeFieldContainer[DecideOfferResponse.Token]
    trace: OfferTrace
    value: int
    variant: str
    def __init__(self, basis: _Optional[_Union[_score_pb2.ScoreBasis, str]] = ..., decision_id: _Optional[str] = ..., offer: _Optional[str] = ..., variant: _Optional[str] = ..., channel: _Optional[str] = ..., tokens: _Optional[_Iterable[_Union[DecideOfferResponse.Token, _Mapping]]] = ..., propensity: _Optional[float] = ..., arms: _Optional[int] = ..., discount: _Optional[int] = ..., extra: _Optional[int] = ..., value: _Optional[int] = ..., probability: _Optional[float] = ..., expires_ms: _Optional[int] = ..., catalogue_version: _Optional[int] = ..., model_version: _Optional[int] = ..., currency: _Optional[str] = ..., trace: _Optional[_Union[OfferTrace, _Mapping]] = ...) -> None: ...

class LoadOffersRequest(_message.Message):
    __slots__ = ["check", "yaml"]
    CHECK_FIELD_NUMBER: _ClassVar[int]
    YAML_FIELD_NUMBER: _ClassVar[int]
    check: bool
    yaml: str
    def __init__(self, yaml: _Optional[str] = ..., check: bool = ...) -> None: ...

class OfferArm(_message.Message):
    __slots__ = ["chance", "channel", "error", "offer", "probability", "spread", "terms", "value", "variant"]
    class Terms(_message.Message):
        __slots__ = ["churn_risk", "confidence", "cost", "discount", "extra", "future_margin", "lift", "lift_error", "multiplier", "multiplier_error", "pressure", "probability", "purchase_value", "relevance", "revenue", "units"]
        CHURN_RISK_FIELD_NUMBER: _ClassVar[int]
        CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
        COST_FIELD_NUMBER: _ClassVar[int]
        DISCOUNT_FIELD_NUMBER: _ClassVar[int]
        EXTRA_FIELD_NUMBER: _ClassVar[int]
        FUTURE_MARGIN_FIELD_NUMBER: _ClassVar[int]
        LIFT_ERROR_FIELD_NUMBER: _ClassVar[int]
        LIFT_FIELD_NUMBER: _ClassVar[int]
        MULTIPLIER_ERROR_FIELD_NUMBER: _ClassVar[int]
        MULTIPLIER_FIELD_NUMBER: _ClassVar[int]
        PRESSURE_FIELD_NUMBER: _ClassVar[int]
        PROBABILITY_FIELD_NUMBER: _ClassVar[int]
        PURCHASE_VALUE_FIELD_NUMBER: _ClassVar[int]
        RELEVANCE_FIELD_NUMBER: _ClassVar[int]
        REVENUE_FIELD_NUMBER: _ClassVar[int]
        UNITS_FIELD_NUMBER: _ClassVar[int]
        churn_risk: float
        confidence: float
        cost: int
        discount: int
        extra: int
        future_margin: float
        lift: float
        lift_error: float
        multiplier: float
        multiplier_error: float
        pressure: float
        probability: float
        purchase_value: float
        relevance: float
        revenue: int
        units: float
        def __init__(self, revenue: _Optional[int] = ..., cost: _Optional[int] = ..., discount: _Optional[int] = ..., extra: _Optional[int] = ..., probability: _Optional[float] = ..., lift: _Optional[float] = ..., lift_error: _Optional[float] = ..., relevance: _Optional[float] = ..., multiplier: _Optional[float] = ..., multiplier_error: _Optional[float] = ..., churn_risk: _Optional[float] = ..., future_margin: _Optional[float] = ..., purchase_value: _Optional[float] = ..., pressure: _Optional[float] = ..., units: _Optional[float] = ..., confidence: _Optional[float] = ...) -> None: ...
    CHANCE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    SPREAD_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    chance: float
    channel: str
    error: float
    offer: str
    probability: float
    spread: float
    terms: OfferArm.Terms
    value: float
    variant: str
    def __init__(self, offer: _Optional[str] = ..., variant: _Optional[str] = ..., channel: _Optional[str] = ..., value: _Optional[float] = ..., error: _Optional[float] = ..., spread: _Optional[float] = ..., probability: _Optional[float] = ..., chance: _Optional[float] = ..., terms: _Optional[_Union[OfferArm.Terms, _Mapping]] = ...) -> None: ...

class OfferCandidate(_message.Message):
    __slots__ = ["applied_groups", "asked", "budget", "cap_count", "cap_uses", "capped", "channels", "cohort", "cohorts", "cost", "discount", "eligible", "ends_ms", "expected_basket", "extra", "group", "last_shown_ms", "margin_floor", "minimum_basket", "now_ms", "offer", "purpose", "purposes", "quiet", "repeat_window_ms", "revenue", "rule", "starts_ms", "stock", "why"]
    APPLIED_GROUPS_FIELD_NUMBER: _ClassVar[int]
    ASKED_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    CAPPED_FIELD_NUMBER: _ClassVar[int]
    CAP_COUNT_FIELD_NUMBER: _ClassVar[int]
    CAP_USES_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    COHORTS_FIELD_NUMBER: _ClassVar[int]
    COHORT_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    ELIGIBLE_FIELD_NUMBER: _ClassVar[int]
    ENDS_MS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_BASKET_FIELD_NUMBER: _ClassVar[int]
    EXTRA_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    LAST_SHOWN_MS_FIELD_NUMBER: _ClassVar[int]
    MARGIN_FLOOR_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_BASKET_FIELD_NUMBER: _ClassVar[int]
    NOW_MS_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    QUIET_FIELD_NUMBER: _ClassVar[int]
    REPEAT_WINDOW_MS_FIELD_NUMBER: _ClassVar[int]
    REVENUE_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    STARTS_MS_FIELD_NUMBER: _ClassVar[int]
    STOCK_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    applied_groups: int
    asked: int
    budget: int
    cap_count: int
    cap_uses: int
    capped: int
    channels: int
    cohort: int
    cohorts: int
    cost: int
    discount: int
    eligible: int
    ends_ms: int
    expected_basket: bool
    extra: int
    group: int
    last_shown_ms: int
    margin_floor: int
    minimum_basket: int
    now_ms: int
    offer: str
    purpose: int
    purposes: int
    quiet: int
    repeat_window_ms: int
    revenue: int
    rule: OfferRule
    starts_ms: int
    stock: int
    why: str
    def __init__(self, offer: _Optional[str] = ..., rule: _Optional[_Union[OfferRule, str]] = ..., why: _Optional[str] = ..., now_ms: _Optional[int] = ..., starts_ms: _Optional[int] = ..., ends_ms: _Optional[int] = ..., purposes: _Optional[int] = ..., purpose: _Optional[int] = ..., cohorts: _Optional[int] = ..., cohort: _Optional[int] = ..., channels: _Optional[int] = ..., asked: _Optional[int] = ..., quiet: _Optional[int] = ..., capped: _Optional[int] = ..., group: _Optional[int] = ..., applied_groups: _Optional[int] = ..., stock: _Optional[int] = ..., cap_uses: _Optional[int] = ..., cap_count: _Optional[int] = ..., last_shown_ms: _Optional[int] = ..., repeat_window_ms: _Optional[int] = ..., expected_basket: bool = ..., revenue: _Optional[int] = ..., cost: _Optional[int] = ..., eligible: _Optional[int] = ..., minimum_basket: _Optional[int] = ..., discount: _Optional[int] = ..., extra: _Optional[int] = ..., margin_floor: _Optional[int] = ..., budget: _Optional[int] = ...) -> None: ...

class OfferCatalogue(_message.Message):
    __slots__ = ["channels", "currency", "holdout", "offers", "version"]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    HOLDOUT_FIELD_NUMBER: _ClassVar[int]
    OFFERS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    channels: _containers.RepeatedScalarFieldContainer[str]
    currency: str
    holdout: float
    offers: _containers.RepeatedCompositeFieldContainer[CatalogueOffer]
    version: int
    def __init__(self, version: _Optional[int] = ..., currency: _Optional[str] = ..., channels: _Optional[_Iterable[str]] = ..., holdout: _Optional[float] = ..., offers: _Optional[_Iterable[_Union[CatalogueOffer, _Mapping]]] = ...) -> None: ...

class OfferOutcome(_message.Message):
    __slots__ = ["decision_id", "discount", "kind", "margin", "order_id", "revenue", "time_ms"]
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    DECISION_ID_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    KIND_BOUGHT: OfferOutcome.Kind
    KIND_CLICKED: OfferOutcome.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    KIND_REDEEMED: OfferOutcome.Kind
    KIND_RETURNED: OfferOutcome.Kind
    KIND_SHOWN: OfferOutcome.Kind
    KIND_UNSPECIFIED: OfferOutcome.Kind
    MARGIN_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REVENUE_FIELD_NUMBER: _ClassVar[int]
    TIME_MS_FIELD_NUMBER: _ClassVar[int]
    decision_id: str
    discount: int
    kind: OfferOutcome.Kind
    margin: int
    order_id: str
    revenue: int
    time_ms: int
    def __init__(self, decision_id: _Optional[str] = ..., kind: _Optional[_Union[OfferOutcome.Kind, str]] = ..., time_ms: _Optional[int] = ..., order_id: _Optional[str] = ..., revenue: _Optional[int] = ..., discount: _Optional[int] = ..., margin: _Optional[int] = ...) -> None: ...

class OfferOutcomeRequest(_message.Message):
    __slots__ = ["outcomes"]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    outcomes: _containers.RepeatedCompositeFieldContainer[OfferOutcome]
    def __init__(self, outcomes: _Optional[_Iterable[_Union[OfferOutcome, _Mapping]]] = ...) -> None: ...

class OfferOutcomeResponse(_message.Message):
    __slots__ = ["effects"]
    class Effect(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    EFFECT_ENTERED: OfferOutcomeResponse.Effect
    EFFECT_LATE: OfferOutcomeResponse.Effect
    EFFECT_TOO_MANY: OfferOutcomeResponse.Effect
    EFFECT_UNCHANGED: OfferOutcomeResponse.Effect
    EFFECT_UNKNOWN: OfferOutcomeResponse.Effect
    EFFECT_UNSPECIFIED: OfferOutcomeResponse.Effect
    effects: _containers.RepeatedScalarFieldContainer[OfferOutcomeResponse.Effect]
    def __init__(self, effects: _Optional[_Iterable[_Union[OfferOutcomeResponse.Effect, str]]] = ...) -> None: ...

class OfferReportRequest(_message.Message):
    __slots__ = ["since_ms"]
    SINCE_MS_FIELD_NUMBER: _ClassVar[int]
    since_ms: int
    def __init__(self, since_ms: _Optional[int] = ...) -> None: ...

class OfferReportResponse(_message.Message):
    __slots__ = ["json"]
    JSON_FIELD_NUMBER: _ClassVar[int]
    json: str
    def __init__(self, json: _Optional[str] = ...) -> None: ...

class OfferTrace(_message.Message):
    __slots__ = ["arms", "channels", "draw", "epsilon", "floor", "held_out", "local_minute", "method", "offers"]
    class Channel(_message.Message):
        __slots__ = ["name", "quiet_from", "quiet_until"]
        NAME_FIELD_NUMBER: _ClassVar[int]
        QUIET_FROM_FIELD_NUMBER: _ClassVar[int]
        QUIET_UNTIL_FIELD_NUMBER: _ClassVar[int]
        name: str
        quiet_from: int
        quiet_until: int
        def __init__(self, name: _Optional[str] = ..., quiet_from: _Optional[int] = ..., quiet_until: _Optional[int] = ...) -> None: ...
    ARMS_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    DRAW_FIELD_NUMBER: _ClassVar[int]
    EPSILON_FIELD_NUMBER: _ClassVar[int]
    FLOOR_FIELD_NUMBER: _ClassVar[int]
    HELD_OUT_FIELD_NUMBER: _ClassVar[int]
    LOCAL_MINUTE_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    OFFERS_FIELD_NUMBER: _ClassVar[int]
    arms: _containers.RepeatedCompositeFieldContainer[OfferArm]
    channels: _containers.RepeatedCompositeFieldContainer[OfferTrace.Channel]
    draw: float
    epsilon: float
    floor: float
    held_out: bool
    local_minute: int
    method: str
    offers: _containers.RepeatedCompositeFieldContainer[OfferCandidate]
    def __init__(self, local_minute: _Optional[int] = ..., channels: _Optional[_Iterable[_Union[OfferTrace.Channel, _Mapping]]] = ..., method: _Optional[str] = ..., epsilon: _Optional[float] = ..., floor: _Optional[float] = ..., draw: _Optional[float] = ..., held_out: bool = ..., offers: _Optional[_Iterable[_Union[OfferCandidate, _Mapping]]] = ..., arms: _Optional[_Iterable[_Union[OfferArm, _Mapping]]] = ...) -> None: ...

class ShowOffersRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class OfferRule(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
