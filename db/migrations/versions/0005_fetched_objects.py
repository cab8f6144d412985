"""Objects of buckets are known by their version, and fetched again only when they change."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """A table that fills as objects are read."""
    op.create_table(
        "fetched_objects",
        sa.Column("address", sa.Text(), nullable=False, primary_key=True, comment="s3://bucket/key"),
        sa.Column("version", sa.Text(), nullable=False, comment="Its ETag then"),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the content"),
        sa.Column("fetched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        schema="finops",
    )


def downgrade() -> None:
    """They are fetched once more."""
    op.drop_table("fetched_objects", schema="finops")
