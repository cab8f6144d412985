"""The text of Terraform's files: where a resource stands, and the same text with one thing changed. Pure.

Only what is written out can be changed: a block of its own, an argument that is a plain string. Everything else has its
reason. Sources: developer.hashicorp.com/terraform/language/syntax/configuration and /internals/json-format (state v4).
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_HEAD = re.compile(r'^[ \t]*resource[ \t]+"([^"\n]*)"[ \t]+"([^"\n]*)"[ \t]*\{', re.MULTILINE)
_ARGUMENT = re.compile(r'^([ \t]*([A-Za-z_][\w-]*)[ \t]*=[ \t]*)"([^"$%\\]*)"([ \t]*(?:#.*|//.*)?)$', re.MULTILINE)
_HEREDOC = re.compile(r"<<-?([A-Za-z_][A-Za-z0-9_]*)[ \t]*$", re.MULTILINE)
_WORD_ALONE = re.compile(r"^[ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*$", re.MULTILINE)
_ADDRESS = re.compile(r"(?P<module>(?:module\.[^.]+\.)*)(?P<type>[a-z0-9_]+)\.(?P<name>[\w-]+)(?P<index>\[.+\])?")
_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True)
class Address:
    """Of a resource in Terraform: `module.web.aws_instance.this["a"]`."""

    module: str
    type: str
    name: str
    index: str

    def __str__(self) -> str:
        return f"{self.module}{self.type}.{self.name}{self.index}"


@dataclass(frozen=True)
class Edit:
    """One file with one thing changed."""

    path: str
    text: str


@dataclass(frozen=True)
class Impossible:
    """Why the text cannot be changed for it, as the end of a sentence."""

    reason: str


def address_of(text: str) -> Address | None:
    """An address that a tag names; None where it is none."""
    match = _ADDRESS.fullmatch(text.strip())
    return None if match is None else Address(*(match[part] or "" for part in ("module", "type", "name", "index")))


def address_in(state: Mapping[str, Any], resource_id: str) -> Address | None:
    """The address of the managed resource with this id or ARN in a state file of version 4."""
    native = resource_id.rsplit("/", 1)[-1]
    for resource in state.get("resources") or ():
        if resource.get("mode") != "managed":
            continue
        for instance in resource.get("instances") or ():
            attributes = instance.get("attributes") or {}
            ids = {attributes.get(name) for name in ("id", "arn", "allocation_id")}
            if ids & {resource_id, native}:
                module = f"{resource['module']}." if resource.get("module") else ""
                key = instance.get("index_key")
                index = "" if key is None else f'["{key}"]' if isinstance(key, str) else f"[{key}]"
                return Address(module, str(resource["type"]), str(resource["name"]), index)
    return None


def with_argument(
    files: Mapping[str, str], address: Address, argument: str, before: str, after: str
) -> Edit | Impossible:
    """The file with the block's argument set to another plain string."""
    block = _block(files, address)
    if isinstance(block, Impossible):
        return block
    if not _PLAIN.fullmatch(after):
        return Impossible(f"{after[:40]!r} is no plain word")
    path, start, end = block
    text = files[path]
    named = [one for one in _ARGUMENT.finditer(text, start, end) if one[2] == argument]
    own = [one for one in named if _depth(text, start, one.start()) == 1]
    if len(own) != 1:
        return Impossible(f"{argument} of {address} is not written out in {path}")
    if own[0][3] != before:
        return Impossible(f"{path} says {argument} = {own[0][3]!r}, and the resource has {before!r}")
    changed = f'{own[0][1]}"{after}"{own[0][4]}'
    return Edit(path, text[: own[0].start()] + changed + text[own[0].end() :])


def without_block(files: Mapping[str, str], address: Address) -> Edit | Impossible:
    """The file without the resource, where nothing refers to it."""
    block = _block(files, address)
    if isinstance(block, Impossible):
        return block
    path, start, end = block
    named = f"{address.type}.{address.name}"
    for name, text in files.items():
        rest = text[:start] + text[end:] if name == path else text
        if _names(rest, named):
            return Impossible(f"{name} refers to {address}")
    text = files[path]
    return Edit(path, text[:start].rstrip("\n") + "\n" + text[end:].removeprefix("\n"))


def _names(text: str, address: str) -> bool:
    """Whether the address stands in a text, not as a part of a longer word."""
    at = text.find(address)
    while at >= 0:
        beside = text[max(at - 1, 0) : at] + text[at + len(address) : at + len(address) + 1]
        if not any(sign.isalnum() or sign == "_" for sign in beside):
            return True
        at = text.find(address, at + 1)
    return False


def diff(path: str, before: str, after: str) -> str:
    """As `git diff` shows it."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), f"a/{path}", f"b/{path}", lineterm="")
    return "\n".join(lines)


def _block(files: Mapping[str, str], address: Address) -> tuple[str, int, int] | Impossible:
    """The file and the bounds of the resource's block."""
    if address.module:
        return Impossible(f"{address} is made by a module, whose own arguments have to change")
    if address.index:
        return Impossible(f"{address} is one of several of one block (count or for_each)")
    heads = ((path, one) for path, text in sorted(files.items()) for one in _HEAD.finditer(text))
    matches = [(path, one) for path, one in heads if one.groups() == (address.type, address.name)]
    if len(matches) != 1:
        return Impossible(f"{address} stands in {'no file' if not matches else 'several places'}")
    path, match = matches[0]
    end = next((at + 1 for at, depth in _braces(files[path], match.start()) if depth == 0), None)
    if end is None:
        return Impossible(f"{path} cannot be read: the block of {address} does not end")
    return path, match.start(), end


def _depth(text: str, start: int, position: int) -> int:
    depth = 0
    for at, now in _braces(text, start):
        if at >= position:
            break
        depth = now
    return depth


def _braces(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Each brace outside of strings, comments and heredocs, with the depth after it."""
    depth, at = 0, start
    while at < len(text):
        sign = text[at]
        if sign == '"':
            at = _string_end(text, at)
        elif sign == "#" or text.startswith("//", at):
            at = _line_end(text, at)
        elif text.startswith("/*", at):
            at = max(at, text.find("*/", at) + 1) if "*/" in text[at:] else len(text)
        elif text.startswith("<<", at) and (match := _HEREDOC.match(text, at)):
            last = next((one for one in _WORD_ALONE.finditer(text, match.end()) if one[1] == match[1]), None)
            at = len(text) if last is None else last.end() - 1
        elif sign in "{}":
            depth += 1 if sign == "{" else -1
            yield at, depth
            if depth == 0:
                return
        at += 1


def _string_end(text: str, at: int) -> int:
    """The position of the quote that ends a string, past templates and the strings in them."""
    at += 1
    while at < len(text) and text[at] not in '"\n':
        if text.startswith(("$${", "%%{"), at):
            at += 3
        elif text.startswith(("${", "%{"), at):
            at = _template_end(text, at + 2) + 1
        else:
            at += 2 if text[at] == "\\" else 1
    return at


def _template_end(text: str, at: int) -> int:
    """The position of the brace that ends a template."""
    depth = 1
    while at < len(text):
        if text[at] == '"':
            at = _string_end(text, at)
        elif text[at] in "{}":
            depth += 1 if text[at] == "{" else -1
            if depth == 0:
                break
        at += 1
    return at


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end
