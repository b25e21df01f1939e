"""What a run's state says: telling names for runs that found something, failure only for failing to monitor."""

from collections import Counter

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.story import Outcome
from vitals.records import Severity


def summary(outcome: Outcome) -> State[None]:
    """Sum a run up as its final state."""
    if outcome.problems:
        lost = "; ".join(f"{name}: {text}" for name, text in sorted(outcome.problems.items()))
        return Failed(message=f"not monitored: {lost}")
    counted = Counter(item.severity for told in outcome.delivered for item in told.digest.items)
    fine = sum(line.ok for told in outcome.delivered for line in told.digest.models)
    parts = [
        f"{counted[severity]} {severity}" for severity in (Severity.CRITICAL, Severity.WARNING) if counted[severity]
    ]
    unheard = len(outcome.undelivered)
    parts += [f"{unheard} {'digest' if unheard == 1 else 'digests'} not delivered"] if unheard else []
    name = ", ".join([*parts, f"{fine} fine"])
    reasons = [f"{channel}: {error}" for channel, error in outcome.undelivered.items()]
    return Completed(
        name=name, message="; ".join([*reasons, *(told.digest.headline for told in outcome.delivered)]) or name
    )
