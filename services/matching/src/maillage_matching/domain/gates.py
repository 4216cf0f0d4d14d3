"""All gates in the order in which they are passed: what tells most comes first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from maillage_matching.domain import gates_of_law as law
from maillage_matching.domain import gates_of_matter as matter
from maillage_matching.domain import gates_of_parties as people
from maillage_matching.domain.pair import Ask, Gate, Ground, Pair, Verdict

GATES: tuple[Callable[[Pair, Ground], Gate], ...] = (
    people.parties,
    people.willingness,
    matter.direction,
    matter.kind,
    matter.resource,
    people.consent,
    people.competitors,
    law.ruling,
    people.suppression,
    matter.physical,
    matter.form,
    matter.contamination,
    matter.hygiene,
    matter.temperature,
    law.hazard,
    people.season,
    people.distance,
    matter.quantity,
    matter.lot_size,
    law.waste_status,
    law.carrier,
    law.cross_border,
    law.value,
)


@dataclass(frozen=True)
class Finding:
    """What an examination found; `gates` ends at the first that failed, if one did.

    `asking` are the gates that wait for an answer.
    """

    pair: Pair
    gates: tuple[Gate, ...]
    failed: Gate | None
    asking: tuple[Gate, ...]

    @property
    def verdict(self) -> Verdict:
        """`fail` when a gate fails, `unknown` when a question decides, else `pass`."""
        if self.failed is not None:
            return "fail"
        parties_unknown = self.gates[0].verdict == "unknown"
        return "unknown" if parties_unknown or self.asking else "pass"

    @property
    def question(self) -> Ask | None:
        """The first fact that would decide."""
        return self.asking[0].asks if self.asking else None


def examine(pair: Pair, ground: Ground) -> Finding:
    """Pass the gates one after the other, up to the first that fails."""
    return finding_of(pair, (gate(pair, ground) for gate in GATES))


def finding_of(pair: Pair, gates: Iterable[Gate]) -> Finding:
    """What these gates come to; none behind the first that fails is looked at."""
    found: list[Gate] = []
    asking: list[Gate] = []
    for gate in gates:
        found.append(gate)
        if gate.verdict == "fail":
            return Finding(pair, tuple(found), gate, tuple(asking))
        if gate.asks is not None:
            asking.append(gate)
    return Finding(pair, tuple(found), None, tuple(asking))


def explain(pair: Pair, ground: Ground) -> tuple[Gate, ...]:
    """Every gate, also after one that fails: the whole answer to "why not?"."""
    return tuple(gate(pair, ground) for gate in GATES)


def warnings(gates: Iterable[Gate]) -> tuple[Gate, ...]:
    """What a person is told who proposes it all the same."""
    return tuple(gate for gate in gates if gate.verdict != "pass")
