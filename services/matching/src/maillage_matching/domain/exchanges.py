"""Documented exchanges of industrial territories, and what there is to rank in them.

Of each case, each offer is a question: which of the other parties' needs does it serve? What is not
documented may still be true: it is counted as not, for want of anything better.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from maillage_matching.domain.affinity import Told

CANDIDATES_MIN = 2
"""With fewer there is nothing to rank."""


@dataclass(frozen=True)
class Party:
    """Who gives or takes: by its name, else by what it does."""

    company: str
    business: str
    sector: str

    def is_same_as(self, other: "Party") -> bool:
        """The same company; of two without a name, the same business."""
        if self.company or other.company:
            return self.company == other.company
        return (self.business, self.sector) == (other.business, other.sector)


@dataclass(frozen=True)
class Exchange:
    """One line: in its case, a donor's offer served a receiver's need."""

    case: str
    donor: Party
    receiver: Party
    offer: Told
    need: Told
    described: str
    """Official labels of the codes of what was offered."""


@dataclass(frozen=True, eq=False)
class Query:
    """An offer, the needs it may serve, and which of them it is documented to serve."""

    case: str
    offer: Told
    described: str
    needs: tuple[Told, ...]
    documented: tuple[bool, ...]

    @property
    def is_rankable(self) -> bool:
        """Whether the order matters: some are documented and some are not."""
        enough = len(self.needs) >= CANDIDATES_MIN
        return enough and any(self.documented) and not all(self.documented)


def queries_of(exchanges: Iterable[Exchange]) -> list[Query]:
    """One for each offer of each case, in the order of the lines; needs of its own firm left out.

    Lines with the same donor, words and codes are one offer; with the same receiver and use, one
    need.
    """
    cases: dict[str, list[Exchange]] = {}
    for exchange in exchanges:
        cases.setdefault(exchange.case, []).append(exchange)
    return [query for case, rows in cases.items() for query in _queries_of_case(case, rows)]


def _queries_of_case(case: str, rows: Sequence[Exchange]) -> list[Query]:
    offers = {_offer_of(row): row for row in reversed(rows)}
    needs = {_need_of(row): row for row in reversed(rows)}
    documented = {(_offer_of(row), _need_of(row)) for row in rows}
    found: list[Query] = []
    for offer, row in reversed(offers.items()):
        others = [
            (need, other)
            for need, other in reversed(needs.items())
            if not row.donor.is_same_as(other.receiver)
        ]
        found.append(
            Query(
                case=case,
                offer=row.offer,
                described=row.described,
                needs=tuple(other.need for _, other in others),
                documented=tuple((offer, need) in documented for need, _ in others),
            )
        )
    return found


def _offer_of(row: Exchange) -> tuple[object, ...]:
    codes = (row.offer.waste_codes, row.offer.cpa_codes)
    return row.donor, row.offer.text.casefold(), codes


def _need_of(row: Exchange) -> tuple[object, ...]:
    return row.receiver, row.need.who.casefold(), row.need.text.casefold()
