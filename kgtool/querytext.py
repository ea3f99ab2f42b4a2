"""A query as text: whether it may run, what its header says of it, and the binding of its parameters.

The text is read by tokens, after SPARQL 1.1 §19.2 (codepoint escapes) and §19.8 (terminals). Judging
tokens is exact, no parse is needed: in SPARQL a prefixed name has a colon, a variable `?` or `$`, a language
tag `@`, and strings and IRIs have their quotes, so a bare word `SERVICE` or `FROM` can only be that keyword,
in whatever case and with whatever escapes it is written: `SE\\u0052VICE` is the same word.

Engines differ from the standard, and each difference is a way past a guard, so texts that two readers may
take for two different things are refused:

- pyoxigraph decodes an escape after it has cut the tokens, the standard before. An escape may therefore not
  stand for a character that cuts tokens: `"\\u0022"` is one string to the one and two to the other.
- pyoxigraph needs no space after a keyword: `SERVICESILENT<…>` and, with the prefix `:`, `SERVICE:x { }`.
- pyoxigraph takes `<` for "less than" where an operator may stand, though an IRI could be read from there:
  `FILTER(?a<?b)SERVICE#>`.

Nothing here runs or parses a query; a text that passes may still be bad SPARQL. Time is linear in the length
of the text. Offsets and columns count code points, lines and columns from 1.
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from pyoxigraph import Literal, NamedNode

from kgtool.errors import KgtoolError, LimitReached, QueryRefused, SyntaxProblem, UsageError
from kgtool.results import Term

if TYPE_CHECKING:
    pass

E = TypeVar("E", bound=KgtoolError)

DEEPEST = 200
"""Brackets of any kind that may be open at once. pyoxigraph overflows its stack at some thousands."""


class QueryForm(StrEnum):
    """The four forms of a SPARQL query, by their keywords."""

    SELECT = "SELECT"
    ASK = "ASK"
    CONSTRUCT = "CONSTRUCT"
    DESCRIBE = "DESCRIBE"


# --- Text ----------------------------------------------------------------------------------------------


SURROGATE = re.compile("[\ud800-\udfff]")
NEWLINE = re.compile(r"\r\n|\r|\n")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_BACKSLASH = re.compile(r"\\\\|" + _ESCAPE.pattern)


@dataclass(frozen=True, slots=True)
class _Text:
    """A query's text with its codepoint escapes decoded, and the way back to the places in the original."""

    original: str
    name: str
    decoded: str
    escapes: tuple[int, ...] = ()  # where in `decoded` the characters stand that were written as escapes
    shifts: tuple[int, ...] = (0,)  # how much longer the original is before the first, second, … of them

    def offset(self, decoded_offset: int) -> int:
        return decoded_offset + self.shifts[bisect_left(self.escapes, decoded_offset)]

    def problem(self, kind: type[E], decoded_offset: int, message: str, advice: str | None = None) -> E:
        return _problem(kind, self.original, self.offset(decoded_offset), self.name, message, advice)


def _problem(kind: type[E], text: str, offset: int, name: str, message: str, advice: str | None = None) -> E:
    line, start = 1, 0
    for newline in NEWLINE.finditer(text, 0, offset):
        line, start = line + 1, newline.end()
    return kind(message, file=name, line=line, column=offset - start + 1, advice=advice)


def _decode(text: str, name: str) -> _Text:
    """Decode the codepoint escapes, each once and from left to right."""
    if surrogate := SURROGATE.search(text):
        message = f"{shown_character(surrogate[0])} is not a Unicode character"
        raise _problem(SyntaxProblem, text, surrogate.start(), name, message)
    if "\\" not in text:
        return _Text(text, name, text)
    pieces: list[str] = []
    escapes: list[int] = []
    shifts = [0]
    copied = 0
    for match in _BACKSLASH.finditer(text):
        if match[0] == "\\\\":
            _refuse_two_readings(text, match.end() - 1, name)
            continue
        character = _character(match)
        if character is None:
            message = f"{match[0]} is not a Unicode character"
            raise _problem(SyntaxProblem, text, match.start(), name, message)
        pieces += (text[copied : match.start()], character)
        copied = match.end()
        escapes.append(match.start() - shifts[-1])
        shifts.append(shifts[-1] + len(match[0]) - 1)
    pieces.append(text[copied:])
    return _Text(text, name, "".join(pieces), tuple(escapes), tuple(shifts))


def _character(escape: re.Match[str]) -> str | None:
    number = int(escape[1] or escape[2], 16)
    return None if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF else chr(number)


def _refuse_two_readings(text: str, backslash: int, name: str) -> None:
    r"""Refuse `\\u0022`: an escaped backslash to a tokeniser, an escape for a quotation mark by §19.2."""
    escape = _ESCAPE.match(text, backslash)
    if escape and _character(escape) in ('"', "'", "\n", "\r"):
        message = f"'\\{escape[0]}' can be read in two ways"
        raise _problem(SyntaxProblem, text, backslash - 1, name, message, "write the character itself")


# --- Tokens --------------------------------------------------------------------------------------------


class _Kind(StrEnum):
    SPACE = "SPACE"
    COMMENT = "COMMENT"
    IRI = "IRI"
    PNAME = "PNAME"
    VAR = "VAR"
    LONG_STRING = "LONG_STRING"
    STRING = "STRING"
    LANGTAG = "LANGTAG"
    NUMBER = "NUMBER"
    BLANK = "BLANK"
    WORD = "WORD"
    PUNCTUATION = "PUNCTUATION"


@dataclass(frozen=True, slots=True)
class _Token:
    kind: _Kind
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """The keyword, in capitals; empty for any other kind of token."""
        return self.text.upper() if self.kind is _Kind.WORD else ""


# Terminals of SPARQL 1.1 §19.8. Repetitions are possessive so that nothing is ever tried twice.
_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_VARNAME = rf"[{_BASE}0-9_][{_BASE}0-9_\u00b7\u0300-\u036f\u203f\u2040]*"
VARIABLE_NAME = re.compile(_VARNAME)
_NAME = _BASE + "0-9_\u00b7\u0300-\u036f\u203f\u2040"
_PLX = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_ECHAR = r"""\\[tbnrf\\"']"""
_PREFIX = re.compile(rf"[{_BASE}](?:\.*+[{_NAME}\-]++)*+")
_LOCAL = re.compile(rf"(?:(?:[{_BASE}0-9_:]|{_PLX})(?:\.*+(?:[{_NAME}:\-]|{_PLX}))*+)?+")
_TOKEN = re.compile(
    rf"""
      (?P<SPACE>[ \t\r\n]++)
    | (?P<COMMENT>\#[^\r\n]*+)
    | (?P<VAR>[?$]{_VARNAME}+)
    | (?P<WORD>[A-Za-z][A-Za-z0-9_]*+)
    | (?P<IRI><[^\x00-\x20<>"{{}}|^`\\]*+>)
    | (?P<LONG_STRING>"{{3}}(?:"{{0,2}}+(?:[^"\\]|{_ECHAR}))*+"{{3}}
                     |'{{3}}(?:'{{0,2}}+(?:[^'\\]|{_ECHAR}))*+'{{3}})
    | (?P<STRING>(?!"{{3}}|'{{3}})(?:"(?:[^"\\\r\n]|{_ECHAR})*+"|'(?:[^'\\\r\n]|{_ECHAR})*+'))
    | (?P<LANGTAG>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--(?:ltr|rtl))?+)
    | (?P<NUMBER>(?:[0-9]++(?:\.[0-9]*+(?=[eE]))?+|\.[0-9]++)[eE][+-]?[0-9]++|[0-9]*+\.[0-9]++|[0-9]++)
    | (?P<BLANK>_:[{_BASE}0-9_](?:\.*+[{_NAME}\-]++)*+)
    | (?P<PUNCTUATION>[{{}}()\[\].,;=!<>|&^*/+\-?~])
    """,
    re.VERBOSE,
)
_NAME_CHARACTER = re.compile(f"[{_NAME}]")


def _tokens(source: _Text) -> Iterator[_Token]:
    """The tokens, without white space and comments."""
    text = source.decoded
    nameless_until = 0  # the run of name characters up to here has no colon after it, from wherever it starts
    escape = 0
    at = 0
    while at < len(text):
        kind, end = None, at
        if at >= nameless_until or text[at] == ":":
            kind, end, nameless_until = _prefixed_name(text, at, nameless_until)
        if kind is None:
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                raise _not_a_token(source, at)
            kind, end = _Kind(match.lastgroup), match.end()
        token = _Token(kind, text[at:end], at, end)
        while escape < len(source.escapes) and source.escapes[escape] < end:
            _judge_escape(source, token, source.escapes[escape])
            escape += 1
        if kind is _Kind.WORD and _NAME_CHARACTER.match(text, end):
            raise source.problem(SyntaxProblem, end, f"unexpected character {shown_character(text[end])} in a word")
        if kind not in (_Kind.SPACE, _Kind.COMMENT):
            yield token
        at = end


def _prefixed_name(text: str, at: int, nameless_until: int) -> tuple[_Kind | None, int, int]:
    colon = at
    if text[at] != ":":
        prefix = _PREFIX.match(text, at)
        if prefix is None:
            return None, at, nameless_until
        colon = prefix.end()
        if text[colon : colon + 1] != ":":
            return None, at, colon
    local = _LOCAL.match(text, colon + 1)
    return _Kind.PNAME, local.end() if local else colon + 1, nameless_until


def _not_a_token(source: _Text, at: int) -> SyntaxProblem:
    character = source.decoded[at]
    if character in "\"'":
        return source.problem(SyntaxProblem, at, "a string is not closed, or holds an escape that SPARQL does not have")
    return source.problem(SyntaxProblem, at, f"unexpected character {shown_character(character)}")


def shown_character(character: str) -> str:
    number = f"U+{ord(character):04X}"
    return f"'{character}' ({number})" if character.isprintable() else number


def _judge_escape(source: _Text, token: _Token, at: int) -> None:
    character = source.decoded[at]
    if token.kind is _Kind.COMMENT:
        harmless = at > token.start
    elif token.kind is _Kind.IRI:
        harmless = character not in "<>"
    elif token.kind in (_Kind.STRING, _Kind.LONG_STRING):
        harmless = character not in (token.text[-1], "\\")
    else:
        harmless = character.isalnum() or character in "_-" or not character.isascii()
    if not harmless:
        message = f"an escape may not stand for {shown_character(character)} here"
        raise source.problem(SyntaxProblem, at, message, "write the character itself")


# --- Guard ---------------------------------------------------------------------------------------------


_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"})
_REACHES_OUT = ("SERVICE", "FROM")


def query_form(text: str, *, name: str) -> QueryForm:
    """The form of a query: the first word after its prologue.

    `name` names the text in errors. Raises `QueryRefused` for an update, `SyntaxProblem` for anything else.
    """
    source = _decode(text, name)
    return _form(source, _tokens(source))


def guard(text: str, *, name: str) -> QueryForm:
    """The form of a query that only reads, and only the graph it is put to.

    Raises `QueryRefused` for an update, for SERVICE and FROM, and for more than one operation; `LimitReached`
    when more than `DEEPEST` brackets are open; `SyntaxProblem` for a text that cannot be cut into tokens or
    is not a query. Each gives the place of the offending token.
    """
    source = _decode(text, name)
    stream = _Guarded(source)
    form = _form(source, iter(stream))
    for _ in stream:
        pass
    return form


@dataclass(slots=True)
class _Guarded:
    """The tokens of a text, each judged as it passes."""

    source: _Text
    depth: int = 0
    stream: Iterator[_Token] = field(init=False)

    def __post_init__(self) -> None:
        self.stream = self._judged()

    def __iter__(self) -> Iterator[_Token]:
        return self.stream

    def _judged(self) -> Iterator[_Token]:
        before = last = None
        for token in _tokens(self.source):
            self._judge(token)
            if last is not None:
                self._judge_run_together(before, last, token)
            before, last = last, token
            yield token

    def _judge(self, token: _Token) -> None:
        if token.kind is _Kind.PUNCTUATION:
            self._count(token)
        elif token.kind is _Kind.WORD:
            if token.word in _UPDATES:
                raise _writes(self.source, token)
            for keyword in _REACHES_OUT:
                if keyword in token.word:
                    raise self._reaches_out(token, keyword)
        elif token.kind is _Kind.IRI:
            self._judge_less_than(token)

    def _judge_less_than(self, token: _Token) -> None:
        # Where `<` is an operator, the brackets of its expression close before the next keyword, and only a
        # comment can hide the `>` that made an IRI of it all.
        inside, comment, _ = token.text.partition("#")
        after = inside.partition(")")[2].upper()
        for keyword in _REACHES_OUT:
            if comment and keyword in after:
                raise self._reaches_out(token, keyword)

    def _judge_run_together(self, before: _Token | None, last: _Token, token: _Token) -> None:
        # In a group no prefixed name stands before a brace but a graph's: `SERVICE` has run into one.
        if token.text != "{" or self.depth < 2 or last.kind is not _Kind.PNAME:
            return
        if (before is None or before.word != "GRAPH") and "SERVICE" in last.text.partition(":")[0].upper():
            raise self._reaches_out(last, "SERVICE")

    def _reaches_out(self, token: _Token, keyword: str) -> QueryRefused:
        message = f"{keyword} reaches outside the graph; a query is put to the casebook alone"
        return self.source.problem(QueryRefused, token.start, message, f"take {keyword} out")

    def _count(self, token: _Token) -> None:
        if token.text in "{([":
            self.depth += 1
            if self.depth > DEEPEST:
                message = f"more than {DEEPEST} brackets are open"
                raise self.source.problem(LimitReached, token.start, message, "nest less deeply")
        elif token.text in "})]":
            self.depth = max(0, self.depth - 1)
        elif token.text == ";" and self.depth == 0:
            message = "';' begins a second operation"
            raise self.source.problem(QueryRefused, token.start, message, "put one query at a time")


def _writes(source: _Text, token: _Token) -> QueryRefused:
    return source.problem(QueryRefused, token.start, f"{token.word} writes; `kgtool query` only reads")


def _form(source: _Text, tokens: Iterator[_Token]) -> QueryForm:
    for token in tokens:
        if token.word in QueryForm.__members__:
            return QueryForm[token.word]
        if token.word in _UPDATES:
            raise _writes(source, token)
        if token.word == "BASE":
            _expect(source, tokens, _Kind.IRI, "an IRI in angle brackets after BASE")
        elif token.word == "VERSION":
            _expect(source, tokens, _Kind.STRING, "a string after VERSION")
        elif token.word == "PREFIX":
            prefix = _expect(source, tokens, _Kind.PNAME, "a prefix with its colon after PREFIX")
            if prefix.text.index(":") != len(prefix.text) - 1:
                raise source.problem(SyntaxProblem, prefix.start, "a prefix ends with its colon")
            _expect(source, tokens, _Kind.IRI, "an IRI in angle brackets after the prefix")
        else:
            forms = "SELECT, ASK, CONSTRUCT or DESCRIBE"
            shown = token.text if len(token.text) <= 40 else token.text[:39] + "…"
            raise source.problem(SyntaxProblem, token.start, f"expected {forms}, not '{shown}'")
    raise SyntaxProblem("there is no query in it", file=source.name)


def _expect(source: _Text, tokens: Iterator[_Token], kind: _Kind, what: str) -> _Token:
    token = next(tokens, None)
    if token is None or token.kind is not kind:
        at = len(source.decoded) if token is None else token.start
        raise source.problem(SyntaxProblem, at, f"expected {what}")
    return token


# --- Parameters ----------------------------------------------------------------------------------------


def bindable(text: str, *, name: str) -> tuple[str, ...]:
    """The parameters that `bind` can give a value: the variables of `VALUES ?v { UNDEF }`, sorted.

    Raises `SyntaxProblem` for a text that cannot be cut into tokens.
    """
    return tuple(sorted({variable for variable, _, _ in _blocks(text, name)}))


def bind(text: str, values: Mapping[str, Term], *, name: str) -> str:
    """The query with each `VALUES ?v { UNDEF }` given its value; all other text stays as it is.

    A query declares a parameter as inline data that says "any", so that it also runs unbound in every SPARQL
    tool. A value is an IRI or a literal and can be nothing but one term, whatever characters it holds. A
    variable that `values` does not name stays unbound. Raises `UsageError` for a value without a parameter
    or of another kind, `SyntaxProblem` for a text that cannot be cut into tokens.
    """
    blocks = _blocks(text, name)
    known = sorted({variable for variable, _, _ in blocks})
    for parameter in sorted(values.keys() - set(known)):
        raise _no_such_parameter(parameter, known, name)
    written = {parameter: _written(parameter, value) for parameter, value in values.items()}
    pieces: list[str] = []
    copied = 0
    for variable, start, end in blocks:
        if variable in written:
            pieces += (text[copied:start], written[variable])
            copied = end
    return "".join([*pieces, text[copied:]])


def _blocks(text: str, name: str) -> list[tuple[str, int, int]]:
    """Variable, and start and end of its UNDEF in the original text, for each block with one of each."""
    source = _decode(text, name)
    tokens = list(_tokens(source))
    found = []
    for at, token in enumerate(tokens):
        if token.word == "VALUES":
            for shape in (_BARE, _IN_PARENTHESES):
                window = tokens[at + 1 : at + 1 + len(shape)]
                if [_role(part) for part in window] == shape:
                    undef = window[shape.index("UNDEF")]
                    variable = window[shape.index("?")].text[1:]
                    found.append((variable, source.offset(undef.start), source.offset(undef.end)))
    return found


_BARE = ["?", "{", "UNDEF", "}"]
_IN_PARENTHESES = ["(", "?", ")", "{", "(", "UNDEF", ")", "}"]


def _role(token: _Token) -> str:
    return "?" if token.kind is _Kind.VAR else token.word or token.text


def _no_such_parameter(parameter: str, known: list[str], name: str) -> UsageError:
    message = f"{name} has no parameter '{parameter}'"
    near = difflib.get_close_matches(parameter, known, n=1)
    if near:
        return UsageError(message, advice=f"did you mean '{near[0]}'?")
    return UsageError(message, advice=f"it has {', '.join(known)}" if known else "it takes none")


def _written(parameter: str, value: Term) -> str:
    if not isinstance(value, NamedNode | Literal):
        raise UsageError(f"parameter '{parameter}' takes an IRI or a literal, not a blank node or a triple")
    # N-Triples escapes are SPARQL's too, but for `\\u0022`, which §19.2 would decode first: there the `u` is
    # written as an escape, which every reader decodes to the same.
    return re.sub(r"(\\\\)([uU])|\\.", _write_u_as_escape, str(value))


def _write_u_as_escape(escape: re.Match[str]) -> str:
    return f"{escape[1]}\\U{ord(escape[2]):08X}" if escape[2] else escape[0]
