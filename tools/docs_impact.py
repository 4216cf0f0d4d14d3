"""docs/impact-*.md: calculations that an example can name, indicators, factors, from the code."""

from maillage_impact.adapters.factor_files import shipped_factors
from maillage_impact.domain.indicators import DERIVED, INDICATORS
from maillage_impact.domain.material import FLOORS
from maillage_impact.entrypoints.conformance import listing

CONFORMANCE = "docs/impact-conformance.md"
INDICATORS_PAGE = "docs/impact-indicators.md"
FACTORS_PAGE = "docs/impact-factors.md"

HOW = """# Worked examples

`python -m maillage_impact conformance --vectors FILE` runs examples through the calculations that
the ledger itself uses, and says which hold. Without `--vectors` it runs the published examples of
ISO 14083 and iLEAP that are shipped. `--json FILE` keeps the verdicts; `--quiet` prints only what
does not hold; `--list` prints the calculations below.

Exit code 0: all hold. 1: a case fails. 2: something in the file cannot be understood; the message
names the file, the line and the field.

## A case

```yaml
cases:
  - id: round.activity
    calculation: transport_activity
    inputs:
      legs:
        - {mass: 87 kg, distance: 423 km}
        - {mass: 0.5 t, distance: 12 km}
  - id: round.emissions
    calculation: element_emissions
    inputs: {activity: "@round.activity", total: 0.1 kg/tkm}
    expected: 4280 g
    tolerance: 0.5
```

| field | meaning |
|---|---|
| `id` | its name; given once in a file |
| `calculation` | one of those below |
| `inputs` | its inputs by name; lists of records where it says *list* |
| `result` | which output is meant; the first when left out |
| `expected` | what the example prints, with its unit; left out, the case is only computed |
| `tolerance` | in the unit of `expected`, or `0.5 %`; left out: half the last digit printed |
| `printed` | an erratum: the wrong figure that the example prints, `expected` being the right one |
| `source`, `note` | for the reader |

A value is a number with its unit: `143 g/tkm`, `93.8 gCO2e/MJ`, `0.27 l/km`, `32.5 %/yr`,
`30 l/100km`. Any unit that measures the same thing will do; without one, that of the table below
holds (*any*: none). Decimals have a point; a comma is refused. `@case` is the result of a case
above, `@case:output` another of its outputs. Emission factors come in two of three parts:
`operation` (tank to wheel), `provision` (well to tank), `total` (well to wheel); `total` alone is
enough where only the whole is asked for.

The same file may be JSON, or CSV with the columns `id,calculation,inputs` and any of the others.
In CSV the inputs are `name=value; name=value`, lists by number:

```csv
id,calculation,inputs,result,expected,tolerance
leg,element_emissions,mass=10 t; distance=50 km; total=0.15 kg/tkm,,75 kg,0.05
one,share,part=0.028 tkm; whole=0.3632 tkm; amount=10 kg,amount,770.9 g,0.05
legs,transport_activity,legs.1.mass=87 kg; legs.1.distance=423 km,,36.801 tkm,
```

A CSV with the columns `id,published,recomputed,tolerance` is a file of reference vectors: each row
is held against the shipped case of the same id. Its expressions are not evaluated; a row that no
shipped case covers is refused, and can be written as a case.

## Calculations

"""


ABOUT_INDICATORS = """# Indicators

Each line of the ledger is one of these, in one account. Accounts are never added up or netted:
what was induced and what was avoided stay two figures, and a figure below zero stays below zero.
*Evidence* is the least that a line needs: a measured, b calculated from primary data, c modelled,
d default, e declared. *Entered* figures come from a person, with a document; the others follow
from events.

| no. | indicator | unit | account | evidence | formula | from |
|---|---|---|---|---|---|---|
"""

ABOUT_DERIVED = """
## Made of others

Shown, never stored.

| no. | figure | unit | formula | meaning |
|---|---|---|---|---|
"""

ABOUT_FLOORS = """
## What the law asks for anyway

A baseline that starts below these is refused: what everybody must do is not avoided by a synergy.

| materials | since | duty | source |
|---|---|---|---|
"""

ABOUT_FACTORS = """# Emission factors

The set {version}, with which lines are written. A set is never edited; older ones stay, so that
every line opens to the factor that it was written with. An uncertainty is the range of 95 %, as a
factor about the value; *assumed* where the source states none.

| factor | value | unit | +- % | boundary | source, number, year |
|---|---|---|---|---|---|
"""


def pages() -> dict[str, str]:
    """The pages, by their paths."""
    return {
        CONFORMANCE: HOW + listing() + "\n",
        INDICATORS_PAGE: _indicators(),
        FACTORS_PAGE: _factors(),
    }


def _indicators() -> str:
    rows = [
        f"| {one.ref} | `{one.code}`: {one.meaning} | {one.unit} | {one.account}"
        f" | {one.quality_min} | {one.formula} | {'entered' if one.is_declared else 'events'} |"
        for one in INDICATORS.values()
    ]
    derived = [
        f"| {one.ref} | `{one.code}` | {one.unit} | {one.above} / {one.below} | {one.meaning} |"
        for one in DERIVED
    ]
    floors = [
        f"| {', '.join(sorted(floor.families))} | {floor.since} | {floor.words} | {floor.source} |"
        for floor in FLOORS
    ]
    parts = (ABOUT_INDICATORS, rows, ABOUT_DERIVED, derived, ABOUT_FLOORS, floors)
    return "".join(one if isinstance(one, str) else "\n".join(one) + "\n" for one in parts)


def _factors() -> str:
    factors = shipped_factors()
    rows = [
        f"| `{one.factor_id}`: {one.label} | {one.value} | {one.unit}"
        f" | {one.uncertainty_pct} {one.uncertainty_basis} | {one.boundary}, {one.geo}"
        f" | {one.source}, {one.source_id}, {one.year} |"
        for one in factors.factors.values()
    ]
    return ABOUT_FACTORS.format(version=factors.version) + "\n".join(rows) + "\n"
