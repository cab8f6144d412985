"""Tags as bills of many makers have them: JSON, lists of key and value, Athena's and Python's maps, pairs of text."""

import ast
import json
import math
import re
from collections.abc import Mapping, Sequence

_CAP = 65_536  # characters; longer tags are kept as unreadable text
_KEPT = 1_000  # characters kept of tags that cannot be read
UNREADABLE = "unreadable"  # the key under which such text is kept
_NOTHING = ("", '""', "none", "null", "nan", "[]", "{}", "-", "n/a")
_PAIR = re.compile(r"([^=:;,{}\[\]\"']{1,160})[=:]([^=;,{}\[\]\"']{0,320})")  # with the blanks around key and value
_SEPARATOR = re.compile(r"[;,|]")
_KEY, _VALUE = 128, 256  # characters
_PREFIX = re.compile(r"^(?:resourcetags/|aws:tags:|tags/)?(?:user[:_])?", re.IGNORECASE)

Tags = dict[str, object]


def read_tags(text: str) -> Tags:
    """The tags of a row; raises ValueError where they cannot be read, which costs nobody a row."""
    content = text.strip("\ufeff \t\r\n")
    if content.casefold() in _NOTHING:
        return {}
    if len(content) > _CAP:
        raise ValueError("too long")
    for reader in (_json, _without_braces, _escaped, _python, _quoted_pairs, _pairs):
        tags = reader(content)
        if tags is not None:
            return {
                _storable(key): _storable(value) if isinstance(value, str) else value for key, value in tags.items()
            }
    raise ValueError("no tags")


def as_json(text: str) -> tuple[str, Tags, bool]:
    """What is stored of a row's tags, the tags themselves, and whether they could be read."""
    try:
        tags = read_tags(text)
        written = json.dumps(tags, ensure_ascii=False)
        written.encode()
        if "\\u0000" not in written:
            return written, tags, True
    except (ValueError, RecursionError):  # UnicodeEncodeError is one too
        pass
    raw = "".join(letter for letter in text[:_KEPT] if letter.isprintable()).encode(errors="replace").decode()
    return json.dumps({UNREADABLE: raw}, ensure_ascii=False), {}, False


def merged(texts: Sequence[str]) -> str:
    """The tags of several columns of a row as one, the first column's winning."""
    together: Tags = {}
    for text in texts:
        try:
            together = {**read_tags(text), **together}
        except (ValueError, RecursionError):
            together.setdefault(UNREADABLE, text[:_KEPT])
    return json.dumps(together, ensure_ascii=False)


def plain_key(key: str) -> str:
    """A key without case and without the prefix that a provider puts before what its user wrote."""
    return _PREFIX.sub("", key).casefold()


def plain_keys(tags: Mapping[str, object]) -> dict[str, object]:
    """The tags by their plain keys; of spellings of one key the first that holds a value."""
    plain: dict[str, object] = {}
    for key, value in tags.items():
        name = plain_key(key)
        if plain.get(name) in (None, ""):
            plain[name] = value
    return plain


def _json(text: str) -> Tags | None:
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, str):  # encoded twice
        return _json(value) if value.strip()[:1] in "{[" else None
    return _of(value)


def _of(value: object) -> Tags | None:
    """An object, or a list of key and value in any spelling."""
    if isinstance(value, dict):
        return {str(key): item for key, item in value.items()}
    if not isinstance(value, list):
        return None
    tags: Tags = {}
    for item in value:
        if (pair := _pair(item)) is None:
            return None
        tags[pair[0]] = pair[1]
    return tags


def _pair(item: object) -> tuple[str, object] | None:
    """`{"Key": "team", "Value": "blue"}`, `{"Name": …}`, `["team", "blue"]`, `"team:blue"` or `"team=blue"`."""
    if isinstance(item, dict):
        names = {str(name).casefold(): inner for name, inner in item.items()}
        key = names.get("key", names.get("name"))
        return None if key is None else (str(key), names.get("value"))
    if isinstance(item, list | tuple):
        return (str(item[0]), item[1]) if len(item) == 2 else None
    match = _PAIR.fullmatch(item) if isinstance(item, str) else None
    return (match[1].strip(), match[2].strip()) if match else None


def _without_braces(text: str) -> Tags | None:
    """`"team": "blue","env": "prod"`, as Azure writes them; a comma at the end too."""
    if text.startswith('"'):
        return _json("{" + text.rstrip(", ") + "}")
    return _json(re.sub(r",\s*([}\]])\s*$", r"\1", text)) if text[:1] in "{[" else None


def _escaped(text: str) -> Tags | None:
    """`{\\"team\\":\\"blue\\"}`, as Spark escapes quotes."""
    return _json(text.replace('\\"', '"')) if '\\"' in text else None


def _python(text: str) -> Tags | None:
    """`{'team': 'blue'}`: a dictionary as Python prints it."""
    if text[:1] not in "{[":
        return None
    try:
        return _of(ast.literal_eval(text))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _quoted_pairs(text: str) -> Tags | None:
    """`team="blue",env="prod"`, as Prometheus and Terraform write them; no value holds a separator."""
    inside = text[1:-1] if text[:1] + text[-1:] == "{}" else text
    tags: Tags = {}
    for part in _SEPARATOR.split(inside):
        key, _, value = part.strip().partition("=")
        value = value.strip()
        if not key.strip() or '"' in key or len(value) < 2 or value[0] != '"' or value[-1] != '"':
            return None
        tags[key.strip()] = value[1:-1]
    return tags


def _storable(text: str) -> str:
    """A text without what a database does not take: NUL, halves of surrogate pairs."""
    return "".join(letter for letter in text if letter != "\0" and not "\ud800" <= letter <= "\udfff")


def _pairs(text: str) -> Tags | None:
    """`{team=blue, env=prod}`, `team:blue;env:prod` and their like."""
    inside = text[1:-1] if text[:1] + text[-1:] in ("{}", "[]") else text
    parts = [part.strip() for part in _SEPARATOR.split(inside) if part.strip()]
    matches = [match for part in parts if (match := _PAIR.fullmatch(part))]
    pairs = [(match[1].strip(), match[2].strip()) for match in matches]
    if not parts or len(pairs) < len(parts):
        return None
    return dict(pairs) if all(0 < len(key) <= _KEY and len(value) <= _VALUE for key, value in pairs) else None


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or re.search(r"[eE][+-]?\d{4}", text):
        raise ValueError("out of range")
    return value
