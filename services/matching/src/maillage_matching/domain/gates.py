"""All gates in the order in which they are passed: what tells most comes first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

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
    """What an examination found; `gates` ends at the first that failed, if one did."""

    pair: Pair
    gates: tuple[Gate, ...]

    @cached_property
    def verdict(self) -> Verdict:
        """`fail` when a gate fails, `unknown` when a question decides, else `pass`."""
        if self.failed is not None:
            return "fail"
        parties_unknown = self.gates[0].verdict == "unknown"
        return "unknown" if parties_unknown or self.question is not None else "pass"

    @cached_property
    def failed(self) -> Gate | None:
        """The first gate that failed."""
        return _first([gate for gate in self.gates if gate.verdict == "fail"])

    @cached_property
    def question(self) -> Ask | None:
        """The first fact that would decide."""
        asking = _first(self.asking)
        return asking.asks if asking else None

    @cached_property
    def asking(self) -> Sequence[Gate]:
        """The gates that wait for an answer."""
        return [gate for gate in self.gates if gate.asks is not None]


def _first(gates: Sequence[Gate]) -> Gate | None:
    return gates[0] if gates else None


def examine(pair: Pair, ground: Ground) -> Finding:
    """Pass the gates one after the other, up to the first that fails."""
    found: list[Gate] = []
    for gate in GATES:
        found.append(gate(pair, ground))
        if found[-1].verdict == "fail":
            break
    return Finding(pair, tuple(found))


def explain(pair: Pair, ground: Ground) -> tuple[Gate, ...]:
    """Every gate, also after one that fails: the whole answer to "why not?"."""
    return tuple(gate(pair, ground) for gate in GATES)


def warnings(gates: Iterable[Gate]) -> tuple[Gate, ...]:
    """What a person is told who proposes it all the same."""
    return tuple(gate for gate in gates if gate.verdict != "pass")
