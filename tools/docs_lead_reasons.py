"""docs/matching-reasons.md: why a lead or a case is turned down, and what each reason changes."""

from maillage_matching.domain.sheet_words import REASONS as IN_FRENCH
from maillage_matching.domain.suppression import REASONS, what_it_changes

FILE = "docs/matching-reasons.md"


def pages() -> dict[str, str]:
    """The page, by its path."""
    rows = "\n".join(
        f"| `{code}` | {IN_FRENCH[code]} | {reason.facet} | {what_it_changes(code)} |"
        for code, reason in REASONS.items()
    )
    return {
        FILE: f"""# Why a lead is turned down

One to three of these codes with each rejection (`POST /v1/leads/{{id}}/reject`) or case given up;
`GET /v1/reasons` answers the same list. What is kept apart can be seen
(`GET /v1/suppressions`), has an owner and an end, can be given another end, and can be lifted. Of a
shared stream, the stream of that zone is kept back as a whole. With `said_by`, the firm that would
say so to anybody, that firm alone is left in peace for this thing, and all others are still
proposed.

| code | in French | about | what it changes |
|---|---|---|---|
{rows}
"""
    }
