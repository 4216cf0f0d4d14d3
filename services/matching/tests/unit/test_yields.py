"""What each source of leads yields, and what it takes."""

from maillage_matching.domain.yields import SOURCES, Tally, yields_of

ENGINE, WORKSHOP = ("engine", "substitution"), ("workshop", "mutualisation")


def test_every_source_is_told_also_where_nothing_came() -> None:
    found = yields_of([])
    assert [one.source for one in found] == list(SOURCES)
    assert {(one.shown, one.acceptance, one.hours_per_synergy) for one in found} == {
        (0, None, None)
    }


def test_what_came_of_them_and_how_many_hours_a_synergy_took() -> None:
    engine, workshop, *_ = yields_of(
        [
            *(Tally("lead", *ENGINE, "rejected", 6), Tally("lead", *ENGINE, "accepted", 2)),
            *(Tally("lead", *ENGINE, "surfaced", 1), Tally("lead", *ENGINE, "deferred", 1)),
            *(Tally("lead", *ENGINE, "expired", 3), Tally("minutes", *ENGINE, "", 90)),
            *(Tally("lead", *WORKSHOP, "accepted", 3), Tally("minutes", *WORKSHOP, "", 600)),
            *(Tally("introduced", *WORKSHOP, "", 3), Tally("synergy", *WORKSHOP, "agreed", 1)),
            *(Tally("synergy", *WORKSHOP, "ended", 1), Tally("answer", *WORKSHOP, "no", 1)),
        ]
    )
    assert (engine.shown, engine.waiting, engine.expired) == (13, 2, 3)
    assert (engine.acceptance, engine.hours, engine.hours_per_synergy) == (0.25, 1.5, None)
    assert (workshop.acceptance, workshop.introduced) == (1.0, 3)
    assert (workshop.synergies, workshop.running, workshop.hours_per_synergy) == (2, 1, 5.0)
    assert workshop.answers == {"no": 1}
