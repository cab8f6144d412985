"""First release: every table."""

from alembic import op

from db.tables import Base

revision = "0001"
down_revision = None


def upgrade() -> None:
    Base.metadata.create_all(op.get_bind())
    op.execute(
        """
        CREATE FUNCTION finops.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON finops.audit_log FOR EACH ROW EXECUTE FUNCTION finops.refuse_change()"
    )
    op.execute("CREATE TRIGGER never_truncated BEFORE TRUNCATE ON finops.audit_log EXECUTE FUNCTION finops.refuse_change()")


def downgrade() -> None:
    Base.metadata.drop_all(op.get_bind())
    op.execute("DROP FUNCTION finops.refuse_change()")
