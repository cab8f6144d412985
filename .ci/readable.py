"""Fails when one of the YAML or TOML files that are named cannot be read; for the hook before a commit."""

import sys
import tomllib
from pathlib import Path

import yaml


def problem(path: Path) -> str | None:
    """What is wrong with a file, None when it can be read. Helm's templates are no YAML before they are rendered."""
    try:
        if path.suffix == ".toml":
            tomllib.loads(path.read_text())
        elif "templates" not in path.parts:
            list(yaml.safe_load_all(path.read_text()))
    except (yaml.YAMLError, tomllib.TOMLDecodeError) as error:
        return f"{path}: {error}"
    return None


if __name__ == "__main__":
    problems = [text for name in sys.argv[1:] if (text := problem(Path(name)))]
    print(*problems, sep="\n", end="\n" if problems else "")
    sys.exit(bool(problems))
