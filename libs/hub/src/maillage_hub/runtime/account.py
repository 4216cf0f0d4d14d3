"""Whom PostgreSQL runs as, since it refuses to be root, and what that account can reach."""

import os
import pwd
import stat
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from maillage_hub.runtime.failures import HubFailure

NAME = "nobody"


class CommandFailed(HubFailure):
    """A short command of another program did not do what it was for."""


@dataclass(frozen=True)
class Account:
    """An unprivileged account of this machine."""

    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """Whether every folder down to this one lets the account through, by its mode."""
        folder = folder.resolve()
        return all(self.passes(each.stat()) for each in (folder, *folder.parents))

    def passes(self, folder: os.stat_result) -> bool:
        """Whether a folder of this mode and owner lets the account through."""
        if folder.st_uid == self.uid:
            return bool(folder.st_mode & stat.S_IXUSR)
        in_group = folder.st_gid == self.gid
        return bool(folder.st_mode & (stat.S_IXGRP if in_group else stat.S_IXOTH))


def unprivileged() -> Account | None:
    """Whom to become; None when we are not root and stay who we are."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(NAME)
    return Account(entry.pw_uid, entry.pw_gid)


def run_as(
    account: Account | None,
    command: Sequence[str],
    *,
    timeout_s: float,
    environment: Mapping[str, str] | None = None,
    folder: Path = Path("/"),
) -> str:
    """Run a short command as this account, or as ourselves, and return what it said.

    It is run in the root folder unless told otherwise: the account may not enter ours.
    Raises CommandFailed when it cannot start, fails, or takes too long.
    """
    try:
        finished = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
            timeout=timeout_s,
            cwd=folder,
            env=environment,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).strip()
        raise CommandFailed(f"{command[0]} failed with code {error.returncode}: {said}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CommandFailed(f"{command[0]} failed: {error}") from error
    return finished.stdout
