"""Hubs of a project of their own, for tests, run by the command as a user runs it."""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

COMMAND_TIMEOUT_S = 100
ENDED_WITHIN_S = 10
LOOKED_AT_EVERY_S = 0.05


class Hubs:
    """The command, in a project of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.command = [sys.executable, "-m", "maillage_hub"]
        self.environment = {
            **{name: os.environ[name] for name in os.environ if not name.startswith("MAILLAGE_")},
            "MAILLAGE_HOME": str(home),
            "MAILLAGE_CACHE": os.environ.get("MAILLAGE_CACHE", ""),
        }

    def maillage(self, *words: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        done = subprocess.run(
            [*self.command, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )
        if done.returncode != expect:
            command = f"maillage {' '.join(words)}"
            raise AssertionError(
                f"{command} exited {done.returncode}, not {expect}:\n{done.stderr}{done.stdout}"
            )
        return done

    def up(self, territory: str = "jourdies", *words: str) -> dict[str, Any]:
        """Start a hub without services; returns what it says of itself."""
        told = self.maillage(
            *("up", "--territory", territory, "--no-services", "--detach", "--json", *words)
        )
        return json.loads(told.stdout)

    def status(self, territory: str = "jourdies", *, expect: int = 0) -> dict[str, Any]:
        """What a hub that runs says of itself."""
        told = self.maillage("status", "--territory", territory, "--json", expect=expect)
        return json.loads(told.stdout)

    def pid_of(self, name: str, territory: str = "jourdies") -> int:
        """The process that is this child of a hub now."""
        children = self.status(territory)["children"]
        return next(child["pid"] for child in children if child["name"] == name)

    def processes(self) -> list[psutil.Process]:
        """Every process of these hubs: they all have our setting in their environment."""
        found: list[psutil.Process] = []
        for process in psutil.process_iter():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                if process.environ().get("MAILLAGE_HOME") == str(self.home):
                    found.append(process)
        return found

    def end(self) -> None:
        """Stop whatever still runs."""
        until = time.monotonic() + ENDED_WITHIN_S
        while running := self.processes():
            for process in running:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            if time.monotonic() > until:
                raise AssertionError(f"these cannot be killed: {running}")
            time.sleep(LOOKED_AT_EVERY_S)
