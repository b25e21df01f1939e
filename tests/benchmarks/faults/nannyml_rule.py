"""NannyML's default drift and missing-values rules on the days of one folder; run by its own interpreter, knows nothing of Vitals.

`python nannyml_rule.py FOLDER` reads reference.parquet, columns.json and days/*.parquet, and writes nannyml.json: the
columns on which either rule, fitted on the reference by day, alerts on each day, and the days on which one stops with an error.
"""

import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import pandas as pd

BY_DAY = {"timestamp_column_name": "at", "chunk_period": "D"}


def rules_of(reference: pd.DataFrame, columns: dict[str, list[str]]) -> list:
    """Both rules with their default methods and thresholds."""
    import nannyml

    names, texts = [*columns["numeric"], *columns["texts"]], columns["texts"]
    drift = nannyml.UnivariateDriftCalculator(column_names=names, treat_as_categorical=texts, **BY_DAY)
    missing = nannyml.MissingValuesCalculator(column_names=names, **BY_DAY)
    return [drift.fit(reference), missing.fit(reference)]


def alerted(rule: object, day: pd.DataFrame) -> set[str]:
    """Columns with an alert on the one chunk of the day."""
    table = rule.calculate(day).filter(period="analysis").to_df()
    flags = [name for name in table.columns if name[-1] == "alert"]
    return {name[0] for name in flags if bool(table[name].astype("boolean").fillna(False).any())}


def main() -> None:
    """Judge the days of the folder that are not judged yet; what is done is written after each."""
    from nannyml.exceptions import NannyMLException

    warnings.simplefilter("ignore")
    folder = Path(sys.argv[1])
    columns = json.loads((folder / "columns.json").read_text())
    rules = rules_of(pd.read_parquet(folder / "reference.parquet"), columns)
    answer = folder / "nannyml.json"
    known = json.loads(answer.read_text()) if answer.exists() else {"alerts": {}, "errors": {}}
    for path in sorted((folder / "days").glob("*.parquet")):
        if path.stem in known["alerts"]:
            continue
        day, found = pd.read_parquet(path), set()
        for rule in rules:
            try:
                found |= alerted(rule, day)
            except (ValueError, TypeError, KeyError, ZeroDivisionError, IndexError, NannyMLException) as problem:
                known["errors"][path.stem] = f"{type(problem).__name__}: {problem}"[:200]
        known["alerts"][path.stem] = sorted(found)
        answer.write_text(json.dumps({"version": version("nannyml"), **known}, indent=1))


if __name__ == "__main__":
    main()
