"""What stands below a command's help: how it is typed, for those who would rather see than read."""

import re

EXAMPLES: dict[str, tuple[str, ...]] = {
    "ingest": ("finops ingest bills/2026-10.csv.gz", "finops ingest 's3://acme-billing/focus/*.parquet' --source AWS"),
    "loads": ("finops loads", "finops loads --stands"),
    "reconcile": ("finops reconcile bills/2026-10.csv.gz", "finops reconcile --invoice 1234.56 --period 2026-10"),
    "tags": ("finops tags",),
    "allocate": ("finops allocate",),
    "ask": ('finops ask "top 5 services last month"', 'finops ask "what did checkout cost per day?" --format csv'),
    "eval": ("finops eval questions.jsonl", "finops eval questions.jsonl --with rules --against both"),
    "questions": ("finops questions --unhelpful", "finops questions --promote 7F3K-2MQX"),
    "notes": ("finops notes", "finops notes --approve 3"),
    "insights": ("finops insights", "finops insights --all --format json"),
    "digest": ("finops digest '#payments'",),
    "kpis": ("finops kpis",),
    "run": ("finops run",),
    "mcp": ("finops mcp --as maya@example.com",),
    "playbooks list": ("finops playbooks list",),
    "playbooks validate": ("finops playbooks validate playbooks/mine.yaml",),
    "playbooks show": ("finops playbooks show ec2-stop-idle",),
    "playbooks plan": ("finops playbooks plan ec2-stop-idle",),
    "playbooks policy": ("finops playbooks policy ec2-stop-idle rds-stop-idle", "finops playbooks policy --observer"),
    "playbooks recurring": ("finops playbooks recurring",),
    "playbooks on": ("finops playbooks on ec2-evening-stop",),
    "playbooks off": ("finops playbooks off ec2-evening-stop",),
    "playbooks approve": ("finops playbooks approve ec2-evening-stop --until 2027-01-31",),
    "playbooks withdraw": ("finops playbooks withdraw ec2-evening-stop",),
    "remediations list": ("finops remediations list",),
    "remediations show": ("finops remediations show 7",),
    "remediations approve": ("finops remediations approve 7 --as priya@example.com",),
    "remediations reject": ('finops remediations reject 7 --reason "needed until Friday"',),
    "detection replay": ("finops detection replay --scope team=payments",),
    "kubernetes requests": ("finops kubernetes requests allocation.json", "finops kubernetes requests a.json --ticket"),
    "analyze anomalies": ("finops analyze anomalies series.csv",),
    "analyze forecast": ("finops analyze forecast series.csv --days 90",),
    "sql check": ("""echo '{"sql": "SELECT sum(effective_cost) FROM reporting.daily_costs"}' | finops sql check""",),
    "query schema": ("finops query schema",),
    "query run": ("finops query run query.json --format csv",),
    "flows serve": ("finops flows serve",),
    "flows stop": ("finops flows stop",),
    "db upgrade": ("finops db upgrade",),
    "db downgrade": ("finops db downgrade 0004",),
    "db dump": ("finops db dump finops-2026-11-28.dump",),
    "db restore": ("finops db restore finops-2026-11-28.dump",),
    "db stop": ("finops db stop",),
    "lake fill": ("finops lake fill",),
    "lake sweep": ("finops lake sweep",),
    "quarantine list": ("finops quarantine list",),
    "quarantine retry": ("finops quarantine retry event:12",),
    "quarantine drop": ("finops quarantine drop event:12",),
    "config roles": ("finops config roles",),
    "config check": ("finops config check",),
    "audit verify": ("finops audit verify",),
    "tokens issue": ("finops tokens issue U0MAYA0001 --scope read --days 30",),
    "tokens revoke": ("finops tokens revoke U0MAYA0001",),
}
_ROOM = 61  # characters of a line in a list of commands on a terminal of 80


_SEPARATORS = (re.compile(r":\s"), re.compile(r";\s|\s–\s|\s\("), re.compile(r",\s"))


def epilog(command: str) -> str:
    """The examples, each on a line of its own; nothing for a command without."""
    lines = EXAMPLES.get(command, ())
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines) if lines else ""


def summary(docstring: str) -> str:
    """The first sentence, or as much of it as says something whole and fits beside a command's name: what explains goes
    first, then what adds.
    """
    sentence = re.split(r"(?<=[.;])\s", " ".join(docstring.split()), maxsplit=1)[0].rstrip(".;")
    for separator in _SEPARATORS:
        while len(sentence) > _ROOM and (cuts := [one.start() for one in separator.finditer(sentence)]):
            sentence = sentence[: cuts[-1]]
    while len(sentence) > _ROOM or sentence.rsplit(" ", 1)[-1] in _LOOSE:
        sentence = sentence.rsplit(" ", 1)[0]
    return sentence


_LOOSE = (
    "a",
    "an",
    "and",
    "as",
    "at",
    "by",
    "for",
    "from",
    "in",
    "is",
    "of",
    "on",
    "or",
    "that",
    "the",
    "to",
    "until",
    "with",
)
