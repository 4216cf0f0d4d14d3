"""How commands speak: what is asked for on standard output, all else on standard error."""

import sys

from maillage_hub.runtime.places import HubFolder
from maillage_hub.runtime.state import HubState


def tell(line: str) -> None:
    """Say how far it is."""
    print(line, file=sys.stderr, flush=True)


def describe_hub(hub: HubState) -> str:
    """Where everything of a hub is, for a reader."""
    folder = HubFolder(hub.folder)
    fate = ", a demo's: the next demo throws it away" if folder.demo.exists() else ""
    places = {
        "Kafka": hub.kafka,
        "PostgreSQL": hub.postgres,
        **hub.services,
        "data": f"{folder.path}{fate}",
        "logs": str(folder.logs),
    }
    lines = [f"  {name:<12}{place}" for name, place in places.items()]
    return "\n".join([f"The hub of {hub.territory} is {hub.phase}:", *lines])
