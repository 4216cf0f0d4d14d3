"""Doors to statements: JSON, CSV, a page to print, the experience sheet, iLEAP."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Response
from fastapi.responses import HTMLResponse, JSONResponse

from maillage_common.transaction import Runner
from maillage_contracts.refusals import Invalid, NotFound
from maillage_impact.domain.exports import footprints, sheet_out, statement_out, table
from maillage_impact.domain.printed import POLICY, page
from maillage_impact.domain.printed_words import WORDS
from maillage_impact.domain.statement import Scope, Statement
from maillage_impact.usecases.make_statement import make_statement
from maillage_impact.usecases.store import Store
from maillage_serving.auth import Principal
from maillage_serving.http import query

Reader = Annotated[Principal, query("impact.statement.read")]
FORMATS = ("json", "csv", "html", "sheet", "ileap")


@dataclass(frozen=True)
class Asked:
    """What a statement is asked for, by the parameters of the address."""

    about: str
    first: date
    last: date
    about_id: UUID | None = None
    zone: str | None = None
    view: str = "reported"
    version: str | None = None
    known_at: datetime | None = None
    format: str = "json"
    lang: str = "fr"

    def scope(self) -> Scope:
        """The same as a rule wants it; a time without a zone is one of Greenwich."""
        known_at = self.known_at
        return Scope(
            self.about,
            self.about_id,
            self.zone,
            self.first,
            self.last,
            self.view,
            self.version,
            known_at and known_at.replace(tzinfo=known_at.tzinfo or UTC),
        )


class AccountDoors:
    """Statements of actors, synergies, zones, tours, plans and the territory."""

    def __init__(self, runner: Runner[Store]) -> None:
        self._runner = runner

    async def read(self, _: Reader, asked: Annotated[Asked, Depends()]) -> Response:
        """Make a statement; `format` is json, csv, html, sheet or ileap, `lang` fr or en."""
        if asked.format not in FORMATS:
            raise Invalid("format", f"say one of {', '.join(FORMATS)}")
        if asked.lang not in WORDS:
            raise Invalid("lang", f"say one of {', '.join(WORDS)}")
        if asked.format == "ileap":
            return JSONResponse(await self._runner.read(lambda store: _ileap(asked, store)))
        statement = await self._runner.read(lambda store: make_statement(asked.scope(), store))
        if asked.format == "csv":
            return _attached(_csv(table(statement)), statement)
        if asked.format == "html":
            return HTMLResponse(
                page(statement, asked.lang), headers={"Content-Security-Policy": POLICY}
            )
        out = sheet_out(statement) if asked.format == "sheet" else statement_out(statement)
        return JSONResponse(out)


async def _ileap(asked: Asked, store: Store) -> dict[str, Any]:
    if asked.about != "tour" or asked.about_id is None:
        raise Invalid("about", "shipment footprints are those of a tour")
    tour = await store.tour(asked.about_id)
    if tour is None or tour.driven is None:
        raise NotFound(f"no tour {asked.about_id} came home")
    statement = await make_statement(asked.scope(), store)
    emitted = statement.value("ghg_induced_transport")
    if emitted is None:
        raise NotFound(f"no emissions of tour {asked.about_id} in these days")
    return {"shipmentFootprints": footprints(tour.driven, emitted)}


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _attached(text: str, statement: Statement) -> Response:
    scope = statement.scope
    name = f"{scope.about}-{scope.first}-{scope.last}.csv"
    return Response(
        text,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
