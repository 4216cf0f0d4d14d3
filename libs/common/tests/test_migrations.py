"""Migrations: each file once, in order, whoever begins at the same time."""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from tally import MIGRATIONS

from maillage_common.migrations import KERNEL, MigrationChanged, migrate, pending

pytestmark = pytest.mark.integration


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_pre_first.sql").write_text(
        "-- migrate:up\nCREATE TABLE first (a int);\n-- migrate:down\nDROP TABLE first;\n"
    )
    return tmp_path


async def test_files_are_applied_once_and_in_order(fresh_database: str, folder: Path) -> None:
    (folder / "0002_pre_second.sql").write_text(
        "-- migrate:up\nALTER TABLE first ADD b int;\n-- migrate:down\n"
    )
    kernel = [f"kernel-{path.name[:4]}" for path in sorted(KERNEL.glob("*.sql"))]
    assert await migrate(fresh_database, folder) == [*kernel, "0001", "0002"]
    assert await migrate(fresh_database, folder) == []
    (folder / "0003_post_third.sql").write_text("-- migrate:up\nALTER TABLE first DROP b;\n")
    assert await migrate(fresh_database, folder) == ["0003"]


async def test_those_who_begin_together_apply_it_once(fresh_database: str) -> None:
    applied = await asyncio.gather(*(migrate(fresh_database, MIGRATIONS) for _ in range(5)))
    files = [*KERNEL.glob("*.sql"), *MIGRATIONS.glob("*.sql")]
    assert sorted(map(len, applied)) == [0, 0, 0, 0, len(files)]


async def test_a_file_that_fails_leaves_nothing_of_itself(
    fresh_database: str, folder: Path
) -> None:
    broken = folder / "0002_pre_broken.sql"
    broken.write_text("-- migrate:up\nCREATE TABLE half (a int);\nSELECT 1/0;\n")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(fresh_database, folder)
    connection = await asyncpg.connect(fresh_database)
    assert await connection.fetchval("SELECT to_regclass('half')") is None
    assert [m.version for m in await pending(connection, folder)] == ["0002"]
    broken.write_text("-- migrate:up\nCREATE TABLE whole (a int);\n")
    assert await migrate(fresh_database, folder) == ["0002"]
    await connection.close()


async def test_a_file_is_not_edited_after_it_was_applied(fresh_database: str, folder: Path) -> None:
    await migrate(fresh_database, folder)
    first = folder / "0001_pre_first.sql"
    first.write_text(first.read_text() + "\n-- harmless?\n")
    with pytest.raises(MigrationChanged, match="0001_pre_first"):
        await migrate(fresh_database, folder)


async def test_what_dbmate_applied_is_applied(fresh_database: str, folder: Path) -> None:
    await migrate(fresh_database, folder)
    connection = await asyncpg.connect(fresh_database)
    await connection.execute("CREATE TABLE second (a int)")
    await connection.execute("INSERT INTO schema_migrations (version) VALUES ('0002')")
    (folder / "0002_pre_second.sql").write_text("-- migrate:up\nCREATE TABLE second (a int);\n")
    assert await pending(connection, folder) == []
    await connection.close()


async def test_the_kernels_tables_can_be_taken_down_again(fresh_database: str) -> None:
    await migrate(fresh_database, MIGRATIONS)
    connection = await asyncpg.connect(fresh_database)
    for folder in (MIGRATIONS, KERNEL):
        for path in sorted(folder.glob("*.sql"), reverse=True):
            await connection.execute(path.read_text().partition("-- migrate:down")[2])
    left = await connection.fetch("SELECT relname FROM pg_stat_user_tables")
    assert [row["relname"] for row in left] == ["schema_migrations"]
    await connection.close()
