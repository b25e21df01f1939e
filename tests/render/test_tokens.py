"""The last look: whatever may call, link or hide is found in every string, and names from data never get that far."""

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.digest import samples
from tests.render.checks import check
from vitals.records import Evidence, Symptom
from vitals.render import html, slack, tables, text, tokens
from vitals.render.blocks import link, rich, section
from vitals.render.messages import Attachment, SlackMessage
from vitals.render.tokens import LiveTokenWarning, guarded, live

GOOD = SlackMessage("fine &amp; <@U1>", ({"type": "divider"},), {"event_type": "x", "event_payload": {"part": 0}})
LIVE = [
    replace(GOOD, text="<!channel>"),
    replace(GOOD, text="a & b"),
    replace(GOOD, text="<https://evil.example|All OK>"),
    replace(GOOD, text="<@U2>"),
    replace(GOOD, text="a\u202eb"),
    replace(GOOD, plain=("<!here>",)),
    replace(GOOD, blocks=({"type": "section", "text": {"type": "mrkdwn", "text": "x"}},)),
    replace(GOOD, blocks=(rich(section([{"type": "user", "user_id": "U2"}])),)),
    replace(GOOD, blocks=(rich(section([{"type": "broadcast", "range": "channel"}])),)),
    replace(GOOD, blocks=(rich(section([link("javascript:alert(1)", "x")])),)),
    replace(GOOD, blocks=(rich(section([{"type": "text", "text": "\ud800"}])),)),
    replace(GOOD, blocks=(rich(section([{"type": "text", "text": ""}])),)),
    replace(GOOD, blocks=({"type": "divider", "value": float("nan")},)),
    replace(GOOD, metadata={"event_type": "x", "event_payload": {"key": "é"}}),
    replace(GOOD, thread=(replace(GOOD, text="<!everyone>"),)),
    replace(GOOD, files=(Attachment("../x", "x", "", b""),)),
]


def test_a_dead_message_passes_as_it_is() -> None:
    """What the configuration allows may be called."""
    assert live(GOOD, {"U1"}) == []
    assert guarded(GOOD, {"U1"}) is GOOD


@pytest.mark.parametrize("message", LIVE)
def test_what_is_live_is_found_told_and_replaced_by_bare_text(message: SlackMessage) -> None:
    """A defect of rendering is loud, and still nobody is called."""
    with pytest.warns(LiveTokenWarning, match="was about to be sent with"):
        safe = guarded(message, {"U1"})
    assert live(safe, ()) == live(replace(GOOD, text="x", blocks=(), metadata=message.metadata), ())
    assert (safe.blocks, safe.thread, safe.files) == ((), (), ())


STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]")
NAMES = st.one_of(
    st.sampled_from(samples.HOSTILE),
    st.text(max_size=60),
    st.text(st.sampled_from("<>!@#|&;`*_~=+-\u202e\u200b\ud800\x00\n 🛫א"), max_size=30),
)


@given(names=st.lists(NAMES, min_size=9, max_size=9))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_from_anywhere_comes_to_life(names: list[str]) -> None:
    """Model, title, column, segment, category, rule, advice, runbook, owner, channel: nothing gets through."""
    model, title, subject, segment, statement, advice, runbook, owner, other = names
    found = [
        samples.finding(
            symptom,
            subject + str(number),
            statement,
            model=model,
            segment=segment,
            what_to_do=advice,
            evidence=(Evidence("part", other, 0.3), Evidence(other, other, 0.1)),
            value=0.3,
        )
        for number, symptom in enumerate([Symptom.AVOID, Symptom.HEURISTIC, Symptom.INPUT_DRIFT] * 3)
    ]
    watched = samples.model(model, title=title, runbook=runbook, owner=owner)
    news = samples.ModelNews(
        watched, samples.DAY, "monitored", samples.facts(), tuple(found), tuple(map(samples.incident, found)),
        not_judged=(other,), incidents_28d=9, noisiest=subject, noisy_input=(Symptom.INPUT_DRIFT, subject),
    )  # fmt: skip
    digest = samples.compose(samples.CHANNEL, samples.DAY, [news], samples.yesterday())
    check(slack.render(digest), {"U02AB3CD4"} & set(digest.mentions))
    assert html.render(digest).encode()
    assert not STEERS.search(text.render(digest))
    assert tables.findings_csv(digest).encode().count(b"\r\n") == 1 + 9


@given(NAMES)
def test_no_cell_is_a_formula(value: str) -> None:
    """A spreadsheet runs nothing that comes from data."""
    assert not tables.safe(value).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert (
        tokens.live(replace(GOOD, files=(Attachment("findings.csv", tables.safe(value) or "x", "", b""),)), {"U1"})
        == []
    )
