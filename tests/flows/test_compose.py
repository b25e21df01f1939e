"""The compose file and the plain commands say the same, and nothing that Prefect or Vitals would not understand."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

DEPLOYMENTS = Path(__file__).resolve().parents[2] / "deployments"
OURS = ("server", "upgrade", "deploy", "worker")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of the compose file."""
    read: dict[str, Any] = YAML(typ="safe").load(DEPLOYMENTS / "compose.yaml")
    return dict(read["services"])


@pytest.fixture(scope="module")
def script() -> str:
    """The plain commands."""
    return (DEPLOYMENTS / "machines.sh").read_text()


def commands(script: str) -> dict[str, str]:
    """The command that each case of the script ends in."""
    found = re.findall(r"^(\w+)\)\n(?:.*\n)*?    exec (.+)$", script, re.MULTILINE)
    return {name: re.sub(r'"\$\{HOST:-[\d.]+\}"', "0.0.0.0", command) for name, command in found}  # noqa: S104


def test_both_run_the_same_commands(services: dict[str, Any], script: str) -> None:
    """Server, upgrade, deploy and worker are started alike."""
    assert commands(script) == {name: services[name]["command"] for name in OURS}


def test_both_name_the_same_variables(services: dict[str, Any], script: str) -> None:
    """Every variable of a container is set or asked for in the script."""
    named = {name for service in OURS for name in services[service]["environment"]}

    assert named == set(re.findall(r"\b(?:PREFECT|VITALS)_[A-Z_]+|DO_NOT_TRACK", script))


def test_fixed_values_are_the_same(services: dict[str, Any], script: str) -> None:
    """What the script exports is what a container gets."""
    exported = dict(re.findall(r"export (\w+)=(\S+)", script))
    given = {name: value for one in OURS for name, value in services[one]["environment"].items()}

    assert exported == {name: given[name] for name in exported}


def test_prefect_knows_its_variables(services: dict[str, Any]) -> None:
    """A misspelt setting would silently have no effect."""
    from prefect.settings.legacy import _get_settings_fields
    from prefect.settings.models.root import Settings

    known = set(_get_settings_fields(Settings))
    named = {name for one in OURS for name in services[one]["environment"] if name.startswith("PREFECT_")}

    assert named <= known


def test_databases_are_apart_and_nothing_secret_is_written(services: dict[str, Any]) -> None:
    """Prefect's and our tables live in different databases; passwords come from outside; the UI is local."""
    assert services["prefect-db"]["environment"]["POSTGRES_DB"] != services["store"]["environment"]["POSTGRES_DB"]
    assert services["server"]["ports"] == ["127.0.0.1:4200:4200"]
    for one in services.values():
        for name, value in one.get("environment", {}).items():
            if "PASSWORD" in name or "TOKEN" in name or "SOURCE" in name:
                assert value.startswith("${")


def test_the_script_is_a_shell_script(script: str) -> None:
    """The shell reads it, and says how it is used."""
    assert subprocess.run(["sh", "-n"], input=script, text=True, check=False).returncode == 0
    ran = subprocess.run(["sh", DEPLOYMENTS / "machines.sh"], capture_output=True, text=True, check=False)
    assert (ran.returncode, "usage" in ran.stderr) == (2, True)
