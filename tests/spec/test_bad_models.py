"""Model files that are wrong: each problem names line, key, what came and what to do, and nothing else is said."""

import pytest

ONE_PROBLEM = [
    # keys and types
    ("task: binary", "task: binry", "3 task: must be a known word, got 'binry'; did you mean 'binary'?"),
    ("task: binary", "task: 3", "3 task: must be a known word, got 3; use one of binary, regression"),
    ("task: binary\n", "", "1 task: is missing; it is for: What the model answers"),
    ("title: Will this customer leave within a month?", "title: ' '", "2 title: must not be empty, got ' '"),
    ("title: Will", "title: " + "W" * 200, "2 title: must have at most 200 characters, got 'WWW"),
    ("metrics: [", "tresholds: 1\nmetrics: [", "35 tresholds: unknown key 'tresholds'; permitted here: model, title"),
    ("avoid:\n", "avoids:\n", "41 avoids: unknown key 'avoids'; did you mean 'avoid'?"),
    ("calendar: US", "calendar: US\nversion: 1", "40 version: unknown key 'version'; it belongs under predictions;"),
    ("calendar: US", "calendar: US\ncalendar: DE", "40 calendar: is given twice, on lines 39 and 40; keep one"),
    ("calendar: US", "calendar: US\n1: DE", "40 1: keys must be text; quote it"),
    ("calendar: US", "calendar: !country US", "39 calendar: has the tag !country, which is not read here"),
    ("days: 56", "day: 56", "38 reference.day: unknown key 'day'; did you mean 'days'?"),
    ("days: 56", "days: 7", "38 reference.days: must be >= 14, got 7; 56 (eight weeks) is usual"),
    ("days: 56", "days: 14.5", "38 reference.days: must be a whole number, got 14.5"),
    ("  version: model_version", "  version: 1", "18 predictions.version: must be text, got 1; it is for: Column with"),
    ("segments: [origin, carrier]", "segments: origin", "19 predictions.segments: must be a list, got 'origin'"),
    ("inputs: [carrier,", "inputs: [3,", "20 predictions.inputs.0: must be text, got 3"),
    ("status: {column: status, ok: [ok]}", "status: s", "22 predictions.status: must be a mapping of keys to values"),
    ("ok: [ok]", "ok: [200]", "22 predictions.status.ok.0: must be text, got 200; list the good values as quoted text"),
    ("ok: [ok]", "ok: []", "22 predictions.status.ok: must not be empty, got an empty list"),
    (
        "saturation: null",
        "saturation: {column: q, capacity: 0}",
        "23 predictions.saturation.capacity: must be > 0, got 0",
    ),
    ("limits:\n", "limits:\n  -\n", "54 limits.0: must be a mapping of keys to values, got nothing"),
    ("max: 6000", "max: .inf", "54 limits.0.max: must be a finite number, got inf"),
    ("max: 6000", "max: '6000'", "54 limits.0.max: must be a number, got '6000'"),
    ("null_share: 0.02", "null_share: 2", "54 limits.0.null_share: must be <= 1, got 2; shares lie between 0 and 1"),
    ("mute: true", "mute: yes", "56 alerts.0.mute: must be true or false, got 'yes'"),
    ("score: [0.5]", "score: 0.5", "37 defaults.score: must be a list, got 0.5"),
    ("score: [0.5]", "score: [{a: 1}]", "37 defaults.score.0: must be text, a number or true/false, got a mapping"),
    ("score: [0.5]", 'score: ["\\0"]', "37 defaults.score.0: holds a character that no database can store"),
    # names, ids, addresses, zones
    ("model: churn", "model: other", "1 model: must be the file's name, got 'other' in churn.yaml; rename one of both"),
    ("model: churn", "model: 2013", "1 model: must be text, got 2013; use lowercase letters"),
    ("U02AB3CD4", "'@lina'", "6 owner: has a form that is not allowed, got '@lina'; use the Slack id of a user"),
    ("C0123456789", "'#alerts'", "7 channel: has a form that is not allowed, got '#alerts'; use the Slack id of a"),
    ("https://wiki", "ftp://wiki", "8 runbook: has a form that is not allowed, got 'ftp://wiki.example.com/churn'"),
    ("https://wiki", "https://me:pw@wiki", "8 runbook: has a form that is not allowed"),
    ("expectations: churn_inputs", "expectations: ../x.yaml", "40 expectations: has a form that is not allowed"),
    ("table: feedback", "table: ../feedback", "26 feedback.table: has a form that is not allowed"),
    ("source: warehouse\n  table: f", "source: a b\n  table: f", "25 feedback.source: has a form that is not allowed"),
    (
        "America/New_York",
        "New York",
        "4 timezone: must be a time zone, got 'New York'; did you mean 'America/New_York'?",
    ),
    ("  target", "  time_zone: UCT+1\n  target", "30 feedback.time_zone: must be a time zone, got 'UCT+1'"),
    (
        "calendar: US",
        "calendar: us",
        "39 calendar: must be a country of the package holidays, got 'us'; did you mean 'US'",
    ),
    (
        "calendar: US",
        "calendar: US-QQ",
        "39 calendar: must name a region of US, got 'US-QQ'; use 'US' or US- and one of AK",
    ),
    # times and days
    ('due: "06:00"', "due: 600", '5 due: must be a time, got 600; write a quoted time like "06:00"'),
    ('due: "06:00"', "due: 6:00", "5 due: must be a time, got '6:00'; write a quoted time like"),
    ('due: "06:00"', 'due: "24:00"', "5 due: must be a time, got '24:00'; write a quoted time like"),
    ('due: "06:00"', 'due: "06:00Z"', "5 due: must be a local time without an offset, got 06:00:00"),
    ("window: 14d", "window: 2w", "32 feedback.window: must be days, got '2w'; write days like 14d"),
    (
        "labels: explicit\n  window: 14d",
        "labels: event\n  window: 21d",
        "33 feedback.ages: must reach the window of 21 days with labels: event, got 14; add the age 21",
    ),
    ("  target", "  holdout: ' '\n  target", "30 feedback.holdout: must not be empty, got ' '"),
    ("window: 14d", "window: 0d", "32 feedback.window: must be >= 1, got 0; write days like 14d"),
    ("since: 2013-04-01", "since: 2013-04-31", "56 alerts.0.since: must be a day, got '2013-04-31'; write a day like"),
    ("since: 2013-04-01", "since: 20130401", "56 alerts.0.since: must be a day, got 20130401; write a day like"),
    ("until: null", "until: 2013-03-01", "56 alerts.0.since: must not be after until, got 2013-04-01 > 2013-03-01"),
    # columns
    (
        "  id: prediction_id\n  time: predicted_at",
        "  time: predicted_at",
        "9 predictions.id: is missing; with feedback,",
    ),
    (
        "  source: warehouse\n  table: predictions",
        "  table: predictions",
        "9 predictions.source: is missing; write the",
    ),
    (
        "segments: [origin, carrier]",
        "segments: [origin, origin]",
        "19 predictions.segments.1: 'origin' is listed twice",
    ),
    ("inputs: [carrier,", "inputs: [dest,", "20 predictions.inputs.2: 'dest' is listed twice; keep one"),
    ("inputs: [carrier,", "inputs: [score,", "20 predictions.inputs.0: 'score' is the score as well; a column is an"),
    ("  score: score", "  score: decision", "17 predictions.decision: is the column 'decision' of score as well"),
    ("target: late", "target: distance", "30 feedback.target: 'distance' is a column of predictions as well; give the"),
    ("  target", "  time_unit: s\n  time_zone: UTC\n  target", "31 feedback.time_zone: has no effect with time_unit"),
    (
        "score: [0.5]",
        "scores: [0.5]",
        "37 defaults.scores: is no watched column, so its defaults have no effect; did you",
    ),
    ("score: [0.5]", "score: []", "37 defaults.score: must not be empty; list the values that mean no answer"),
    (
        "{column: distance, min",
        "{column: distanc, min",
        "54 limits.0.column: 'distanc' is no watched column; did you mean",
    ),
    ("min: 0, max", "min: 9999, max", "54 limits.0.min: must be <= max, got 9999 > 6000; swap them"),
    ("min: 0, max: 6000, null_share: 0.02", "", "54 limits.0: limits nothing; give min, max or null_share"),
    (
        "limits:\n",
        "limits:\n  - {column: distance, min: 1}\n",
        "55 limits.1.column: 'distance' is given twice in limits for the same days; keep one, or let one end (until)",
    ),
    (
        "max: 6000,",
        "max: 6000, since: 2013-05-02, until: 2013-05-01,",
        "54 limits.0.since: must not be after until, got 2013-05-02 > 2013-05-01; swap them",
    ),
    # labels and metrics
    (
        "ages: [1, 7, 14]",
        "ages: [0, 7]",
        "33 feedback.ages.0: must be >= 1, got 0; use the days after which you look at",
    ),
    (
        "ages: [1, 7, 14]",
        "ages: [7, 1]",
        "33 feedback.ages.1: 1 comes after 7; list ages in ascending order, each once",
    ),
    ("ages: [1, 7, 14]", "ages: [7, 7]", "33 feedback.ages.1: 7 is listed twice; list ages in ascending order"),
    ("ages: [1, 7, 14]", "ages: []", "33 feedback.ages: must not be empty, got an empty list; use the days"),
    ("ages: [1, 7, 14]", "ages: [true]", "33 feedback.ages.0: must be a whole number, got true"),
    ("ages: [1, 7, 14]", "ages: [9999]", "33 feedback.ages.0: must be <= 730, got 9999"),
    ("brier,", "brierr,", "35 metrics.5: 'brierr' is no metric of task binary; did you mean 'brier'?"),
    ("brier,", "mae,", "35 metrics.5: 'mae' is no metric of task binary; use one of average_precision, brier"),
    ("brier,", "recall,", "35 metrics.5: 'recall' is listed twice; keep one"),
    ("roc_auc: 0.02", "f1: 0.02", "36 metric_options.material.f1: 'f1' is not among the metrics; add it to metrics"),
    (
        "roc_auc: 0.02",
        "roc_acu: 0.02",
        "36 metric_options.material.roc_acu: 'roc_acu' is not among the metrics; did you",
    ),
    (
        "roc_auc: 0.02",
        "roc_auc: 0",
        "36 metric_options.material.roc_auc: must be > 0, got 0; write the smallest change",
    ),
    (
        "{material: {roc_auc: 0.02}}",
        "{within_tolerance: 5}",
        "36 metric_options.within_tolerance: is for task regression",
    ),
    (
        "positive: {decision: warn, target: 1}",
        "positive: {target: 1}",
        "35 metrics.2: 'precision' needs positive.decision",
    ),
    # rules
    (
        "    at_most: 0",
        "    at_most: 0\n    share: 0.1",
        "45 avoid.0.share: excludes at_most; tolerate a number of rows or",
    ),
    ("    at_most: 0", "    at_most: -1", "44 avoid.0.at_most: must be >= 0, got -1; write a number of rows"),
    ("share: 0.40", "share: 40", "49 avoid.1.share: must be <= 1, got 40; shares lie between 0 and 1: 0.4 means 40 %"),
    ("    share: 0.40\n", "", "47 avoid.1.over: 'outcomes' needs share or at_most: how much is tolerated"),
    ("over: outcomes", "over: labels", "47 avoid.1.over: must be a known word, got 'labels'; use one of outcomes"),
    (
        "Late ones we",
        'Told "ok" whom we scored above 50 %\n#',
        "46 avoid.1.name: 'Told \"ok\" whom we scored above 50 %' is",
    ),
    (
        "where: decision = 'ok' AND late = 1",
        "where: 1",
        "48 avoid.1.where: must be text, got 1; it is for: SQL predicate",
    ),
    # alerts
    ("input_drift, subject: wind", "input_drfit, subject: wind", "56 alerts.0.symptom: must be a known word, got"),
    (
        "subject: wind_speed, mute",
        "subject: wind_sped, mute",
        "56 alerts.0.subject: 'wind_sped' is no subject of input_drift",
    ),
    ("subject: wind_speed, mute", "mute", "56 alerts.0: mutes without subject; name the column, metric, hour or rule"),
    (", why: not actionable", "", "56 alerts.0: mutes without why; say the reason, for whoever finds the mute later"),
    ("why: not", "severity: info, why: not", "56 alerts.0.severity: has no effect on a mute; remove it"),
    ("mute: true, since", "since", "56 alerts.0: does nothing; give mute: true with why, or method with above"),
    (
        "above: 0.2, ",
        "",
        "57 alerts.1.method: needs above: the distance from which on it is a finding, like above: 0.2",
    ),
    ("method: psi, above: 0.2", "method: ks, above: 1.5", "57 alerts.1.above: must be < 1, the greatest ks there is"),
    ("method: psi", "method: ks2", "57 alerts.1.method: must be a known word, got 'ks2'; did you mean 'ks'?"),
    (
        "subject: distance, method",
        "subject: score, method",
        "57 alerts.1.symptom: 'input_drift' has no such test of score",
    ),
    (
        "subject: distance, method",
        "subject: distanc, method",
        "57 alerts.1.subject: 'distanc' is no watched column; did",
    ),
    (
        "method: psi",
        "mute: true, why: x, method: psi",
        "57 alerts.1.method: excludes mute; a muted finding is not tested",
    ),
    # what comes later
    ("task: binary", "task: multiclass", "3 task: 'multiclass' is not supported yet; use binary with the class as"),
    ("task: binary", "task: ranking", "3 task: 'ranking' is not supported yet; use regression with the score as"),
    ("  score: score", "  score: {a: p_a, b: p_b}", "16 predictions.score: one column per class is not supported yet"),
    ("saturation: null", "group: request_id", "23 predictions.group: is not supported yet; remove it"),
    (
        "{material",
        "{baseline: orgin, material",
        "36 metric_options.baseline: 'orgin' is neither hour nor one of predictions.segments; did you mean 'origin'?",
    ),
    ("{material", "{k: 5, material", "36 metric_options.k: is not supported yet; remove it"),
    ("brier,", "estimate,", "35 metrics.5: 'estimate' is not supported yet; remove it"),
    ("calendar: US", "max_rows: 0", "39 max_rows: must be >= 1, got 0; it is for: Rows that are read of a day at most"),
    ("calendar: US", "keep_examples: dest", "39 keep_examples: must be a list, got 'dest'"),
    ("expectations: churn_inputs", "expectations: [a, ../x]", "40 expectations.1: has a form that is not allowed"),
    ("expectations: churn_inputs", "expectations: 3", "40 expectations: must be a list, got 3"),
]


@pytest.mark.parametrize(("old", "new", "expected"), ONE_PROBLEM, ids=[f"{case[2][:50]}" for case in ONE_PROBLEM])
def test_one_problem_is_told_alone(full, problems, old, new, expected):
    """A file with one mistake gives one line: where, what, which value, what to do; no complaint that follows from it."""
    assert full.count(old) >= 1

    told = problems(full.replace(old, new, 1))

    assert len(told) == 1, told
    assert told[0].startswith(expected)
    assert ";" in told[0] or ":" in told[0].split(": ", 1)[1]


def test_all_problems_are_told_at_once_by_line(full, problems):
    """Types, unknown keys, cross rules and later parts come together, sorted by line."""
    text = full
    for old, new in [
        ("  version:", "  verison:"),
        ("ages: [1, 7, 14]", "ages: [0, 7, 7]"),
        ("share: 0.40", "share: 40"),
        ("task: binary", "task: binary\ntask: binary"),
        ("calendar: US", "max_rows: -9"),
        ("min: 0, max", "min: 9999, max"),
    ]:
        text = text.replace(old, new, 1)

    told = problems(text)

    assert [line.split(" ")[:2] for line in told] == [
        ["4", "task:"],
        ["19", "predictions.verison:"],
        ["34", "feedback.ages.0:"],
        ["34", "feedback.ages.2:"],
        ["40", "max_rows:"],
        ["50", "avoid.1.share:"],
        ["55", "limits.0.min:"],
    ]


def test_metrics_without_feedback_are_refused(small, problems):
    """Metrics need labels, and say so instead of staying silent."""
    assert problems(small + "metrics: [roc_auc]\n") == [
        "9 metrics: need labels; add feedback with source, table, id, time and target"
    ]


def test_outcome_rules_without_feedback_are_refused(small, problems):
    """A rule over outcomes needs labels."""
    text = small + "avoid:\n  - {name: a, over: outcomes, where: x = 1, share: 0.1}\n"

    assert problems(text) == ["10 avoid.0.over: 'outcomes' needs labels; add feedback, or judge predictions"]


def test_model_without_an_answer_is_refused(small, problems):
    """One of score and decision is what is watched first."""
    assert problems(small.replace("  score: score\n", "")) == [
        "4 predictions: needs score or decision: the column with what the model answers"
    ]


def test_metrics_of_decisions_need_a_decision(full, problems):
    """Precision without a decision column cannot be said, nor what counts as positive."""
    told = problems(full.replace("  decision: decision\n", ""))

    assert [line.split(";")[0] for line in told] == [
        "33 positive.decision: has no effect without predictions.decision",
        "34 metrics.2: 'precision' needs predictions.decision",
        "34 metrics.3: 'recall' needs predictions.decision",
    ]


def test_regression_refuses_what_is_for_binary(full, problems):
    """Positive answers and binary metrics are for task binary."""
    told = problems(full.replace("task: binary", "task: regression"))

    assert told[0].startswith("34 positive: is for task binary, got task regression; remove it")
    assert "35 metrics.0: 'roc_auc' is no metric of task regression; use one of bias, mae" in told[1]


def test_events_need_classes(small, problems):
    """That no row means negative says nothing about a number."""
    feedback = "  id: id\nfeedback:\n  source: w\n  table: f\n  id: id\n  time: t\n  target: y\n  labels: event\n"

    told = problems(small.replace("task: binary", "task: regression") + feedback)

    assert told == [
        "16 feedback.labels: 'event' is for task binary, got task regression: no row is no number; use explicit"
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            "metrics: [mae, within_tolerance]\n",
            "16 metrics.1: 'within_tolerance' needs metric_options.within_tolerance",
        ),
        (
            "metrics: [mae]\nmetric_options: {within_tolerance: 5}\n",
            "17 metric_options.within_tolerance: has no effect",
        ),
        (
            "metrics: [mae, rmse]\nmetric_options: {material: {rmse: 1}}\n",
            "17 metric_options.material.rmse: rmse is shown",
        ),
    ],
)
def test_options_of_regression_need_their_metric(small, problems, options, expected):
    """An option without its metric, and a metric without its option, would have no effect."""
    feedback = "  id: id\nfeedback:\n  source: w\n  table: f\n  id: id\n  time: t\n"
    text = small.replace("task: binary", "task: regression") + feedback + "  target: y\n" + options

    told = problems(text)

    assert len(told) == 1
    assert told[0].startswith(expected)


@pytest.mark.parametrize("text", ["predictions: 3\n", "predictions: [a]\n", "predictions:\n"])
def test_without_predictions_nothing_else_is_judged(text, problems):
    """When the columns are not known, rules about columns stay silent."""
    rest = "model: churn\ntask: binary\ntimezone: UTC\nlimits: [{column: a, min: 1}]\ndefaults: {b: [1]}\n"

    told = problems(rest + text)

    assert len(told) == 1
    assert " predictions: " in told[0]
