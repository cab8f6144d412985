"""What a reporting view is: its columns with their comments, its statement, and who sees which rows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A view's column; the comment is what people and models read."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True)
class View:
    """A view of schema `reporting`. `visible` is the SQL condition that narrows
    it to `{teams}`, None where everybody may see all of it.
    """

    name: str
    comment: str
    columns: tuple[Column, ...]
    sql: str
    visible: str | None = "team IN ({teams})"


def columns(text: str) -> tuple[Column, ...]:
    """Columns of lines `name type comment`."""
    parts = (line.strip().split(" ", 2) for line in text.strip().splitlines())
    return tuple(Column(name, kind, comment) for name, kind, comment in parts)


PLACE = """
provider text Cloud provider: AWS, Microsoft, Google Cloud …
account_id text Sub account id: AWS account, Azure subscription, Google project
account text Sub account name
service text Service name as billed: Amazon Elastic Compute Cloud …
region text Region id; NULL where the charge has none
team text Owning team by the allocation rules; NULL is unallocated
environment text prod, staging, dev … by the allocation rules; NULL is unallocated
application text Application by the allocation rules; NULL is unallocated
"""
