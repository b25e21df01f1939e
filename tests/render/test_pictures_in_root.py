"""Pictures stand right under their cards, two at most; the others go along for the thread."""

from dataclasses import replace
from datetime import timedelta

from tests.digest import samples
from tests.render.checks import check
from vitals.digest.content import Chart, Item
from vitals.render import slack


def charted(item: Item, number: int) -> Item:
    """Give an item a chart of its own."""
    days = tuple(samples.DAY - timedelta(days=back) for back in range(9, -1, -1))
    nothing = (None,) * len(days)
    chart = Chart(f"chart {number}", True, days, (0.1,) * len(days), nothing, nothing, samples.DAY, f"chart {number}")
    return replace(item, chart=chart)


def test_two_pictures_stand_under_their_cards_and_the_third_goes_to_the_thread() -> None:
    """Card, picture, card, picture, card; each image block names a file of the message."""
    digest = samples.busy()
    items = tuple(charted(item, number) if item.priority < 3 else item for number, item in enumerate(digest.items))
    message = slack.render(replace(digest, items=items))
    kinds = [block["type"] for block in message.blocks][2:7]
    assert kinds == ["rich_text", "image", "rich_text", "image", "rich_text"]
    assert [file.in_root for file in message.files] == [True, True, False]
    check(message, {"U02AB3CD4"})
