"""Rule on function calls: only functions that compute a value from their arguments, by their Postgres names."""

from typing import Final

from sqlglot import exp

from nl2sql.guard.text.words import words

AGGREGATES: Final = words(
    "count sum avg min max stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp "
    "regr_slope regr_intercept regr_r2 regr_count regr_avgx regr_avgy regr_sxx regr_sxy regr_syy bool_and "
    "bool_or every bit_and bit_or array_agg percentile_cont percentile_disc mode any_value"
)
_WINDOW = words("row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value")
_NUMBERS = words(
    "abs ceil ceiling floor round trunc sign sqrt cbrt power pow exp ln log log10 log2 mod div gcd lcm "
    "width_bucket scale min_scale trim_scale pi degrees radians sin cos tan asin acos atan atan2 sinh cosh "
    "tanh random isfinite"
)
_TEXTS = words(
    "lower upper initcap length char_length character_length octet_length left right concat concat_ws replace "
    "split_part btrim ltrim rtrim lpad rpad repeat reverse strpos starts_with translate substr ascii chr md5 "
    "format regexp_replace regexp_match regexp_count regexp_like regexp_substr regexp_instr "
    "regexp_split_to_array string_to_array array_to_string to_char to_number quote_literal"
)
_TIMES = words(
    "date_trunc date_part date_bin age now statement_timestamp transaction_timestamp clock_timestamp timezone "
    "make_date make_time make_timestamp make_timestamptz make_interval to_date to_timestamp justify_days "
    "justify_hours justify_interval date"
)
_OTHERS = words(
    "coalesce nullif greatest least grouping num_nulls num_nonnulls array_length array_position array_append "
    "array_remove array_cat cardinality array_upper array_lower some"
)
SERIES: Final = frozenset(
    {"generate_series", "unnest", "generate_subscripts", "regexp_split_to_table", "string_to_table"}
)
ALLOWED_FUNCTIONS: Final = AGGREGATES | SERIES | _WINDOW | _NUMBERS | _TEXTS | _TIMES | _OTHERS

_COMPARISONS: Final = (
    exp.EQ,
    exp.NEQ,
    exp.LT,
    exp.LTE,
    exp.GT,
    exp.GTE,
    exp.Like,
    exp.ILike,
    exp.RegexpLike,
    exp.RegexpILike,
)

_WHY: Final = (
    (("pg_sleep",), "waits"),
    (("pg_advisory", "pg_try_advisory"), "takes locks"),
    (("set_config", "current_setting", "pg_reload"), "reads or changes settings of the server"),
    (("lo_", "loread", "lowrite", "pg_read", "pg_ls", "pg_stat_file", "pg_file"), "reads or writes files"),
    (("dblink", "pg_notify"), "talks to other systems"),
    (
        ("query_to", "table_to", "database_to", "schema_to", "cursor_to", "xml", "json", "to_json", "row_to"),
        "turns whole tables into documents",
    ),
    (
        ("pg_", "txid", "inet_", "version", "has_", "to_reg", "current_", "session_", "obj_", "col_"),
        "reads the server, not the bills",
    ),
    (("nextval", "setval", "currval", "lastval"), "changes sequences"),
)


def functions(tree: exp.Expr) -> str | None:
    """Refuse a call of anything but the listed functions, and calls with
    decorations that Postgres does not know for them.
    """
    for call in tree.find_all(exp.Anonymous):
        name = call.this
        if not isinstance(name, str) or name not in ALLOWED_FUNCTIONS:
            if name == "all" and isinstance(call.parent, _COMPARISONS) and len(call.expressions) == 1:
                continue
            return _refusal(call.name)
        for argument in call.expressions:
            if isinstance(argument, exp.Kwarg) and name != "make_interval":
                return f"The function {name} takes no named arguments here."
            if isinstance(argument, exp.Distinct) and (name not in AGGREGATES or len(argument.expressions) != 1):
                return f"DISTINCT is not possible in {name} like that."
            if isinstance(argument, exp.Order) and name not in AGGREGATES:
                return f"ORDER BY is not possible in {name}."
    return None


def _refusal(name: str) -> str:
    shown = "".join(c for c in name.lower() if c.isalnum() or c == "_")[:40]
    for prefixes, why in _WHY:
        if shown.startswith(prefixes):
            return f"The function {shown} is not allowed: it {why}."
    return f"The function {shown} is not one that questions may use."
