"""The steps of the story bound to Prefect tasks: one task per step, at most eight per model and day."""

from flows.plain import announce
from flows.story import Steps
from tasks.deliver import deliver
from tasks.evaluate import evaluate
from tasks.judge import judge
from tasks.measure import measure
from tasks.profile import profile
from tasks.read import read
from tasks.record import record
from tasks.validate import validate
from tasks.world import world

STEPS = Steps(
    read=read,
    validate=validate,
    profile=profile,
    measure=measure,
    evaluate=evaluate,
    record=record,
    judge=judge,
    tell=deliver,
    announce=lambda model: announce(world(), model),
)
