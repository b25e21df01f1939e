"""Reactions to messages, as last seen."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "reaction",
        *(sa.Column(name, _TEXT, primary_key=True) for name in ("channel_id", "ts", "emoji", "user_id")),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("about", _TEXT, nullable=False),
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("reaction")
