"""Requests, from what callers have at hand."""

from __future__ import annotations

import time
from typing import Any, Iterable, Optional, Tuple, Union

from selvedge import messages as m

#: `email:a@example.net`, `email#sha256:HEX`, `(namespace, value)`, `(namespace, 32 bytes of SHA-256)`, or the message.
IdentifierLike = Union[str, Tuple[str, Union[str, bytes]], m.Identifier]
#: As an identifier; or `record:SOURCE:RECORD_ID`, `prf_...`, a RecordName, or the message.
SubjectLike = Union[IdentifierLike, m.RecordName, m.Subject]
#: A reason, or the message.
LookLike = Union[str, m.Look, None]


def identifier(what: IdentifierLike) -> m.Identifier:
    """Raises ValueError where it cannot be told what is meant. The message never holds the value."""
    if isinstance(what, m.Identifier):
        return what
    if isinstance(what, tuple):
        namespace, value = what
        if isinstance(value, bytes):
            return m.Identifier(namespace=namespace, sha256=value)
        return m.Identifier(namespace=namespace, value=value)
    head, colon, value = what.partition(":")
    namespace, mark, form = head.partition("#")
    if not colon or not namespace or (mark and form != "sha256"):
        raise ValueError("write an identifier as NAMESPACE:VALUE or NAMESPACE#sha256:HEX")
    if not mark:
        return m.Identifier(namespace=namespace, value=value)
    try:
        return m.Identifier(namespace=namespace, sha256=bytes.fromhex(value))
    except ValueError:
        raise ValueError("what follows #sha256: is not in hexadecimal digits") from None


def subject(what: SubjectLike) -> m.Subject:
    """Raises ValueError where it cannot be told what is meant."""
    if isinstance(what, m.Subject):
        return what
    if isinstance(what, m.RecordName):
        return m.Subject(record=what)
    if isinstance(what, str) and what.startswith("prf_") and ":" not in what:
        return m.Subject(profile_id=what)
    if isinstance(what, str) and what.startswith("record:"):
        source, colon, record_id = what[len("record:"):].partition(":")
        if not colon:
            raise ValueError("write a record as record:SOURCE:RECORD_ID")
        return m.Subject(record=m.RecordName(source=source, record_id=record_id))
    return m.Subject(identifier=identifier(what))


def look(what: LookLike) -> Optional[m.Look]:
    """None: without one."""
    return m.Look(reason=what) if isinstance(what, str) else what


def now_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def observation(source: str, identifiers: Iterable[IdentifierLike], *, time_ms: Optional[int] = None,
                record_id: str = "", **fields: Any) -> m.Observation:
    """Identifiers seen together.

    `time_ms`: milliseconds since 1970, UTC; now without it. `record_id`: given, it is a record. `fields`: others of the
    message, such as `attributes` (JSON in bytes) or `decisions`.
    """
    return m.Observation(
        source=source, record_id=record_id, time_ms=now_ms() if time_ms is None else time_ms,
        identifiers=[identifier(each) for each in identifiers], **fields)


def watch(start: int, purpose: str, reason: LookLike, follow: bool, limit: int) -> m.WatchRequest:
    """`from` is a word of Python's, so it cannot be written as an argument."""
    request = m.WatchRequest(purpose=purpose, look=look(reason), follow=follow, limit=limit)
    setattr(request, "from", start)
    return request


def retract(record: Union[m.RecordName, Tuple[str, str], None], source: str,
            time_ms: Optional[int]) -> m.RetractRequest:
    """A record's, or all of a source. Raises ValueError where it is not exactly one."""
    if (record is None) == (not source):
        raise ValueError("retract takes either a record or a source")
    if record is None:
        return m.RetractRequest(source=source, time_ms=time_ms)
    if not isinstance(record, m.RecordName):
        record = m.RecordName(source=record[0], record_id=record[1])
    return m.RetractRequest(record=record, time_ms=time_ms)


def claim(first: SubjectLike, second: SubjectLike, same: bool, reason: str, withdraw: bool) -> m.AssertRequest:
    """That two are one person, or are not."""
    kind = m.AssertRequest.CLAIM_SAME if same else m.AssertRequest.CLAIM_DIFFERENT
    return m.AssertRequest(
        first=subject(first), second=subject(second), claim=kind, reason=reason, withdraw=withdraw)
