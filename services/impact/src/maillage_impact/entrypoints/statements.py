"""Doors to the ledger: its lines, their sums, the factors behind them."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends

from maillage_common.identifiers import uuid7
from maillage_common.transaction import Runner
from maillage_contracts.refusals import Invalid
from maillage_impact.domain.cold import Escaped
from maillage_impact.entrypoints.bodies import (
    BalanceBody,
    CorrectionBody,
    FigureBody,
    RefrigerantBody,
    entry_out,
    explanation_out,
    factor_out,
)
from maillage_impact.usecases.close_balance import close_balance
from maillage_impact.usecases.correct_entry import CorrectEntry, correct_entry
from maillage_impact.usecases.explain_entry import explain_entry
from maillage_impact.usecases.record_figure import RecordFigure, record_figure
from maillage_impact.usecases.record_refrigerant import RecordRefrigerant, record_refrigerant
from maillage_impact.usecases.store import EntryFilter, Store
from maillage_impact.usecases.sum_subject import sum_subject
from maillage_serving.auth import Principal
from maillage_serving.http import Door, Paged, carry_out, command, query

Reader = Annotated[Principal, query("impact.statement.read")]


@dataclass(frozen=True)
class Asked:
    """Which lines are asked for, by the parameters of the address."""

    about: str | None = None
    about_id: UUID | None = None
    indicator: str | None = None
    account: str | None = None
    known_at: datetime | None = None
    first: date | None = None
    last: date | None = None
    with_reversals: bool = False


class StatementDoors:
    """What can be asked of the ledger, and how a line is corrected."""

    def __init__(self, runner: Runner[Store]) -> None:
        self._runner = runner

    async def list(
        self, _: Reader, page: Paged, asked: Annotated[Asked, Depends()]
    ) -> dict[str, Any]:
        """List lines, oldest first, also those that a later line corrects."""
        wanted = EntryFilter(
            asked.about,
            asked.about_id,
            asked.indicator,
            asked.account,
            known_at=_moment(asked.known_at),
            first=asked.first,
            last=asked.last,
            with_reversals=asked.with_reversals,
        )
        number = _number(page.after(1))
        rows = await self._runner.read(
            lambda store: store.entries(wanted, after=number, limit=page.limit + 1)
        )
        listed = page.of(rows, key=lambda row: (str(row[0]),))
        return {**listed, "items": [entry_out(entry) for _, entry in listed["items"]]}

    async def read(self, entry_id: UUID, _: Reader) -> dict[str, Any]:
        """Open a line: its factors and their sources, its baseline, its causes, its shares."""
        found = await self._runner.read(lambda store: explain_entry(entry_id, store))
        return explanation_out(found)

    async def totals(self, about: str, about_id: UUID, _: Reader) -> dict[str, Any]:
        """Sum each indicator of a synergy, a tour or a plan; accounts never meet."""
        found = await self._runner.read(lambda store: sum_subject(about, about_id, store))
        return {
            "about": about,
            "about_id": about_id,
            "totals": [vars(total) for total in found.totals],
            "not_accounted": found.not_accounted,
        }

    async def factors(self, _: Reader) -> dict[str, Any]:
        """List the factor set, with the source of every figure."""

        async def shipped(store: Store) -> dict[str, Any]:
            factors = store.factors.factors.values()
            return {"items": [factor_out(factor) for factor in factors], "next": None}

        return await self._runner.read(shipped)

    async def record(
        self, body: FigureBody, door: Annotated[Door, command("impact.figure.record")]
    ) -> dict[str, Any]:
        """Enter a figure that no event tells: a bill, hours, a count."""
        figure_id = uuid7()
        order = RecordFigure(figure_id=figure_id, **body.model_dump())
        return await carry_out(self._runner, record_figure, order, figure_id, door=door)

    async def balance(
        self, body: BalanceBody, door: Annotated[Door, command("impact.figure.record")]
    ) -> dict[str, Any]:
        """Hold what came into a hub against what left it: a gap is written, and told."""
        balance_id = uuid7()
        return await carry_out(
            self._runner, close_balance, body.asked(balance_id), balance_id, door=door
        )

    async def escape(
        self, body: RefrigerantBody, door: Annotated[Door, command("impact.figure.record")]
    ) -> dict[str, Any]:
        """Enter refrigerant that escaped: what was refilled, or what the cold units hold."""
        record_id = uuid7()
        order = RecordRefrigerant(record_id, Escaped(**body.model_dump()))
        return await carry_out(self._runner, record_refrigerant, order, record_id, door=door)

    async def correct(
        self,
        entry_id: UUID,
        body: CorrectionBody,
        door: Annotated[Door, command("impact.statement.correct")],
    ) -> dict[str, Any]:
        """Write a new line that corrects this one."""
        order = CorrectEntry(entry_id, body.value, body.reason, body.explanation)
        return await carry_out(self._runner, correct_entry, order, entry_id, door=door)


def _moment(known_at: datetime | None) -> datetime | None:
    """A time without a zone is one of Greenwich."""
    return known_at and known_at.replace(tzinfo=known_at.tzinfo or UTC)


def _number(after: tuple[str, ...] | None) -> int | None:
    if after is None:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", after[0]):
        raise Invalid("cursor", "this cursor is of another list: start from its first page")
    return int(after[0])
