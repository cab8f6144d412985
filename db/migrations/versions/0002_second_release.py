"""Second release: what 0.2.0 adds to the tables of 0.1.0."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what 0.2.0 keeps."""


def downgrade() -> None:
    """Take it away again."""
