"""Reading model files: what a right one gives, and what is wrong with a file as a whole or a folder."""

import os
from datetime import date, time
from itertools import pairwise
from pathlib import Path

import pytest

from vitals.errors import ConfigError
from vitals.records import Severity, Symptom
from vitals.spec import load_model, load_models


def test_smallest_file_has_defaults(small, load):
    """Only five keys are needed; all else has a default or is off."""
    model = load(small)

    assert (model.name, model.due, model.reference.days) == ("churn", time(6, 0), 56)
    assert (model.feedback, model.positive, model.calendar, model.metrics) == (None, None, None, ())
    assert (model.responses, model.watched) == (("score",), ("score",))


def test_every_key_is_read(full, load):
    """The values of a file that uses every key arrive with their types."""
    model = load(full)

    assert model.zone.key == "America/New_York"
    assert model.predictions.status is not None
    assert model.predictions.status.ok == ("ok",)
    assert model.watched == ("score", "decision", "latency_ms", "carrier", "origin", "dest", "distance", "wind_speed")
    assert model.feedback is not None
    assert (model.feedback.window, model.feedback.ages) == (14, (1, 7, 14))
    assert model.positive is not None
    assert (model.positive.decision, model.positive.target) == ("warn", 1)
    assert model.metrics[0] == "roc_auc"
    assert model.metric_options.material == {"roc_auc": 0.02}
    assert model.defaults == {"score": (0.5,)}
    assert [(rule.over, rule.at_most, rule.share) for rule in model.avoid] == [
        ("predictions", 0, None),
        ("outcomes", None, 0.4),
    ]
    assert (model.limits[0].min, model.limits[0].max, model.limits[0].null_share) == (0, 6000, 0.02)
    mute, test = model.alerts
    assert (mute.symptom, mute.mute, mute.since, mute.until) == (Symptom.INPUT_DRIFT, True, date(2013, 4, 1), None)
    assert (test.method, test.above, test.severity) == ("psi", 0.2, Severity.INFO)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('due: "06:00"', "due: 06:00"),  # a text in YAML 1.2, a number of minutes in YAML 1.1
        ('due: "06:00"', 'due: "06:00:30"'),
        ("window: 14d", "window: 14"),
        ("calendar: US", "calendar: US-NY"),
        ("since: 2013-04-01", 'since: "2013-04-01"'),
        ("C0123456789", "G012AB"),
        ("table: feedback", "table: ml.feedback"),
        ("    at_most: 0\n", ""),
        ("keep", "keep"),
        ("calendar: US", "calendar: US\nkeep_examples: []"),
        ("score: [0.5]", 'decision: [""]'),
        ("churn\ntitle", "churn  # a comment with ä\ntitle"),
        ("method: psi, above: 0.2", "method: wasserstein, above: 3"),
    ],
)
def test_other_ways_to_write_it_load(full, load, old, new):
    """What people may reasonably write is read."""
    assert load(full.replace(old, new, 1)).name == "churn"


def test_keys_left_empty_are_keys_left_out(small, load):
    """A key whose list is commented out is as good as absent."""
    assert load(small + "avoid:\n#  - name: a\nfeedback:\nmetrics:\n") == load(small)


def test_no_limit_means_no_row(small, load):
    """A rule that says nothing about how much is tolerated tolerates nothing, and is the same model as one that says so."""
    silent = load(small + "avoid:\n  - {name: a, where: x = 1}\n")
    spoken = load(small + "avoid:\n  - {name: a, where: x = 1, at_most: 0}\n")

    assert silent.avoid[0].at_most == 0
    assert silent.spec_hash == spoken.spec_hash


def test_windows_line_ends_and_byte_order_mark_are_read(small, tmp_path):
    """A file from another editor is the same file."""
    path = tmp_path / "churn.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + small.replace("\n", "\r\n").encode())

    assert load_model(path).name == "churn"


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("title: Will this customer leave within a month?", False),
        ("  - {symptom: input_drift, subject: distance, method: psi, above: 0.2, severity: info}\n", False),
        ("calendar: US\n", False),
        ("  latency_ms: latency_ms\n", True),
        ("expectations: churn_inputs\n", True),
        ("    what_to_do: Stop the service.\n", True),
    ],
)
def test_hash_changes_with_what_is_observed(full, load, key, changes):
    """Who is told and how it is judged leaves the hash alone; what is read and measured does not."""
    assert (load(full).spec_hash != load(full.replace(key, "", 1)).spec_hash) is changes


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "churn.yaml:1 is empty; a model file starts with 'model: churn'"),
        (b"# only a comment\n", "churn.yaml:1 is empty; a model file starts with 'model: churn'"),
        (b"- a\n", "churn.yaml:1 must be a mapping of keys to values, got a list; start with 'model: churn'"),
        (b"hello\n", "churn.yaml:1 must be a mapping of keys to values, got a single value"),
        (b"model: churn\ntitle: \xe4\n", "churn.yaml:2 is not UTF-8 text; save the file as UTF-8"),
        (b"model: churn\ntask: [binary\n", "churn.yaml:3 is no valid YAML: "),
        (b"model: churn\n\ttask: binary\n", "churn.yaml:2 a tab where YAML wants spaces; indent with spaces"),
        (b"title: a: b\n", "churn.yaml:1 is no valid YAML: a colon where none can be; quote the text that holds it"),
        (b"a: 1\n---\nb: 1\n", "churn.yaml:2 a second document starts here (---); one file is one model"),
        (b"a: *b\n", "churn.yaml:1 is no valid YAML: found undefined alias 'b'"),
        (b"a: \x07\n", "churn.yaml:1 is no valid YAML: unacceptable character"),
        (b"a: &x [*x]\n", "churn.yaml:1 is nested too deeply or without end; write plain values, no aliases"),
        (b"a: " + b"[" * 600, "churn.yaml:1 is "),
        (b"a: x\n" * 300_000, "churn.yaml is too large for a model file (1,500,000 bytes); is it the right file?"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_files_that_are_no_mapping_give_one_clear_message(tmp_path, content, expected):
    """What cannot be read as keys and values is said in one line."""
    path = tmp_path / "churn.yaml"
    path.write_bytes(content)

    with pytest.raises(ConfigError) as caught:
        load_model(path)

    assert str(caught.value).startswith(f"{tmp_path}/{expected}")
    assert "\n" not in str(caught.value)


def test_aliases_that_explode_are_refused(tmp_path):
    """A few lines of aliases of aliases do not fill the memory."""
    path = tmp_path / "churn.yaml"
    names = "abcdefgh"
    lines = [f"{n}: &{n} [{', '.join('*' + before for _ in range(9))}]" for before, n in pairwise(names)]
    path.write_text("a: &a [1]\n" + "\n".join(lines))

    with pytest.raises(ConfigError, match="nested too deeply or without end"):
        load_model(path)


def test_missing_file_and_directory_say_so(tmp_path):
    """A path that is no file gives the reason and the remedy."""
    with pytest.raises(ConfigError, match=r"gone\.yaml does not exist; check the path"):
        load_model(tmp_path / "gone.yaml")
    with pytest.raises(ConfigError, match="is a directory; a model is one file"):
        load_model(tmp_path)


def test_folder_gives_right_models_and_all_problems(tmp_path, small):
    """A broken file never keeps the others from being read; files that nobody reads are named."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(small.replace("churn", name))
    (tmp_path / "c.yaml").write_text(small.replace("binary", "binry").replace("churn", "d"))
    (tmp_path / "e.yml").write_text(small)
    (tmp_path / "f.yaml").mkdir()
    (tmp_path / ".g.yaml").write_text("[")
    (tmp_path / "README.md").write_text("models")

    loaded = load_models(tmp_path)

    assert [model.name for model in loaded.models] == ["a", "b"]
    assert [line.removeprefix(f"{tmp_path}/").split(":")[0].split(" ")[0] for line in loaded.problems] == [
        "c.yaml",
        "c.yaml",
        "e.yml",
        "f.yaml",
    ]
    assert sorted(loaded.broken) == ["c", "e", "f"]
    assert len(loaded.broken["c"]) == 2


def test_empty_folder_gives_nothing(tmp_path):
    """No model file is no error of any file."""
    assert load_models(tmp_path).models == ()


@pytest.mark.parametrize("name", ["gone", "file"])
def test_folder_that_is_none_is_refused(tmp_path, name):
    """A misspelt folder must not look like a folder without models."""
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigError, match="name the folder of model files with --models or VITALS_MODELS_DIR"):
        load_models(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_file_without_permission_says_so(tmp_path, small):
    """A file that may not be read is told apart from a missing one."""
    path = tmp_path / "churn.yaml"
    path.write_text(small)
    path.chmod(0)

    with pytest.raises(ConfigError, match="cannot be read: Permission denied; check its permissions"):
        load_model(path)


def test_paths_are_shown_as_given(small, tmp_path, monkeypatch):
    """A relative folder gives relative paths, which editors and terminals can open."""
    monkeypatch.chdir(tmp_path)
    Path("models").mkdir()
    Path("models/churn.yaml").write_text(small.replace("binary", "binry"))

    assert load_models(Path("models")).problems == (
        "models/churn.yaml:2 task: must be a known word, got 'binry'; did you mean 'binary'?",
    )
