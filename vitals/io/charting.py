"""The step that gives a digest its charts: reads what was known of the models that have one; what is shown is decided in `vitals.digest`."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from vitals.digest.charts import Wanted, chart_of, wanted, with_charts
from vitals.digest.content import Chart, Digest
from vitals.digest.news import ModelNews
from vitals.io.store import Store
from vitals.judging.fold import PAST_DAYS
from vitals.judging.lines import DAYS
from vitals.judging.lookback import Lookback
from vitals.judging.needed import needed_since
from vitals.records import WHOLE, Day
from vitals.spec import Model

_BEFORE = DAYS + 70  # the first day of a line has a usual range too


def charted(store: Store, digest: Digest, news: Sequence[ModelNews]) -> Digest:
    """Give a digest its charts: two readings for each model that has one."""
    by_model: dict[str, list[Wanted]] = defaultdict(list)
    for one in wanted(digest, news):
        by_model[one.model.name].append(one)
    charts: dict[int, Chart] = {}
    for ones in by_model.values():
        lookback = _lookback(store, ones[0].model, digest.day, ones)
        for one in ones:
            chart = chart_of(lookback, one.finding, one.opened_on)
            if chart is not None:
                charts[one.item] = chart
    return with_charts(digest, charts)


def _lookback(store: Store, model: Model, day: Day, ones: Sequence[Wanted]) -> Lookback:
    after = day + timedelta(days=1)
    past = store.past(model.name, after, after - timedelta(days=PAST_DAYS))
    triage = store.triage(model.name)
    keys = {(one.finding.subject, segment) for one in ones for segment in (one.finding.segment, WHOLE)}
    since = needed_since(model, past, triage)
    known = keys & since.keys()
    if not known:
        return Lookback(model, day, past, triage)
    first = min(day - timedelta(days=_BEFORE), *(since[key] for key in known))
    stored = store.profiles(model.name, first, day, lambda _, subject, segment: (subject, segment) in known)
    return Lookback(model, day, past, triage, list(stored))
