"""Evidently's default drift rule on the days of one folder; run by Evidently's own interpreter, knows nothing of Vitals.

`python evidently_rule.py FOLDER` reads reference.parquet, columns.json and days/*.parquet, and writes evidently.json: the
columns that `DataDriftPreset` with no argument calls drifted on each day, and the days on which it stops with an error.
"""

import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import pandas as pd

LARGEST = 300_000
"""rows of a reference that are compared at most: of more, every tenth is; its thresholds do not depend on the number of rows"""
STOPS = (ValueError, TypeError, KeyError, ZeroDivisionError, IndexError)


def drifted(current: pd.DataFrame, reference: pd.DataFrame, columns: dict[str, list[str]]) -> list[str]:
    """Columns of one day for which the preset's own test of that column fails."""
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    kinds = DataDefinition(numerical_columns=columns["numeric"], categorical_columns=columns["texts"])
    both = [Dataset.from_pandas(frame, data_definition=kinds) for frame in (current, reference)]
    tests = Report([DataDriftPreset()], include_tests=True).run(*both).dict()["tests"]
    failed = [test["metric_config"]["params"] for test in tests if test["status"] == "FAIL"]
    return sorted({test["column"] for test in failed if test.get("column")})


def main() -> None:
    """Judge the days of the folder that are not judged yet; what is done is written after each."""
    warnings.simplefilter("ignore")
    folder = Path(sys.argv[1])
    columns = json.loads((folder / "columns.json").read_text())
    reference = pd.read_parquet(folder / "reference.parquet").drop(columns="at")
    if len(reference) > LARGEST:
        reference = reference.iloc[::10].reset_index(drop=True)
    answer = folder / "evidently.json"
    known = json.loads(answer.read_text()) if answer.exists() else {"alerts": {}, "errors": {}}
    for path in sorted((folder / "days").glob("*.parquet")):
        if path.stem in known["alerts"] or path.stem in known["errors"]:
            continue
        try:
            known["alerts"][path.stem] = drifted(pd.read_parquet(path).drop(columns="at"), reference, columns)
        except STOPS as problem:
            known["errors"][path.stem] = f"{type(problem).__name__}: {problem}"[:200]
        answer.write_text(json.dumps({"version": version("evidently"), **known}, indent=1))


if __name__ == "__main__":
    main()
