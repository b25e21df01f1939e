"""The pictures that go with a digest to Slack: at most two beside the cards, the others in the thread."""

from vitals import words
from vitals.digest.content import Digest, Item
from vitals.render.blocks import Block
from vitals.render.messages import Attachment

IN_ROOT, IN_THREAD = 2, 10
MOST_ALT = 2_000


def attachments(digest: Digest) -> tuple[Attachment, ...]:
    """Draw the charts of priority-1 and -2 cards, most urgent first: two for the root, up to ten for the thread."""
    from vitals.render import chart

    charted = [item for item in digest.items if item.shown == "card" and item.priority < 3 and item.chart]
    charted.sort(key=lambda item: item.priority)
    return tuple(
        Attachment(
            name=f"{digest.day.isoformat()}-{number}.png",
            title=words.visible(f"{item.place} · {item.title}", 200),
            alt=words.visible(item.chart.alt, MOST_ALT),
            content=chart.png(item.chart),
            in_root=number <= IN_ROOT,
        )
        for number, item in enumerate(charted[: IN_ROOT + IN_THREAD], 1)
        if item.chart
    )


def picture_of(item: Item, pictures: tuple[Attachment, ...]) -> Attachment | None:
    """Give the picture of an item among those of its digest, None where it has none."""
    if item.chart is None:
        return None
    title, alt = words.visible(f"{item.place} · {item.title}", 200), words.visible(item.chart.alt, MOST_ALT)
    return next((one for one in pictures if (one.title, one.alt) == (title, alt)), None)


def image(picture: Attachment) -> Block:
    """Show an uploaded picture in a message; the sender puts the file's id for its name."""
    return {"type": "image", "slack_file": {"id": picture.name}, "alt_text": picture.alt}
