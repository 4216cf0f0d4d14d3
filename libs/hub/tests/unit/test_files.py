"""Files that are whole, private, or held by one process."""

import stat
from pathlib import Path

import pytest

from maillage_hub.runtime.files import held, is_held, read_json, write_whole


def test_what_is_written_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    write_whole(path, "first")
    write_whole(path, "second")

    assert path.read_text() == "second"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_held(path)
    with held(path) as ours:
        assert ours
        assert is_held(path)
        with held(path) as others:
            assert not others
    assert not is_held(path)


def test_a_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert read_json(tmp_path / "none") is None


@pytest.mark.parametrize("text", ["{}", "[1]"])
def test_reads_json(tmp_path: Path, text: str) -> None:
    write_whole(tmp_path / "some", text)
    assert read_json(tmp_path / "some") == ([1] if text == "[1]" else {})
