"""Doors to the catalogue: what a text may speak of, what becomes of it, who would take it."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from maillage_common.transaction import Runner
from maillage_contracts.refusals import NotFound
from maillage_contracts.vocabulary import GeoPoint
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.prospecting import Prospect
from maillage_matching.domain.resource import Resource, Rule
from maillage_matching.usecases.find_streams import FindStreams, find_streams
from maillage_matching.usecases.store import Store
from maillage_serving.auth import Principal
from maillage_serving.http import query

Text = Annotated[str, Query(min_length=1, max_length=200, description="As it was said or typed.")]
Activity = Annotated[
    str,
    Query(
        min_length=2,
        max_length=100,
        description="A NACE or NAF code, or the name of an activity or of a machine.",
        examples=["38.21", "jar washing"],
    ),
]


class ResourceView(BaseModel):
    """A resource of the catalogue."""

    spec: str
    label: str
    label_fr: str
    kind: str
    path: str
    physical: str
    waste_codes: list[str]
    cpa_codes: list[str]
    functions: list[str]
    hazard: str
    hygiene: str
    unit: str
    kg_per_unit: Decimal | None
    kg_per_m3: Decimal | None
    source: str


class ProposedResource(ResourceView):
    """One that a text may speak of."""

    score: float = Field(description="How much of the text and of its names agrees, from 0 to 1.")


class Completion(BaseModel):
    """What a text may speak of, best first. None of it is forced: the text is what is kept."""

    text: str
    version: str = Field(description="Of the catalogue.")
    items: list[ProposedResource]


class RuleView(BaseModel):
    """How a resource serves another end, and how it may leave waste law."""

    name: str
    family: str
    from_spec: str
    to_spec: str
    to_function: str
    process: str
    machines: list[str]
    yielded: Decimal
    quality: Decimal
    status_path: str
    source: str


class ResourceWithRules(ResourceView):
    """A resource, what it can become, and what can become it."""

    rules_from: list[RuleView]
    rules_to: list[RuleView]


class ResourceDoors:
    """What can be asked of the catalogue."""

    def __init__(self, runner: Runner[Store], knowledge: Knowledge) -> None:
        """Answer from this knowledge."""
        self._runner = runner
        self._knowledge = knowledge

    async def complete(
        self, _: Annotated[Principal, query("matching.resource.read")], text: Text
    ) -> Completion:
        """Three resources at most that a text may speak of; accents and slips do not matter."""
        known = self._knowledge
        items = [
            ProposedResource(score=one.score, **_told(known.resources[one.spec]))
            for one in known.names.complete(text)
        ]
        return Completion(text=text, version=known.version, items=items)

    async def read(
        self, spec: str, _: Annotated[Principal, query("matching.resource.read")]
    ) -> ResourceWithRules:
        """One resource, what it can become in one or two steps, and what can become it."""
        known = self._knowledge
        resource = known.resources.get(spec)
        if resource is None:
            raise NotFound(f"the catalogue does not know {spec}")
        alone = (known.reuse_of(spec), known.outlet_of(spec))
        return ResourceWithRules(
            **_told(resource),
            rules_from=_rules(*known.transformations_from(spec), *alone),
            rules_to=_rules(*known.transformations_to(spec, frozenset())),
        )

    async def streams(
        self,
        _: Annotated[Principal, query("matching.prospect.read")],
        activity: Activity,
        lat: Annotated[float, Query(ge=-90, le=90)],
        lon: Annotated[float, Query(ge=-180, le=180)],
        distance_km: Annotated[float, Query(gt=0, le=200)] = 15,
    ) -> list[Prospect]:
        """What an activity that settles there would find to take in, without anybody's name."""
        asked = FindStreams(activity, GeoPoint(lat=lat, lon=lon), distance_km)
        return list(
            await self._runner.read(lambda store: find_streams(asked, store, self._knowledge))
        )


def _told(resource: Resource) -> dict[str, Any]:  # fields of the view, checked by it
    told: dict[str, Any] = {name: getattr(resource, name) for name in ResourceView.model_fields}
    lists = ("waste_codes", "cpa_codes")
    return {**told, **{name: sorted(told[name]) for name in lists}}


def _rules(*rules: Rule | None) -> list[RuleView]:
    return [
        RuleView(**{name: getattr(rule, name) for name in RuleView.model_fields})
        for rule in rules
        if rule is not None
    ]
