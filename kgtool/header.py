"""The header of a saved query, and the values its parameters take.

The lines of a query that begin with `#+` hold YAML, as in CLARIAH/grlc: the header is the only description of a
query, and the catalogue is made from it.
"""

from __future__ import annotations

import calendar
import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn

from pyoxigraph import Literal, NamedNode

from kgtool.errors import SyntaxProblem, UsageError
from kgtool.nodes import is_iri
from kgtool.querytext import NEWLINE, SURROGATE, VARIABLE_NAME, shown_character

if TYPE_CHECKING:
    from yaml import Node


class ParameterType(StrEnum):
    """What a query's parameter takes. A name given for an entity, a source or a concept becomes its IRI."""

    ENTITY = "entity"
    SOURCE = "source"
    IRI = "iri"
    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    BOOLEAN = "boolean"
    CONCEPT = "concept"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One entry of `params` in a query's header; `name` is a variable's, without its question mark."""

    name: str
    type: ParameterType
    description: str = ""
    default: str | None = None
    optional: bool = False

    @property
    def required(self) -> bool:
        """Whether the query cannot run without a value: there is no default and it is not optional."""
        return self.default is None and not self.optional


@dataclass(frozen=True, slots=True)
class Header:
    """What a saved query says of itself; an empty header where it says nothing.

    A check's summary and description are the problem, and `fix` is what to do about it; a rule has an `example`.
    """

    summary: str = ""
    description: str = ""
    fix: str = ""
    example: str = ""
    tags: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()


def parse_value(kind: ParameterType, value: str, *, parameter: str) -> Literal | NamedNode:
    """The term that `value`, as a user typed it, stands for; lexical forms are XSD 1.1's and are kept.

    Raises `UsageError` when it has another form. Entities, sources and concepts are found by name elsewhere:
    for them this raises `ValueError`.
    """
    if kind not in _READERS:
        raise ValueError(f"a value of type {kind} is looked up in the graph")
    what, is_legal, datatype = _READERS[kind]
    if not is_legal(value):
        raise UsageError(f"parameter '{parameter}' takes {what}, not {_quoted(value)}")
    if kind is ParameterType.IRI:
        return NamedNode(value)
    return Literal(value) if datatype is None else Literal(value, datatype=NamedNode(_XSD + datatype))


def _quoted(value: str) -> str:
    shown = value if len(value) <= 60 else value[:59] + "…"
    return f"'{shown}'" if shown.isprintable() else ascii(shown)


_XSD = "http://www.w3.org/2001/XMLSchema#"
_DATE = re.compile(
    r"(-?(?:[1-9][0-9]{3,}|0[0-9]{3}))-([0-9]{2})-([0-9]{2})(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
)


def _is_text(value: str) -> bool:
    return SURROGATE.search(value) is None


def _is_date(value: str) -> bool:
    date = _DATE.fullmatch(value)
    if date is None:
        return False
    # Leap years repeat after 400 years, so four digits tell; int() refuses to read thousands.
    year, month, day = int(date[1][-4:].lstrip("-")), int(date[2]), int(date[3])
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _is_form(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


_READERS: Mapping[ParameterType, tuple[str, Callable[[str], bool], str | None]] = {
    ParameterType.IRI: ("a whole IRI, such as https://example.org/a", is_iri, None),
    ParameterType.STRING: ("Unicode text", _is_text, None),
    ParameterType.INTEGER: ("a whole number", _is_form(r"[+-]?[0-9]+"), "integer"),
    ParameterType.DECIMAL: ("a number", _is_form(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"), "decimal"),
    ParameterType.DATE: ("a date, such as 2024-08-15", _is_date, "date"),
    ParameterType.BOOLEAN: ("true or false", _is_form("true|false"), "boolean"),
}


def read_header(text: str, *, name: str) -> Header:
    """The header of a saved query: the lines that begin with `#+`, which hold YAML, as in CLARIAH/grlc.

    Keys: `summary`, `description`, `fix` and `example` (text), `tags` (a list), `params` (a list of `name`, `type`,
    `description`, `optional`, `default`). All values are taken as they are written: `2024-08-15` is text
    and `no` is not false. Raises `SyntaxProblem`, with the line in the query's own text, for bad YAML,
    unknown or repeated keys, and unknown types. A text without such lines has an empty header.
    """
    lines = [
        (number, line.removeprefix("#+").removeprefix(" "))
        for number, line in enumerate(NEWLINE.split(text), start=1)
        if line.startswith("#+")
    ]
    return _HeaderReader(name, [number for number, _ in lines]).read("\n".join(line for _, line in lines))


def _is_a(kind: str, node: Node) -> bool:
    return getattr(node, "id", "") == kind  # the stubs leave `id` off the base class


@dataclass(frozen=True, slots=True)
class _HeaderReader:
    """Reads YAML's nodes, not its values: nodes have places, and keep every value as it is written."""

    name: str
    line_numbers: list[int]

    def read(self, yaml_text: str) -> Header:
        root = self._compose(yaml_text) if yaml_text.strip() else None
        if root is None:
            return Header()
        parts = self._mapping(root, "the header", ("summary", "description", "fix", "example", "tags", "params"))
        return Header(
            summary=self._text(parts, "summary"),
            description=self._text(parts, "description"),
            fix=self._text(parts, "fix"),
            example=self._text(parts, "example"),
            tags=tuple(self._scalar(tag, "a tag") for tag in self._sequence(parts, "tags")),
            parameters=self._parameters(self._sequence(parts, "params")),
        )

    def _compose(self, yaml_text: str) -> Node | None:
        import yaml  # not needed by most commands, and slow to import

        try:
            return yaml.compose(yaml_text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line if error.problem_mark else 0
            self._fail(line, f"the header is not YAML: {error.problem or error.context}")
        except yaml.reader.ReaderError as error:
            line = yaml_text.count("\n", 0, error.position)
            self._fail(line, f"the header holds {shown_character(chr(error.character))}, which YAML does not allow")
        except RecursionError:
            self._fail(0, "the header is nested too deeply")

    def _fail(self, yaml_line: int, message: str, advice: str | None = None) -> NoReturn:
        line = self.line_numbers[min(yaml_line, len(self.line_numbers) - 1)]
        raise SyntaxProblem(message, file=self.name, line=line, advice=advice)

    def _mapping(self, node: Node, what: str, keys: tuple[str, ...]) -> dict[str, Node]:
        if not _is_a("mapping", node):
            self._fail(node.start_mark.line, f"{what} should be keys and values")
        parts: dict[str, Node] = {}
        for key_node, value in node.value:
            key = self._scalar(key_node, "a key")
            if key not in keys:
                near = difflib.get_close_matches(key, keys, n=1)
                advice = f"did you mean '{near[0]}'?" if near else f"the keys are {', '.join(keys)}"
                self._fail(key_node.start_mark.line, f"{what} has no key {_quoted(key)}", advice)
            if key in parts:
                self._fail(key_node.start_mark.line, f"the key '{key}' stands twice")
            parts[key] = value
        return parts

    def _sequence(self, parts: dict[str, Node], key: str) -> list[Node]:
        node = parts.get(key)
        if node is None:
            return []
        if not _is_a("sequence", node):
            advice = "begin each entry with '- '"
            self._fail(node.start_mark.line, f"'{key}' should be a list", advice)
        return list(node.value)

    def _scalar(self, node: Node, what: str) -> str:
        if not _is_a("scalar", node):
            self._fail(node.start_mark.line, f"{what} should be text")
        return str(node.value)

    def _text(self, parts: dict[str, Node], key: str) -> str:
        return self._scalar(parts[key], f"'{key}'").strip() if key in parts else ""

    def _parameters(self, nodes: list[Node]) -> tuple[Parameter, ...]:
        parameters: list[Parameter] = []
        for node in nodes:
            parameter = self._parameter(node)
            if any(parameter.name == other.name for other in parameters):
                self._fail(node.start_mark.line, f"the parameter '{parameter.name}' stands twice")
            parameters.append(parameter)
        return tuple(parameters)

    def _parameter(self, node: Node) -> Parameter:
        keys = ("name", "type", "description", "optional", "default")
        parts = self._mapping(node, "a parameter", keys)
        for key in ("name", "type"):
            if key not in parts:
                self._fail(node.start_mark.line, f"a parameter has no {key}")
        name = self._text(parts, "name")
        if not VARIABLE_NAME.fullmatch(name):
            advice = "it is a variable's, without its question mark"
            self._fail(parts["name"].start_mark.line, f"{_quoted(name)} is not a parameter's name", advice)
        type_ = self._type(parts["type"])
        return Parameter(
            name=name,
            type=type_,
            description=self._text(parts, "description"),
            default=self._default(parts["default"], type_, name) if "default" in parts else None,
            optional="optional" in parts and self._truth(parts["optional"]),
        )

    def _type(self, node: Node) -> ParameterType:
        text = self._scalar(node, "'type'")
        if text not in list(ParameterType):
            types = ", ".join(ParameterType)
            self._fail(node.start_mark.line, f"there is no type {_quoted(text)}", f"the types are {types}")
        return ParameterType(text)

    def _truth(self, node: Node) -> bool:
        text = self._scalar(node, "'optional'")
        if text not in ("true", "false"):
            self._fail(node.start_mark.line, f"'optional' is true or false, not {_quoted(text)}")
        return text == "true"

    def _default(self, node: Node, type_: ParameterType, parameter: str) -> str:
        if node.tag == "tag:yaml.org,2002:null":
            self._fail(node.start_mark.line, "a default is empty", "leave the key out, or write ''")
        text = self._scalar(node, "'default'")
        if type_ in _READERS:
            try:
                parse_value(type_, text, parameter=parameter)
            except UsageError as error:
                self._fail(node.start_mark.line, error.message)
        return text
