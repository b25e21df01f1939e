"""A message while it is filled: what still fits, and what has to be told elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from vitals.digest.content import Item
from vitals.render.blocks import MOST_BLOCKS, MOST_BYTES, Block, bullets, rich, section, size, spoken
from vitals.render.blocks import text as shown

LINES = 5
RESERVE = 500  # the small print at the end


@dataclass
class Page:
    """A root while it is filled.

    Attributes
    ----------
    room : bytes left. items, lines : what the root cut or shortened, for the thread. pictures : names of those shown.
    """

    room: int = MOST_BYTES - RESERVE
    blocks: list[Block] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)

    def add(self, block: Block) -> bool:
        """Add a block if it fits."""
        cost = size(block) + 2
        if cost > self.room or len(self.blocks) >= MOST_BLOCKS:
            return False
        self.room -= cost
        self.blocks.append(block)
        return True

    def listed(self, title: str, sections: Sequence[Block], total: int, most: int = LINES) -> int:
        """Add as many lines as fit, at most `most` (one more when that is all), and give how many it were."""
        if not total:
            return 0
        most = total if total <= most + 1 else most
        head = section([shown(title, bold=True)])
        for kept in range(min(most, len(sections)), -1, -1):
            cut = [section([shown(f"+{total - kept:,} more in the thread", italic=True)])] if kept < total else []
            if self.add(rich(head, bullets([*sections[:kept], *cut]))):
                return kept
        return 0

    def told(self, title: str, lines: Sequence[str], most: int = LINES) -> None:
        """Add plain lines of a list; the rest goes to the thread."""
        kept = self.listed(title, [section(spoken(line, 900)) for line in lines], len(lines), most)
        self.lines += [f"{title}: {line}" for line in lines[kept:]]
