"""The life of a flow: one table says what may follow what, and each step what it asks for.

observed, declared, qualified, open, reserved, committed, ended is the way. Stale, expired and
suspended set a flow aside for a time; withdrawn and ended are for good.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

from maillage_contracts.refusals import Invalid, Refused
from maillage_contracts.vocabulary import KNOWN_CONFIDENCES
from maillage_flows.domain.actor import Actor, located
from maillage_flows.domain.declaration import (
    Declaration,
    amended,
    check,
    check_not_over,
    differences,
)

Stage = Literal["observed", "declared", "qualified"]
Status = Literal[
    "observed",
    "declared",
    "qualified",
    "open",
    "reserved",
    "committed",
    "ended",
    "stale",
    "withdrawn",
    "expired",
    "suspended",
]

NEXT: dict[Status, frozenset[Status]] = {
    "observed": frozenset(
        {"declared", "qualified", "committed", "stale", "expired", "suspended", "withdrawn"}
    ),
    "declared": frozenset(
        {"qualified", "open", "committed", "stale", "expired", "suspended", "withdrawn", "ended"}
    ),
    "qualified": frozenset(
        {"open", "committed", "stale", "expired", "suspended", "withdrawn", "ended"}
    ),
    "open": frozenset(
        {
            "declared",
            "qualified",
            "reserved",
            "committed",
            "stale",
            "expired",
            "suspended",
            "withdrawn",
            "ended",
        }
    ),
    "reserved": frozenset(
        {"declared", "qualified", "open", "committed", "suspended", "withdrawn", "ended"}
    ),
    "committed": frozenset({"declared", "qualified", "open", "suspended", "ended"}),
    "stale": frozenset(
        {
            "observed",
            "declared",
            "qualified",
            "open",
            "committed",
            "expired",
            "suspended",
            "withdrawn",
            "ended",
        }
    ),
    "expired": frozenset(
        {"observed", "declared", "qualified", "open", "suspended", "withdrawn", "ended"}
    ),
    "suspended": frozenset({"declared", "qualified", "open", "withdrawn", "ended"}),
    "withdrawn": frozenset(),
    "ended": frozenset(),
}
"""What may follow each status. Only `open` may be matched."""

AGEING: tuple[Status, ...] = ("observed", "declared", "qualified", "open")
"""Grows stale when nobody confirms it; a case or a synergy keeps a flow fresh by itself."""
LIVE: tuple[Status, ...] = tuple(status for status in NEXT if NEXT[status])

ACTOR_CLOSED = "actor_closed"
CONSENT_WITHDRAWN = "consent_withdrawn"
WHERE = frozenset({"site_id", "position", "activity_zone"})
CLOCKS_DIFFER_MAX = timedelta(minutes=5)


@dataclass(frozen=True)
class Flow:
    """A declaration, and where it is in its life."""

    flow_id: UUID
    actor_id: UUID
    declaration: Declaration
    status: Status
    stage: Stage
    """How far it has been examined: where it rests when it is not open."""
    observed_at: datetime
    was_open: bool = False
    """Whether it opens again once what sets it aside is over."""
    held_by: UUID | None = None
    """The case it is reserved for, or the synergy it is committed to."""
    reason: str | None = None
    """Why it has its status, where that is not plain."""
    open_questions: tuple[str, ...] = ()
    fingerprint: str = ""
    """Of what was last said of it, so that an import may be repeated."""
    version: int = 1

    @property
    def is_over(self) -> bool:
        """Whether nobody can do anything with it any more."""
        return not NEXT[self.status] or self.reason == ACTOR_CLOSED

    def must_be_live(self) -> None:
        """Raises Refused when its life is over."""
        if not NEXT[self.status]:
            raise Refused(f"this flow is {self.status} for good: declare a new one")


@dataclass(frozen=True)
class Said:
    """What somebody says of a flow at once: the axes, when it was seen, whether to open it."""

    declaration: Declaration
    seen: datetime | None = None
    """Now, unless told."""
    wants: Literal["declared", "open"] = "declared"

    @property
    def fingerprint(self) -> str:
        """The same for the same thing said, however and whenever it is said."""
        return sha256(f"{self.wants} {self.declaration.model_dump_json()}".encode()).hexdigest()


def move(flow: Flow, status: Status, **changes: Any) -> Flow:  # noqa: ANN401 fields of Flow
    """The flow in another status; raises Refused when the table forbids it."""
    if status not in NEXT[flow.status]:
        can = ", ".join(other for other in NEXT if other in NEXT[flow.status])
        raise Refused(f"a flow that is {flow.status} cannot become {status}, only: {can or '-'}")
    return replace(flow, **{"status": status, "reason": None, **changes})


def begun(flow_id: UUID, actor: Actor, said: Said, stage: Stage, now: datetime) -> Flow:
    """A new flow, at a site of its actor."""
    actor.must_be_active()
    check(said.declaration)
    check_not_over(said.declaration, now.date())
    return Flow(
        flow_id=flow_id,
        actor_id=actor.actor_id,
        declaration=located(said.declaration, actor),
        status=stage,
        stage=stage,
        observed_at=_seen(said, now),
        fingerprint=said.fingerprint,
    )


def _seen(said: Said, now: datetime) -> datetime:
    if said.seen is not None and said.seen > now + CLOCKS_DIFFER_MAX:
        raise Invalid("observed_at", "is in the future: say when somebody saw it")
    return said.seen or now


def changed(before: Flow, after: Flow) -> Iterator[str]:
    """Names of the fields that differ for those who read our events."""
    yield from differences(before.declaration, after.declaration)
    for name in ("status", "observed_at", "open_questions"):
        if getattr(before, name) != getattr(after, name):
            yield name


# What a person does


def adopt(flow: Flow) -> Flow:
    """Its firm says of a noted flow that it is so."""
    if flow.status != "observed":
        raise Refused(f"only an observed flow is to be declared: this one is {flow.status}")
    return move(
        flow, "declared", stage="declared", declaration=_surer(flow.declaration, "declared")
    )


def qualify(flow: Flow, confidence: str) -> Flow:
    """An advisor examined it: what it says can be worked with. Where it is open, it stays so."""
    flow.must_be_live()
    declaration = _surer(flow.declaration, confidence)
    if flow.status in ("observed", "declared"):
        return move(flow, "qualified", stage="qualified", declaration=declaration)
    if flow.stage == "qualified" and declaration == flow.declaration:
        return flow
    return replace(flow, stage="qualified", declaration=declaration)


def _surer(declaration: Declaration, confidence: str) -> Declaration:
    """Confidence only grows: a measure is not undone by a conversation."""
    known = KNOWN_CONFIDENCES.index
    if known(confidence) <= known(declaration.confidence):
        return declaration
    return declaration.model_copy(update={"confidence": confidence})


def open_up(flow: Flow, actor: Actor, today: date) -> Flow:
    """From now on it may be matched: its firm is willing, consents, and still has it."""
    if flow.status not in ("declared", "qualified"):
        raise Refused(f"only a declared or qualified flow can be opened: this one is {flow.status}")
    if not flow.declaration.is_willing:
        raise Refused(
            "the firm did not say that it wants to work on it: set willingness to open or priority"
        )
    actor.must_consent()
    check_not_over(flow.declaration, today)
    return move(flow, "open")


def confirm(flow: Flow, actor: Actor, now: datetime) -> Flow:
    """Somebody saw that it is still so: fresh again, and back from stale or expired."""
    flow.must_be_live()
    if flow.status == "suspended":
        raise Refused(f"this flow is suspended ({flow.reason}): confirming it changes nothing")
    if flow.declaration.is_over(now.date()) and flow.status not in ("reserved", "committed"):
        last = flow.declaration.available_until
        raise Refused(f"its last day was {last}: change available_until first")
    return refreshed(flow, actor, now)


def refreshed(flow: Flow, actor: Actor, seen: datetime) -> Flow:
    """The flow seen at a moment: no longer stale, nor expired if it is still to be had."""
    if seen <= flow.observed_at:
        return flow
    fresh = replace(flow, observed_at=seen)
    is_over = flow.declaration.is_over(seen.date())
    return (
        _back(fresh, consents=actor.consents)
        if flow.status in ("stale", "expired") and not is_over
        else fresh
    )


def redeclare(flow: Flow, said: Said, actor: Actor, now: datetime) -> Flow:
    """The flow after its firm said it again, in other words: what is not said again stays."""
    patch = said.declaration.model_dump(mode="json", exclude_unset=True)
    confidence = patch.pop("confidence", flow.declaration.confidence)
    again = amend(flow, patch, actor, now.date())
    again = replace(
        again,
        declaration=_surer(again.declaration, confidence),
        fingerprint=said.fingerprint,
    )
    return refreshed(again, actor, _seen(said, now))


def _back(flow: Flow, *, consents: bool) -> Flow:
    """Back to where it was before it was set aside."""
    if not (flow.was_open and flow.declaration.is_willing):
        return move(flow, flow.stage, was_open=False)
    if not consents:
        return move(flow, "suspended", reason=CONSENT_WITHDRAWN)
    return move(flow, "open", was_open=False)


def amend(flow: Flow, patch: Mapping[str, object], actor: Actor, today: date) -> Flow:
    """The flow with a merge patch applied to its declaration; itself when nothing differs.

    Whoever is no longer willing leaves `open`; whoever has it for longer comes back from expired.
    """
    flow.must_be_live()
    declaration = amended(flow.declaration, patch)
    if patch.keys() & WHERE:
        declaration = located(declaration, actor)
    if declaration == flow.declaration:
        return flow
    if declaration.confidence != flow.declaration.confidence:
        raise Invalid("confidence", "changes when the flow is declared or qualified, not here")
    check(declaration)
    if declaration.available_until != flow.declaration.available_until:
        check_not_over(declaration, today)
    flow = replace(flow, declaration=declaration)
    if flow.status == "open" and not declaration.is_willing:
        return move(flow, flow.stage)
    if flow.status == "expired" and not declaration.is_over(today):
        return _back(flow, consents=actor.consents)
    return flow


def withdraw(flow: Flow, reason: str | None) -> Flow:
    """Its firm no longer wants it shared."""
    if flow.status == "committed":
        raise Refused("this flow serves a running synergy: end the synergy first")
    return move(flow, "withdrawn", reason=reason, open_questions=(), held_by=None)


def end(flow: Flow, reason: str | None) -> Flow:
    """It no longer exists."""
    return move(flow, "ended", reason=reason, open_questions=(), held_by=None)


# What happens elsewhere


def reserve(flow: Flow, case_id: UUID) -> Flow:
    """The parties of a case were introduced: promised to nobody else meanwhile."""
    return move(flow, "reserved", held_by=case_id, reason="case_introduced")


def commit(flow: Flow, case_id: UUID, synergy_id: UUID) -> Flow:
    """The parties agreed. Whatever the paperwork, an agreed flow is a declared one."""
    if flow.status == "reserved" and flow.held_by != case_id:
        raise Refused("this flow is reserved for another case")
    stage = "declared" if flow.stage == "observed" else flow.stage
    return move(flow, "committed", held_by=synergy_id, stage=stage, reason="synergy_agreed")


def release(flow: Flow, actor: Actor, today: date, reason: str) -> Flow:
    """Its case or synergy came to nothing, or to its end: free again, if it still exists."""
    if flow.status not in ("reserved", "committed"):
        raise Refused(f"only a reserved or committed flow can be released: this is {flow.status}")
    if flow.declaration.is_over(today):
        return end(flow, reason)
    if not flow.declaration.is_willing:
        return move(flow, flow.stage, held_by=None, reason=reason)
    if not actor.consents:
        return move(flow, "suspended", held_by=None, was_open=True, reason=CONSENT_WITHDRAWN)
    return move(flow, "open", held_by=None, reason=reason)


def suspend(flow: Flow, reason: str) -> Flow:
    """Its actor closed, or withdrew its consent to matching. Nobody will ask a closed actor."""
    asked = () if reason == ACTOR_CLOSED else flow.open_questions
    if flow.status == "suspended":
        return replace(flow, reason=reason, open_questions=asked)
    was_open = flow.was_open or flow.status == "open"
    return move(flow, "suspended", was_open=was_open, reason=reason, open_questions=asked)


def resume(flow: Flow) -> Flow:
    """Its actor consents again."""
    return _back(flow, consents=True)


def age(flow: Flow, stale_before: datetime, today: date) -> Flow:
    """The flow as time leaves it: expired after its last day, stale when long not confirmed."""
    was_open = flow.was_open or flow.status == "open"
    if flow.declaration.is_over(today) and flow.status in (*AGEING, "stale"):
        return move(flow, "expired", was_open=was_open, reason="last_day_passed")
    if flow.observed_at < stale_before and flow.status in AGEING:
        return move(flow, "stale", was_open=was_open, reason="not_confirmed")
    return flow
