"""What cases have in common when their firms are left out, and whether it may be told elsewhere."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from maillage_contracts.vocabulary import PatternId
from maillage_matching.domain.agreement import CASES_TO_PUBLISH, SynergyStatus
from maillage_matching.domain.case import Case
from maillage_matching.domain.kept import Kept

OBSTACLES_MAX = 20


class Taught(NamedTuple):
    """A case that came to something, or to nothing.

    `status` is that of its synergy, None when it was abandoned; `told` is what flows, as the
    parties said when they agreed.
    """

    case: Case
    status: SynergyStatus | None = None
    pattern_id: PatternId | None = None
    told: str | None = None

    @property
    def spec(self) -> str:
        """What flows: as the parties said, else as the case was found."""
        return self.told or self.case.resource

    @property
    def of(self) -> PatternId:
        """The pattern it is a case of."""
        return self.pattern_id or pattern_of(self.case, self.spec)

    @property
    def outcome(self) -> str:
        """running, ended or abandoned."""
        return "abandoned" if self.status is None else OUTCOMES[self.status]


OUTCOMES: dict[SynergyStatus, str] = {"agreed": "running", "ended": "ended"}


class PatternDraft(Kept):
    """Cases alike but for their firms: what became of them, and what stood in the way."""

    pattern_id: PatternId
    kind: str
    donor_sector: str | None
    receiver_sector: str | None
    resource_spec: str
    replaces_spec: str | None
    transformation: str | None
    equipment: str | None
    cases: int
    running: int
    ended: int
    abandoned: int
    obstacles: tuple[str, ...]
    needs_consent: bool


def sectors_of(case: Case) -> tuple[str | None, str | None]:
    """NAF divisions of who gives and who receives; of a shared stream, of its first member."""
    giving = next((m.division for m in case.members if m.role in {"donor", "member"}), None)
    taking = next((m.division for m in case.members if m.role in {"receiver", "processor"}), None)
    return giving, taking


def pattern_of(case: Case, spec: str) -> PatternId:
    """The pattern it is an instance of: the same for cases that differ only by their firms."""
    said = (case.kind, *sectors_of(case), spec, case.replaces)
    words = "/".join(str(word) for word in (*said, case.transformation))
    return PatternId(uuid5(NAMESPACE_URL, f"pattern/{words}"))


def drafts_of(taught: Iterable[Taught]) -> list[PatternDraft]:
    """One for each pattern, that of most cases first."""
    groups: dict[PatternId, list[Taught]] = {}
    for one in taught:
        groups.setdefault(one.of, []).append(one)
    drafts = [_draft(pattern_id, group) for pattern_id, group in groups.items()]
    return sorted(drafts, key=lambda draft: (-draft.cases, str(draft.pattern_id)))


def _draft(pattern_id: PatternId, group: Sequence[Taught]) -> PatternDraft:
    case = group[0].case
    giving, taking = sectors_of(case)
    outcomes = Counter(one.outcome for one in group)
    cases = cases_in(group)
    return PatternDraft(
        pattern_id=pattern_id,
        kind=case.kind,
        donor_sector=giving,
        receiver_sector=taking,
        resource_spec=group[0].spec,
        replaces_spec=case.replaces,
        transformation=case.transformation,
        equipment=case.equipment,
        cases=cases,
        running=outcomes["running"],
        ended=outcomes["ended"],
        abandoned=outcomes["abandoned"],
        obstacles=obstacles_of(group),
        needs_consent=crowd_in(group) < CASES_TO_PUBLISH,
    )


def cases_in(group: Iterable[Taught]) -> int:
    """How many cases; one that was agreed twice is one."""
    return len({one.case.case_id for one in group})


def crowd_in(group: Iterable[Taught]) -> int:
    """How many of them tell of other firms: three cases of the same two hide nobody."""
    return len({frozenset(one.case.actor_ids) for one in group})


def obstacles_of(group: Iterable[Taught]) -> tuple[str, ...]:
    """Why such cases were given up, the most frequent reason first."""
    told = Counter(reason for one in group if one.status is None for reason in one.case.reasons)
    ordered = sorted(told, key=lambda reason: (-told[reason], reason))
    return tuple(ordered[:OBSTACLES_MAX])
