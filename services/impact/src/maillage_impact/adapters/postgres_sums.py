"""Sums by day in PostgreSQL: added to with each line, read for a year at once."""

import json
from collections.abc import Mapping
from decimal import Decimal

from maillage_common.postgres import Connection
from maillage_impact.adapters.rows import Row, entry_of
from maillage_impact.domain.indicators import STOCKS
from maillage_impact.domain.statement import Scope
from maillage_impact.domain.sums import DayKey, Product, Sum, Sums, sums_of

_ADD = """
    with total as (
        insert into day_total
            (subject_kind, indicator, day, value, lines, weak_value, weak_lines)
        select subject_kind, indicator, day, value, lines, weak_value, weak_lines
        from jsonb_to_recordset($1::jsonb) as added (subject_kind text, indicator text, day date,
            value numeric, lines bigint, weak_value numeric, weak_lines bigint)
        on conflict (day, subject_kind, indicator) do update
        set value = day_total.value + excluded.value, lines = day_total.lines + excluded.lines,
            weak_value = day_total.weak_value + excluded.weak_value,
            weak_lines = day_total.weak_lines + excluded.weak_lines
    )
    insert into day_term (subject_kind, indicator, day, product, amount)
    select subject_kind, indicator, day, product, amount
    from jsonb_to_recordset($2::jsonb) as added (subject_kind text, indicator text, day date,
        product text, amount numeric)
    on conflict (day, subject_kind, indicator, product) do update
    set amount = day_term.amount + excluded.amount
"""


async def add_days(db: Connection, sums: Mapping[DayKey, Sum]) -> None:
    """Add to the sums of days."""
    totals: list[dict[str, object]] = []
    terms: list[dict[str, object]] = []
    for (kind, indicator, day), one in sums.items():
        key: dict[str, object] = {
            "subject_kind": kind,
            "indicator": indicator,
            "day": day.isoformat(),
        }
        weak = {"weak_value": format(one.weak_value, "f"), "weak_lines": one.weak_lines}
        totals.append({**key, "value": format(one.value, "f"), "lines": one.lines, **weak})
        terms += [
            {**key, "product": _text(product), "amount": format(amount, "f")}
            for product, amount in one.products.items()
        ]
    await db.execute(_ADD, json.dumps(totals), json.dumps(terms))


class PostgresSums:
    """The part of `usecases.store.Store` that sums the territory."""

    def __init__(self, db: Connection) -> None:
        self.db = db

    async def sums(self, scope: Scope) -> Sums:
        if scope.known_at is not None:
            return await self._as_known(scope)
        totals = await self.db.fetch(
            """
            select indicator, sum(value) as value, sum(lines)::bigint as lines,
                sum(weak_value) as weak_value, sum(weak_lines)::bigint as weak_lines
            from day_total where (day >= $1 or indicator = any($3)) and day <= $2
                and subject_kind <> 'restatement'
            group by indicator
            """,
            scope.first,
            scope.last,
            list(STOCKS),
        )
        terms = await self.db.fetch(
            """
            select indicator, product, sum(amount) as amount from day_term
            where day between $1 and $2 and subject_kind <> 'restatement'
            group by indicator, product
            """,
            scope.first,
            scope.last,
        )
        products: dict[str, dict[Product, Decimal]] = {}
        for row in terms:
            products.setdefault(row["indicator"], {})[_product(row["product"])] = row["amount"]
        return {
            row["indicator"]: _sum(dict(row), products.get(row["indicator"], {})) for row in totals
        }

    async def days(self) -> dict[DayKey, Sum]:
        terms = await self.db.fetch(
            "select subject_kind, indicator, day, product, amount from day_term"
        )
        products: dict[DayKey, dict[Product, Decimal]] = {}
        for row in terms:
            key = row["subject_kind"], row["indicator"], row["day"]
            products.setdefault(key, {})[_product(row["product"])] = row["amount"]
        totals = await self.db.fetch(
            """
            select subject_kind, indicator, day, value, lines, weak_value, weak_lines
            from day_total
            """
        )
        sums = {key: Sum(products=of_key) for key, of_key in products.items()}
        for row in totals:
            key = row["subject_kind"], row["indicator"], row["day"]
            sums[key] = _sum(dict(row), products.get(key, {}))
        return sums

    async def _as_known(self, scope: Scope) -> Sums:
        """From the lines themselves: what the ledger said at a time."""
        rows = await self.db.fetch(
            """
            select entry_id, subject_kind, subject_id, indicator, value, low, high, period_start,
                period_end, quality, state, method, causes, factors, baseline_id, corrects, delta,
                reason, reverses, claim, revision, terms, recorded_at
            from entry where (period_start >= $1 or indicator = any($4)) and period_start <= $2
                and recorded_at <= $3 and subject_kind <> 'restatement'
            """,
            scope.first,
            scope.last,
            scope.known_at,
            list(STOCKS),
        )
        return sums_of(entry_of(dict(row)) for row in rows)


def _sum(row: Row, products: Mapping[Product, Decimal]) -> Sum:
    return Sum(row["value"], row["lines"], products, row["weak_value"], row["weak_lines"])


def _text(product: Product) -> str:
    return "*".join(f"{factor_id}@{version}" for factor_id, version in product)


def _product(text: str) -> Product:
    pairs = (one.partition("@") for one in text.split("*"))
    return tuple((factor_id, version) for factor_id, _, version in pairs)
