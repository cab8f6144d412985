"""What somebody may do about a remediation at this moment: what the page offers. Decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from config.access import Actor, Denied
from db.tables import Remediation
from playbooks.approval import rules
from playbooks.approval.kill_switch import STOPPED, is_stopped
from playbooks.approval.stored import may_decide, may_withdraw, proposal_of, rule_for_undo, rule_of, still_good
from playbooks.approval.witnesses import contradiction
from playbooks.notifications import undoable
from playbooks.schema import Playbook


@dataclass(frozen=True)
class Options:
    """`may`: those of approve, choose, reject, snooze, withdraw, undo and recheck that would count now, but for what
    has to be typed. `why_not`: why an approval of what is still proposed would not; None where it would. `for_anybody`:
    that reason holds whoever approves.
    """

    may: tuple[str, ...]
    why_not: str | None
    for_anybody: bool = False


def options_of(
    session: Session, remediation: Remediation, actor: Actor, now: datetime, playbooks: Mapping[str, Playbook]
) -> Options:
    """By the rules that decide."""
    playbook = playbooks.get(remediation.playbook)
    if may_withdraw(remediation, actor, now, playbooks) is None:
        return Options(("withdraw",), None)
    if remediation.state != "proposed":
        return Options(_afterwards(session, remediation, actor, now, playbook), None)
    proposal = proposal_of(remediation, playbook)
    why_not, for_anybody = _objection(session, remediation, actor, now, playbook)
    may = ["approve"] if why_not is None else []
    if may_decide(remediation, actor, now, playbooks) is None:
        if proposal.resources > 1 and still_good(remediation, playbook, actor, now) is None:
            may.append("choose")
        may += ["reject", "snooze"]
    return Options(tuple(may), why_not, for_anybody)


def refusal(
    session: Session, number: int, actor: Actor, now: datetime, playbooks: Mapping[str, Playbook], act: str
) -> str | None:
    """Why what a form asks for would be refused, to be told before it is filled in: `approve`, `choose`, `reject`,
    `snooze` or `withdraw`; None where it would count, but for what has to be typed.
    """
    remediation = session.get(Remediation, number)
    if remediation is None:
        return f"There is no remediation {number}."
    playbook = playbooks.get(remediation.playbook)
    if act == "approve":
        return _objection(session, remediation, actor, now, playbook)[0]
    if act == "withdraw":
        denied = may_withdraw(remediation, actor, now, playbooks)
    else:
        denied = may_decide(remediation, actor, now, playbooks)
    if denied is None and act == "choose":
        denied = still_good(remediation, playbook, actor, now)
    return denied.reason if denied else None


def _objection(
    session: Session, remediation: Remediation, actor: Actor, now: datetime, playbook: Playbook | None
) -> tuple[str | None, bool]:
    """Why an approval would not count, and whether that holds whoever approves."""
    proposal, rule = proposal_of(remediation, playbook), rule_of(playbook)
    verdict = rules.check(proposal, rule, actor, now, str(proposal.resources))
    if isinstance(verdict, Denied):
        return verdict.reason, rule is None or any(no(proposal, rule, actor, now, None) for no in rules.OF_ANYBODY)
    if is_stopped(session):
        return STOPPED, True
    if otherwise := contradiction(session, remediation):
        return f"It cannot be approved: {otherwise}. An admin has to look at it.", True
    return None, False


def _afterwards(
    session: Session, remediation: Remediation, actor: Actor, now: datetime, playbook: Playbook | None
) -> tuple[str, ...]:
    proposal, rule = proposal_of(remediation, playbook), rule_for_undo(playbook)
    if rules.has_role(proposal, rule, actor, now, None) is not None:
        return ()
    may = []
    if (
        undoable(session, remediation)
        and rules.unchanged_plan(proposal, rule, actor, now, None) is None
        and not is_stopped(session)
    ):
        may.append("undo")
    if remediation.state == "unknown":
        may.append("recheck")
    return tuple(may)
