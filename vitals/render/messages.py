"""What is handed to whoever sends to Slack: messages, and the files that go with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vitals.render.blocks import Block


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a digest; a message is never held back for it.

    Attributes
    ----------
    name : its file name, unique within the digest. alt : a picture in words, '' for other files.
    in_root : an image block of the root, `{"type": "image", "slack_file": {"id": name}, ...}`, shows it: the sender puts
        the uploaded file's id for the name, or leaves the block out. Other files go into the thread.
    """

    name: str
    title: str
    alt: str
    content: bytes
    in_root: bool = False


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """One message, ready to send.

    Attributes
    ----------
    text : mrkdwn, escaped: what notifications and screen readers get. blocks : Block Kit.
    metadata : names the digest, its revision and the part (0 for the root).
    thread : replies, in order. plain : the digest without blocks: the root's text, then replies'; only on the root.
    files : pictures and tables that go with it; only on the root.
    """

    text: str
    blocks: tuple[Block, ...]
    metadata: Mapping[str, Any]
    thread: tuple["SlackMessage", ...] = ()
    plain: tuple[str, ...] = ()
    files: tuple[Attachment, ...] = ()

    @property
    def root(self) -> dict[str, Any]:
        """The message itself, as JSON for Slack holds it: text, blocks and metadata."""
        return {"text": self.text, "blocks": list(self.blocks), "metadata": dict(self.metadata)}
