"""Where things are kept."""

from pathlib import Path

import pytest

from maillage_hub.runtime import places


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAILLAGE_HOME", "MAILLAGE_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)


def test_hubs_are_kept_at_the_top_of_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    below = tmp_path / "services" / "flows"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)

    assert places.home() == tmp_path / ".maillage"


def test_hubs_are_found_from_below_the_folder_they_are_kept_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".maillage").mkdir()
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")

    assert places.home() == tmp_path / ".maillage"


def test_a_setting_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAILLAGE_HOME", "hubs")
    monkeypatch.setenv("MAILLAGE_CACHE", "downloads")

    assert places.home() == tmp_path / "hubs"
    assert places.cache() == tmp_path / "downloads"


def test_downloads_are_cached_where_the_desktop_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert places.cache() == tmp_path / ".cache" / "maillage"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert places.cache() == tmp_path / "xdg" / "maillage"
