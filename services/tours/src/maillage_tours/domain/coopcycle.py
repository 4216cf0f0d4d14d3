"""CoopCycle's spreadsheets: deliveries that come in, and the tasks of tours that go out.

Columns are those that CoopCycle documents in the examples of its imports (coopcycle-web,
`DeliverySpreadsheetParser` and `TaskSpreadsheetParser`, read in November 2026). Addresses are not
looked up here: coordinates come in the columns `pickup.latlong` and `dropoff.latlong`.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from io import StringIO
from uuid import NAMESPACE_URL, uuid5

from pydantic import ValidationError

from maillage_contracts.refusals import Invalid
from maillage_contracts.vocabulary import GeoPoint, Load, OrderId, Place, TimeWindow
from maillage_tours.domain.local_time import moment_on
from maillage_tours.domain.order import Order
from maillage_tours.domain.tour import Stop, Task, Tour

ROWS_MAX = 1000
ENDS = ("pickup", "dropoff")
_DAY = r"(?:(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})|(?P<d2>\d{2})/(?P<m2>\d{2})/(?P<y2>\d{4}))"
_MOMENT = re.compile(_DAY + r"[ T](?P<hour>\d{1,2})(?:[:hH](?P<minute>\d{2})?)")
TASK_COLUMNS: tuple[str, ...] = (
    "type",
    "address",
    "latlong",
    "address.name",
    "after",
    "before",
    "comments",
    "packages",
    "weight",
    "ref",
    "group",
)

Row = Mapping[str, str]


def read_deliveries(text: str, zone: tzinfo) -> list[Order]:
    """The orders of a file of deliveries. The same row again is the same order.

    Raises Invalid naming the line and the column.
    """
    first_line = text.lstrip("\ufeff").partition("\n")[0]
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    rows = csv.DictReader(StringIO(text.lstrip("\ufeff")), delimiter=delimiter, restval="")
    missing = {f"{end}.address" for end in ENDS} - set(rows.fieldnames or ())
    if missing:
        raise Invalid("csv", f"line 1: the column {min(missing)} is missing")
    orders: list[Order] = []
    for row in rows:
        if len(orders) == ROWS_MAX:
            raise Invalid("csv", f"a file has {ROWS_MAX} deliveries at most: send it in parts")
        told = {name: (value or "").strip() for name, value in row.items() if name}
        orders.append(_order(told, zone, rows.line_num))
    return orders


def _order(row: Row, zone: tzinfo, line: int) -> Order:
    pickup_window, dropoff_window = (_window(row, end, zone, line) for end in ENDS)
    pickup, dropoff = (_place(row, end, line) for end in ENDS)
    about = row.get("ref") or "/".join(f"{name}={row[name]}" for name in sorted(row))
    return Order(
        order_id=OrderId(uuid5(NAMESPACE_URL, f"https://maillage.org/imports/coopcycle/{about}")),
        origin="import",
        on=pickup_window.start.astimezone(zone).date(),
        pickup=pickup,
        dropoff=dropoff,
        pickup_window=pickup_window,
        dropoff_window=dropoff_window,
        load=Load(mass_kg=_weight_kg(row, line), crates=_packages(row)),
    )


def _place(row: Row, end: str, line: int) -> Place:
    said = row.get(f"{end}.latlong") or row.get(f"{end}.address.latlng") or ""
    label = row.get(f"{end}.address.name") or row[f"{end}.address"]
    try:
        lat, lon = map(float, said.split(","))
        return Place(label=label, position=GeoPoint(lat=lat, lon=lon))
    except (ValueError, ValidationError) as error:
        raise Invalid(
            "csv", f"line {line}: {end}.latlong is latitude and longitude, as 45.75,4.85"
        ) from error


def _window(row: Row, end: str, zone: tzinfo, line: int) -> TimeWindow:
    """From `timeslot`, or from `after` and `before`."""
    said = row.get(f"{end}.timeslot") or " - ".join(
        row.get(f"{end}.{side}", "") for side in ("after", "before")
    )
    try:
        start, finish = (_moment(match, zone) for match in _MOMENT.finditer(said))
        return TimeWindow(start=start, end=finish)
    except (ValueError, ValidationError) as error:
        raise Invalid(
            "csv",
            f"line {line}: {end}.timeslot is two moments, as 2026-11-24 09:00 - 2026-11-24 11:30",
        ) from error


def _moment(match: re.Match[str], zone: tzinfo) -> datetime:
    year, month, day = (int(match[part] or match[f"{part}2"]) for part in "ymd")
    local = datetime(year, month, day, int(match["hour"]), int(match["minute"] or 0), tzinfo=zone)
    return moment_on(local.date(), local.time(), zone)


def _weight_kg(row: Row, line: int) -> Decimal:
    said = row.get("weight") or row.get("dropoff.weight") or ""
    try:
        weight_kg = Decimal(said.replace(",", "."))
    except InvalidOperation as error:
        raise Invalid("csv", f"line {line}: weight is in kilograms, as 12.5") from error
    if not 0 < weight_kg <= Decimal(100_000):
        raise Invalid("csv", f"line {line}: weight is more than nothing")
    return round(weight_kg, 6)


def _packages(row: Row) -> int:
    """How many in all: `small-box=1 big-box=2` are three."""
    said = row.get("packages") or row.get("dropoff.packages") or ""
    return sum(int(count) for count in re.findall(r"=(\d{1,4})(?:\s|$)", said))


def tasks_csv(tours: Iterable[Tour]) -> str:
    """Every handover of these tours as a task, in the order in which it is done."""
    out = StringIO()
    writer = csv.DictWriter(out, TASK_COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for tour in tours:
        writer.writerows(_rows(tour))
    return out.getvalue()


def _rows(tour: Tour) -> Iterator[dict[str, str]]:
    for stop in tour.stops:
        for task in stop.tasks:
            yield {
                **_where_and_when(stop),
                "type": task.action,
                "comments": f"{tour.vehicle.label}, stop {stop.number}",
                "packages": f"crate={task.load.crates}" if task.load.crates else "",
                "weight": format(task.load.mass_kg, "f") if task.action == "dropoff" else "",
                "ref": _ref(task),
                "group": str(tour.tour_id),
            }


def _where_and_when(stop: Stop) -> dict[str, str]:
    at = stop.place.position
    return {
        "address": "",
        "latlong": f"{at.lat},{at.lon}",
        "address.name": _plain(stop.place.label),
        "after": f"{stop.arrives_at:%Y-%m-%d %H:%M}",
        "before": f"{stop.departs_at:%Y-%m-%d %H:%M}",
    }


def _ref(task: Task) -> str:
    return f"{task.order_id}/{task.leg}/{task.action}"


def _plain(label: str) -> str:
    """A spreadsheet takes what begins like a formula for one."""
    return f"'{label}" if label[:1] in "=+-@" else label
