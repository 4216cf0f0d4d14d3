"""What matching tells those who watch it: what came of leads, and what that took."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily

from maillage_matching.domain.case import NEXT, OVER
from maillage_matching.domain.spread import quantile, seconds_until
from maillage_matching.domain.suppression import REASONS
from maillage_matching.domain.throttle import Decided, throttle_after
from maillage_matching.domain.yields import yields_of
from maillage_matching.usecases.look_for_leads import DECISIONS_MAX
from maillage_matching.usecases.store import Store
from maillage_serving.figures import Figure

MIDDLE = 0.5
Told = Mapping[tuple[str, ...], float]
Spread = tuple[list[tuple[str, float]], float]
"""How many up to each bound, and the sum."""
HOUR_S, DAY_S = 3600, 86_400
REVIEWED_WITHIN_S = (HOUR_S, DAY_S, 2 * DAY_S, 7 * DAY_S, 14 * DAY_S, 30 * DAY_S)
"""From the hour of a desk where nothing lies to the month after which a lead is forgotten."""
LAST = (20, 100)
"""Decisions of which the part accepted is told, once there are so many."""
INTRODUCTIONS = 20


async def _generated(store: Store, _: datetime) -> Told:
    return {(kind,): many for kind, many in (await store.generated()).items()}


async def _surfaced(store: Store, _: datetime) -> Told:
    counts = Counter[tuple[str, ...]]()
    for one in await store.tallies():
        if one.what == "lead":
            counts[one.source, one.kind] += one.many
    return counts


async def _decisions(store: Store, _: datetime) -> Told:
    counts = Counter[tuple[str, ...]]()
    for one in await store.tallies():
        if (one.what, one.word) == ("lead", "accepted"):
            key = ("accepted", "", "", one.source)
        elif one.what == "put_off":
            key = ("deferred", "", "", one.source)
        elif one.what in {"reason", "obstacle"}:
            facet = REASONS[one.word].facet if one.word in REASONS else ""
            decision = "rejected" if one.what == "reason" else "abandoned"
            key = (decision, facet, one.word, one.source)
        else:
            continue
        counts[key] += one.many
    return counts


async def _review_seconds(store: Store, _: datetime) -> Mapping[tuple[str, ...], Spread]:
    reviews = await store.reviews(REVIEWED_WITHIN_S)
    within = zip(map(str, REVIEWED_WITHIN_S), map(float, reviews.within), strict=True)
    return {(): ([*within, ("+Inf", float(reviews.many))], reviews.took_s)}


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


async def _case_age_days(store: Store, now: datetime) -> Told:
    ages = [age_s / DAY_S for age_s in seconds_until(await store.open_since(), now)]
    return {("oldest",): max(ages, default=0.0), ("median",): quantile(ages, MIDDLE)}


async def _oldest_lead_seconds(store: Store, now: datetime) -> float:
    return max(seconds_until(await store.waiting_since(), now), default=0.0)


async def _first_answer_days(store: Store, _: datetime) -> float:
    introduced = await store.introductions(INTRODUCTIONS)
    return quantile(((at - seen) / timedelta(days=1) for seen, at in introduced), MIDDLE)


async def _questions_open(store: Store, _: datetime) -> float:
    still_open, _asked = await store.questions()
    return still_open


async def _questions_answered(store: Store, _: datetime) -> float:
    still_open, asked = await store.questions()
    return asked - still_open


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
        "matching_leads_generated_total",
        "Proposals the engine came upon since the beginning: pairs that pass, streams to share.",
        _generated,
        ("type",),
        CounterMetricFamily,
    ),
    Figure(
        "matching_leads_surfaced_total",
        "Leads that advisors were shown since the beginning.",
        _surfaced,
        ("source", "type"),
        CounterMetricFamily,
    ),
    Figure(
        "matching_decisions_total",
        "What advisors decided of leads and cases, and why; one with two reasons counts in both.",
        _decisions,
        ("decision", "facet", "reason", "source"),
        CounterMetricFamily,
    ),
    Figure(
        "matching_review_seconds",
        "Time from a lead of the engine being shown to the decision.",
        _review_seconds,
        family=HistogramMetricFamily,
    ),
    Figure(
        "matching_precision_at_k",
        "Part of the last decisions about leads of the engine that accepted.",
        _precision,
        ("k",),
    ),
    Figure("matching_case_stage", "Cases, by where they are.", _cases, ("stage",)),
    Figure("matching_case_age_days", "Age of open cases.", _case_age_days, ("of",)),
    Figure(
        "matching_lead_oldest_seconds",
        "Since when the oldest lead waits for a decision.",
        _oldest_lead_seconds,
    ),
    Figure(
        "matching_time_to_first_answer_days",
        "Median time from a flow being seen to its firm being introduced to another, of the last"
        " 20 introductions.",
        _first_answer_days,
    ),
    Figure(
        "matching_questions_open",
        "Facts that were asked for because they decide, and that nobody has told yet.",
        _questions_open,
    ),
    Figure(
        "matching_questions_answered",
        "Facts that were asked for because they decide, and that were told since.",
        _questions_answered,
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
