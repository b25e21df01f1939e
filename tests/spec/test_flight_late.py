"""The demo's model file: it loads, its columns exist, and the evidence in its comments holds."""

import duckdb
import pytest

from vitals.spec import Model, load_model

LABELLED = """
    SELECT timezone('America/New_York', predicted_at)::date AS day, * EXCLUDE prediction_id
    FROM '{folder}/predictions.parquet' p JOIN '{folder}/feedback.parquet' f USING (prediction_id)
    WHERE status = 'ok' AND score IS NOT NULL
      AND timezone('America/New_York', observed_at::timestamptz) < day + INTERVAL 15 DAY
"""


@pytest.fixture(scope="module")
def model(flights) -> Model:
    return load_model(flights.parents[1] / "models" / "flight_late.yaml")


def test_columns_exist(model, flights):
    """Every column that the file names is in the data."""
    given = {row[0] for row in duckdb.sql(f"DESCRIBE FROM '{flights}/predictions.parquet'").fetchall()}
    labels = {row[0] for row in duckdb.sql(f"DESCRIBE FROM '{flights}/feedback.parquet'").fetchall()}
    named = {*model.watched, *model.predictions.segments, model.predictions.id, model.predictions.time}

    assert named | {"status", "model_version"} <= given
    assert {model.feedback.id, model.feedback.time, model.feedback.target} <= labels


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("Late flights we did not warn about", ["2013-04-22", "2013-04-25", "2013-04-26", "2013-06-24"]),
        ("Passengers warned of a flight that was on time", ["2013-08-12", "2013-08-26", "2013-08-27", "2013-08-30"]),
    ],
)
def test_outcome_rules_fire_on_the_worst_days_only(model, flights, name, days):
    """At age 14, over the flights with a label, exactly the days named in the comment exceed the share."""
    (rule,) = [rule for rule in model.avoid if rule.name == name]
    found = duckdb.sql(
        f"SELECT day::varchar FROM ({LABELLED.format(folder=flights)}) "
        f"GROUP BY day HAVING avg(({rule.where})::int) > {rule.share} ORDER BY day"
    ).fetchall()

    assert [row[0] for row in found] == days


def test_rule_over_predictions_never_fires(model, flights):
    """The post-processing of the demo is right: nobody above 50 % was told ok."""
    rule = model.avoid[0]
    ((count,),) = duckdb.sql(f"SELECT count(*) FROM '{flights}/predictions.parquet' WHERE {rule.where}").fetchall()

    assert (rule.over, rule.at_most, count) == ("predictions", 0, 0)
