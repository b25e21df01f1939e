"""The demo's second model file: it loads, its columns exist, and the evidence in its comments holds."""

import duckdb
import pytest

from vitals.spec import Model, load_model


@pytest.fixture(scope="module")
def model(flights) -> Model:
    return load_model(flights.parents[1] / "models" / "flight_delay.yaml")


def test_columns_exist(model, flights):
    """Every column that the file names is in the data, and what the first model watches is not watched again."""
    given = {row[0] for row in duckdb.sql(f"DESCRIBE FROM '{flights}/predictions.parquet'").fetchall()}
    labels = {row[0] for row in duckdb.sql(f"DESCRIBE FROM '{flights}/feedback.parquet'").fetchall()}

    assert {*model.watched, *model.predictions.segments, model.predictions.id, model.predictions.time} <= given
    assert {model.feedback.id, model.feedback.time, model.feedback.target} <= labels
    assert model.watched == ("predicted_delay",)


def test_rule_over_predictions_never_fires(model, flights):
    """No flight of the demo was predicted a delay that none has."""
    rule = model.avoid[0]
    ((count,),) = duckdb.sql(f"SELECT count(*) FROM '{flights}/predictions.parquet' WHERE {rule.where}").fetchall()

    assert (rule.over, rule.at_most, count) == ("predictions", 0, 0)


def test_the_outcome_rule_fires_on_the_worst_days_only(model, flights):
    """At age 14, over the flights with a label, exactly the days named in the comment exceed the share."""
    rule = model.avoid[1]
    found = duckdb.sql(f"""
        SELECT day::varchar FROM (
            SELECT timezone('America/New_York', predicted_at)::date AS day, *
            FROM '{flights}/predictions.parquet' JOIN '{flights}/feedback.parquet' USING (prediction_id)
            WHERE status = 'ok' AND timezone('America/New_York', observed_at::timestamptz) < day + INTERVAL 15 DAY)
        GROUP BY day HAVING avg(({rule.where})::int) > {rule.share} ORDER BY day""").fetchall()

    assert [row[0] for row in found] == ["2013-04-22", "2013-06-24", "2013-07-07", "2013-07-09", "2013-07-10"]
