"""The start of what was approved: asked for in the approval's own transaction, whoever approved it and wherever."""

from sqlalchemy.orm import Session

from db import audit
from db.tables import FlowRequest

DEPLOYMENT = "remediate/remediate"


def request_run(session: Session, remediation_id: int, approved_by: str) -> None:
    """Leave the flow request of a remediation; the bot starts it, and its key makes it one run. The caller commits.

    Where no bot runs, the sweep starts what was approved.
    """
    session.add(
        FlowRequest(
            key=f"remediation-{remediation_id}",
            deployment=DEPLOYMENT,
            parameters={"remediation_id": remediation_id},
            state="approved",
            requested_by=approved_by,
            approved_by=approved_by,
            result={"what": f"Remediation {remediation_id}"},
        )
    )
    audit.append(session, approved_by, "flow.approved", DEPLOYMENT, {"remediation": remediation_id})
