"""The whole product on one page: observe what is due, judge from the first changed day, tell every channel its news.

Written once over a frozen `Steps`; the terminal binds plain functions, Prefect's flows bind the same ones as tasks,
so both give the same tables. Knows nothing of Prefect, of databases or of statistics.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from traceback import format_exception

from vitals.errors import BrokenDaysError, ConfigError, InputError, NotifyError, StoreError, VitalsError
from vitals.io.settings import without_secrets
from vitals.io.summing import Summed
from vitals.io.telling import Delivered
from vitals.profiles import Profile
from vitals.records import Day, Evaluated, Measurement, Observation, Partition, Transition, Validation
from vitals.spec import Model

log = logging.getLogger("vitals.story")


@dataclass(frozen=True)
class Steps:
    """What a day consists of; every step is a function that may be called again with the same effect.

    Attributes
    ----------
    announce : no step, but what lets other processes see, while it is entered, that a model is being worked on.
    """

    read: Callable[[Model, Day], Partition]
    validate: Callable[[Model, Partition], Sequence[Validation]]
    profile: Callable[[Model, Partition], Sequence[Profile]]
    measure: Callable[[Model, Partition], Sequence[Measurement]]
    evaluate: Callable[[Model, Day], Evaluated]
    record: Callable[[Model, Observation], bool]
    judge: Callable[[Model], Sequence[Transition]]
    tell: Callable[[str, Day, Sequence[Model], Mapping[str, str]], Delivered]
    announce: Callable[[Model], AbstractContextManager[None]] = lambda _: nullcontext()


@dataclass
class Outcome:
    """What came of a run: which days were observed, what changed, who could not be monitored and why."""

    observed: dict[str, list[Day]] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    errors: dict[str, VitalsError] = field(default_factory=dict)
    delivered: list[Delivered] = field(default_factory=list)
    undelivered: dict[str, NotifyError] = field(default_factory=dict)
    summed: list[Summed] = field(default_factory=list)

    def join(self, later: "Outcome") -> None:
        """Add what came of a later turn of the same run."""
        for name, days in later.observed.items():
            self.observed[name] = [*self.observed.get(name, ()), *days]
        self.transitions += later.transitions
        self.problems |= later.problems
        self.errors |= later.errors


def observe(model: Model, day: Day, steps: Steps) -> None:
    """Look at one day of one model. Depends on nothing but that day's rows and the model's file."""
    partition = steps.read(model, day)
    validations = steps.validate(model, partition)
    profiles = steps.profile(model, partition)
    measurements, evaluated = steps.measure(model, partition), steps.evaluate(model, day)
    profiles, measurements = [*profiles, *evaluated.profiles], [*measurements, *evaluated.measurements]
    steps.record(model, Observation(partition.facts, validations, profiles, measurements))


def observe_each(model: Model, days: Sequence[Day], steps: Steps) -> None:
    """Observe days one by one, oldest first; see `each_day`."""
    each_day(days, lambda day: observe(model, day, steps))


def each_day(days: Sequence[Day], do: Callable[[Day], None]) -> None:
    """Do something for days one by one; a day whose rows cannot be read never stops those after it.

    Raises
    ------
    BrokenDaysError : when all others are done; of a single day its own error is raised.
    """
    broken: dict[str, str] = {}
    for day in days:
        try:
            do(day)
        except InputError as error:
            if len(days) == 1:
                raise
            broken |= BrokenDaysError.reasons(error, [day])
    if broken:
        raise BrokenDaysError(broken)


ObserveDays = Callable[[Model, Sequence[Day], Steps], None]
DayOf = Callable[[Sequence[Model]], Day | None]
Listen = Callable[[str, Sequence[Model]], Sequence[str]]
SumUp = Callable[[str, Day, Sequence[Model]], Summed | None]


def hear(models: Sequence[Model], channel_of: Callable[[Model], str], listen: Listen) -> list[str]:
    """Take in what people said under the digests of every channel, before days are judged; gives it in words.

    A channel that cannot be read now is heard by the next run, and stops nobody.
    """
    heard: list[str] = []
    for channel in dict.fromkeys(channel_of(model) for model in models):
        try:
            heard += listen(channel, [model for model in models if channel_of(model) == channel])
        except (NotifyError, StoreError) as error:
            log.warning("reactions in %s are heard by the next run: %s", channel, error)
    return heard


def monitor(
    models: Sequence[Model],
    days: Mapping[str, Sequence[Day]],
    steps: Steps,
    observe_days: ObserveDays = observe_each,
) -> Outcome:
    """Observe and judge every model; a model that fails is reported and never stops the others.

    Others can see that it is being worked on: who tells of it meanwhile waits rather than tell a part.
    """
    outcome = Outcome()
    for model in models:
        due = list(days.get(model.name, ()))
        with failures_become_problems(model, outcome), steps.announce(model) if due else nullcontext():
            broken = _observed(model, due, steps, observe_days, outcome)
            if broken is None or outcome.observed[model.name]:
                outcome.transitions += steps.judge(model)
            if broken is not None:
                raise broken
    return outcome


def _observed(
    model: Model, due: Sequence[Day], steps: Steps, observe_days: ObserveDays, outcome: Outcome
) -> BrokenDaysError | None:
    """Observe days and remember which; gives what is to be said of those whose rows could not be read."""
    broken: BrokenDaysError | None = None
    try:
        observe_days(model, due, steps)
    except BrokenDaysError as error:
        broken = error
    outcome.observed[model.name] = [day for day in due if broken is None or day.isoformat() not in broken.days]
    return broken


def leave_out(outcome: Outcome, unread: Mapping[str, str]) -> None:
    """Count models whose files cannot be read among those that could not be monitored."""
    for name, text in unread.items():
        outcome.problems[name] = text
        outcome.errors[name] = ConfigError(text)


def tell(
    models: Sequence[Model],
    channel_of: Callable[[Model], str],
    day: Day | DayOf,
    steps: Steps,
    outcome: Outcome,
    unread: Mapping[str, str] | None = None,
) -> None:
    """Compose and deliver the digest of every channel; models that failed are listed in theirs.

    `models` are all of their channels, those that the run was not about included.
    `day` may be asked for by the models of a channel; None says that there is nothing to tell it now.
    A model whose file cannot be read has no channel: it is listed in all of them (`unread`: why, also where it was no
    part of the run). A channel that cannot be reached is reported and never stops the others.
    """
    known = {model.name for model in models}
    for channel in dict.fromkeys(channel_of(model) for model in models):
        members = [model for model in models if channel_of(model) == channel]
        others = known - {model.name for model in members}
        said = {**(unread or {}), **outcome.problems}
        problems = {name: text for name, text in said.items() if name not in others}
        told = day(members) if callable(day) else day
        if told is None:
            continue
        try:
            outcome.delivered.append(steps.tell(channel, told, members, problems))
        except NotifyError as error:  # monitoring is done and stored; the next run delivers again
            log.warning("the digest of %s did not reach %s: %s", told, channel, error)
            outcome.undelivered[channel] = error


def sum_up(
    models: Sequence[Model],
    channel_of: Callable[[Model], str],
    days: Mapping[str, Sequence[Day]],
    say: SumUp,
    outcome: Outcome,
) -> None:
    """Tell channels a summary about some days; one that cannot be reached is reported and never stops the others."""
    for channel, told in days.items():
        members = [model for model in models if channel_of(model) == channel]
        for day in told:
            try:
                summed = say(channel, day, members)
            except NotifyError as error:  # the same run again tells it
                log.warning("a summary did not reach %s: %s", channel, error)
                outcome.undelivered.setdefault(channel, error)
            else:
                outcome.summed += [summed] if summed else []


def told_days(outcome: Outcome) -> Mapping[str, Sequence[Day]]:
    """The days that each channel was told of in this run."""
    days: dict[str, list[Day]] = {}
    for told in outcome.delivered:
        days.setdefault(told.digest.channel, []).append(told.digest.day)
    return days


@contextmanager
def failures_become_problems(model: Model, outcome: Outcome) -> Iterator[None]:
    """Turn any failure of one model into a line of the digest, with its traceback in the log."""
    try:
        yield
    except Exception as error:
        if was_interrupted(error):
            raise KeyboardInterrupt from error
        _remember(model, outcome, error)


def was_interrupted(error: BaseException | None) -> bool:
    """Whether Ctrl-C is behind an error: DuckDB and Arrow, interrupted in the middle, raise errors of their own."""
    while error is not None:
        if type(error).__name__ in {"InterruptException", "ArrowCancelled", "KeyboardInterrupt"}:
            return True
        if str(error) == "Query interrupted":  # a RuntimeError, where rows were being handed over
            return True
        error = error.__cause__ or error.__context__
    return False


def _remember(model: Model, outcome: Outcome, error: Exception) -> None:
    """Keep why a model could not be monitored; digest, page, log and states of runs get it from here, so no secrets."""
    said = without_secrets(str(error))
    if isinstance(error, VitalsError):
        log.warning("%s could not be monitored: %s", model.name, said)
        outcome.problems[model.name] = said
        outcome.errors[model.name] = error
    else:
        log.error("%s could not be monitored\n%s", model.name, without_secrets("".join(format_exception(error))))
        outcome.problems[model.name] = f"unexpected {type(error).__name__}: {said}; a bug, the log shows where"
        outcome.errors[model.name] = VitalsError(outcome.problems[model.name])
