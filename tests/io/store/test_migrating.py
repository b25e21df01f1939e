"""A store has one schema: made, upgraded, or refused with the command that helps."""

import logging
import multiprocessing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

import vitals.io.store
from vitals.errors import StoreError
from vitals.io.store import Store, tables


def engine(url: str):
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))


def execute(url: str, *statements: str):
    database = engine(url)
    with database.begin() as connection:
        results = [connection.execute(text(one)) for one in statements]
        found = [tuple(row) for row in results[-1]] if results[-1].returns_rows else []
    database.dispose()
    return found


def test_migrations_lead_to_the_tables(url, open_store):
    """Names, columns, keys, types and indexes of a migrated store are those of `tables`."""
    open_store(url).open()
    database = engine(url)
    with database.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": tables.VERSION_TABLE, "compare_type": True}
        )
        differences = compare_metadata(context, tables.metadata)
        keys = {
            name: inspect(connection).get_pk_constraint(name)["constrained_columns"] for name in tables.metadata.tables
        }
    database.dispose()

    assert differences == []
    assert keys == {name: [c.name for c in table.primary_key] for name, table in tables.metadata.tables.items()}


def test_the_last_migration_is_the_schema_of_the_code():
    """`SCHEMA` names the newest revision, and revisions sort by their number."""
    config = Config()
    config.set_main_option("script_location", str(Path(vitals.io.store.__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)

    revisions = [one.revision for one in scripts.walk_revisions()]

    assert scripts.get_current_head() == tables.SCHEMA
    assert revisions == sorted(revisions, reverse=True)


def test_upgrading_twice_does_nothing(url, open_store):
    """`upgrade` may be run at any time."""
    store = open_store(url)
    store.upgrade()
    store.upgrade()
    assert store.models() == []


def test_a_newer_store_is_refused(url, open_store):
    """Code that is older than the store does not touch it, not even by `upgrade`."""
    open_store(url).open()
    execute(url, "UPDATE vitals_schema SET version_num = '0999'")

    for act in (Store.open, Store.upgrade):
        store = Store(url, lambda: None, "run")
        with pytest.raises(StoreError, match=r"schema 0999, which is newer .* install the version that wrote it"):
            act(store)
        store.close()


@pytest.mark.sql
def test_an_empty_database_is_refused_with_the_command(postgres_url):
    """PostgreSQL is never migrated on its own."""
    store = Store(postgres_url, lambda: None, "run")
    with pytest.raises(StoreError, match="has no tables of Vitals yet; run `vitals upgrade`"):
        store.models()
    store.upgrade()
    assert store.models() == []
    store.close()


@pytest.mark.sql
def test_an_older_schema_is_refused_with_the_command(postgres_url, open_store):
    """An old schema names both versions and the command."""
    open_store(postgres_url).close()
    execute(postgres_url, "UPDATE vitals_schema SET version_num = '0000'")
    with pytest.raises(StoreError, match=r"has schema 0000, this version needs 0002; run `vitals upgrade`"):
        Store(postgres_url, lambda: None, "run").open()  # closes what it opened when it refuses


@pytest.mark.sql
def test_a_database_with_tables_of_others_stays_as_it_was(postgres_url):
    """When a name is taken, upgrading fails whole and leaves what was there."""
    execute(postgres_url, "CREATE TABLE triage (id int)")
    store = Store(postgres_url, lambda: None, "run")

    with pytest.raises(StoreError, match='"triage" already exists; give Vitals a database of its own'):
        store.upgrade()

    names = execute(postgres_url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert names == [("triage",)]


def test_many_may_open_a_new_store_at_once(url):
    """Eight processes that open (or upgrade) an empty store together all succeed, and it is migrated once."""
    fork = multiprocessing.get_context("fork")
    together = fork.Barrier(8)

    def open_it() -> None:
        store = Store(url, lambda: None, "run")
        together.wait(20)
        if not store.is_sqlite:
            store.upgrade()
        assert store.models() == []

    children = [fork.Process(target=open_it) for _ in range(8)]
    for child in children:
        child.start()
    for child in children:
        child.join()

    assert [child.exitcode for child in children] == [0] * 8
    assert execute(url, "SELECT version_num FROM vitals_schema") == [(tables.SCHEMA,)]


def test_opening_a_store_is_silent(sqlite_url, caplog, capfd, open_store):
    """Migrating prints and logs nothing."""
    with caplog.at_level(logging.INFO):
        open_store(sqlite_url).open()
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


VIEWS = {
    "v_daily_rows": ("rows", 2),
    "v_latest_metrics": ("value", 26),
    "v_open_incidents": ("opened_on", 1),
    "v_daily_findings": ("findings", 1),
    "v_drifted_columns": ("part", 1),
    "v_failed_expectations": ("description", 1),
}


@pytest.mark.parametrize("view", VIEWS)
def test_views_answer_what_dashboards_ask(url, open_store, make, view):
    """Each view gives its rows; a cohort evaluated again shows the newest value only."""
    day, later = make.day, make.day.replace(day=15)
    store = open_store(url)
    observation = make.observation(day)
    cohort = {"signal": "performance", "age": 7}
    observation.measurements.append(make.measurement(day.replace(day=7), "roc_auc", 0.70, known_on=day, **cohort))
    store.replace(observation, "spec-1")
    evaluated = make.measurement(day.replace(day=7), "roc_auc", 0.72, known_on=later, **cohort)
    quiet = make.observation(later)
    quiet.validations.clear()
    quiet.measurements[1:] = [evaluated]
    store.replace(quiet, "spec-1")
    judged = [make.judged(day, make.finding(day), make.drift(day), make.drift(day, "temp", fired=False))]
    with store.lease("flight_late", "judge") as lease:
        store.replace_judgement("flight_late", day, judged, [make.incident(day)], lease)

    column, count = VIEWS[view]
    found = execute(url, f'SELECT "{column}" FROM {view}')

    assert len(found) == count
    if view == "v_latest_metrics":
        assert (0.72,) in found
        assert (0.70,) not in found


def test_a_store_of_the_first_schema_is_brought_up_with_all_it_holds(url):
    """What people decided before stays; SQLite migrates itself, PostgreSQL by the command."""
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True)
    database = engine(url)
    with database.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(vitals.io.store.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO triage VALUES ('m', '2013-08-14', 'mute', 'errors/x', 'ana', 'y', NULL)"))
    database.dispose()

    store = Store(url, lambda: None, "run")
    if not store.is_sqlite:
        store.upgrade()

    assert [one.who for one in store.triage("m")] == ["ana"]
    store.close()
    assert execute(url, "SELECT version_num FROM vitals_schema", "SELECT count(*) FROM reaction") == [(0,)]
    assert execute(url, "SELECT version_num FROM vitals_schema") == [(tables.SCHEMA,)]
