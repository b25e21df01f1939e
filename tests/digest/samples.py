"""Days of invented models, from quiet to hostile, for the tests of digests, renderers and Slack."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from vitals.digest import Digest, ModelNews, Told, compose, told_of
from vitals.records import (
    Day,
    Evidence,
    Finding,
    Incident,
    Measurement,
    PartitionFacts,
    Severity,
    Symptom,
    Transition,
    TransitionKind,
)
from vitals.spec.model import Feedback, Model, Predictions, Task

DAY = date(2013, 8, 22)
CHANNEL = "C0123456789"
WEATHER = {"temp": 0.131, "wind_speed": 0.132, "precip": 0.1315, "visib": 0.148}


def model(name: str = "flight_late", **changes: object) -> Model:
    """Give a binary model with labels, an owner and a runbook."""
    plain = Model(
        model="flight_late",
        title="Will this flight be more than 15 minutes late?",
        task=Task.BINARY,
        timezone="America/New_York",
        owner="U02AB3CD4",
        channel=CHANNEL,
        runbook="https://wiki.example.com/flight-late",
        predictions=Predictions(source="warehouse", table="predictions", time="predicted_at", score="score"),
        feedback=Feedback(source="warehouse", table="feedback", id="id", time="observed_at", target="late"),
        metrics=("roc_auc", "precision", "recall"),
    )
    return plain.model_copy(update={"model": name, **changes})  # a copy is not checked: names may be hostile


def facts(name: str = "flight_late", rows: int = 923, previous: int | None = None) -> PartitionFacts:
    """Give a day's partition, with the number of rows read before when it was read again."""
    start = datetime(2013, 8, 22, 4, tzinfo=UTC)
    return PartitionFacts(
        model=name,
        day=DAY,
        window_start=start,
        window_end=start + timedelta(days=1),
        rows=rows,
        duplicates=0,
        first_time=start,
        last_time=start,
        hours=(0,) * 24,
        hour_lengths=(1.0,) * 24,
        columns=(),
        previous_rows=previous,
    )


def finding(symptom: Symptom, subject: str, statement: str, **changes: object) -> Finding:
    """Give a warning of today about flight_late."""
    plain = Finding(
        model="flight_late",
        day=DAY,
        cohort_day=None,
        priority=symptom.priority,
        severity=Severity.WARNING,
        symptom=symptom,
        subject=subject,
        segment="",
        statement=statement,
        what_to_do="Ask the owner of this column what changed; accept it if it is meant.",
    )
    return replace(plain, **changes)


def incident(found: Finding, opened_on: Day = DAY, **changes: object) -> Incident:
    """Give the open incident of a finding."""
    plain = Incident(
        fingerprint=found.fingerprint,
        opened_on=opened_on,
        model=found.model,
        priority=found.priority,
        severity=found.severity,
        symptom=found.symptom,
        subject=found.subject,
        segment=found.segment,
        last_seen_on=found.day,
        resolved_on=None,
        reason=None,
        days=(found.day - opened_on).days + 1,
    )
    return replace(plain, **changes)


def missing(subject: str, share: float, **changes: object) -> Finding:
    """Find a column that is missing more often than usual."""
    plain = finding(
        Symptom.INPUT_DRIFT,
        subject,
        f"{subject}: {100 * share:.1f} % missing (usually 0-0.3 %)",
        value=share,
        expected_low=0.0,
        expected_high=0.003,
        evidence=(Evidence("part", "null", share),),
    )
    return replace(plain, **changes)


def metrics(name: str = "flight_late") -> tuple[Measurement, ...]:
    """Coverage and two metrics at ages 1 and 14; the younger one cannot be said."""
    young, old = DAY - timedelta(days=1), DAY - timedelta(days=14)
    said = [
        (young, 1, "label_coverage", "", 0.41, None, None, 918, None),
        (young, 1, "performance", "roc_auc", None, None, None, 12, "12 positives < 30"),
        (old, 14, "label_coverage", "", 0.987, None, None, 931, None),
        (old, 14, "performance", "roc_auc", 0.7123, 0.681, 0.7436, 919, None),
        (old, 14, "performance", "precision", 0.514, 0.452, 0.575, 251, None),
    ]
    return tuple(
        Measurement(name, day, age, DAY, s, subject, "", v, lo, hi, n, "", why)
        for day, age, s, subject, v, lo, hi, n, why in said
    )


def quiet_news() -> ModelNews:
    """Give a day on which nothing happened."""
    usual = {("roc_auc", 14): (0.69, 0.75)}
    return ModelNews(model(), DAY, "monitored", facts(), metrics=metrics(), usual=usual)


def yesterday() -> Told:
    """Give a channel that was told yesterday that nothing is open."""
    return Told(DAY - timedelta(days=1))


def quiet() -> Digest:
    """Compose a quiet day with one snoozed incident and a few incidents before."""
    noise = incident(missing("pressure", 0.2))
    until = {f"{noise.fingerprint}/{noise.opened_on}": DAY + timedelta(days=5)}
    news = replace(quiet_news(), snoozed=(noise,), snoozed_until=until, incidents_28d=4, noisiest="temp")
    return compose(CHANNEL, DAY, [news], yesterday())


def busy_news() -> tuple[list[ModelNews], Told]:
    """Priority 1, 2 and 3, some of it new, worse, open for days or resolved, on three models."""
    answers = finding(
        Symptom.MISSING_ANSWERS,
        "score",
        "score: 6.1 % of 923 answers are missing, usually 0-0.2 %",
        severity=Severity.CRITICAL,
        what_to_do="Find the callers that got no answer; look at the clients and filters behind the model.",
        evidence=(
            Evidence("part", "null", 0.061),
            Evidence("likely cause: temp missing on 13 % of rows", "temp"),
            Evidence("coincides with gbm-2: 0 -> 100 %", "version"),
        ),
    )
    weather = [missing(name, share) for name, share in WEATHER.items()]
    shifted = finding(
        Symptom.RESPONSE_DRIFT,
        "decision",
        "decision: 31 % are 'warn', usually 18-24 %",
        value=0.31,
        evidence=(Evidence("part", "=warn", 0.31),),
        what_to_do="Compare with releases and with the inputs named below; accept it if it is meant.",
    )
    carrier = missing("tailnum", 0.044, segment="carrier=MQ")
    far = finding(Symptom.INPUT_DRIFT, "dep_hour", "dep_hour: 4.1 % in (22, 24], usually 0.8-1.3 %", value=0.041)
    holiday = finding(Symptom.TRAFFIC, "day", "1,204 rows, usually 890-960 on a Thursday", severity=Severity.INFO)
    latency = finding(
        Symptom.LATENCY,
        "p95",
        "p95 812 ms, usually 110-140 ms",
        segment="origin=LGA",
        severity=Severity.CRITICAL,
        what_to_do="Look at the slowest requests of this day and at what was released or grew before it.",
    )
    gone = incident(
        finding(Symptom.ERRORS, "status", ""), DAY - timedelta(days=3), resolved_on=DAY, reason="2 good days"
    )
    stale = incident(missing("pressure", 0.2), DAY - timedelta(days=5), last_seen_on=DAY - timedelta(days=1))
    long_open = incident(far, DAY - timedelta(days=3))
    worse = incident(latency, DAY - timedelta(days=1))
    new = [incident(one) for one in (answers, *weather, shifted, carrier)]
    late = ModelNews(
        model(),
        DAY,
        "monitored",
        facts(previous=910),
        findings=(answers, *weather, shifted, carrier, far, holiday, latency),
        incidents=(*new, long_open, worse, gone, stale),
        transitions=(
            Transition("flight_late", DAY, TransitionKind.QUIET, stale.fingerprint, stale.opened_on, "a good day"),
        ),
        metrics=metrics(),
        usual={("roc_auc", 14): (0.69, 0.75)},
        not_judged=("recall at age 14: 12 positives < 30", "humidity: column has no reference yet"),
        notes=("new version gbm-2 of flight_late: 100 % of rows, none in the 7 days before",),
        incidents_28d=9,
        noisiest="temp",
        noisy_input=(Symptom.INPUT_DRIFT, "temp"),
        calendar="day before Labour Day weekend",
    )
    other = ModelNews(
        model("eta_minutes", owner=None, runbook=None, feedback=None),
        DAY,
        "monitored",
        facts("eta_minutes", 40_122),
        warm_up=(6, 14),
    )
    third = ModelNews(model("rebook", owner=None), DAY, "waiting", problem="due 09:00 Europe/Berlin, rows until 14:05")
    open_before = Digest.from_json(
        compose(
            CHANNEL,
            DAY - timedelta(days=1),
            [
                ModelNews(
                    model(),
                    DAY,
                    "monitored",
                    incidents=(
                        long_open,
                        replace(worse, severity=Severity.WARNING),
                        replace(gone, resolved_on=None),
                        stale,
                    ),
                )
            ],
            None,
        ).to_json()
    )
    return [late, other, third], told_of(open_before)


def busy() -> Digest:
    """Compose the busy day as its channel is told."""
    news, told = busy_news()
    return compose(CHANNEL, DAY, news, told)


def broken() -> Digest:
    """Compose a model that could not be monitored beside one that is fine."""
    problem = "deployments/models/churn.yaml:21 feedback.ages: must be >= 1, got 0; use the days after which you look at labels"
    lost = ModelNews(model("churn"), DAY, "not_monitored", problem=problem)
    return compose(CHANNEL, DAY, [quiet_news(), lost], yesterday())


def warming_up() -> Digest:
    """Compose the sixth day of a new model, the first digest of its channel."""
    news = replace(quiet_news(), warm_up=(6, 14), metrics=())
    return compose(CHANNEL, DAY, [news], None)


def crowd(findings: int, models: int, name: str = "feature_{}") -> Digest:
    """So many findings over so many models, a tenth of them of priority 1, a fifth of priority 2."""
    found: dict[int, list[Finding]] = {number: [] for number in range(models)}
    for number in range(findings):
        symptom = (
            (Symptom.ERRORS, Symptom.RESPONSE_DRIFT, Symptom.HEURISTIC)[number % 10]
            if number % 10 < 3
            else Symptom.INPUT_DRIFT
        )
        subject = name.format(number)
        one = finding(symptom, subject, f"{subject}: 31 % of 923 rows, usually 18-24 %", value=(number % 97) / 97)
        found[number % models].append(replace(one, model=f"model_{number % models:03}"))
    news = [
        ModelNews(
            model(f"model_{number:03}"),
            DAY,
            "monitored",
            facts(f"model_{number:03}"),
            findings=tuple(each),
            incidents=tuple(map(incident, each)),
            metrics=metrics(f"model_{number:03}"),
        )
        for number, each in found.items()
    ]
    return compose(CHANNEL, DAY, news, yesterday())


HOSTILE = (
    "<!channel>",
    "<!here|x>",
    "<@U02AB3CD4>",
    "<!subteam^S0123>",
    "<https://evil.example|All OK>",
    "https://evil.example/a",
    "@channel",
    "a\u202egnp.exe",
    "zero\u200bwidth\ufeff",
    "x" * 10_000,
    "",
    "\x00\x07\x1b[31mred",
    "\ud800lone",
    "&lt;!channel&gt;",
    "*bold* _it_ ~no~ `code`",
    "line\nbreak\r\n\u2028here",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "日本語 🛫 ñ",
)


def hostile() -> Digest:
    """Every text that comes from data is an attack."""
    found = []
    for text in HOSTILE:
        evidence = (Evidence("part", text, 0.3), Evidence(text, text, 0.1))
        one = finding(
            Symptom.ERRORS, text, f"{text}: {text}", segment=f"origin={text}", what_to_do=text, evidence=evidence
        )
        two = replace(one, priority=3, symptom=Symptom.INPUT_DRIFT, value=0.3, expected_low=0.0, expected_high=0.1)
        found += [one, two]
    news = ModelNews(
        model(HOSTILE[0], title=HOSTILE[4], runbook="javascript:alert(1)", owner="<!channel>"),
        DAY,
        "monitored",
        facts(),
        findings=tuple(replace(one, model=HOSTILE[0]) for one in found),
        incidents=tuple(incident(replace(one, model=HOSTILE[0]), acknowledged_by=one.subject) for one in found),
        metrics=tuple(replace(one, subject=text, reason=text) for one, text in zip(metrics(), HOSTILE, strict=False)),
        not_judged=HOSTILE,
        noisiest=HOSTILE[0],
        incidents_28d=3,
        calendar=HOSTILE[4],
    )
    lost = [ModelNews(model(text), DAY, "not_monitored", problem=text) for text in HOSTILE[1:]]
    return compose(CHANNEL, DAY, [news, *lost], yesterday())
