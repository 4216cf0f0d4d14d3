"""How well what one has may serve what another lacks: every term and every rule can be read.

The catalogue and its rules say what is known beforehand; decisions and documented exchanges teach
the rest, one weight for each word, code or use of an offer beside one of a need.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import exp, log, sqrt
from sys import intern
from types import MappingProxyType

from maillage_matching.domain.completion import SURE_MIN, words_of
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.resource import Activity, Resource

STEP_KEEPS = 0.8
"""Part of the affinity that is left after each transformation. Like the figures below, it was set
by hand, before anything was learned."""
LISTED = 0.3
"""What a waste code that lists a resource adds to the likeness of the words."""
GUESSED_AMONG = 8
"""Resources that a text may speak of, among which a code decides."""
FADES = 0.25
"""How much less each further thing that an activity takes in counts than the first."""
CODE_DIGITS = (2, 4, 6)
SECTOR_DIGITS = (2, 3, 4)
NEEDS_USUAL = 10
"""An offer serves about one need, however many there are: among more, each is less likely."""
SERVED_USUAL = 1.2
"""Needs that an offer serves: from 1.0 among two to 1.3 among twelve, and 1.1 among more, in 25
documented territories."""
SERVED_MAX = 0.9
"""Part of the needs that are served at most: of one alone it is not certain either."""
SETTLED = 0.75
"""How far probabilities are moved towards that sum: what speaks for each still says something of
how many there are."""
HALVINGS = 40
KEPT_MAX = 16_384
"""Flows whose meaning is kept, so that it is worked out once."""
WEIGHED_MAX = 65_536
"""Pairs of such flows whose terms are kept: of many firms many tell the same."""
TOLD_MAX = 5
"""Learned rules told of a pair."""

TAXONOMY = MappingProxyType({"same": 1.0, "parent": 0.7, "sibling": 0.35})
"""Same resource, same class, same branch: as measured on prefixes of waste codes."""

PRIOR = MappingProxyType(
    {
        "": -4.0,
        "taxonomy": 2.0,
        "use": 1.5,
        "activity": 2.5,
        "kind": 0.5,
        "words": 1.0,
        "crowd": 1.0,
    }
)
"""Weights before anything is learned; without a name the base rate. Of pairs looked at in 35
documented territories 7.8 % were exchanges."""


@dataclass(frozen=True)
class Told:
    """What is told of one flow: in words and codes, and by whom.

    `who` describes what its owner does, `sector` is the NACE code of it.
    """

    text: str
    who: str = ""
    sector: str = ""
    spec: str | None = None
    functions: tuple[str, ...] = ()
    waste_codes: tuple[str, ...] = ()
    cpa_codes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Understood:
    """The same as the catalogue sees it: `traits` are what rules are learned about.

    What is told alike is understood once, and is the same object.
    """

    resource: Resource | None
    functions: tuple[str, ...]
    activity: Activity | None
    traits: tuple[str, ...]
    words: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Evidence:
    """What speaks for and against a pair: named terms from -1 to 1, and traits of both sides."""

    terms: Mapping[str, float]
    offered: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """Each trait of the offer beside each of the need."""
        return tuple(intern(f"{one}>{other}") for one in self.offered for other in self.needed)

    @property
    def share(self) -> float:
        """What each rule counts, so that long descriptions weigh no more than short ones."""
        return 1 / sqrt(len(self.rules)) if self.rules else 0.0


@dataclass(frozen=True)
class Model:
    """Weights of terms and of learned rules. Without rules it is what the catalogue knows."""

    terms: Mapping[str, float]
    rules: Mapping[str, float]

    def log_odds(self, evidence: Evidence) -> float:
        """Above zero: more likely than not."""
        known = sum(self.terms.get(name, 0.0) * value for name, value in evidence.terms.items())
        if not self.rules:
            return self.terms[""] + known
        learned = sum(self.rules.get(rule, 0.0) for rule in evidence.rules)
        return self.terms[""] + known + learned * evidence.share

    def probability(self, evidence: Evidence) -> float:
        """How likely the pair is an exchange, from 0 to 1."""
        return logistic(self.log_odds(evidence))

    def told(self, evidence: Evidence) -> Sequence[tuple[str, float]]:
        """The learned rules that weigh most in this pair, with their signed weight."""
        if not self.rules:
            return ()
        weighed = ((rule, self.rules.get(rule, 0.0) * evidence.share) for rule in evidence.rules)
        heaviest = sorted((one for one in weighed if one[1]), key=lambda one: (-abs(one[1]), one))
        return heaviest[:TOLD_MAX]


BEFORE_LEARNING = Model(PRIOR, MappingProxyType({}))


def logistic(log_odds: float) -> float:
    """From log odds to a probability."""
    return 1 / (1 + exp(-max(-30.0, min(30.0, log_odds))))


@lru_cache(maxsize=KEPT_MAX)
def understand_offer(told: Told, knowledge: Knowledge) -> Understood:
    """An offer: what it is, and all that it serves for."""
    resource = _resource_of(told, knowledge)
    functions = _once(told.functions, resource.functions if resource else ())
    traits = _traits(told, resource, functions, SECTOR_DIGITS[:1])
    words = frozenset(words_of(told.text))
    return Understood(resource, functions, activity_of(told, knowledge), traits, words)


@lru_cache(maxsize=KEPT_MAX)
def understand_need(told: Told, knowledge: Knowledge) -> Understood:
    """A need: what is wanted, what for, and what such firms usually take in."""
    resource = _resource_of(told, knowledge)
    wanted = told.functions or knowledge.wanted_with(resource.spec if resource else None)
    traits = _traits(told, resource, wanted, SECTOR_DIGITS)
    words = frozenset(words_of(f"{told.who} {told.text}"))
    return Understood(resource, wanted, activity_of(told, knowledge), traits, words)


def activity_of(told: Told, knowledge: Knowledge) -> Activity | None:
    """By the NACE code, else by the words for what the firm does."""
    found = knowledge.activity_of(told.sector)
    if found is None and told.who:
        code = knowledge.activity_names.meant(told.who)
        return knowledge.activities[code] if code else None
    return found


def weigh(offer: Understood, need: Understood, knowledge: Knowledge) -> Evidence:
    """All that speaks for and against this offer for that need."""
    return Evidence(_terms(offer, need, knowledge), offer.traits, need.traits)


@lru_cache(maxsize=WEIGHED_MAX)
def _terms(offer: Understood, need: Understood, knowledge: Knowledge) -> Mapping[str, float]:
    terms: dict[str, float] = {}
    one, other = offer.resource, need.resource
    serves = reached(offer, knowledge)
    if one and other:
        terms["taxonomy"] = nearness(one, other)
        terms["kind"] = 1.0 if _realm(one) == _realm(other) else -1.0
    if need.functions:
        terms["use"] = max(serves.get(function, 0.0) for function in need.functions)
    if need.activity:
        taken = enumerate(need.activity.takes)
        terms["activity"] = max(serves.get(one, 0.0) / (1 + FADES * at) for at, one in taken)
    if offer.words and need.words:
        shared = len(offer.words & need.words)
        terms["words"] = shared / sqrt(len(offer.words) * len(need.words))
    return terms


def among(evidence: Evidence, needs: int) -> Evidence:
    """The same, where the offer could go to so many."""
    return replace(evidence, terms={**evidence.terms, "crowd": log(NEEDS_USUAL / needs)})


def settle(log_odds: Sequence[float]) -> list[float]:
    """The scores of all needs of one offer, moved together towards what an offer usually serves.

    Their order stays; how likely each is depends on what else the offer could go to.
    """
    served = min(SERVED_USUAL, SERVED_MAX * len(log_odds))
    low, high = -60.0, 60.0
    for _ in range(HALVINGS):
        shift = (low + high) / 2
        too_many = sum(logistic(one + shift) for one in log_odds) > served
        low, high = (low, shift) if too_many else (shift, high)
    return [one + SETTLED * low for one in log_odds]


def nearness(one: Resource, other: Resource) -> float:
    """How near two resources are in the taxonomy."""
    if one.spec == other.spec:
        return TAXONOMY["same"]
    if one.path == other.path:
        return TAXONOMY["parent"]
    return TAXONOMY["sibling"] if _branch(one) == _branch(other) else 0.0


def reached(offer: Understood, knowledge: Knowledge) -> Mapping[str, float]:
    """What an offer serves for, as it is or after one or two transformations, and how well."""
    direct = dict.fromkeys(offer.functions, 1.0)
    if offer.resource is None:
        return direct
    through = _reached_by_rules(offer.resource.spec, knowledge)
    return {one: max(direct.get(one, 0.0), through.get(one, 0.0)) for one in (*direct, *through)}


@lru_cache(maxsize=4096)
def _reached_by_rules(spec: str, knowledge: Knowledge) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for rule in knowledge.transformations_from(spec):
        kept = STEP_KEEPS ** (2 if rule.before else 1) * float(rule.quality)
        for function in knowledge.functions_made(rule):
            found[function] = max(found.get(function, 0.0), kept)
    return found


def _resource_of(told: Told, knowledge: Knowledge) -> Resource | None:
    """As declared; else what words and codes together point at, if they do clearly enough."""
    if told.spec is not None:
        return knowledge.resources.get(told.spec)
    likely = {one.spec: one.score for one in knowledge.names.complete(told.text, GUESSED_AMONG)}
    for code in told.waste_codes:
        for resource in knowledge.listing(code):
            likely[resource.spec] = likely.get(resource.spec, 0.0) + LISTED
    best = max(sorted(likely), key=lambda spec: likely[spec], default=None)
    return knowledge.resources[best] if best and likely[best] >= SURE_MIN else None


def _traits(
    told: Told, resource: Resource | None, functions: Iterable[str], digits: Sequence[int]
) -> tuple[str, ...]:
    found = [f"word:{word}" for word in words_of(told.text)]
    found += [f"who:{word}" for word in words_of(told.who)]
    found += _starts("waste", told.waste_codes, CODE_DIGITS)
    found += _starts("cpa", told.cpa_codes, CODE_DIGITS)
    found += _starts("sector", (told.sector,), digits)
    found += [f"use:{function}" for function in functions]
    if resource:
        found += [f"is:{resource.spec}", f"class:{resource.path}", f"branch:{_branch(resource)}"]
    return tuple(dict.fromkeys(found))


def _starts(name: str, codes: Iterable[str], lengths: Iterable[int]) -> list[str]:
    digits = ["".join(one for one in code if one.isdigit()) for code in codes]
    return [f"{name}:{code[:n]}" for code in digits for n in lengths if len(code) >= n]


def _once(*words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for some in words for word in some))


def _branch(resource: Resource) -> str:
    return resource.path.split("/", 1)[0]


def _realm(resource: Resource) -> str:
    """Energy, water and the rest have a top level each: waste and material are one."""
    return "matter" if resource.kind in {"waste", "material"} else resource.kind
