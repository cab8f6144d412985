"""From text to a tree in which the functions that may be called keep the name that was written."""

import re
from itertools import pairwise
from typing import Final

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.parser import Parser
from sqlglot.tokenizer_core import Token, TokenType

from nl2sql.guard.rules.functions import ALLOWED_FUNCTIONS
from nl2sql.guard.text.words import KEYWORDS

DIALECT: Final = Postgres()
MAX_TOKENS = 5_000
MAX_NESTING = 40
# The parser tries these twice on every level: its time doubles with each.
MAX_TWICE_READ = 6
MAX_BRACKETS = 60
_OPEN = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE}
_CLOSE = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END}
_STARTS = {TokenType.SELECT, TokenType.WITH, TokenType.L_PAREN, TokenType.VALUES, TokenType.TABLE}
_PLAIN: Final = re.compile(r"[a-z_][a-z0-9_]*")
_OTHER_ESCAPES: Final = re.compile(r"\\[^nrt]")
_MARK = "\x1f"  # cannot stand in the text: `characters` refuses it


def tokenize(sql: str) -> list[Token] | str:
    """The tokens without a final semicolon, or why they cannot be one SELECT."""
    try:
        tokens = DIALECT.tokenize(sql)
    except SqlglotError:
        return "The statement is not valid SQL: a quote or comment is not closed."
    while tokens and tokens[-1].token_type is TokenType.SEMICOLON:
        tokens.pop()
    if not tokens:
        return "There is no statement."
    return _not_one_select(tokens) or _too_deep(tokens) or tokens


def _not_one_select(tokens: list[Token]) -> str | None:
    if any(token.token_type is TokenType.SEMICOLON for token in tokens):
        return "Only one statement may be run at a time."
    first = tokens[0]
    if first.token_type not in _STARTS:
        return f"Only SELECT may be run; this starts with {first.text[:20].upper()}."
    for before, token in pairwise(tokens):
        # Postgres reads U&"…" as one identifier with escapes, sqlglot as U & "…".
        if token.token_type is TokenType.AMP and before.text.upper() == "U" and token.start == before.end + 1:
            return "Identifiers with Unicode escapes are not allowed."
    return None


def _too_deep(tokens: list[Token]) -> str | None:
    if len(tokens) > MAX_TOKENS:
        return f"The statement has more than {MAX_TOKENS:,} words."
    if sum(token.token_type is TokenType.L_BRACKET for token in tokens) > MAX_BRACKETS:
        return f"The statement has more than {MAX_BRACKETS} lists or subscripts."
    return _read_twice_too_often(tokens) or _nested_too_deeply(tokens)


def _read_twice_too_often(tokens: list[Token]) -> str | None:
    """Brackets, and parentheses after a word that names a type, in each other."""
    opened: list[bool] = []  # for each open parenthesis or bracket, whether it is read twice
    depth = 0
    before: Token | None = None
    for token in tokens:
        kind = token.token_type
        if kind in (TokenType.L_PAREN, TokenType.L_BRACKET):
            twice = kind is TokenType.L_BRACKET or (before is not None and before.token_type in Parser.TYPE_TOKENS)
            opened.append(twice)
            depth += twice
            if depth > MAX_TWICE_READ:
                return "Lists or types are nested too deeply."
        elif kind in (TokenType.R_PAREN, TokenType.R_BRACKET) and opened:
            depth -= opened.pop()
        before = token
    return None


def _nested_too_deeply(tokens: list[Token]) -> str | None:
    depth = 0
    prefixes = 0
    for token in tokens:
        kind = token.token_type
        if kind in (TokenType.NOT, TokenType.DASH, TokenType.PLUS, TokenType.RLIKE):
            prefixes += 1
            if prefixes > MAX_NESTING:
                return "The statement is nested too deeply."
            continue
        prefixes = 0
        if kind in _OPEN:
            depth += 1
        elif kind in _CLOSE:
            depth -= 1
        if depth > MAX_NESTING:
            return "The statement is nested too deeply."
    return None


def parse(tokens: list[Token], sql: str) -> exp.Expr | str:
    """The tree, with names folded as Postgres folds them, or why there is none."""
    try:
        trees = DIALECT.parser().parse([_plain_string(token, sql) for token in _keep_names(tokens)], sql)
    except ParseError as error:
        return _sentence(error)
    except (SqlglotError, RecursionError, ValueError, TypeError, AttributeError, KeyError, IndexError):
        # sqlglot falls over on some malformed input instead of reporting it
        return "The statement is not valid SQL."
    if len(trees) != 1 or trees[0] is None:
        return "Only one statement may be run at a time."
    tree = trees[0]
    _restore_names(tree)
    return tree


def _sentence(error: ParseError) -> str:
    first = error.errors[0] if error.errors else {}
    place = f" near line {first['line']}, column {first['col']}" if first.get("line") else ""
    return f"The statement is not valid SQL{place}."


def _keep_names(tokens: list[Token]) -> list[Token]:
    """Mark allowed function names, so that the parser does not translate them
    to its own functions and back: what is written is what is run.
    """
    tokens_left = []
    following = [*tokens[1:], None]
    for token, after in zip(tokens, following, strict=True):
        if (
            after is not None
            and after.token_type is TokenType.L_PAREN
            and token.token_type is not TokenType.STRING
            and (token.text if token.token_type is TokenType.IDENTIFIER else token.text.lower()) in ALLOWED_FUNCTIONS
        ):
            tokens_left.append(
                Token(TokenType.VAR, token.text.lower() + _MARK, token.line, token.col, token.start, token.end, [])
            )
        else:
            tokens_left.append(token)
    return tokens_left


def _plain_string(token: Token, sql: str) -> Token:
    """E'…' as '…' where its only escapes are of line ends and tabs; the others stay what they are, and are refused."""
    if token.token_type is not TokenType.BYTE_STRING or _OTHER_ESCAPES.search(sql[token.start : token.end + 1]):
        return token
    return Token(TokenType.STRING, token.text, token.line, token.col, token.start, token.end, [])


def _restore_names(tree: exp.Expr) -> None:
    for node in tree.walk():
        node.comments = None
        if isinstance(node, exp.Identifier | exp.Anonymous | exp.Var) and isinstance(node.this, str):
            name = node.this.removesuffix(_MARK)
            if isinstance(node, exp.Identifier):
                fold(node, name)
            else:
                # `<> ALL(ARRAY[…])` is a function to sqlglot, as SOME is; ALL keeps its own token, for UNION ALL (…)
                node.set("this", "all" if isinstance(node, exp.Anonymous) and name.upper() == "ALL" else name)


def fold(node: exp.Identifier, name: str) -> None:
    """Fold an unquoted name to lower case, ASCII only, as Postgres does, and
    quote it where its meaning depends on it.
    """
    if not node.args.get("quoted"):
        name = name.lower() if name.isascii() else "".join(c.lower() if c.isascii() else c for c in name)
    node.set("this", name)
    node.set("quoted", needs_quotes(name))


def needs_quotes(name: str) -> bool:
    """Whether Postgres would read the bare name as something else."""
    return name in KEYWORDS or not _PLAIN.fullmatch(name)


def identifier(name: str) -> exp.Identifier:
    """A name that is already folded."""
    return exp.Identifier(this=name, quoted=needs_quotes(name))
