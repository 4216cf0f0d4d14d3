"""Asking a service something by a command of its own, with the settings it runs with."""

import json
import os
import subprocess
import sys
from typing import Any

from maillage_hub.runtime.failures import BadUsage, HubFailure
from maillage_hub.runtime.services import settings_of
from maillage_hub.runtime.state import HubState

ANSWERED_WITHIN_S = 600
"""A republication reads a whole event log."""
USAGE = 2


def ask_service(service: str, *words: str, hub: HubState | None) -> tuple[dict[str, Any], bool]:
    """What a service answers to a command, and whether it succeeded; raises HubFailure.

    Without a hub, the settings are those of our environment, as in a deployment.
    """
    told = settings_of(hub, service) if hub else {}
    done = subprocess.run(
        [sys.executable, "-m", f"maillage_{service}", *words],
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        timeout=ANSWERED_WITHIN_S,
        check=False,
    )
    try:
        return json.loads(done.stdout), done.returncode == 0
    except ValueError as error:
        kind = BadUsage if done.returncode == USAGE else HubFailure
        raise kind(f"{service}: {done.stderr.strip() or done.stdout.strip()}") from error
