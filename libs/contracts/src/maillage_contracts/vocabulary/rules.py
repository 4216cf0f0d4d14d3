"""What no single field shows to be wrong: asked at doors, and of a pack before it is sent."""

from datetime import date


def out_of_order(first_name: str, first: date | None, last: date | None) -> str | None:
    """What to say when a last day comes before the first, which is called so; else None."""
    is_wrong = first is not None and last is not None and last < first
    return f"it must not come before {first_name}, {first}" if is_wrong else None


def is_starred(waste_code: str | None) -> bool:
    """Whether it is hazardous by law: a star says so in the European list of waste."""
    return waste_code is not None and waste_code.endswith("*")
