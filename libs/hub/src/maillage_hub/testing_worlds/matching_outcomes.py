"""Requests about what comes of cases: trials, time, the end, what was taught and is to be told."""

from collections.abc import Mapping
from typing import Any

from maillage_contracts.matching import PatternPublished
from maillage_contracts.samples import a_pattern_published, an_id
from maillage_hub.testing_worlds.world import Builder, Valid

PILOT: dict[str, Any] = {
    "kpis": [{"name": "pallets", "unit": "a month", "target": "30"}],
    "decide_on": "2027-03-01",
}


FRESH, ADOPTED = (a_pattern_published(pattern_id=an_id(name)) for name in ("fresh", "adopted"))
ORIGIN = "genevois"


async def tried(advisor: Builder, cases: Mapping[str, str], agreed: dict[str, Any]) -> None:
    """One case on trial, another given up; one of two patterns of elsewhere is adopted."""
    await advisor.post(f"/cases/{cases['tried']}/agree", agreed)
    await advisor.post(f"/cases/{cases['tried']}/pilot", PILOT)
    await advisor.post(f"/cases/{cases['given_up']}/abandon", {"reasons": ["insurance"]})
    for pattern in (FRESH, ADOPTED):
        await advisor.post("/suggestions", _suggested(pattern))
    await advisor.post(f"/suggestions/{ORIGIN}/{ADOPTED.pattern_id}/adopt", {})


def _suggested(pattern: PatternPublished) -> dict[str, Any]:
    return {"origin": ORIGIN, "pattern": pattern.model_dump(mode="json")}


def outcomes(cases: Mapping[str, str]) -> dict[str, Valid]:
    """A valid request for each door, to the case that has got there."""
    agreed, tried_one, given_up = (
        {"case_id": cases[one]} for one in ("agreed", "tried", "given_up")
    )
    fresh, adopted = (
        {"origin": ORIGIN, "pattern_id": str(one.pattern_id)} for one in (FRESH, ADOPTED)
    )
    return {
        "GET /v1/digest": Valid(),
        "GET /v1/digest.txt": Valid(),
        "GET /v1/cases/{case_id}/sheet": Valid(about=given_up),
        "GET /v1/cases/{case_id}/sheet.txt": Valid(about=tried_one),
        "GET /v1/patterns": Valid(),
        "POST /v1/cases/{case_id}/publish": Valid({"consented": True}, about=given_up),
        "GET /v1/suggestions": Valid(),
        "POST /v1/suggestions": Valid(_suggested(FRESH)),
        "POST /v1/suggestions/{origin}/{pattern_id}/adopt": Valid({}, about=fresh),
        "POST /v1/suggestions/{origin}/{pattern_id}/decline": Valid({}, about=fresh),
        "POST /v1/suggestions/{origin}/{pattern_id}/retire": Valid({}, about=adopted),
        "POST /v1/cases/{case_id}/pilot": Valid(PILOT, about=agreed),
        "POST /v1/cases/{case_id}/measure": Valid({"values": {"pallets": "28"}}, about=tried_one),
        "POST /v1/cases/{case_id}/spend": Valid({"minutes": 30}),
        "POST /v1/cases/{case_id}/close": Valid({"attribution": "partly"}, about=tried_one),
    }
