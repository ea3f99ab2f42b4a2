"""The catalogue of saved queries, and the running of saved and own queries with typed parameters.

The folder is the registry: a query is one ``queries/NAME.rq``, described by its header alone.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pyoxigraph import Literal, NamedNode

from kgtool.errors import InputError, UsageError
from kgtool.header import Header, Parameter, ParameterType, parse_value, read_header
from kgtool.labels import Labels
from kgtool.layout import Layout
from kgtool.querytext import QueryForm, bind, bindable, guard
from kgtool.results import Answer
from kgtool.vocab import KG, SCHEMES

LARGEST_QUERY = 1024 * 1024
"""Bytes of a query's text that are read at most."""


class Answering(Protocol):
    """What can be asked: the embedded store or a remote endpoint."""

    def answer(self, query: str) -> Answer: ...


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A query with its name, its text and what its header says; `file` is how messages name it."""

    name: str
    file: str
    text: str
    header: Header
    form: QueryForm


def catalogue(layout: Layout) -> Iterator[SavedQuery]:
    """The saved queries, sorted by name."""
    for name, path in layout.query_files().items():
        file = layout.name_of(path)
        yield as_query(read_query(path, file), name=name, file=file)


def find_query(layout: Layout, name_or_file: str) -> SavedQuery:
    """The saved query of that name, else the file of that name.

    Raises UsageError, with the nearest names, when there is neither.
    """
    files = layout.query_files()
    if name_or_file in files:
        file = layout.name_of(files[name_or_file])
        return as_query(read_query(files[name_or_file], file), name=name_or_file, file=file)
    path = Path(name_or_file)
    if path.suffix or "/" in name_or_file:
        if path.is_dir():
            raise UsageError("this is a folder", file=name_or_file, advice="name a query file in it")
        if path.exists():
            return as_query(read_query(path, name_or_file), name=path.stem, file=name_or_file)
        if path.suffix in (".rq", ".sparql") or "/" in name_or_file:
            raise UsageError("there is no such query file", file=name_or_file, advice="check the name")
    near = difflib.get_close_matches(name_or_file, files, 3, 0.5)
    advice = f"did you mean {' or '.join(near)}?" if near else "see `kgtool query --list`"
    raise UsageError(f"no saved query is called '{name_or_file}'", advice=advice)


def as_query(text: str, *, name: str, file: str) -> SavedQuery:
    """A text as a query, once `guard` has let it through."""
    form = guard(text, name=file)
    return SavedQuery(name, file, text, read_header(text, name=file), form)


def read_query(path: Path, file: str) -> str:
    """The text of a query file; a byte order mark is left out."""
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_QUERY + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=file) from error
    return decode_query(content, file)


def decode_query(content: bytes, file: str) -> str:
    if len(content) > LARGEST_QUERY:
        raise InputError(f"the query is larger than {LARGEST_QUERY} bytes", file=file, advice="make it smaller")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(
            f"not UTF-8 at byte {error.start}", file=file, line=line, advice="save the query as UTF-8"
        ) from error


def run_query(query: SavedQuery, values: Mapping[str, str], labels: Labels, store: Answering) -> Answer:
    """Bind the values, as a user typed them, and ask.

    Raises UsageError for a value that is missing, unknown or of another kind than the query declares.
    """
    return store.answer(bound_text(query, values, labels))


def bound_text(query: SavedQuery, values: Mapping[str, str], labels: Labels) -> str:
    """The query's text with every parameter bound as an RDF term."""
    declared = {parameter.name: parameter for parameter in query.header.parameters}
    undeclared = [name for name in bindable(query.text, name=query.file) if name not in declared]
    for name in undeclared:
        declared[name] = Parameter(name, ParameterType.STRING, optional=True)
    for name in values:
        if name not in declared:
            near = difflib.get_close_matches(name, declared, 1, 0.5)
            known = ", ".join(declared) or "none"
            advice = f"did you mean {near[0]}?" if near else f"it takes: {known}"
            raise UsageError(f"the query {query.name} has no parameter '{name}'", advice=advice)
    terms: dict[str, Literal | NamedNode] = {}
    for name, parameter in declared.items():
        value = values.get(name, parameter.default)
        if value is not None:
            terms[name] = _term(parameter, value, labels)
        elif parameter.required:
            raise UsageError(
                f"the query {query.name} needs the parameter '{name}'",
                advice=f"add --param {name}=… ({parameter.description or parameter.type.value})",
            )
    return bind(query.text, terms, name=query.file)


def _term(parameter: Parameter, value: str, labels: Labels) -> Literal | NamedNode:
    match parameter.type:
        case ParameterType.ENTITY:
            return NamedNode(labels.resolve(value))
        case ParameterType.SOURCE:
            return NamedNode(labels.resolve(value, of_class=KG.Source))
        case ParameterType.CONCEPT:
            return _concept(parameter, value)
        case _:
            return parse_value(parameter.type, value, parameter=parameter.name)


def _concept(parameter: Parameter, value: str) -> NamedNode:
    known = {_squeezed(concept.value): concept.value for scheme in SCHEMES.values() for concept in scheme}
    local = _squeezed(value.removeprefix("kg:").removeprefix(KG.iri))
    if local in known:
        return KG[known[local]]
    near = difflib.get_close_matches(local, known, 1, 0.6)
    advice = f"did you mean {known[near[0]]}?" if near else f"the values are {', '.join(known.values())}"
    raise UsageError(f"parameter '{parameter.name}' takes a value of a scheme, not '{value}'", advice=advice)


def _squeezed(name: str) -> str:
    """A concept's name as people may type it: leavesOpen, leaves-open and “leaves open” are one."""
    return name.casefold().replace("-", "").replace(" ", "")
