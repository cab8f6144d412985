"""Whose bill a row is: provider and billing account as the rows say, whatever road it came by."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa

_CLOUDS = {
    "aws": ("aws", "amazon"),
    "microsoft": ("microsoft", "azure"),
    "google cloud": ("google", "gcp"),
    "oracle": ("oracle", "oci"),
    "alibaba cloud": ("alibaba", "aliyun"),
}  # a provider's name changes between versions of FOCUS and of its own exports
# An enrolment in Azure's FOCUS; in its cost export the number behind it. For Python, PostgreSQL and DuckDB.
ACCOUNT_PATH = "(?i)^/providers/microsoft[.]billing/billingaccounts/"
_ACCOUNT_PATH = re.compile(ACCOUNT_PATH)
_SOURCES_OF_THEIR_OWN = 20  # accounts of a provider that get a source each; a file of thousands gets one for all


def account_key(account: str) -> str:
    """One id for the ids of one billing account in a provider's several exports."""
    return _ACCOUNT_PATH.sub("", account)


def provider_key(name: str) -> str:
    """One name for the names of one provider: `Amazon Web Services, Inc.` and `AWS` are `aws`."""
    plain = name.strip().casefold()
    words = re.findall(r"[^\W_]+", plain)
    return next((key for key, marks in _CLOUDS.items() if any(_bears(mark, plain, words) for mark in marks)), plain)


def _bears(mark: str, plain: str, words: list[str]) -> bool:
    """Whether a name has the mark as a word, or begins with it written together (`amazonwebservices`); three letters
    begin other names too.
    """
    return mark in words or (len(mark) > 3 and mark in plain[:9])


def same_provider(one: str, other: str) -> bool:
    """Whether two keys may be one provider: a marketplace's seller bills through the cloud whose account it is."""
    return one == other or one not in _CLOUDS or other not in _CLOUDS


@dataclass
class Accounts:
    """Which source each billing account belongs to: the one it was loaded from before, the given one, or its own.

    `sources` holds, for each account's key, pairs of the provider's key and the source, the newest first.
    """

    source: str | None
    sources: dict[str, list[tuple[str, str]]]
    providers: dict[str, Counter[str]] = field(default_factory=dict)
    _made: Counter[str] = field(default_factory=Counter)

    def source_of(self, provider: str, account: str, rows: int) -> str:
        """The name of the source for rows of an account."""
        key = provider_key(provider)
        self.providers.setdefault(account, Counter())[key] += rows
        if self.source:
            return self.source
        places = self.sources.setdefault(account_key(account), [])
        if place := next((source for other, source in places if same_provider(key, other)), None):
            return place
        self._made[key] += 1
        name = f"{provider} {account}" if self._made[key] <= _SOURCES_OF_THEIR_OWN else provider
        places.append((key, name))
        return name

    def provider_of(self, account: str) -> str:
        """The key of the provider that most rows of an account name; a cloud before its marketplace's sellers."""
        counts = self.providers.get(account, Counter())
        return max(counts, key=lambda key: (key in _CLOUDS, counts[key], key), default="")


def read_accounts(connection: sa.Connection, source: str | None) -> Accounts:
    """The accounts that stand, with their sources."""
    rows = connection.execute(
        sa.text(
            "SELECT p.billing_account_id, p.provider, s.name FROM finops.billed_periods p "
            "JOIN finops.sources s ON s.id = p.source_id "
            "GROUP BY 1, 2, 3 ORDER BY max(p.billing_period_start) DESC, max(s.id) DESC"
        )
    )
    accounts: dict[str, list[tuple[str, str]]] = {}
    for account, provider, name in rows:
        accounts.setdefault(account_key(account), []).append((provider, name))
    return Accounts(source, accounts)


def labels(accounts: Iterable[tuple[str, str]]) -> str:
    """Accounts and months for a sentence: `acct-1 (2026-05), acct-2 (2026-05) and 3 more`."""
    texts = [f"{account} ({month})" for account, month in sorted(set(accounts))]
    return ", ".join(texts[:3]) + (f" and {len(texts) - 3} more" if len(texts) > 3 else "")
