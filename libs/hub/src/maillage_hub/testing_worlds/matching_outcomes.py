"""Requests about what comes of cases: trials, time, the end, what was taught and is to be told."""

from typing import Any

from maillage_hub.testing_worlds.world import Builder, Valid

PILOT: dict[str, Any] = {
    "kpis": [{"name": "pallets", "unit": "a month", "target": "30"}],
    "decide_on": "2027-03-01",
}


async def tried(advisor: Builder, case_id: str, agreed: dict[str, Any]) -> str:
    """Take the case on to its trial; returns the identifier of its synergy."""
    synergy_id = await advisor.post(f"/cases/{case_id}/agree", agreed)
    await advisor.post(f"/cases/{case_id}/pilot", PILOT)
    return synergy_id


def outcomes(agreed: str, on_trial: str) -> dict[str, Valid]:
    """A valid request for each door, to a case that was agreed and one that is tried."""
    tried_one = {"case_id": on_trial}
    return {
        "GET /v1/digest": Valid(),
        "GET /v1/digest.txt": Valid(),
        "POST /v1/cases/{case_id}/pilot": Valid(PILOT, about={"case_id": agreed}),
        "POST /v1/cases/{case_id}/measure": Valid({"values": {"pallets": "28"}}, about=tried_one),
        "POST /v1/cases/{case_id}/spend": Valid({"minutes": 30}),
        "POST /v1/cases/{case_id}/close": Valid({"attribution": "partly"}, about=tried_one),
    }
