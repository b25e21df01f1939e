"""What a run's state says: telling names for runs that found something, failure only for failing to monitor."""

from collections import Counter

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.story import Outcome
from vitals import words
from vitals.errors import UndeliveredError
from vitals.records import Severity


def summary(outcome: Outcome, skipped: int = 0) -> State[None]:
    """Sum a run up as its final state.

    Parameters
    ----------
    skipped : days of models that a backfill left out.
    """
    if outcome.problems:
        lost = "; ".join(f"{name}: {text}" for name, text in sorted(outcome.problems.items()))
        return Failed(message="; ".join([f"not monitored: {lost}", *unheard(outcome)]))
    counted = Counter(item.severity for told in outcome.delivered for item in told.digest.items)
    fine = sum(line.ok for told in outcome.delivered for line in told.digest.models)
    parts = [
        f"{counted[severity]} {severity}" for severity in (Severity.CRITICAL, Severity.WARNING) if counted[severity]
    ]
    told = [*parts, f"{fine} fine"] if outcome.delivered else [_observed(outcome, skipped)]
    name = ", ".join([*unheard(outcome), *told])
    reasons = [f"{channel}: {error}" for channel, error in outcome.undelivered.items()]
    headlines = [told.digest.headline for told in outcome.delivered]
    why = [f"{name}: observed before with the same model file and suite"] if skipped else []
    return Completed(name=name, message="; ".join([*reasons, *headlines, *why]) or name)


def _observed(outcome: Outcome, skipped: int) -> str:
    days = sum(len(each) for each in outcome.observed.values())
    done = f"{words.count(days, 'model-day')} observed" if days else "nothing to do"
    return f"{done}, {skipped:,} skipped" if skipped else done


def unheard(outcome: Outcome) -> list[str]:
    """Say how many digests did not arrive, those with priority 1 by themselves, and how many perhaps did not."""
    urgent = sum(isinstance(error, UndeliveredError) and error.urgent for error in outcome.undelivered.values())
    counted = [
        (urgent, "PRIORITY 1 NOT DELIVERED to"),
        (len(outcome.undelivered) - urgent, "digest not delivered to"),
        (sum(not told.arrived for told in outcome.delivered), "digest perhaps not delivered to"),
    ]
    return [f"{what} {words.count(amount, 'channel')}" for amount, what in counted if amount]
