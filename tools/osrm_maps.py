"""OSRM without an engine of containers: its programs from the wheel, and maps made with them.

`python tools/osrm_maps.py fetch` unpacks the programs into the cache. `python tools/osrm_maps.py
map EXTRACT.osm.pbf FOLDER [--zones ZONES.geojson]` makes FOLDER/territory.osrm of an extract.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

VERSION = "26.10.0"
PROFILES = ("car", "bicycle")
ZONES = Path(__file__).resolve().parents[1] / "deploy/routing/zones.lua"


def home() -> Path:
    """Where the programs are, or would be: MAILLAGE_OSRM_HOME, or the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
    return Path(os.environ.get("MAILLAGE_OSRM_HOME", cache / "maillage" / f"osrm-{VERSION}"))


def fetch() -> None:
    """Download the wheel (21 MB), which holds the programs and their profiles, and unpack it."""
    platform = ("--platform", "manylinux_2_28_x86_64", "--python-version", "3.12")
    with tempfile.TemporaryDirectory() as folder:
        wanted = f"osrm-bindings=={VERSION}"
        options = ("--no-deps", "--only-binary=:all:", "--dest", folder, *platform)
        _run(sys.executable, "-m", "pip", "download", "--quiet", wanted, *options)
        [wheel] = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        home().mkdir(parents=True, exist_ok=True)
        for part in ("bin", "share"):
            shutil.copytree(Path(folder) / "osrm" / part, home() / part, dirs_exist_ok=True)
    for program in (home() / "bin").iterdir():
        program.chmod(0o755)


def make_map(
    extract: Path, folder: Path, *, profile: str, dated: str | None, zones: Path | None
) -> Path:
    """The map of an extract, ready for osrm-routed; `dated` is told with each answer.

    Without it the moment in the extract is taken. Roads inside of `zones` get the class `lez`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pbf = folder / "territory.osm.pbf"
    shutil.copyfile(extract, pbf)
    lua = home() / "share" / "profiles" / f"{profile}.lua"
    inside: tuple[str, ...] = ()
    if zones is not None:
        lua = lua.with_name("zones.lua")
        shutil.copyfile(ZONES, lua)
        inside = ("--location-dependent-data", str(zones))
    version = ("--data_version", dated or "osmosis")
    _program("osrm-extract", "--profile", str(lua), *version, *inside, str(pbf))
    _program("osrm-partition", str(folder / "territory.osrm"))
    _program("osrm-customize", str(folder / "territory.osrm"))
    return folder / "territory.osrm"


def _program(name: str, *arguments: str) -> None:
    _run(str(home() / "bin" / name), *arguments)


def _run(*command: str) -> None:
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    if ended.returncode:
        sys.exit(f"{command[0]}: {ended.stdout[-1000:]}{ended.stderr[-1000:]}")


def main(arguments: list[str]) -> None:
    """Fetch, or make a map."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    commands.add_parser("fetch")
    made = commands.add_parser("map")
    made.add_argument("extract", type=Path)
    made.add_argument("folder", type=Path)
    made.add_argument("--profile", choices=PROFILES, default="car")
    made.add_argument("--dated", help="a moment, as 2026-11-01T00:00:00Z")
    made.add_argument("--zones", type=Path, help="GeoJSON polygons with the property lez")
    told = parser.parse_args(arguments)
    if told.command == "fetch":
        fetch()
        return
    make_map(told.extract, told.folder, profile=told.profile, dated=told.dated, zones=told.zones)


if __name__ == "__main__":
    main(sys.argv[1:])
