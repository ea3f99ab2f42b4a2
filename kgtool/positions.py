"""Where each subject, predicate and object stands in a text of the Turtle family.

The parser gives quads without places, so findings would name a file and no line. This module reads the text
a second time: a lexer and a small state machine over Turtle, TriG, N-Triples and N-Quads that is known to
be valid. One pass, linear in the text, with a stack of its own instead of recursion. It never raises: where
it cannot read on, it stops and the index holds what was found until there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

RDF_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

# The tokens are those of the Turtle grammar, https://www.w3.org/TR/turtle/#sec-grammar-grammar, but for the letters
# beyond Latin-1: a valid text has no others in a name, and the exact classes take 20 ms to compile at each start.
# Written as what they leave out, they compile faster still.
_LETTER = r"[^\x00-@\[-`{-\xbf]"
_NAME = r"[^\x00-,./:-@\[-^`{-\xb6\xb8-\xbf]"
_LOCAL = rf"(?:{_NAME}|:|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?#@%])"
# Possessive repeats keep a hostile text from being read again and again.
_TOKEN: Final = re.compile(
    rf"""
      (?P<space>[ \t\r\n]++|\#[^\r\n]*+)
    | (?P<iri><[^\x00-\x20<>"{{}}|^`]*+>)
    | (?P<long>\"\"\"(?:[^"\\]++|\\.|"(?!""))*+\"\"\"|'''(?:[^'\\]++|\\.|'(?!''))*+''')
    | (?P<unfinished>\"\"\"|''')
    | (?P<short>"(?:[^"\\\r\n]++|\\.)*+"|'(?:[^'\\\r\n]++|\\.)*+')
    | (?P<at>@[A-Za-z]++(?:-++[A-Za-z0-9]++)*+)
    | (?P<number>[+-]?(?:[0-9]++(?:\.[0-9]*+)?+[eE][+-]?[0-9]++|\.[0-9]++[eE][+-]?[0-9]++
                        |[0-9]*+\.[0-9]++|[0-9]++))
    | (?P<blank>_:{_NAME}++(?:\.++{_NAME}++)*+)
    | (?P<name>(?:{_LETTER}{_NAME}*+(?:\.++{_NAME}++)*+)?+:{_LOCAL}*+(?:\.++{_LOCAL}++)*+)
    | (?P<word>{_LETTER}{_NAME}*+(?:\.++{_NAME}++)*+)
    | (?P<mark>\^\^|<<\(?|\)?>>|\{{\||\|\}}|[.;,\[\](){{}}~])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_SHORT_ESCAPES: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_REFERENCE: Final = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
_TERMS: Final = frozenset({"iri", "name", "blank", "long", "short", "number", "word"})


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a text: line and column count from 1, columns in code points."""

    line: int
    column: int


class _Token(NamedTuple):
    kind: str
    text: str
    offset: int


class _Lines:
    """From offsets to lines; CR LF, a lone CR and a lone LF each end a line, as they do for the parser."""

    __slots__ = ("_starts",)

    def __init__(self, text: str) -> None:
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text))]

    def position(self, offset: int) -> Position:
        line = bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1] + 1)


class PositionIndex:
    """The first place of each subject, predicate and object of one text; None for what is not there.

    Nodes are named by their absolute IRI and literals by their lexical form. Blank nodes and the members of
    collections have no entry of their own, but IRIs inside them count for `mention`.
    """

    __slots__ = ("_lines", "_mentions", "_objects", "_predicates", "_subjects")

    def __init__(self, lines: _Lines) -> None:
        self._lines = lines
        self._subjects: dict[str, int] = {}
        self._predicates: dict[tuple[str, str], int] = {}
        self._objects: dict[tuple[str, str, str], int] = {}
        self._mentions: dict[str, int] = {}

    def subject(self, iri: str) -> Position | None:
        """Where `iri` first stands as a subject."""
        return self._position(self._subjects.get(iri))

    def predicate(self, subject: str, predicate: str) -> Position | None:
        """Where `predicate` first stands in a block of `subject`."""
        return self._position(self._predicates.get((subject, predicate)))

    def object(self, subject: str, predicate: str, object_: str) -> Position | None:
        """Where `object_`, an IRI or the lexical form of a literal, first stands as a value of the two."""
        return self._position(self._objects.get((subject, predicate, object_)))

    def mention(self, iri: str) -> Position | None:
        """Where `iri` first stands in any role: datatypes, graph names and nested nodes, too."""
        return self._position(self._mentions.get(iri))

    def _position(self, offset: int | None) -> Position | None:
        return None if offset is None else self._lines.position(offset)


def index_positions(text: str, *, base: str | None = None) -> PositionIndex:
    """Index a Turtle, TriG, N-Triples or N-Quads text.

    `base` resolves relative IRIs until the text declares its own base. Never raises: what stands behind a
    place that cannot be read is missing from the index.
    """
    index = PositionIndex(_Lines(text))
    _Walk(index, base).run(_tokens(text))
    return index


def position_at(text: str, offset: int) -> Position:
    """The line and column of an offset (code points from 0) in `text`."""
    return _Lines(text).position(offset)


def find_rdf12(text: str) -> Position | None:
    """The first mark that only RDF 1.2 has (triple term, reifier, annotation, direction of a string).

    Works on text that is not known to be valid; None means that none stands before the first error.
    """
    # Most texts have none of these even inside strings and IRIs, and need no lexer.
    if not any(mark in text for mark in ("<<", "{|", "~", "--")):
        return None
    for token in _tokens(text):
        marked = token.kind == "mark" and (token.text in {"<<", "<<(", "{|", "~"})
        if marked or (token.kind == "at" and "--" in token.text):
            return position_at(text, token.offset)
    return None


def resolve_iri(reference: str, base: str | None) -> str:
    """`reference` made absolute as RFC 3986 section 5.2 says; one that has a scheme stays as it is.

    Unlike `urllib.parse.urljoin` it keeps empty fragments and treats all schemes alike.
    """
    if base is None or _SCHEME.match(reference):
        return reference
    scheme, authority, path, query, _ = _reference_parts(base)
    _, own_authority, own_path, own_query, fragment = _reference_parts(reference)
    if own_authority is not None:
        # The parser, whose IRIs these must equal, keeps dot segments here.
        authority, path, query = own_authority, own_path, own_query
    elif own_path:
        if not own_path.startswith("/"):
            own_path = "/" + own_path if authority is not None and not path else _sibling(path, own_path)
        path, query = _without_dots(own_path), own_query
    elif own_query is not None:
        query = own_query
    prefix = f"{scheme}:" if authority is None else f"{scheme}://{authority}"
    return f"{prefix}{path}{query or ''}{fragment or ''}"


def _reference_parts(iri: str) -> tuple[str | None, str | None, str, str | None, str | None]:
    match = _REFERENCE.fullmatch(iri)
    if match is None:
        return None, None, iri, None, None
    return match[1], match[2], match[3], match[4], match[5]


def _sibling(path: str, reference: str) -> str:
    return path[: path.rfind("/") + 1] + reference


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")
    floor = 1 if path.startswith("/") else 0
    for segment in segments:
        if segment == ".." and len(kept) > floor:
            kept.pop()
        elif segment not in {".", ".."}:
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)


def _tokens(text: str) -> Iterator[_Token]:
    offset = 0
    while match := _TOKEN.match(text, offset):
        kind = match.lastgroup or ""
        if kind == "unfinished":
            return
        if kind != "space":
            yield _Token(kind, match[0], offset)
        offset = match.end()


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(_plain_character, text)


def _plain_character(match: re.Match[str]) -> str:
    digits = match[1] or match[2]
    if digits is None:
        return _SHORT_ESCAPES.get(match[3], match[3])
    number = int(digits, 16)
    return chr(number) if number <= 0x10FFFF else "\ufffd"


@dataclass(slots=True)
class _Frame:
    """One level of nesting; `opener` is "", "{", "[" or "("; `subject` is None for a blank node."""

    opener: str
    role: str
    subject: str | None = None
    subject_offset: int = 0
    predicate: str | None = None


@dataclass(slots=True)
class _Walk:
    """The state machine: which role the next term has."""

    index: PositionIndex
    base: str | None
    prefixes: dict[str, str] = field(default_factory=dict)
    stack: list[_Frame] = field(default_factory=lambda: [_Frame("", "subject")])
    datatype_next: bool = False

    def run(self, tokens: Iterator[_Token]) -> None:
        for token in tokens:
            if not self.stack:
                return
            if token.kind in _TERMS:
                if not self.directive(token, tokens):
                    self.term(token)
            elif token.kind == "at":
                if self.stack[-1].role == "subject":
                    self.directive(token, tokens)
            else:
                self.mark(token)

    def directive(self, token: _Token, tokens: Iterator[_Token]) -> bool:
        """Take `@prefix`, `PREFIX`, `@base`, `BASE`, `VERSION` and `GRAPH`, if `token` is one of these."""
        if token.kind not in {"word", "at"} or self.stack[-1].role != "subject":
            return False
        keyword = token.text.lstrip("@").lower()
        if keyword == "prefix":
            name, iri = next(tokens, None), next(tokens, None)
            if name is not None and iri is not None:
                self.prefixes[name.text.rstrip(":")] = self.iri(iri) or ""
        elif keyword == "base":
            iri = next(tokens, None)
            self.base = self.base if iri is None else self.iri(iri)
        elif keyword == "version":
            next(tokens, None)
        return keyword in {"prefix", "base", "version", "graph"}

    def term(self, token: _Token) -> None:
        frame = self.stack[-1]
        iri = self.iri(token)
        if iri is None and token.kind == "word" and token.text == "a" and frame.role == "predicate":
            iri = RDF_TYPE
        if iri is not None:
            self.index._mentions.setdefault(iri, token.offset)
        if self.datatype_next:
            self.datatype_next = False
        elif frame.role == "subject":
            frame.subject, frame.subject_offset, frame.role = iri, token.offset, "predicate"
        elif frame.role == "predicate":
            self.verb(frame, iri, token.offset)
        elif frame.subject is not None and frame.predicate is not None:
            value = self.lexical_form(token) if iri is None else iri
            if value is not None:
                key = (frame.subject, frame.predicate, value)
                self.index._objects.setdefault(key, token.offset)

    def verb(self, frame: _Frame, predicate: str | None, offset: int) -> None:
        # Only now is the term before known to be a subject: in TriG it could have been a graph's name.
        frame.predicate, frame.role = predicate, "object"
        if frame.subject is not None:
            self.index._subjects.setdefault(frame.subject, frame.subject_offset)
            if predicate is not None:
                self.index._predicates.setdefault((frame.subject, predicate), offset)

    def mark(self, token: _Token) -> None:
        frame = self.stack[-1]
        match token.text:
            case "^^":
                self.datatype_next = True
            case "." if frame.opener in {"", "{"}:
                frame.role, frame.subject, frame.predicate = "subject", None, None
            case ";":
                frame.role = "predicate"
            case "[" | "(":
                self.open_node(frame, token.text)
            case "{":
                # A name before the brace was the graph's.
                frame.role, frame.subject, frame.predicate = "subject", None, None
                self.stack.append(_Frame("{", "subject"))
            case "]" | ")" | "}":
                self.stack.pop()
            case "," | ".":
                pass
            case _:
                self.stack.clear()

    def open_node(self, frame: _Frame, bracket: str) -> None:
        if frame.role == "subject":
            frame.subject, frame.role = None, "predicate"
        self.stack.append(_Frame(bracket, "predicate" if bracket == "[" else "object"))

    def iri(self, token: _Token) -> str | None:
        if token.kind == "iri":
            return resolve_iri(_unescaped(token.text[1:-1]), self.base)
        if token.kind == "name":
            prefix, _, local = token.text.partition(":")
            namespace = self.prefixes.get(prefix)
            return None if namespace is None else namespace + local.replace("\\", "")
        return None

    def lexical_form(self, token: _Token) -> str | None:
        match token.kind:
            case "long":
                return _unescaped(token.text[3:-3])
            case "short":
                return _unescaped(token.text[1:-1])
            case "number":
                return token.text
            case "word" if token.text in {"true", "false"}:
                return token.text
        return None
