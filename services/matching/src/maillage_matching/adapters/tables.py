"""The tables of resources, rules and activities that come with this package."""

from functools import cache
from importlib.resources import files

from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.knowledge_tables import read_knowledge

TABLES = ("resources", "rules", "activities")


@cache
def our_knowledge() -> Knowledge:
    """The three tables, read once."""
    folder = files("maillage_matching") / "knowledge"
    return read_knowledge(*((folder / f"{one}.csv").read_text(encoding="utf-8") for one in TABLES))
