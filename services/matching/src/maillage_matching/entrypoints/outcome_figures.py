"""What matching tells those who watch it: what came of leads, and what that took."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from maillage_matching.domain.case import NEXT, OVER
from maillage_matching.domain.spread import quantile, seconds_until
from maillage_matching.domain.suppression import REASONS
from maillage_matching.domain.throttle import Decided, throttle_after
from maillage_matching.domain.yields import Tally, yields_of
from maillage_matching.usecases.look_for_leads import DECISIONS_MAX
from maillage_matching.usecases.store import Store
from maillage_serving.figures import Figure

Told = Mapping[tuple[str, ...], float]
PARTS = {"0.5": 0.5, "0.9": 0.9}
LAST = (20, 100)
"""Decisions of which the part accepted is told, once there are so many."""
INTRODUCTIONS = 20


async def _leads(store: Store, _: datetime) -> Told:
    return _by_source(await store.tallies(), "lead")


def _by_source(tallies: Sequence[Tally], what: str) -> Told:
    return {(one.source, one.kind, one.word): one.many for one in tallies if one.what == what}


async def _decisions(store: Store, _: datetime) -> Told:
    counts: dict[tuple[str, ...], float] = {}
    for one in await store.tallies():
        if one.what == "lead" and one.word in {"accepted", "deferred"}:
            key = (one.word, "", "", one.source)
        elif one.what in {"reason", "obstacle"}:
            facet = REASONS[one.word].facet if one.word in REASONS else ""
            decision = "rejected" if one.what == "reason" else "abandoned"
            key = (decision, facet, one.word, one.source)
        else:
            continue
        counts[key] = counts.get(key, 0) + one.many
    return counts


async def _review_seconds(store: Store, _: datetime) -> Told:
    decided = await store.decisions(LAST[-1])
    took = [(one.decided_at - one.surfaced_at).total_seconds() for one in decided]
    return {(name,): quantile(took, part) for name, part in PARTS.items()}


async def _precision(store: Store, _: datetime) -> Told:
    decided = await store.decisions(LAST[-1])
    return {(str(k),): _accepted(decided[-k:]) for k in LAST if len(decided) >= k}


def _accepted(decided: Sequence[Decided]) -> float:
    return sum(one.is_accepted for one in decided) / len(decided)


async def _cases(store: Store, _: datetime) -> Told:
    counts: dict[tuple[str, ...], float] = {(status,): 0 for status in NEXT if status not in OVER}
    for one in await store.tallies():
        if one.what == "case":
            counts[one.word,] = counts.get((one.word,), 0) + one.many
    return counts


async def _case_age_seconds(store: Store, now: datetime) -> Told:
    ages = seconds_until(await store.open_since(), now)
    return {("oldest",): max(ages, default=0.0), ("median",): quantile(ages, PARTS["0.5"])}


async def _oldest_lead_seconds(store: Store, now: datetime) -> float:
    return max(seconds_until(await store.waiting_since(), now), default=0.0)


async def _first_answer_seconds(store: Store, _: datetime) -> float:
    introduced = await store.introductions(INTRODUCTIONS)
    return quantile(((at - seen).total_seconds() for seen, at in introduced), PARTS["0.5"])


async def _questions(store: Store, _: datetime) -> Told:
    still_open, asked = await store.questions()
    return {("open",): still_open, ("answered",): asked - still_open}


async def _hours_per_synergy(store: Store, _: datetime) -> Told:
    yields = yields_of(await store.tallies())
    return {(one.source,): one.hours_per_synergy for one in yields if one.hours_per_synergy}


async def _weekly_leads(store: Store, _: datetime) -> float:
    decisions = await store.decisions(DECISIONS_MAX)
    throttle = throttle_after(one.is_accepted for one in decisions)
    return throttle.slowed(await store.policy()).weekly_leads


async def _pairs(store: Store, _: datetime) -> Told:
    return {(verdict,): many for verdict, many in (await store.verdicts()).items()}


OUTCOME_FIGURES: tuple[Figure[Store], ...] = (
    Figure(
        "matching_pairs",
        "Pairs that were examined, by what the gates found; those that pass are shown in turn.",
        _pairs,
        ("verdict",),
    ),
    Figure(
        "matching_leads",
        "Leads that were ever shown, by where they are now.",
        _leads,
        ("source", "kind", "status"),
    ),
    Figure(
        "matching_decisions",
        "What advisors decided of leads and cases, and why; one with two reasons counts in both.",
        _decisions,
        ("decision", "facet", "reason", "source"),
    ),
    Figure(
        "matching_review_seconds",
        "Time from a lead of the engine being shown to the decision, of the last 100.",
        _review_seconds,
        ("part",),
    ),
    Figure(
        "matching_precision_at_k",
        "Part of the last decisions about leads of the engine that accepted.",
        _precision,
        ("k",),
    ),
    Figure("matching_case_stage", "Cases, by where they are.", _cases, ("stage",)),
    Figure("matching_case_age_seconds", "Age of open cases.", _case_age_seconds, ("of",)),
    Figure(
        "matching_lead_oldest_seconds",
        "Since when the oldest lead waits for a decision.",
        _oldest_lead_seconds,
    ),
    Figure(
        "matching_time_to_first_answer_seconds",
        "Median time from a flow being seen to its firm being introduced to another, of the last"
        " 20 introductions.",
        _first_answer_seconds,
    ),
    Figure(
        "matching_questions",
        "Facts that were asked for because they decide.",
        _questions,
        ("state",),
    ),
    Figure(
        "matching_advisor_hours_per_synergy",
        "Hours that advisors wrote down for the cases of a source, by synergy that came of it.",
        _hours_per_synergy,
        ("source",),
    ),
    Figure(
        "matching_policy_k",
        "Leads the engine shows each advisor in a week now, after steps back.",
        _weekly_leads,
    ),
)
