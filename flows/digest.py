"""The digest flow: compose the digest of a day again and deliver what is new."""

from datetime import date

from prefect import flow
from prefect.client.schemas.objects import State

from flows import due, story
from flows.choosing import chosen
from flows.daily import scheduled_start
from flows.naming import summary
from flows.steps import STEPS
from tasks.discreet import discreet
from tasks.listen import listen
from tasks.world import world
from vitals.io.telling import channel_of

STORY = """Compose the digest of a day from what is stored and deliver it, as a revision if something changed."""


@flow(name="digest", description=STORY)
@discreet
def digest(day: date | None = None, channels: list[str] = []) -> State[None]:  # noqa: B006  Prefect shows the default
    """Tell channels what is known of a day.

    Args:
        day: The day; empty means the newest that is due.
        channels: Which channels; none means all.
    """
    start = scheduled_start()
    watched, unread = chosen(world().settings, [])
    told = [model for model in watched if not channels or channel_of(world(), model) in channels]
    story.hear(told, lambda model: channel_of(world(), model), listen)
    outcome = story.Outcome()
    story.leave_out(outcome, unread)
    story.tell(
        told,
        lambda model: channel_of(world(), model),
        day or (lambda members: due.channel_day(members, start)),
        STEPS,
        outcome,
    )
    return summary(outcome)
