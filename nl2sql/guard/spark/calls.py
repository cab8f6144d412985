"""Functions whose Spark namesakes are others."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from sqlglot import exp

from nl2sql.guard.duckdb.build import cast, native, number, positive, refused, text, when, wrap, written
from nl2sql.guard.spark import operators
from nl2sql.guard.spark.formats import as_text, from_text
from nl2sql.guard.spark.kinds import kind

_GROUP: Final = re.compile(r"\\([0-9])(?!\w)")
_SHORTER: Final = "write the pattern as a text"
_PLACES: Final = "write how many letters as a number"


def mean(node: exp.Expr) -> exp.Expr | str | None:
    """As a double: decimals of the width of amounts have no room for a mean."""
    value = node.this
    if isinstance(value, exp.Distinct):
        value.set("expressions", [cast(one, "double") for one in value.expressions])
    else:
        node.set("this", cast(value, "double"))
    return None


def joined(node: exp.Expr) -> exp.Expr | str | None:
    """`concat` and `concat_ws`: NULL is nothing."""
    values = list(node.expressions)
    separator = values.pop(0) if isinstance(node, exp.ConcatWs) else text("")
    parts = [_as_text(one) for one in values]
    problem = next((one for one in parts if isinstance(one, str)), None)
    return problem or native("concat_ws", separator, *(one for one in parts if not isinstance(one, str)))


def _as_text(value: exp.Expr) -> exp.Expr | str:
    if kind(value) == "text" or written(value) is not None:
        return value
    if kind(value) in ("double", "time", "naive", "span", "map"):
        return refused("A text of a number with a point, a time or an interval", "use round, a numeric, or to_char")
    return cast(value, "text")


def list_of_texts(node: exp.Expr) -> exp.Expr | str | None:
    """`string_agg` in the order of its own texts, either way; Spark collects in none."""
    value, separator = node.this, node.args.get("separator") or text(",")
    down = False
    if isinstance(value, exp.Order):
        ordered = value.expressions
        value = value.this
        plain = value.expressions[0] if isinstance(value, exp.Distinct) else value
        if len(ordered) != 1 or ordered[0].this != plain:
            return refused("string_agg in another order than that of its texts", "order by the texts themselves")
        down = bool(ordered[0].args.get("desc"))
    elif not isinstance(value, exp.Distinct):
        return refused("string_agg in no order", "write ORDER BY with the texts themselves in it")
    is_set = isinstance(value, exp.Distinct)
    texts = value.expressions[0] if is_set else value
    if isinstance(node.parent, exp.Filter):  # which stands behind one function, not behind several
        texts = when(node.parent.expression.this.copy(), texts.copy())
    gathered = native("collect_set" if is_set else "collect_list", texts)
    inside = native("sort_array", gathered, exp.false() if down else exp.true())
    nothing = exp.EQ(this=native("size", gathered), expression=number(0))
    joined_texts = native("array_join", inside, separator)
    return exp.Case(ifs=[exp.If(this=nothing, true=exp.Null())], default=joined_texts)


def share(node: exp.Expr) -> exp.Expr | str | None:
    """`percentile_cont` and `percentile_disc`, of numbers."""
    order = node.args.get("expression")
    if kind(node.this) not in ("whole", "decimal", "double") or not isinstance(order, exp.Order):
        return refused("A percentile of what may be no number", "cast it to numeric")
    name = "percentile_cont" if isinstance(node, exp.PercentileCont) else "percentile_disc"
    part = order.this
    if order.expressions[0].args.get("desc"):  # which Sail takes for a part of what it is none of
        if name == "percentile_disc" or not isinstance(part, exp.Literal):
            return refused(f"{name} from the largest down", "order the other way")
        part = exp.Literal.number(1 - Decimal(part.name))
    by = exp.Ordered(this=cast(node.this, "double"), desc=False, nulls_first=True)  # as Spark orders anyway
    return exp.WithinGroup(this=native(name, part), expression=exp.Order(expressions=[by]))


def filtered(node: exp.Expr) -> exp.Expr | str | None:
    """FILTER of what was written by several functions is in them."""
    return node.this.copy() if isinstance(node.this, exp.Case) else None


def matches(node: exp.Expr) -> exp.Expr | str | None:
    """With the flag i at most, which goes into the pattern."""
    flag = node.args.get("flag")
    if flag is None:
        return None
    if written(flag) != "i":
        return refused("A pattern with a flag other than i", "write that alone")
    return exp.RegexpLike(this=node.this.copy(), expression=_whatever_case(node.expression))


def _whatever_case(pattern: exp.Expr) -> exp.Expr:
    plain = written(pattern)
    return text(f"(?i){plain}") if plain is not None else native("concat", text("(?i)"), pattern)


def replaced(node: exp.Expr) -> exp.Expr | str | None:
    """All that a pattern finds; one alone only where it can find no more."""
    pattern, new = written(node.expression), written(node.args.get("replacement"))
    flags = written(node.args.get("modifiers")) if node.args.get("modifiers") is not None else ""
    if pattern is None or new is None or flags is None or set(flags) - {"g", "i"}:
        return refused("regexp_replace with texts that are not written down", _SHORTER)
    if "g" not in flags and not (
        pattern.startswith("^") and "|^" not in pattern and not re.search(r"\|[^)]*$", pattern)
    ):
        return refused("regexp_replace of the first that is found", "write the flag g, or a pattern that starts with ^")
    groups = len(_GROUP.findall(new))
    if new.count("\\") != groups:
        return refused("regexp_replace with such a replacement", "put a space behind the number of a group")
    own = _GROUP.sub(r"$\1", new.replace("$", r"\$"))
    chosen = _whatever_case(node.expression) if "i" in flags else node.expression
    return native("regexp_replace", node.this, chosen, text(own))


def found(node: exp.Expr) -> exp.Expr | str | None:
    """A group that a pattern finds first, all of it where no group is named; '' where it finds nothing."""
    if node.args.get("parameters") is not None or node.args.get("position") is not None:
        return refused("A pattern with flags", "write (?i) at its start")
    return native("regexp_extract", node.this, node.expression, node.args.get("group") or number(0))


def end_of(node: exp.Expr) -> exp.Expr | str | None:
    """`left` and `right`: less than nothing leaves out as many at the other end."""
    name = "left" if isinstance(node, exp.Left) else "right"
    length = node.expression
    if positive(length, 0):
        return None
    if isinstance(length, exp.Neg) and positive(length.this, 0):
        rest = exp.Sub(this=native("length", node.this), expression=length.this.copy())
        return native(name, node.this, native("greatest", rest, number(0)))
    return refused(f"{name} of a length that is not written as a number", _PLACES)


def part_of(node: exp.Expr) -> exp.Expr | str | None:
    """A part of a text, where it is known to start somewhere."""
    unknown = any(one is not None and one.find(exp.Null) for one in (node.args.get("start"), node.args.get("length")))
    return refused("A part of a text from nowhere", _PLACES) if unknown else None


def from_seconds(node: exp.Expr) -> exp.Expr | str | None:
    """A time so many seconds after 1970."""
    micros = exp.Mul(this=wrap(node.this), expression=number(1_000_000))
    return native("timestamp_micros", cast(micros, "bigint"))


def grouping(node: exp.Expr) -> exp.Expr | str | None:
    """Of several columns it has another name."""
    return native("grouping_id", *node.expressions) if len(node.expressions) > 1 else None


def written_out(node: exp.Expr) -> exp.Expr | str | None:
    """A field of an object, by a path that is ours."""
    keys = [str(part.this) for part in node.expression.find_all(exp.JSONPathKey)]
    return native("get_json_object", node.this, text("$." + ".".join(keys)))


def window(node: exp.Expr) -> exp.Expr | str | None:
    """Frames that all engines have alike."""
    given = node.args.get("kind")
    bounds = [node.args.get(name) for name in ("start", "end")]
    if given == "GROUPS" or (given == "RANGE" and any(isinstance(one, exp.Expr) for one in bounds)):
        return refused("A window of GROUPS, or of a RANGE with an interval", "use ROWS")
    return None


def at_local(node: exp.Expr) -> exp.Expr | str | None:
    """The time that a clock in UTC shows."""
    return cast(native("current_timestamp"), "timestamp")


def from_parts(node: exp.Expr) -> exp.Expr | str | None:
    """A time without a zone, of its parts."""
    names = ("year", "month", "day", "hour", "min", "sec")
    parts = [node.args[name] for name in names if node.args.get(name) is not None]
    if len(parts) != len(names):
        return refused("make_timestamp like that", "write six numbers")
    return cast(native("make_timestamp", *parts), "timestamp")


def call(node: exp.Expr) -> exp.Expr | str | None:
    """What has no class of its own, by its name."""
    name, given = str(node.this).upper(), node.expressions
    if name == "DATE_PART" and len(given) == 2 and written(given[0]) is not None:
        return operators.part(given[0].name, given[1])
    if name == "TIMEZONE" and len(given) == 2:
        return operators.at_zone(given[1], given[0])
    own = _NAMES.get(name)
    return native(own, *given) if own else refused(f"The function {name.lower()}", "ask without it")


_NAMES: Final = {
    "ERROR": "raise_error",
    "ROUND_EVEN": "bround",
    "STRLEN": "octet_length",
    "NOW": "current_timestamp",
    "TRANSACTION_TIMESTAMP": "current_timestamp",
}
CALLS: Final[Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr | str | None]]] = {
    exp.Avg: mean,
    exp.Concat: joined,
    exp.ConcatWs: joined,
    exp.GroupConcat: list_of_texts,
    exp.Filter: filtered,
    exp.PercentileCont: share,
    exp.PercentileDisc: share,
    exp.RegexpLike: matches,
    exp.RegexpReplace: replaced,
    exp.RegexpExtract: found,
    exp.Left: end_of,
    exp.Right: end_of,
    exp.Substring: part_of,
    exp.UnixToTime: from_seconds,
    exp.TimeToUnix: lambda node: operators.epoch(node.this),
    exp.TimeToStr: as_text,
    exp.StrToTime: from_text,
    exp.Grouping: grouping,
    exp.JSONExtractScalar: written_out,
    exp.WindowSpec: window,
    exp.Localtimestamp: at_local,
    exp.TimestampFromParts: from_parts,
    exp.Anonymous: call,
}
