"""A statement of the year, each figure of it opened down to a line, its factors and its events."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from maillage_hub.demo.hub_view import HubView
from maillage_hub.demo.story import Figures, must


@dataclass(frozen=True)
class Opened:
    """The statement of a territory for the year of a day."""

    hub: HubView
    on: date

    async def play(self) -> Figures:
        """Each figure with how sure it is, and the command that opens one of its lines."""
        year = {"first": f"{self.on.year}-01-01", "last": f"{self.on.year}-12-31"}
        statement = await self.hub.doors.get(
            "observer", "impact", "/v1/accounts", about="territory", **year
        )
        summed = [figure for figure in statement["figures"] if figure["lines"]]
        must(summed, "the statement has no figure")
        return {
            f"{figure['account']}, {figure['indicator']}": await self._opened(figure, year)
            for figure in summed
        }

    async def _opened(self, figure: dict[str, Any], year: dict[str, str]) -> str:
        listed = await self.hub.doors.get(
            "observer", "impact", "/v1/statements", indicator=figure["indicator"], limit="1", **year
        )
        must(listed["items"], f"no line makes {figure['indicator']}")
        entry_id = listed["items"][0]["entry_id"]
        line = await self.hub.doors.get("observer", "impact", f"/v1/statements/{entry_id}")
        must(line["causes"], f"nothing is said to have caused line {entry_id}")
        value = f"{figure['value']} {figure['unit']}{_range(figure)}"
        return f"{value}; maillage impact explain {entry_id}"


def _range(figure: dict[str, Any]) -> str:
    return f" [{figure['low']}, {figure['high']}]" if figure["low"] else ""
