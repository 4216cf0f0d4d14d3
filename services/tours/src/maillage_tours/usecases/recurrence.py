"""The days of a rule of recurrence (RFC 5545, RRULE)."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time

from dateutil.rrule import rrulestr

from maillage_contracts.refusals import Invalid

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY")
INTERVAL_MAX = 8
"""With fewer than twelve months between, and five weeks in none, every rule has a next day: one
that has none would be sought until the year 9999."""
_PARTS = {
    "FREQ": "|".join(FREQUENCIES),
    "INTERVAL": r"[1-8]",
    "BYDAY": r"(-?[1-4])?(MO|TU|WE|TH|FR|SA|SU)(,(-?[1-4])?(MO|TU|WE|TH|FR|SA|SU))*",
    "BYMONTHDAY": r"(-1|[1-9]|1[0-9]|2[0-8])(,(-1|[1-9]|1[0-9]|2[0-8]))*",
    "COUNT": r"[1-9][0-9]{0,3}",
    "UNTIL": r"[0-9]{8}",
    "WKST": r"MO|SU",
}


def days_of(rule: str, starts_on: date, since: date, until: date) -> Sequence[date]:
    """The days from `since` to `until` included; raises Invalid for a rule we do not follow."""
    must_be_followed(rule)
    first = datetime.combine(starts_on, time())
    edges = (datetime.combine(day, time()) for day in (since, until))
    found = rrulestr(rule, dtstart=first).between(*edges, inc=True)
    return [moment.date() for moment in found]


def must_be_followed(rule: str) -> None:
    """Raise Invalid for a rule that says what we do not follow."""
    parts = [part.partition("=") for part in rule.removeprefix("RRULE:").split(";")]
    said = {name: value for name, _, value in parts}
    if len(said) != len(parts) or said.get("FREQ") not in FREQUENCIES:
        raise Invalid("rrule", f"begin with FREQ={', '.join(FREQUENCIES)}, each part once")
    for name, value in said.items():
        if name not in _PARTS or not re.fullmatch(_PARTS[name], value):
            raise Invalid("rrule", f"{name} is one of {', '.join(_PARTS)}, within their limits")
    is_daily = said["FREQ"] == "DAILY"
    if is_daily and "INTERVAL" in said and ("BYDAY" in said or "BYMONTHDAY" in said):
        raise Invalid("rrule", "every so many days, or certain days: not both")
    if "BYDAY" in said and "BYMONTHDAY" in said:
        raise Invalid("rrule", "days of the week, or of the month: not both")
    if said["FREQ"] == "WEEKLY" and "BYMONTHDAY" in said:
        raise Invalid("rrule", "days of the month come with FREQ=MONTHLY")
