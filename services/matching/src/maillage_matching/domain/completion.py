"""From free text to the catalogue: three proposals at most, and never a forced one."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

PROPOSED_MAX = 3
ALIKE_MIN = 0.45
"""Share of common letter triples from which two words are taken for one with a slip of the pen."""
SCORE_MIN = 0.3
"""Below, a proposal would be noise."""
SURE_MIN = 0.55
"""From here on a text is taken to speak of the resource, where nobody is there to choose."""

SMALL_ENGLISH = "a an and as at by for from in of on or other than the to with not mentioned those"
SMALL_FRENCH = "au aux avec d dans de des du en et l la le les ou par pour sans sur un une"
STOP = frozenset(f"{SMALL_ENGLISH} {SMALL_FRENCH} raw material".split())
LETTERS_MIN = 4
"""Shorter words have no plural to take off and no slip to forgive."""


@lru_cache(maxsize=65_536)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a text without accents, plurals and small words, in their order."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    kept = "".join(one if one.isalnum() else " " for one in _letters(plain))
    return tuple(_singular(word) for word in kept.split() if word not in STOP)


def _letters(plain: str) -> str:
    return "".join(one for one in plain.casefold() if not unicodedata.combining(one))


def _singular(word: str) -> str:
    if len(word) < LETTERS_MIN or word.endswith("ss"):
        return word
    if word.endswith("aux"):
        return f"{word[:-3]}al"
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith(("s", "x")) else word


@dataclass(frozen=True)
class Proposal:
    """A resource that a text may speak of, and how much of both agrees, from 0 to 1."""

    spec: str
    score: float


class Names:
    """What the resources of a catalogue are called, to be found by text with its slips."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        """Index these names by spec."""
        told = {(words_of(name), spec) for spec, all_of in names.items() for name in all_of}
        self._names = sorted((words, spec) for words, spec in told if words)
        count = Counter(word for words, _ in self._names for word in set(words))
        self._weight = {word: log(1 + len(self._names) / n) for word, n in count.items()}
        self._rare = log(1 + len(self._names))
        self._having: dict[str, list[int]] = defaultdict(list)
        for place, (words, _) in enumerate(self._names):
            for word in set(words):
                self._having[word].append(place)
        self._alike: dict[str, set[str]] = defaultdict(set)
        for word in count:
            for triple in _triples(word):
                self._alike[triple].add(word)
        self._known: dict[str, Mapping[str, float]] = {}

    def complete(self, text: str, limit: int = PROPOSED_MAX) -> tuple[Proposal, ...]:
        """The resources whose names come nearest to the text, best first."""
        asked = tuple(dict.fromkeys(words_of(text)))
        if not asked:
            return ()
        heard = {word: self._words_like(word) for word in asked}
        places = {p for like in heard.values() for word in like for p in self._having[word]}
        best: dict[str, float] = {}
        for place in places:
            words, spec = self._names[place]
            score = self._agreement(heard, words)
            best[spec] = max(score, best.get(spec, 0.0))
        found = sorted((-score, spec) for spec, score in best.items() if score >= SCORE_MIN)
        return tuple(Proposal(spec, round(-score, 4)) for score, spec in found[:limit])

    def meant(self, text: str) -> str | None:
        """The resource a text speaks of, where hardly another could be meant."""
        found = self.complete(text, 1)
        return found[0].spec if found and found[0].score >= SURE_MIN else None

    def _agreement(self, heard: Mapping[str, Mapping[str, float]], name: Sequence[str]) -> float:
        """How much of the text and of the name is in the other, rare words weighing more."""
        of_text = of_name = 0.0
        for like in heard.values():
            near = max(((like.get(word, 0.0), self._weight[word]) for word in name), default=(0, 0))
            of_text += near[0] * near[1]
        for word in set(name):
            nearest = max((like.get(word, 0.0) for like in heard.values()), default=0.0)
            of_name += nearest * self._weight[word]
        in_text = sum(self._weight.get(word, self._rare) for word in heard)
        in_name = sum(self._weight[word] for word in set(name))
        return 2 * min(of_text, of_name) / (in_text + in_name)

    def _words_like(self, word: str) -> Mapping[str, float]:
        """Words of the catalogue like this one, with their likeness: it first, then slips."""
        if word not in self._known:
            self._known[word] = self._look_up(word)
        return self._known[word]

    def _look_up(self, word: str) -> Mapping[str, float]:
        if word in self._having:
            return {word: 1.0}
        if len(word) < LETTERS_MIN:
            return {}
        triples = _triples(word)
        near = Counter(other for triple in triples for other in self._alike.get(triple, ()))
        alike = {
            other: common / (len(triples) + len(_triples(other)) - common)
            for other, common in near.items()
        }
        return {other: share for other, share in alike.items() if share >= ALIKE_MIN}


@lru_cache(maxsize=16_384)
def _triples(word: str) -> frozenset[str]:
    framed = f" {word} "
    return frozenset(framed[at : at + 3] for at in range(len(framed) - 2))
