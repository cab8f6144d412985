"""The messages about changes to resources: what the cards of remediations and of recurring playbooks draw."""

from typing import Any, Literal, Required, TypedDict


class RemediationFields(TypedDict, total=False):
    """A remediation: its plan, who is asked and who decided, how far it is, what the ledger says."""

    id: int
    state: str
    reason: str | None
    title: str
    headline: str
    undo_of: int | None
    playbook: str
    account: str | None
    team: str | None
    environment: str | None
    monthly_savings: float | None
    currency: str
    steps: list[dict[str, Any]]
    left_out: list[dict[str, Any]]
    undo: str
    digest: str
    frozen_at: str
    requested_by: str
    requester_name: str | None
    approvals: list[dict[str, Any]]
    approvals_needed: int
    approver_roles: list[str]
    approvers: list[str]
    not_requester: bool
    typed_confirmation: bool
    expires_at: str
    flow_run_id: str | None
    flow_run_url: str | None
    seconds: float | None
    can_undo: bool
    savings: str | None
    insight_id: int | None
    insight_url: str
    """Where the alert stands that it is about; the delivery adds it."""
    snoozed_until: str | None
    withdrawn: bool
    window: str | None
    """The hours in which it may be carried out, where they are limited: `mon, tue 06:00-16:00 UTC`."""
    waits_until: str | None
    """When its change window opens, while it waits for it."""
    approval_ends: str | None
    """When its approval ends, where no change window opens before."""
    ticket: dict[str, Any] | None
    """Its ticket, where nothing is changed: state, name, url."""


class ProposalCard(RemediationFields):
    """The card of a remediation in its present state."""

    type: Literal["proposal"]


class RemediationProgress(RemediationFields, total=False):
    """In a remediation's thread: a line, with `ask` the people who should look, with `run` its steps."""

    type: Required[Literal["remediation_progress"]]
    line: str
    ask: list[str]
    run: bool


class RecurringFields(TypedDict, total=False):
    """A recurring playbook: whether it is on, what it would have saved, on what it works and how much it may do."""

    playbook: str
    title: str
    description: str
    every: str
    mode: str
    on: bool
    switched_by: str | None
    """The name of who switched it; None where its file says so."""
    switched_at: str | None
    history: str
    scope: list[str]
    a_run: int
    a_month: int
    left_this_month: int
    snapshot: bool
    destroys: bool
    approvals_needed: int
    next: list[str]
    last: str | None
    standing: list[dict[str, Any]]
    """Each {id, name, until, void}: `void` says why it no longer counts, None where it does."""
    told: str
    """What a date would propose, where it is not on."""


class RecurringCard(RecurringFields):
    """The card of a recurring playbook in its present state."""

    type: Literal["recurring"]
