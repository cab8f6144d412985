"""What `finops.yaml` says of people: who is who, and what they may do."""

from pydantic import Field

from config.access import MACHINES, Role, folded, is_slack_id
from config.files.yaml_file import Strict


class Person(Strict):
    """Somebody in the workspace."""

    id: str = Field(description="Slack user id")
    name: str = Field(description="Name, as shown")
    email: str | None = Field(None, description="E-mail address, another way to name the person")
    roles: tuple[Role, ...] = Field((Role.MEMBER,), description="What the person may do")
    teams: tuple[str, ...] = Field(
        (), description="Teams the person belongs to, which bound what they see where `visibility` is own_teams"
    )
    approves_teams: tuple[str, ...] = Field((), description="Teams for which an approver decides; * for all")
    approves_playbooks: tuple[str, ...] = Field(
        (), description="Playbooks on which an approver decides whatever the team, besides all of `approves_teams`"
    )

    def identities(self) -> tuple[str, ...]:
        """What the person goes by: the id, and the e-mail where there is one."""
        return (folded(self.id), *((folded(self.email),) if self.email else ()))


def named_once(people: tuple[Person, ...]) -> tuple[Person, ...]:
    """Two entries that are or may be one person would let somebody approve what they asked for: ValueError."""
    owners: dict[str, Person] = {}
    for number, person in enumerate(people, 1):
        named = f"entry {number} ({person.id}, {person.name})"
        if person.id in {*MACHINES, "cli"}:
            raise ValueError(f"{named}: `{person.id}` is an id of the bot's own; give the Slack user id")
        for identity in person.identities():
            if (other := owners.setdefault(identity, person)) is not person:
                raise ValueError(
                    f"{named} has `{identity}`, and so has {other.id}, {other.name}: list each person once"
                )
        for other in people[: number - 1]:
            if other.name.casefold() == person.name.casefold() and not (
                is_slack_id(other.id) and is_slack_id(person.id)
            ):
                raise ValueError(
                    f"{named} has the name of {other.id}: list a person once; if they are two, give both Slack user "
                    "ids or different names"
                )
    return people


class Group(Strict):
    """A Slack user group and what its members may; it only adds to what `people` says."""

    handle: str = Field(description="Handle of the user group, without @")
    roles: tuple[Role, ...] = Field((Role.MEMBER,), description="What its members may do")
    teams: tuple[str, ...] = Field((), description="Teams its members belong to")
    approves_teams: tuple[str, ...] = Field(
        (), description="Teams for which its members decide, where they are approvers"
    )
    approves_playbooks: tuple[str, ...] = Field(
        (), description="Playbooks on which its members decide whatever the team, besides all of `approves_teams`"
    )
