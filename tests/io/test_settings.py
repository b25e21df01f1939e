"""The environment: defaults, what wins, clear refusals, and no secret in any text."""

from pathlib import Path

import pytest

from vitals.errors import ConfigError
from vitals.io.settings import Settings, hide_passwords

WAREHOUSE = "postgresql+psycopg://anna:s3cr%2Fet%40x@db.example.com:5432/log?sslpassword=pin1234"


def test_defaults_need_no_variable():
    """With an empty environment everything has its place below the current folder, and Slack is off."""
    settings = Settings.from_env({})

    assert settings.home == Path(".vitals")
    assert settings.store_url.get_secret_value() == "sqlite:///.vitals/vitals.db"
    assert settings.models_dir == Path("deployments/models")
    assert settings.suites_dir == Path("expectations/suites")
    assert (settings.slack_token, settings.slack_base_url, settings.slack_channel) == (None, None, None)


def test_variables_are_read():
    """Every variable has its effect; surrounding blanks do not count."""
    settings = Settings.from_env(
        {
            "VITALS_HOME": "/var/vitals",
            "VITALS_STORE_URL": " postgresql://u:pass@h/vitals ",
            "VITALS_MODELS_DIR": "m",
            "VITALS_SUITES_DIR": "s",
            "VITALS_SLACK_TOKEN": "xoxb-1",
            "VITALS_SLACK_BASE_URL": "http://127.0.0.1:8080/api/",
            "VITALS_SLACK_CHANNEL": "C0123456789",
            "VITALS_SLACK_FALLBACK_CHANNEL": "C0000000001",
            "VITALS_SOURCE_WAREHOUSE_URL": WAREHOUSE,
        }
    )

    assert settings.home == Path("/var/vitals")
    assert settings.store_url.get_secret_value() == "postgresql://u:pass@h/vitals"
    assert (settings.models_dir, settings.suites_dir) == (Path("m"), Path("s"))
    assert settings.slack_token is not None
    assert settings.slack_token.get_secret_value() == "xoxb-1"
    assert settings.slack_base_url == "http://127.0.0.1:8080/api/"
    assert settings.slack_channel == "C0123456789"
    assert settings.slack_fallback_channel == "C0000000001"
    assert settings.source_url("warehouse").get_secret_value() == WAREHOUSE


def test_home_moves_the_store():
    """The default store lies in VITALS_HOME."""
    assert Settings.from_env({"VITALS_HOME": "/x"}).store_url.get_secret_value() == "sqlite:////x/vitals.db"


def test_arguments_win_over_variables():
    """What the command line says wins; None means it said nothing."""
    environ = {"VITALS_MODELS_DIR": "a", "VITALS_SUITES_DIR": "b", "VITALS_SOURCE_LOG_URL": "file:///old"}
    settings = Settings.from_env(environ, models_dir=Path("c"), suites_dir=None, sources={"log": "file:///new"})

    assert (settings.models_dir, settings.suites_dir) == (Path("c"), Path("b"))
    assert settings.source_url("log").get_secret_value() == "file:///new"


def test_empty_variables_count_as_not_set():
    """An empty value is what unset variables look like in many deployment files."""
    settings = Settings.from_env({"VITALS_SLACK_TOKEN": "", "VITALS_STORE_URL": "  ", "VITALS_SOURCE_A_URL": ""})

    assert settings.slack_token is None
    assert settings.store_url.get_secret_value() == "sqlite:///.vitals/vitals.db"
    assert settings.sources == {}


@pytest.mark.parametrize("name", ["flight-log", "flight_log", "Flight.Log"])
def test_names_of_sources_become_variables(name):
    """Whatever is no letter or digit becomes _ in the variable."""
    settings = Settings.from_env({"VITALS_SOURCE_FLIGHT_LOG_URL": "file:data"})

    assert settings.source_url(name).get_secret_value() == "file:data"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///a.db",
        "sqlite:////a/b.db",
        "postgresql://h/db",
        "postgresql:///db?host=/tmp/socket",
        "postgresql+psycopg://u@h:5433/db",
        "file:///data",
        "file:data/flights",
    ],
)
def test_urls_that_work_are_taken_as_they_are(url):
    """Relative and absolute files, sockets and hosts."""
    settings = Settings.from_env({"VITALS_SOURCE_A_URL": url})

    assert settings.source_url("a").get_secret_value() == url


def test_unset_source_names_the_variable_an_example_and_a_neighbour():
    """The message holds all that is needed to repair it."""
    settings = Settings.from_env({"VITALS_SOURCE_FLIGHTS_URL": "file:data"})

    with pytest.raises(ConfigError) as caught:
        settings.source_url("fligths")

    assert str(caught.value) == (
        "source 'fligths' has no URL: set VITALS_SOURCE_FLIGTHS_URL, for example to "
        "postgresql://user:password@host/database, sqlite:///path/to/file.db or file:///folder/of/parquet; "
        "did you mean source 'flights' (VITALS_SOURCE_FLIGHTS_URL is set)?"
    )


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("VITALS_STORE_URL", "mysql://h/db", "must start with sqlite, postgresql or file, got 'mysql://h/db'"),
        ("VITALS_STORE_URL", "file:///data", "must be sqlite or postgresql"),
        ("VITALS_STORE_URL", "sqlite://", "use sqlite:///relative.db"),
        ("VITALS_STORE_URL", "vitals.db", "must start with sqlite, postgresql or file"),
        ("VITALS_SOURCE_A_URL", "postgres://h/db", "write postgresql://"),
        ("VITALS_SOURCE_A_URL", "postgresql://h", "names no database"),
        ("VITALS_SOURCE_A_URL", "postgresql://h:port/db", "is no URL"),
        ("VITALS_SOURCE_A_URL", "postgresql://h:99999/db", "is no URL"),
        ("VITALS_SOURCE_A_URL", "file://", "use file:///absolute/folder or file:relative/folder"),
        ("VITALS_SOURCE_A_URL", "file://host/x", "must name a folder"),
        ("VITALS_SOURCE_A_URL", "C:\\data", "must start with sqlite, postgresql or file"),
        ("VITALS_SLACK_CHANNEL", "#alerts", "use the id like C0123456789"),
        ("VITALS_SLACK_FALLBACK_CHANNEL", "#alerts", "VITALS_SLACK_FALLBACK_CHANNEL must be a channel's id"),
        ("VITALS_SLACK_BASE_URL", "slack.com", "must be an http address"),
        ("VITALS_STORE_ULR", "sqlite:///a.db", "did you mean VITALS_STORE_URL?"),
        ("VITALS_SLACK_TOKN", "x", "did you mean VITALS_SLACK_TOKEN?"),
        ("VITALS_SOURCE_FLIGHTS", "file:data", "VITALS_SOURCE_<NAME>_URL"),
    ],
)
def test_settings_that_cannot_work_are_refused(variable, value, expected):
    """One message names the variable and the remedy."""
    with pytest.raises(ConfigError) as caught:
        Settings.from_env({variable: value})

    assert variable in str(caught.value)
    assert expected in str(caught.value)


def test_strangers_in_the_environment_are_left_alone():
    """Other programs' variables are none of our business, even when they begin alike."""
    assert Settings.from_env({"VITALS_COLOUR": "red", "VITALSX": "1"}).home == Path(".vitals")


@pytest.mark.parametrize(
    "url",
    ["mysql://anna:s3cret@h/db", "postgres://anna:s3cret@h/db", "postgresql://anna:s3cret@h:x/db", "anna:s3cret@h"],
)
def test_refusals_show_no_password(url):
    """A URL that is refused is shown without its password."""
    with pytest.raises(ConfigError) as caught:
        Settings.from_env({"VITALS_SOURCE_A_URL": url})

    assert "s3cret" not in str(caught.value)


def test_printing_settings_shows_no_secret():
    """Neither repr nor str holds a password or the token."""
    settings = Settings.from_env({"VITALS_SLACK_TOKEN": "xoxb-12345", "VITALS_SOURCE_W_URL": WAREHOUSE})

    for text in (repr(settings), str(settings)):
        assert "xoxb" not in text
        assert "s3cr" not in text
        assert "pin1234" not in text


def test_redact_removes_every_spelling():
    """Drivers print passwords raw, percent-encoded or within a URL of their own spelling."""
    settings = Settings.from_env({"VITALS_SLACK_TOKEN": "xoxb-12345", "VITALS_SOURCE_W_URL": WAREHOUSE})
    text = f"no: {WAREHOUSE} password=s3cr/et@x s3cr%2Fet%40x pin1234 Bearer xoxb-12345; postgresql://b:other@h/d"

    clean = settings.redact(text)

    for secret in ("s3cr", "et@x", "pin1234", "xoxb-12345", "other"):
        assert secret not in clean
    assert "db.example.com:5432/log" in clean


def test_redact_leaves_other_text_alone():
    """A text without secrets stays as it is, even with a password of one letter set."""
    settings = Settings.from_env({"VITALS_SOURCE_W_URL": "postgresql://a:t@h/d"})

    assert settings.redact("table 'flights' does not exist") == "table 'flights' does not exist"


def test_password_with_a_slash_is_hidden():
    """A password that should have been percent-encoded is hidden up to the last @."""
    assert hide_passwords("postgresql://a:b/c@d@h/db") == "postgresql://a:***@h/db"
