"""docs/dead-letters.md: why a record is put aside, and what to do about it."""

FILE = "docs/dead-letters.md"

REASONS: dict[str, tuple[str, str]] = {
    "empty": ("The record has no value.", "Somebody else writes on the topic: find out who."),
    "oversized": (
        "It is larger than 512 KiB.",
        "Its producer must say it in several events.",
    ),
    "content-type": ("Its data are not JSON.", "Its producer must send `application/json`."),
    "header": ("A header of CloudEvents is repeated, or not UTF-8.", "Mend the producer."),
    "json": ("In structured mode: the value is not JSON.", "Mend the producer."),
    "structured": ("In structured mode: it is no object with `data`.", "Mend the producer."),
    "specversion": ("It is not CloudEvents 1.0.", "Mend the producer."),
    "id, source, type, time, correlationid, causationid, traceparent, territory, sequence,"
    " visibility, provenance": (
        "The attribute of that name is missing, or is not what it must be.",
        "The detail says what it must be: mend the producer.",
    ),
    "subject": ("The attribute is missing, or is not the one in the data.", "Mend the producer."),
    "data": (
        "The data are not what the type of the event asks for.",
        "The detail names the field. A new version of this service may read it: replay then.",
    ),
    "foreign_territory": (
        "It is an event of another territory.",
        "A producer has the wrong settings, or access that it should not have.",
    ),
    "foreign_topic": (
        "This type of event does not belong on this topic.",
        "A producer has the wrong settings.",
    ),
    "behind": (
        "An earlier event of the same thing is aside, so this one had to wait.",
        "Replay the earlier one: this one follows it.",
    ),
}


def pages() -> dict[str, str]:
    """The page, by its path."""
    rows = "\n".join(
        f"| {', '.join(f'`{one.strip()}`' for one in reasons.split(','))} | {what} | {then} |"
        for reasons, (what, then) in REASONS.items()
    )
    return {
        FILE: f"""# Dead letters

A record that cannot be read or handled is put aside, whole, in the service's database and on the
topic `{{topic}}.dlt`; the others go on. `maillage deadletters` lists, shows and replays them; the
metric `maillage_dead_letters_total` counts them by reason.

| reason | what it is | what to do |
|---|---|---|
{rows}
| another word | What handling it raised. | See the detail, mend the cause, replay. |
"""
    }


def words() -> set[str]:
    """Every reason by itself."""
    return {one.strip() for reasons in REASONS for one in reasons.split(",")}
