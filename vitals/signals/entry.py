"""One line of what was measured: an estimate, said about a place on a day."""

from datetime import timedelta

from vitals.records import WHOLE, Day, Measurement, Symptom
from vitals.spec.model import Model
from vitals.stats.estimate import Estimate


def entry(
    model: Model,
    day: Day,
    signal: Symptom,
    subject: str,
    estimate: Estimate,
    *,
    age: int = 0,
    known_on: Day | None = None,
    segment: str = WHOLE,
) -> Measurement:
    """Write an estimate down; a signal is named after the symptom that it may show.

    Parameters
    ----------
    age, known_on : days after `day` at which labels were looked at; known `age` days after `day` unless said.
    """
    return Measurement(
        model=model.name,
        day=day,
        age=age,
        known_on=known_on or day + timedelta(days=age),
        signal=signal.value,
        subject=subject,
        segment=segment,
        value=estimate.value,
        lower=estimate.lower,
        upper=estimate.upper,
        n=estimate.n,
        method=estimate.method,
        reason=estimate.reason,
    )
