"""Fails when a test file stands where its subject is not: tests mirror the packages, file by file.

`tests/a/b/test_c.py` tests the module or package `a/b/c`, the file `a/b/c.*`, or the package `a/b` where it is called
`c`; an aspect may follow the name (`test_c_aspect.py`) where one file would be too long. What is a behaviour of several
modules stands in BEHAVIOURS, with what it is.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEHAVIOURS = {
    "bot/api/test_beside_slack.py": "the API in a bot's process",
    "bot/api/test_fuzz.py": "every endpoint against its description",
    "bot/listeners/test_conversation.py": "a thread through every listener",
    "bot/test_attacks.py": "forged, replayed and misdirected clicks",
    "bot/test_faults.py": "what breaks around a running bot",
    "bot/test_outages.py": "what a bot needs is away",
    "deploy/test_image.py": "the Dockerfile against the tree and the wheel",
    "deploy/test_log_queries.py": "what Alloy collects is what Loki's queries ask for",
    "deploy/test_observability.py": "alerts and dashboards against what is exposed",
    "deploy/test_sbom.py": "what is shipped by the locks against .ci/sbom.py",
    "deploy/test_workflows.py": ".github/workflows against the Makefile",
    "docs/test_guides.py": "what every guide tells people to type",
    "docs/test_site.py": "the built site",
    "flows/anomalies/test_feedback.py": "what people say of an alert, until the next one",
    "flows/ingest/loading/test_any_order.py": "one bill, delivered in any way",
    "flows/ingest/test_bad_bills.py": "broken bills through every format",
    "flows/ingest/test_connected_clouds.py": "docs/connect-clouds.md, cloud by cloud",
    "flows/ingest/test_crash.py": "loads that are cut short or meet",
    "flows/ingest/test_full_disk.py": "a disk that fills up during a load",
    "flows/ingest/test_odd_bills.py": "odd but legitimate bills through a whole load",
    "flows/ingest/test_wild_texts.py": "texts of every kind through a whole load",
    "nl2sql/grammar/semantic/test_wild.py": "whatever others put together as a query",
    "nl2sql/guard/test_attacks.py": "attacks, wherever in a statement they stand",
    "nl2sql/guard/test_benign.py": "legitimate statements pass every rule",
    "nl2sql/test_composed.py": "composed questions against another engine",
    "nl2sql/test_questions.py": "everyday questions against generated bills",
    "nl2sql/test_wild.py": "any words in any order",
    "playbooks/actions/test_aws_calls.py": "what every action asks of AWS",
    "playbooks/test_in_slack.py": "from the proposal to the bill's verdict",
    "recomputed/test_cards.py": "every number of a card against plain SQL",
    "standins/slack/test_bolt.py": "a real Bolt app against the stand-in",
    "test_patterns.py": "every regular expression of the product",
    "test_roles.py": "every role at every entrance",
    "test_secrets_stay_hidden.py": "a whole process with planted secrets",
    "web/test_access.py": "the page for everybody: axe, keyboard, telephone",
    "web/test_admin.py": "what is looked after at the page",
    "web/test_approvals.py": "decisions at the page, and a run that is watched",
    "web/test_journey.py": "a person's way through the page",
    "web/test_keeping.py": "views that are kept, and answers that are sent from the page",
    "web/test_planning.py": "budgets and statements at the page",
    "web/test_types.py": "the page's types against the API",
    "web/test_widths.py": "tables of the page on a telephone and on a desk",
}
_IMPORTED_TEST = re.compile(
    r"^\s*(?:from|import) +(?:tests|\.)[\w.]*\btest_\w+|^\s*from +(?:tests|\.)[\w.]* +import\b[^#\n]*\btest_\w+",
    re.MULTILINE,
)


def subject(test: Path) -> str | None:
    """The file or folder, relative to the root, that a test file is named after; None where there is none."""
    room, words = test.parent, test.stem.removeprefix("test_").split("_")
    for length in range(len(words), 0, -1):
        name = "_".join(words[:length])
        for match in sorted((ROOT / room).glob(f"{name}*")):
            if match.name.split(".")[0] == name and (match.is_dir() or match.suffix):
                return match.relative_to(ROOT).as_posix()
        if room.name == name and (ROOT / room).is_dir():
            return room.as_posix()
    return None


def main() -> int:
    """Print each test that mirrors nothing, each stale entry and each import of a test; 1 if there is one."""
    faults = []
    tests = {path.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")}
    for test in sorted(tests):
        named = subject(test)
        if named is None and test.as_posix() not in BEHAVIOURS:
            faults.append(f"tests/{test}: no module, package or file of {test.parent}/ has this name")
        if named is not None and test.as_posix() in BEHAVIOURS:
            faults.append(f".ci/mirror.py: {test} needs no entry, it is named after {named}")
    faults += [f".ci/mirror.py: there is no {name}" for name in BEHAVIOURS if Path(name) not in tests]
    for path in sorted((ROOT / "tests").rglob("*.py")):
        if _IMPORTED_TEST.search(path.read_text(encoding="utf-8")):
            faults.append(f"{path.relative_to(ROOT)}: imports a test; what both need belongs in builders.py")
    faults += [f"{path.relative_to(ROOT)}: is called test_*.py" for path in (ROOT / "tests").rglob("*_test.py")]
    print(*faults, sep="\n", end="\n" if faults else "")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
