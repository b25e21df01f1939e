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
def compose() -> dict[str, Any]:
    """The compose file."""
    return dict(YAML(typ="safe").load(DEPLOYMENTS / "compose.yaml"))


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, Any]:
    """The services of the compose file."""
    return dict(compose["services"])


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


def test_the_compose_file_holds_together(services: dict[str, Any], compose: dict[str, Any]) -> None:
    """No key that Compose does not know, no service, volume or health check that is not there, every variable explained."""
    known = {"image", "build", "command", "environment", "volumes", "ports", "depends_on", "healthcheck", "restart"}
    assert {key for one in services.values() for key in one} <= known | {"working_dir", "profiles"}
    for one in services.values():
        for name, wanted in one.get("depends_on", {}).items():
            assert wanted["condition"] != "service_healthy" or "healthcheck" in services[name]
            assert wanted["condition"] != "service_completed_successfully" or "restart" not in services[name]
        assert {mount.split(":")[0] for mount in one.get("volumes", ())} <= set(compose["volumes"])
    text = (DEPLOYMENTS / "compose.yaml").read_text()
    head = text[: text.index("x-vitals")]
    assert {name for name in re.findall(r"\$\{(\w+)", text) if name not in head} == set()


def test_the_image_is_built_from_the_lock_and_without_what_is_local(services: dict[str, Any]) -> None:
    """Every service of ours is one image, with the hashed packages that were tested; no secrets file gets into it."""
    recipes = {services[one]["build"]["dockerfile_inline"] for one in OURS}
    ignored = (DEPLOYMENTS.parent / ".dockerignore").read_text().split()

    assert len(recipes) == 1
    (recipe,) = recipes
    assert "--require-hashes -r requirements.lock" in recipe
    assert recipe.index("requirements.lock") < recipe.index("COPY . .")
    assert {".git", ".venv*", ".env", "**/.env"} <= set(ignored)
    for copied in re.findall(r"COPY ([\w.]+) ([\w.]+) \./", recipe)[0]:
        assert (DEPLOYMENTS.parent / copied).exists()


def test_the_script_is_a_shell_script(script: str) -> None:
    """The shell reads it, and says how it is used."""
    assert subprocess.run(["sh", "-n"], input=script, text=True, check=False).returncode == 0
    ran = subprocess.run(["sh", DEPLOYMENTS / "machines.sh"], capture_output=True, text=True, check=False)
    assert (ran.returncode, "usage" in ran.stderr) == (2, True)
