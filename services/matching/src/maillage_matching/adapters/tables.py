"""The tables of resources and rules that come with this package."""

from functools import cache
from importlib.resources import files

from maillage_matching.domain.knowledge import Knowledge, read_knowledge


@cache
def our_knowledge() -> Knowledge:
    """Both tables, read once."""
    folder = files("maillage_matching") / "knowledge"
    resources = (folder / "resources.csv").read_text(encoding="utf-8")
    return read_knowledge(resources, (folder / "rules.csv").read_text(encoding="utf-8"))
