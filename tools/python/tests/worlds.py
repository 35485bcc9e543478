"""A server through one of its ways in, and the list of what must hold there."""

from __future__ import annotations

import uuid
from typing import Any, Callable, Dict, List, Optional

import selvedge
from selvedge import messages as m
from selvedge import methods
from selvedge.errors import Status

PROFILE = m.ResolveResponse.OUTCOME_PROFILE
GENERIC = m.ResolveResponse.OUTCOME_GENERIC
LOOK = m.Look(reason="conformance")
DAY_MS = 86_400_000
#: Cases by name, and the transports that they are for; none: all.
_ALL: Dict[str, Any] = {}


class World:
    """A transport, and names that nobody else has."""

    def __init__(self, transport: Any, address: str, token: Optional[str], grpc: Optional[str],
                 ca: Optional[str]) -> None:
        self.transport = transport
        self.address, self.token, self.grpc, self.ca = address, token, grpc, ca
        self._run = uuid.uuid4().hex[:10]
        self._count = 0

    def name(self) -> str:
        """A new one."""
        self._count += 1
        return f"{self.transport.name}-{self._run}-{self._count}"

    def email(self) -> str:
        """As a subject: `email:...`."""
        return f"email:{self.name()}@example.net"

    def cookie(self) -> str:
        """As a subject: `cookie:...`."""
        return f"cookie:{self.name()}"

    def record(self, *observations: m.Observation) -> m.RecordResponse:
        """Records, and sees that nothing was refused."""
        response = self.transport.call(methods.RECORD, m.RecordRequest(observations=observations))
        assert len(response.outcomes) == len(observations), response
        assert all(taken(each) for each in response.outcomes), response
        return response

    def seen(self, *identifiers: str, **fields: Any) -> None:
        """Records that identifiers were seen together."""
        self.record(selvedge.observation("web", identifiers, **fields))

    def resolve(self, subject: Any, purpose: str = "service", **fields: Any) -> m.ResolveResponse:
        """Asks who it is."""
        return self.transport.call(methods.RESOLVE, m.ResolveRequest(
            subject=selvedge.subject(subject), purpose=purpose, **fields))

    def decide(self, identifier: str, decision: str) -> m.DecideResponse:
        """Decides on marketing, for the whole profile."""
        return self.transport.call(methods.DECIDE, m.DecideRequest(
            source="web", identifiers=[selvedge.identifier(identifier)],
            decisions=[m.Decision(purpose="marketing", decision=decision, scope="profile")]))

    def fails(self, status: Status, code: Optional[str], work: Callable[[], Any]) -> selvedge.Error:
        """The error that the work must end with; code "": any, None: or none."""
        try:
            got = work()
        except selvedge.Error as error:
            assert error.status is status, error
            assert code is None or (error.code == code if code else error.code), error
            return error
        raise AssertionError(f"expected {status.name} {code}, got {type(got).__name__}")


def taken(outcome: m.ItemOutcome) -> bool:
    return outcome.kind not in (m.ItemOutcome.KIND_REFUSED, m.ItemOutcome.KIND_UNSPECIFIED)


def case(*only: str) -> Callable[[Callable[[World], Optional[str]]], Callable[[World], Optional[str]]]:
    """Enters a function in the list under its own name."""
    def enter(function: Callable[[World], Optional[str]]) -> Callable[[World], Optional[str]]:
        _ALL[function.__name__] = (only, function)
        return function

    return enter


def of(transport: str) -> Dict[str, Callable[[World], Optional[str]]]:
    """The cases of a transport."""
    return {name: function for name, (only, function) in _ALL.items() if not only or transport in only}


def entries(responses: List[m.WatchResponse]) -> List[m.WatchResponse.Entry]:
    return [entry for response in responses for entry in response.entries]


def content_digest(world: World) -> bytes:
    return world.transport.stream(methods.DIGEST, m.DigestRequest(content=True))[0].digest.sha256
