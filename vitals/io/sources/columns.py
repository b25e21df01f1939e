"""Which columns of the prediction log a model's day needs: each once, in an order that never changes by itself."""

from collections.abc import Iterable

from vitals.spec.model import Model


def needed_columns(model: Model, rule_columns: Iterable[str], suite_columns: Iterable[str]) -> tuple[str, ...]:
    """Name what to read: id, time, watched columns, version, segments, status, saturation, defaults, rules, suite.

    Parameters
    ----------
    rule_columns, suite_columns : what users' rules and expectations mention, in any order.

    Returns
    -------
    tuple of str
        Each once; `score` and `decision` under `defaults` mean the columns in those roles. Names from rules and suites come last, sorted: sets may be passed. `loaded_at` is not among them
        unless a rule or the suite asks for it.
    """
    log = model.predictions
    parts = (log.status, log.saturation)
    roles = {"score": log.score, "decision": log.decision}
    named = [
        log.id,
        log.time,
        *model.watched,
        log.version,
        *log.segments,
        *(part.column for part in parts if part),
        *(roles.get(name) or name for name in model.defaults),
        *sorted({*rule_columns, *suite_columns}),
    ]
    return tuple(dict.fromkeys(name for name in named if name))
