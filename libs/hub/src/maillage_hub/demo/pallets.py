"""Les Jourdies: pallets that one firm throws away and another buys, from the note to the ledger."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from maillage_contracts.flows import FlowOpened
from maillage_contracts.impact import ImpactRecorded
from maillage_contracts.matching import (
    CaseIntroduced,
    LeadAccepted,
    LeadSurfaced,
    SynergyAgreed,
)
from maillage_contracts.registry import ActorRegistered
from maillage_contracts.tours import TransportOrderRequested
from maillage_hub.demo.day_of_tours import DayOfTours, signed
from maillage_hub.demo.doors import until
from maillage_hub.demo.hub_view import HubView
from maillage_hub.demo.opened import Opened
from maillage_hub.demo.story import Figures, must
from maillage_hub.packs.documents import day

NAME = "pallets"
TITLE = "Les Jourdies: from a pile of pallets to a line in the ledger"
PALLET_KG = 20
"""Illustrative mass of a one-way pallet: a 1200 x 800 EPAL pallet weighs about 25 kg."""
PALLETS_A_TRIP = 9
BROKEN = 1
FACETS = {
    "technical": {"verdict": "ok", "note": "same size, clean"},
    "economic": {"verdict": "ok", "note": "one stops paying, the other stops buying"},
    "organisational": {"verdict": "ok", "note": "every week, on an existing run"},
}


@dataclass
class Pallets:
    """The story, step by step; each step leaves what the next ones need."""

    hub: HubView
    today: date
    lead_id: str = ""
    case_id: str = ""
    synergy_id: str = ""

    async def play(self) -> None:
        """Play all of it; raises NotTrue at the first step that does not hold."""
        step = self.hub.story.step
        await step("the park's firms and flows are imported", self.hub.import_all)
        await step("every firm is an event, every open flow may be matched", self.on_the_bus)
        await step("a few leads are put in front of the advisor", self.leads)
        await step("what was not proposed says why", self.blocked)
        await step("a missing fact became a question, not a lead", self.questions)
        await step("shredded card for bubble wrap is found by its function", self.shredded_card)
        await step("the advisor takes the pallets up", self.accept)
        await step("the two firms are introduced, and their flows are reserved", self.introduce)
        await step("they agree: it is a synergy, and its flows are committed", self.agree)
        await step("transport orders are there, and nobody typed them again", self.orders)
        await step("a person approves what would have been without", self.baseline)
        driving = DayOfTours(self.hub, on=self.first_day, refuse=self._broken)
        await driving.play()
        await step("the ledger says what changed", self.impact)
        await step("with the engine off, a workshop's lead still becomes a case", self.engine_off)
        await step("the whole story can be read from the bus", self.event_log)
        await step("every figure of the statement opens", Opened(self.hub, self.first_day).play)

    @property
    def first_day(self) -> date:
        """The next working day."""
        return date.fromisoformat(day("J+1", self.today))

    async def on_the_bus(self) -> Figures:
        firms = len(self.hub.pack.of("actor"))
        seen = await self.hub.log.find_all(ActorRegistered, lambda _: True, firms)
        wanted = {self.hub.flow("villaverde_pallets"), self.hub.flow("strh_pallets")}
        opened = [
            await self.hub.log.find(FlowOpened, lambda e, f=flow: str(e.flow.flow_id) == f)
            for flow in sorted(wanted)
        ]
        return {
            "actors on the bus": len(seen),
            "the two pallet flows": [found.place for found in opened],
        }

    async def leads(self) -> Figures:
        ours = {self.hub.flow("villaverde_pallets"), self.hub.flow("strh_pallets")}

        async def surfaced() -> list[dict[str, Any]]:
            return await self.hub.doors.all("advisor", "matching", "/v1/leads", status="surfaced")

        def is_there(leads: list[dict[str, Any]]) -> bool:
            return any(ours == set(lead["flow_ids"]) for lead in leads)

        leads = await until(surfaced, is_there, "the pallets' lead")
        self.lead_id = next(lead["lead_id"] for lead in leads if ours == set(lead["flow_ids"]))
        inbox = await self.hub.doors.get("advisor", "matching", "/v1/inbox")
        event = await self.hub.log.find(LeadSurfaced, lambda e: str(e.lead.lead_id) == self.lead_id)
        return {
            "waiting": inbox["waiting"],
            "surfaced this week": f"{inbox['surfaced_this_week']} of {inbox['weekly_leads']}",
            "leads": [f"{lead['kind']}: {lead['explanation'][0]}" for lead in leads],
            "event": event.place,
        }

    async def blocked(self) -> Figures:
        rows = await self.hub.doors.all("advisor", "matching", "/v1/blocked", verdict="fail")
        must(rows, "nothing is said to be blocked")
        swarf = self.hub.flow("decolletage_swarf")
        bars = self.hub.flow("mecanique_bars")
        why = await self.hub.doors.get("advisor", "matching", "/v1/why-not", one=swarf, other=bars)
        shut = [gate for gate in why["gates"] if gate["verdict"] == "fail"]
        must(shut, "oily swarf passes for clean bars")
        return {
            "pairs refused by a gate": len(rows),
            "oily swarf is no bar": [f"{gate['code']}: {gate['reason']}" for gate in shut],
            "what would open it": [gate["unblock"] for gate in shut],
        }

    async def questions(self) -> Figures:
        async def asked() -> list[dict[str, Any]]:
            return await self.hub.doors.all("advisor", "flows", "/v1/questions")

        found = await until(asked, lambda questions: len(questions) > 0, "a question")
        return {"to ask at the next visit": [q["why"] for q in found]}

    async def shredded_card(self) -> Figures:
        need = self.hub.flow("free_glisse_cushioning")

        async def surfaced() -> list[dict[str, Any]]:
            leads = await self.hub.doors.all("advisor", "matching", "/v1/leads")
            return [lead for lead in leads if need in lead["flow_ids"]]

        (lead, *_) = await until(surfaced, lambda leads: len(leads) > 0, "the cushioning lead")
        must(lead["transformation"], "no transformation is named")
        return {
            "lead": lead["explanation"],
            "through": lead["transformation"],
            "with": lead["equipment"] or f"missing: {lead['missing_link']}",
            "bubble wrap costs today": f"{lead['cost_today']['amount']} euros a year",
        }

    async def accept(self) -> Figures:
        taken = await self.hub.doors.post(
            "advisor", "matching", f"/v1/leads/{self.lead_id}/accept", {}
        )
        self.case_id = taken["id"]
        event = await self.hub.log.find(LeadAccepted, lambda e: str(e.lead_id) == self.lead_id)
        return {"case": self.case_id, "event": event.place}

    async def introduce(self) -> Figures:
        case = f"/v1/cases/{self.case_id}"
        await self.hub.doors.post("advisor", "matching", f"{case}/move", {"to": "qualifying"})
        await self.hub.doors.post("advisor", "matching", f"{case}/introduce", {"channel": "visit"})
        event = await self.hub.log.find(CaseIntroduced, lambda e: str(e.case_id) == self.case_id)
        flows = await self._both_flows("reserved")
        return {"event": event.place, "flows": flows}

    async def agree(self) -> Figures:
        case = f"/v1/cases/{self.case_id}"
        await self.hub.doors.post("advisor", "matching", f"{case}/assess", FACETS)
        await self.hub.doors.post("advisor", "matching", f"{case}/move", {"to": "feasibility"})
        body = await self._agreement()
        agreed = await self.hub.doors.post("advisor", "matching", f"{case}/agree", body)
        self.synergy_id = agreed["id"]
        event = await self.hub.log.find(
            SynergyAgreed, lambda e: str(e.synergy.synergy_id) == self.synergy_id
        )
        flows = await self._both_flows("committed")
        saving = event.received.event.synergy.saving
        return {
            "event": event.place,
            "saving the parties confirm": f"{saving.amount} euros a year",
            "flows": flows,
        }

    async def _agreement(self) -> dict[str, Any]:
        giver, taker = self.hub.actor("villaverde"), self.hub.actor("strh")
        costs = [
            (await self.hub.doors.get("advisor", "flows", f"/v1/flows/{self.hub.flow(key)}"))
            for key in ("villaverde_pallets", "strh_pallets")
        ]
        saving = sum(Decimal(flow["cost_today"]["amount"]) for flow in costs)
        need = {
            "pickup": await self.hub.place_of(giver),
            "dropoff": await self.hub.place_of(taker),
            "load": {"mass_kg": str(PALLETS_A_TRIP * PALLET_KG), "volume_m3": "1.3"},
            "every": "P1W",
            "first_on": self.first_day.isoformat(),
            "pickup_window": {"start": "09:00", "end": "12:00"},
            "dropoff_window": {"start": "09:00", "end": "16:00"},
        }
        return {
            "title": "Palettes de Villaverde pour STRH",
            "parties": [
                {"actor_id": giver, "role": "donor", "share": "0.5"},
                {"actor_id": taker, "role": "receiver", "share": "0.5"},
            ],
            "quantity": {"value": "36", "unit": "unit", "per": "P1M"},
            "price": {"amount": "0.00"},
            "saving": {"amount": str(saving)},
            "material": {
                "resource_spec": "pallet",
                "waste_code": "15 01 03",
                "replaces_spec": "pallet",
                "route_before": "recycling",
                "route_after": "reuse",
            },
            "logistics": [need],
            "starts_on": self.first_day.isoformat(),
        }

    async def _both_flows(self, status: str) -> list[str]:
        """The two flows once they have this status, by events alone."""
        told: list[str] = []
        for key in ("villaverde_pallets", "strh_pallets"):
            path = f"/v1/flows/{self.hub.flow(key)}"
            flow = await until(
                lambda path=path: self.hub.doors.get("advisor", "flows", path),
                lambda flow: flow["status"] == status,
                f"{key} {status}",
            )
            told.append(f"{flow['resource']['label']}: {flow['status']}")
        return told

    async def orders(self) -> Figures:
        event = await self.hub.log.find(
            TransportOrderRequested,
            lambda e: str(e.order.origin_id) == self.synergy_id and e.order.on == self.first_day,
        )
        order = event.received.event.order
        return {
            "event": event.place,
            "order": f"{order.pickup.label} -> {order.dropoff.label}, {order.load.mass_kg} kg, "
            f"{order.on}",
        }

    async def baseline(self) -> Figures:
        drafted = await self.hub.doors.post(
            "advisor",
            "impact",
            "/v1/baselines",
            {
                "scope": "synergy",
                "synergy_id": self.synergy_id,
                "kind": "observed",
                "description": "Villaverde had its pallets recycled, STRH bought new ones.",
                "evidence": "Diagnostic of both firms; invoices of the last twelve months.",
                "valid_from": self.today.isoformat(),
                "valid_to": (self.today + timedelta(days=730)).isoformat(),
                "route_before": "recycling",
                "replaces_spec": "pallet",
            },
        )
        path = f"/v1/baselines/{drafted['id']}"
        await self.hub.doors.post("advisor", "impact", f"{path}/approve")
        approved = await self.hub.doors.get("advisor", "impact", path)
        must(approved["status"] == "approved", "the baseline is not approved")
        return {
            "before": f"{approved['route_before']}, and {approved['replaces_spec']} bought new",
            "valid": f"{approved['valid_from']} to {approved['valid_to']}",
        }

    def _broken(self, task: dict[str, Any]) -> Decimal:
        """At the drop-off one pallet of nine is refused."""
        del task
        return Decimal(BROKEN * PALLET_KG)

    async def impact(self) -> Figures:
        recorded = await self.hub.log.find(
            ImpactRecorded,
            lambda e: (
                str(e.statement.about_id) == self.synergy_id
                and e.statement.indicator == "ghg_avoided_material"
            ),
        )
        found = await self.hub.doors.get(
            "observer", "impact", "/v1/totals", about="synergy", about_id=self.synergy_id
        )
        figures = {
            f"{total['account']}, {total['indicator']}": f"{signed(total['value'])} {total['unit']}"
            for total in found["totals"]
        }
        must("avoided, ghg_avoided_material" in figures, "nothing is said to be avoided")
        return {"event": recorded.place, **figures}

    async def engine_off(self) -> Figures:
        policy = await self.hub.doors.get("advisor", "matching", "/v1/engine")
        off = {**policy, "weekly_leads": 0}
        off.pop("version", None)
        await self.hub.doors.put("advisor", "matching", "/v1/engine", off)
        proposed = await self.hub.doors.post(
            "advisor",
            "matching",
            "/v1/leads",
            {
                "source": "workshop",
                "kind": "substitution",
                "flow_ids": [self.hub.flow("garage_tyres"), self.hub.flow("pneus_need")],
                "note": "Both said it at the table.",
            },
        )
        taken = await self.hub.doors.post(
            "advisor", "matching", f"/v1/leads/{proposed['id']}/accept", {}
        )
        case = await self.hub.doors.get("advisor", "matching", f"/v1/cases/{taken['id']}")
        must(case["source"] == "workshop", "the case does not say where it comes from")
        return {"weekly leads": 0, "case": case["title"], "source": case["source"]}

    async def event_log(self) -> Figures:
        subjects = [
            self.hub.flow("villaverde_pallets"),
            self.hub.flow("strh_pallets"),
            self.lead_id,
            self.case_id,
            self.synergy_id,
        ]
        orders = [
            seen
            for seen in self.hub.log.seen
            if str(getattr(getattr(seen.received.event, "order", None), "origin_id", ""))
            == self.synergy_id
        ]
        subjects += [seen.received.envelope.subject for seen in orders]
        story = self.hub.log.story_of(subjects)
        types = [seen.received.envelope.type.removeprefix("org.maillage.") for seen in story]
        must(types[0] == "flow.declared.v1", f"the story begins with {types[0]}")
        must("impact.recorded.v1" in types, "the story has no statement")
        return {"events, in order": list(dict.fromkeys(types)), "count": len(types)}
