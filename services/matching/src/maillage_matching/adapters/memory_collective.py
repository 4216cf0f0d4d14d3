"""What firms share and could do together, in dictionaries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.adapters.memory_decisions import check_next, found, page
from maillage_matching.domain.collecting import KeptPool, Pool
from maillage_matching.domain.missing_links import LinkReport
from maillage_matching.domain.sharing import OPEN, Sharing, Stretch, key_of_sharing, taken
from maillage_matching.usecases.store import After


@dataclass
class MemoryCollective:
    """Sharing requests, pools and reports."""

    sharing_rows: dict[UUID, Sharing] = field(default_factory=dict[UUID, Sharing])
    pool_rows: dict[str, KeptPool] = field(default_factory=dict[str, KeptPool])
    link_report_rows: dict[str, LinkReport] = field(default_factory=dict[str, LinkReport])

    async def sharing(self, sharing_id: UUID, *, to_change: bool = False) -> Sharing:  # noqa: ARG002 nobody else is at work
        return found(self.sharing_rows, sharing_id, "sharing request")

    async def save_sharing(self, sharing: Sharing) -> None:
        before = self.sharing_rows.get(sharing.sharing_id)
        check_next(before.version if before else 0, sharing.version)
        clash = await self.held(sharing.flow_id, sharing.stretch, but=sharing.sharing_id)
        if sharing.holds_time and clash:
            raise taken(sharing.stretch)
        self.sharing_rows[sharing.sharing_id] = sharing

    async def held(
        self, flow_id: FlowId, stretch: Stretch, *, but: UUID | None = None
    ) -> list[Stretch]:
        return sorted(
            one.stretch
            for one in self.sharing_rows.values()
            if one.flow_id == flow_id
            and one.holds_time
            and one.sharing_id != but
            and one.stretch.meets(stretch)
        )

    async def sharings(
        self, *, statuses: Iterable[str], party: ActorId | None, after: After, limit: int
    ) -> list[Sharing]:
        wanted = set(statuses)
        rows = [
            one
            for one in self.sharing_rows.values()
            if (not wanted or one.status in wanted)
            and (party is None or party in {one.owner_id, one.borrower_id})
        ]
        return page(rows, key_of_sharing, after, limit)

    async def open_sharings_of(self, actor_id: ActorId) -> list[Sharing]:
        rows = [one for _, one in sorted(self.sharing_rows.items()) if one.status in OPEN]
        return [one for one in rows if actor_id in {one.owner_id, one.borrower_id}]

    async def sharings_over(self, now: datetime, limit: int) -> list[Sharing]:
        rows = [one for one in self.sharing_rows.values() if one.status == "confirmed"]
        over = [one for one in rows if one.ends_at <= now]
        return sorted(over, key=lambda one: (one.ends_at, one.sharing_id))[:limit]

    async def keep_pools(self, pools: Sequence[Pool], now: datetime) -> None:
        places = enumerate(pools, start=1)
        self.pool_rows = {pool.slot: KeptPool(pool, place, now) for place, pool in places}

    async def lead_pools(self) -> list[str]:
        return sorted(slot for slot, kept in self.pool_rows.items() if kept.pool.is_lead)

    async def pools(self, *, resource: str | None, after: int, limit: int) -> list[KeptPool]:
        rows = [kept for kept in self.pool_rows.values() if not kept.pool.is_lead]
        rows = [kept for kept in rows if resource in {None, kept.pool.resource}]
        rows.sort(key=lambda kept: kept.place)
        return [kept for kept in rows if kept.place > after][:limit]

    async def link_report(self, quarter: str | None) -> LinkReport | None:
        latest = max(self.link_report_rows, default=None)
        return self.link_report_rows.get(quarter or latest or "")

    async def keep_link_report(self, report: LinkReport) -> None:
        self.link_report_rows.setdefault(report.quarter, report)
