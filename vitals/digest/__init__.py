"""The neutral digest: what a channel is told about a day, before any markup."""

from vitals.digest.compose import compose
from vitals.digest.content import Digest, Item, Opened, Told, escalates, told_of
from vitals.digest.grouping import part_of
from vitals.digest.news import ModelNews

__all__ = ["Digest", "Item", "ModelNews", "Opened", "Told", "compose", "escalates", "part_of", "told_of"]
