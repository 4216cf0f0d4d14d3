"""Not five times the same: of good leads those are shown that add something to what is there."""

from collections.abc import Callable, Iterable, Sequence

from maillage_matching.domain.draft import Content, Draft

WORTH = 0.7
"""What the score counts beside being new, as in maximal marginal relevance (Carbonell, Goldstein
1998)."""
POOL = 4
"""Times the room, among which is chosen."""

ClassOf = Callable[[str], str]
"""The class of the catalogue that a resource is in."""


def diverse(
    drafts: Iterable[Draft], shown: Sequence[Content], room: int, class_of: ClassOf
) -> list[Draft]:
    """The best, one after the other, each lowered by how like it is to one that is there already.

    `shown` is what lies on the desks. Of equals always the same one first.
    """
    left, there, chosen = sorted(drafts, key=lambda one: one.order), list(shown), list[Draft]()
    while left and len(chosen) < room:
        best = max(left, key=lambda one: _adds(one, there, class_of))
        left.remove(best)
        chosen.append(best)
        there.append(best.content)
    return chosen


def _adds(draft: Draft, there: Sequence[Content], class_of: ClassOf) -> float:
    like = max((_likeness(draft.content, other, class_of) for other in there), default=0.0)
    return WORTH * (draft.content.score or 0.0) - (1 - WORTH) * like


def _likeness(one: Content, other: Content, class_of: ClassOf) -> float:
    """Half for things of one class, half for a firm that has to do with both."""
    same_class = class_of(one.resource) == class_of(other.resource)
    same_firm = not set(one.actor_ids).isdisjoint(other.actor_ids)
    return (same_class + same_firm) / 2
