"""The observe flow: one model's chunk of a backfill as a run of its own, for workers on other machines."""

from datetime import date

from prefect import flow

from flows.backfill import observe_chunk
from flows.choosing import chosen, todo
from tasks.discreet import discreet
from tasks.world import world

STORY = """Observe **a chunk of days** of one model, and nothing else: no judging, no digest.

Started by *backfill* with *fan_out*, one run per chunk, spread over every worker of the pool. Days are independent of
each other, so any number of these may run at once.
"""


@flow(name="observe", flow_run_name="observe {model} {first_day} to {last_day}", description=STORY)
@discreet
def observe(model: str, first_day: date, last_day: date, force: bool = False) -> int:
    """Observe a chunk.

    Args:
        model: Which model.
        first_day: First day, in the model's own time zone.
        last_day: Last day (included).
        force: Observe days again that were observed before.
    """
    (watched,), _ = chosen(world().settings, [model])
    days = todo(world(), watched, first_day, last_day, force=force)
    return observe_chunk(watched, first_day, last_day, days) if days else 0
