"""What an account of this machine can reach."""

from pathlib import Path

import pytest

from maillage_hub.runtime.account import Account

STRANGER = Account(uid=65_001, gid=65_001)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder everybody can enter, below some that pytest has made private."""
    tmp_path.chmod(0o755)
    return tmp_path


def passes(folder: Path, account: Account) -> bool:
    return account.passes(folder.stat())


@pytest.mark.parametrize(("mode", "enters"), [(0o755, True), (0o711, True), (0o750, False)])
def test_a_stranger_needs_the_last_bit(folder: Path, mode: int, enters: bool) -> None:  # noqa: FBT001
    folder.chmod(mode)
    assert passes(folder, STRANGER) is enters


def test_an_owner_needs_the_first_bit_and_no_other(folder: Path) -> None:
    owner = Account(uid=folder.stat().st_uid, gid=65_001)
    folder.chmod(0o700)
    assert passes(folder, owner)
    folder.chmod(0o677)
    assert not passes(folder, owner)
    folder.chmod(0o755)


def test_one_closed_folder_above_is_enough_to_keep_out(folder: Path) -> None:
    inner = folder / "closed" / "open"
    inner.mkdir(parents=True)
    assert passes(inner, STRANGER)
    inner.parent.chmod(0o700)

    assert not STRANGER.can_enter(inner)
