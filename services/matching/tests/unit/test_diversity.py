"""Which of good leads are shown beside what lies on the desks."""

from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.domain.diversity import diverse
from maillage_matching.domain.draft import Content, Draft, Member
from maillage_matching.domain.knowledge import Knowledge


def content(resource: str, *names: str, score: float = 0.5) -> Content:
    members = tuple(
        Member(flow_id=FlowId(an_id(f"{resource} {name}")), actor_id=ActorId(an_id(name)), role="")
        for name in names
    )
    return Content(kind="substitution", resource=resource, members=members, score=score)


def draft(resource: str, *names: str, score: float) -> Draft:
    key = f"{resource} {names}"
    return Draft(slot=key, key=key, content=content(resource, *names, score=score))


def chosen(
    drafts: list[Draft], knowledge: Knowledge, room: int, shown: list[Content] | None = None
) -> list[Draft]:
    return diverse(drafts, shown or [], room, knowledge.class_of)


def test_what_has_nothing_in_common_comes_by_its_score(knowledge: Knowledge) -> None:
    drafts = [draft(spec, spec, score=at / 10) for at, spec in enumerate(("a", "b", "c"))]
    assert chosen(drafts, knowledge, 2) == [drafts[2], drafts[1]]


def test_another_thing_of_another_firm_goes_before_more_of_the_same(knowledge: Knowledge) -> None:
    first, same = draft("pallet", "A", score=0.9), draft("pallet", "A", score=0.8)
    other = draft("spent_grain", "B", score=0.5)
    assert chosen([first, same, other], knowledge, 2) == [first, other]
    assert chosen([first, same, other], knowledge, 3) == [first, other, same]


def test_what_is_much_better_comes_although_it_is_alike(knowledge: Knowledge) -> None:
    first, same = draft("pallet", "A", score=0.9), draft("pallet", "B", score=0.8)
    poor = draft("spent_grain", "C", score=0.5)
    assert chosen([first, same, poor], knowledge, 2) == [first, same]


def test_one_class_is_alike_whatever_the_word(knowledge: Knowledge) -> None:
    by_class: dict[str, list[str]] = {}
    for spec, resource in knowledge.resources.items():
        by_class.setdefault(resource.path, []).append(spec)
    one, other = next(specs for specs in by_class.values() if len(specs) > 1)[:2]
    first, alike = draft(one, "A", score=0.9), draft(other, "B", score=0.6)
    different = draft("not in the catalogue", "C", score=0.5)
    assert chosen([first, alike, different], knowledge, 2) == [first, different]


def test_what_lies_on_the_desks_counts(knowledge: Knowledge) -> None:
    better, fresh = draft("pallet", "A", score=0.7), draft("spent_grain", "B", score=0.6)
    assert chosen([better, fresh], knowledge, 1) == [better]
    assert chosen([better, fresh], knowledge, 1, [content("pallet", "C")]) == [fresh]


def test_of_equals_always_the_same_one(knowledge: Knowledge) -> None:
    drafts = [draft(f"thing {n}", f"firm {n}", score=0.5) for n in range(5)]
    assert chosen(drafts, knowledge, 3) == chosen(drafts[::-1], knowledge, 3) == drafts[:3]
