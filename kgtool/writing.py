"""Quads → stable bytes, and bytes → disk without a moment at which the file is half written.

The same set of quads gives the same bytes, in whatever order they come and whatever their blank nodes are
called. Turtle and TriG are written for readers and for line-by-line diffs: only the prefixes used, `a` first,
one value a line. Lexical forms are kept as they are. RDF 1.1 only.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from io import BytesIO
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final, TypeAlias
from xml.parsers import expat

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)
from pyoxigraph import serialize as oxigraph_serialise

from kgtool.errors import LimitReached, OutputError

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_TYPE: Final = f"{_RDF}type"

# Names that need no escapes anywhere: narrower than PN_PREFIX and PN_LOCAL of the Turtle grammar.
_PREFIX_NAME: Final = re.compile(r"[A-Za-z](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?|")
_LOCAL_NAME: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
# scheme://authority/folders/ without a query; group 1 is what references are resolved against
_BASE: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://[^/?#]*/(?:[^/?#]*/)*)[^/?#]*(?:[?#].*)?", re.DOTALL)
# https://www.w3.org/TR/turtle/#abbrev: the lexical forms that may stand without quotes
_BARE_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    f"{_XSD}boolean": re.compile(r"true|false"),
    f"{_XSD}integer": re.compile(r"[+-]?[0-9]+"),
    f"{_XSD}decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
}
# Control characters, line separators, and marks that make a text read otherwise than it is stored.
_HIDDEN: Final = "\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff"
_IN_SHORT_STRING: Final = re.compile(rf'[\n"\\{_HIDDEN}]')
_IN_LONG_STRING: Final = re.compile(rf'[\\{_HIDDEN}]|"(?=""|\Z)')
_IN_IRI: Final = re.compile(rf"[{_HIDDEN}]")
_SHORT_ESCAPES: Final = {
    "\t": "\\t",
    "\b": "\\b",
    "\n": "\\n",
    "\r": "\\r",
    "\f": "\\f",
    '"': '\\"',
    "\\": "\\\\",
}
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_XML_NAME_END: Final = re.compile(r"[^\W\d][\w.-]*\Z")

# Steps of naming blank nodes, each about a microsecond: some for free and some for every mention.
_FREE_STEPS: Final = 5_000_000
# How often nodes that look alike may have to be told apart within one another.
_DEEPEST_CHOICE: Final = 200
_STEPS_PER_MENTION: Final = 50
# A temporary file this old (seconds) was left by a process that was killed.
_ABANDONED_AFTER: Final = 3600.0
_TEMPORARY_PREFIX: Final = ".kgtool-"
_TEMPORARY_SUFFIX: Final = ".tmp"


class Syntax(StrEnum):
    """The syntaxes that can be written; the triple formats drop the names of graphs."""

    TURTLE = "turtle"
    TRIG = "trig"
    N_TRIPLES = "ntriples"
    N_QUADS = "nquads"
    JSON_LD = "jsonld"
    RDF_XML = "rdfxml"


def to_turtle(triples: Iterable[Triple], *, prefixes: Mapping[str, str], base: str | None = None) -> str:
    """Turtle of a set of triples, ending in a line feed; "" for none.

    Only prefixes that get used are declared. `base` shortens IRIs under it, if that is safe. Raises
    OutputError for RDF 1.2 terms and LimitReached when the blank nodes cannot be told apart in time.
    """
    return to_trig((Quad(*triple) for triple in triples), prefixes=prefixes, base=base)


def to_trig(quads: Iterable[Quad], *, prefixes: Mapping[str, str], base: str | None = None) -> str:
    """TriG of a set of quads: the default graph, then each named one; otherwise as `to_turtle`."""
    names = _Names(prefixes, base)
    graphs: defaultdict[_Graph, list[Quad]] = defaultdict(list)
    for quad in _ordered(quads):
        graphs[quad.graph_name].append(quad)
    blocks: list[str] = []
    for graph, members in graphs.items():
        if isinstance(graph, DefaultGraph):
            blocks.extend(_subject_blocks(members, names, ""))
        else:
            inner = "\n".join(_subject_blocks(members, names, "    "))
            blocks.append(f"{names.node(graph)} {{\n{inner}}}\n")
    body = "\n".join(blocks)
    header = names.header()
    return f"{header}\n{body}" if header else body


def serialise(quads: Iterable[Quad], syntax: Syntax, *, prefixes: Mapping[str, str], base: str | None = None) -> bytes:
    """UTF-8 bytes of a set of quads in any syntax; `base` is used by Turtle and TriG only.

    Raises OutputError for what the syntax cannot carry (RDF/XML: predicates that are no XML names, control
    characters) and for RDF 1.2 terms; LimitReached when the blank nodes cannot be told apart in time.
    """
    match syntax:
        case Syntax.TURTLE:
            return to_turtle((quad.triple for quad in quads), prefixes=prefixes, base=base).encode()
        case Syntax.TRIG:
            return to_trig(quads, prefixes=prefixes, base=base).encode()
        case Syntax.N_TRIPLES:
            return _serialised(_ordered_triples(quads), RdfFormat.N_TRIPLES)
        case Syntax.N_QUADS:
            return _serialised(_ordered(quads), RdfFormat.N_QUADS)
        case Syntax.JSON_LD:
            return _serialised(_ordered(quads), RdfFormat.JSON_LD) + b"\n"
        case Syntax.RDF_XML:
            return _rdf_xml(_ordered_triples(quads), prefixes)


def write_atomically(path: Path, content: bytes) -> None:
    """Put `content` in `path`, whole or not at all; a link is followed, old permissions are kept.

    Raises OutputError when that fails: the old file is then untouched and no temporary file is left. Files
    that killed processes left in the folder are removed once they are an hour old.
    """
    try:
        target = path.resolve()
        old = _regular_file_mode(target, path)
        _sweep(target.parent)
        _replace(target, content, old)
    except (OSError, RuntimeError, ValueError) as error:
        raise _not_written(error, path) from error


def _serialised(
    statements: Sequence[Quad] | Sequence[Triple],
    rdf_format: RdfFormat,
    prefixes: dict[str, str] | None = None,
) -> bytes:
    stream = BytesIO()
    oxigraph_serialise(statements, stream, rdf_format, prefixes=prefixes)
    return stream.getvalue()


# --- Turtle ---------------------------------------------------------------------------------------------

_Node: TypeAlias = NamedNode | BlankNode
_Graph: TypeAlias = NamedNode | BlankNode | DefaultGraph


class _Names:
    """IRIs in their shortest safe form; remembers which prefixes and whether the base were used."""

    def __init__(self, prefixes: Mapping[str, str], base: str | None) -> None:
        usable = {name: iri for name, iri in prefixes.items() if _PREFIX_NAME.fullmatch(name) and _is_iri(iri)}
        # Where two prefixes stand for one namespace, the alphabetically first is taken.
        self.by_namespace = {iri: name for name, iri in sorted(usable.items(), reverse=True)}
        self.namespaces = sorted(self.by_namespace, key=lambda iri: (-len(iri), iri))
        self.base = base
        self.folder = _base_folder(base)
        self.used: dict[str, str] = {}
        self.base_used = False
        self.known: dict[str, str] = {}

    def node(self, node: _Node) -> str:
        return str(node) if isinstance(node, BlankNode) else self.iri(node.value)

    def iri(self, iri: str) -> str:
        if iri not in self.known:
            self.known[iri] = self.prefixed(iri) or self.relative(iri) or f"<{_IN_IRI.sub(_escape, iri)}>"
        return self.known[iri]

    def prefixed(self, iri: str) -> str | None:
        for namespace in self.namespaces:
            if iri.startswith(namespace) and _LOCAL_NAME.fullmatch(iri, len(namespace)):
                name = self.by_namespace[namespace]
                self.used[name] = namespace
                return f"{name}:{iri[len(namespace) :]}"
        return None

    def relative(self, iri: str) -> str | None:
        if self.folder is None or not iri.startswith(self.folder):
            return None
        rest = iri.removeprefix(self.folder)
        if not _is_safe_reference(rest, fragment_alone=self.folder == self.base):
            return None
        self.base_used = True
        return f"<{_IN_IRI.sub(_escape, rest)}>"

    def header(self) -> str:
        lines = [f"@base <{_IN_IRI.sub(_escape, self.base)}> .\n"] if self.base and self.base_used else []
        lines.extend(f"@prefix {name}: <{_IN_IRI.sub(_escape, iri)}> .\n" for name, iri in sorted(self.used.items()))
        return "".join(lines)


def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def _base_folder(base: str | None) -> str | None:
    """The part of a base that a relative path is put behind (RFC 3986 section 5.2.3); None if not safe."""
    match = _BASE.fullmatch(base) if base is not None and _is_iri(base) else None
    if match is None or _has_dot_segment(match[1]):
        return None
    return match[1]


def _has_dot_segment(reference: str) -> bool:
    return not {".", ".."}.isdisjoint(re.split("[/?#]", reference))


def _is_safe_reference(rest: str, *, fragment_alone: bool) -> bool:
    """Whether `rest` behind a base's folder resolves to just that."""
    if not rest or rest[0] in "/?" or (rest[0] == "#" and not fragment_alone):
        return False
    return ":" not in re.split("[/?#]", rest)[0] and "//" not in rest and not _has_dot_segment(rest)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    return _SHORT_ESCAPES.get(character) or f"\\u{ord(character):04X}"


def _literal(literal: Literal, names: _Names) -> str:
    datatype = literal.datatype.value
    bare = _BARE_FORMS.get(datatype)
    if bare is not None and bare.fullmatch(literal.value):
        return literal.value
    text = _quoted(literal.value)
    if literal.language is not None:
        return f"{text}@{literal.language}"
    return text if datatype == f"{_XSD}string" else f"{text}^^{names.iri(datatype)}"


def _quoted(text: str) -> str:
    if "\n" in text:
        return f'"""{_IN_LONG_STRING.sub(_escape, text)}"""'
    return f'"{_IN_SHORT_STRING.sub(_escape, text)}"'


def _subject_blocks(quads: Sequence[Quad], names: _Names, margin: str) -> Iterator[str]:
    """One block a subject, from quads of one graph in order."""
    by_subject: defaultdict[_Node, defaultdict[NamedNode, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        value = quad.object
        text = _literal(value, names) if isinstance(value, Literal) else names.node(_plain_node(value))
        by_subject[_plain_node(quad.subject)][quad.predicate].append(text)
    for subject, predicates in by_subject.items():
        parts = [
            f"{margin}    {_verb(predicate, names)} " + f" ,\n{margin}        ".join(values)
            for predicate, values in predicates.items()
        ]
        yield f"{margin}{names.node(subject)}\n" + " ;\n".join(parts) + " .\n"


def _verb(predicate: NamedNode, names: _Names) -> str:
    return "a" if predicate.value == _TYPE else names.iri(predicate.value)


# --- RDF/XML --------------------------------------------------------------------------------------------


def _rdf_xml(triples: list[Triple], prefixes: Mapping[str, str]) -> bytes:
    for triple in triples:
        _refuse_for_xml(triple)
    predicates = {triple.predicate.value for triple in triples}
    used = {
        name: iri
        for name, iri in sorted(prefixes.items())
        if name
        and _PREFIX_NAME.fullmatch(name)
        and not name.lower().startswith(("xml", "rdf", "its", "ox"))
        and any(predicate.startswith(iri) for predicate in predicates)
    }
    try:
        # A bare carriage return would be read back as a line feed (XML 1.0, section 2.11).
        content = _serialised(triples, RdfFormat.RDF_XML, used).replace(b"\r", b"&#13;")
    except (OSError, ValueError) as error:
        raise _not_for_xml(str(error)) from error
    if _read_back(content) != frozenset(_ordered(Quad(*triple) for triple in triples)):
        raise _not_for_xml("some triple would come back changed")
    return content


def _refuse_for_xml(triple: Triple) -> None:
    """Refuse what the serialiser would write as XML that is not well-formed."""
    names = [triple.predicate]
    if triple.predicate.value == _TYPE and isinstance(triple.object, NamedNode):
        names.append(triple.object)
    for name in names:
        if _XML_NAME_END.search(name.value) is None:
            raise _not_for_xml(f"<{name.value}> does not end in an XML name")
    if isinstance(triple.object, Literal) and (bad := _NOT_IN_XML.search(triple.object.value)):
        raise _not_for_xml(f"a literal of {triple.subject} holds the character U+{ord(bad[0]):04X}")


def _not_for_xml(reason: str) -> OutputError:
    return OutputError(f"RDF/XML cannot carry this graph: {reason}", advice="choose turtle or ntriples")


def _read_back(content: bytes) -> frozenset[Quad] | None:
    # The serialiser's own parser is laxer on names than XML is, so a strict one looks first.
    try:
        expat.ParserCreate("utf-8", " ").Parse(content, True)
        return frozenset(_ordered(parse(content, format=RdfFormat.RDF_XML)))
    except (SyntaxError, expat.ExpatError):
        return None


# --- order ----------------------------------------------------------------------------------------------


def _ordered(quads: Iterable[Quad]) -> list[Quad]:
    """The quads without repetition, blank nodes named canonically, in the order in which they are written."""
    distinct = set(quads)
    for quad in distinct:
        _refuse_rdf12(quad)
    labels = _canonical_labels(distinct)
    if labels:
        distinct = {
            Quad(
                labels.get(quad.subject, quad.subject),
                quad.predicate,
                labels.get(quad.object, quad.object),
                labels.get(quad.graph_name, quad.graph_name),
            )
            for quad in distinct
        }
    return sorted(distinct, key=_sort_key)


def _ordered_triples(quads: Iterable[Quad]) -> list[Triple]:
    return [quad.triple for quad in _ordered(Quad(*quad.triple) for quad in quads)]


def _refuse_rdf12(quad: Quad) -> None:
    value = quad.object
    unsupported = isinstance(value, Triple) or isinstance(quad.subject, Triple)
    if isinstance(value, Literal):
        # A literal can be built with these datatypes, but no parser would take it back.
        tagged = value.datatype.value in {f"{_RDF}langString", f"{_RDF}dirLangString"}
        unsupported = value.direction is not None or (tagged and value.language is None)
    if unsupported:
        raise OutputError(
            f"a value of {quad.subject} is a triple term, a directional string or a language string without"
            " a language, which RDF 1.1 does not have",
            advice="remove it",
        )


def _sort_key(quad: Quad) -> tuple[tuple[int, str, str, str], ...]:
    predicate = quad.predicate.value
    verb = (0, "", "", "") if predicate == _TYPE else (1, predicate, "", "")
    return _term_key(quad.graph_name), _term_key(quad.subject), verb, _term_key(quad.object)


def _term_key(term: _Node | Literal | DefaultGraph | Triple) -> tuple[int, str, str, str]:
    match term:
        case DefaultGraph():
            return (0, "", "", "")
        case NamedNode():
            return (1, term.value, "", "")
        case Literal():
            return (2, term.value, term.datatype.value, term.language or "")
        case BlankNode():
            # By number: b9 before b10.
            return (3, term.value.removeprefix("b").zfill(12), "", "")
        case Triple():
            raise TypeError("triple terms are refused before sorting")


def _plain_node(term: _Node | Literal | Triple) -> _Node:
    if isinstance(term, NamedNode | BlankNode):
        return term
    raise TypeError("triple terms are refused before writing")


# --- names of blank nodes -------------------------------------------------------------------------------
#
# The published algorithm (RDFC-1.0) takes minutes on a list of a thousand equal items and for ever on a
# handful of nodes that all point at one another. This one splits the nodes into classes by what surrounds
# them until nothing changes (colour refinement), which is linear for lists and trees, and tries out choices
# only where symmetric nodes remain, within a budget of steps.

# A quad of the graph: IRIs and literals in N-Triples form, blank nodes by number.
_Row: TypeAlias = tuple[str | int, ...]
_Colours: TypeAlias = dict[int, int]
# What surrounds a node: its rows, each term marked as itself (0), another node's colour (1) or a text (2).
_Signature: TypeAlias = list[tuple[tuple[int, str | int], ...]]


def _canonical_labels(quads: set[Quad]) -> dict[object, BlankNode]:
    """Every blank node → `_:b<N>`, the same for all graphs that differ in blank labels and order only."""
    numbers: dict[object, int] = {}
    rows: list[_Row] = []
    for quad in quads:
        terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
        row = tuple(
            numbers.setdefault(term, len(numbers)) if isinstance(term, BlankNode) else str(term) for term in terms
        )
        if any(isinstance(term, int) for term in row):
            rows.append(row)
    if not numbers:
        return {}
    nodes = list(numbers)
    order = _Labelling(len(nodes), rows).canonical_order()
    return {nodes[node]: BlankNode(f"b{place}") for place, node in enumerate(order)}


class _Labelling:
    def __init__(self, size: int, rows: Iterable[_Row]) -> None:
        self.rows: list[list[_Row]] = [[] for _ in range(size)]
        self.neighbours: list[set[int]] = [set() for _ in range(size)]
        for row in rows:
            members = {term for term in row if isinstance(term, int)}
            for node in members:
                self.rows[node].append(row)
                self.neighbours[node] |= members
        mentions = sum(len(each) for each in self.rows)
        self.steps_left = _FREE_STEPS + _STEPS_PER_MENTION * mentions

    def canonical_order(self) -> list[int]:
        everything = list(range(len(self.rows)))
        colours = self.refined(dict.fromkeys(everything, 0), set(everything))
        order, _ = self.ordered(everything, colours, 0)
        return order

    def spend(self, steps: int) -> None:
        self.steps_left -= steps
        if self.steps_left < 0:
            raise LimitReached(
                "the blank nodes of this graph are too much alike to be put in a lasting order",
                advice="give the nodes IRIs",
            )

    def refined(self, colours: _Colours, affected: set[int]) -> _Colours:
        """Split classes of equal colour until all in a class have equal surroundings.

        `affected` are the nodes to look at first. Colours are numbers; new ones are greater than all before
        and are given out in an order that depends on the graph only.
        """
        self.spend(len(colours))
        colours = dict(colours)
        classes: defaultdict[int, set[int]] = defaultdict(set)
        for node, colour in colours.items():
            classes[colour].add(node)
        next_colour = max(classes) + 1
        while affected:
            by_colour: defaultdict[int, list[int]] = defaultdict(list)
            for node in affected:
                if node in colours and len(classes[colours[node]]) > 1:
                    by_colour[colours[node]].append(node)
            splits = [
                group
                for colour, members in sorted(by_colour.items())
                for group in self.split_off(classes[colour], members, colours)
            ]
            affected = set()
            for group in splits:
                classes[colours[group[0]]].difference_update(group)
                classes[next_colour] = set(group)
                for node in group:
                    colours[node] = next_colour
                    affected |= self.neighbours[node]
                    self.spend(len(self.neighbours[node]))
                next_colour += 1
        return colours

    def split_off(self, whole: set[int], members: list[int], colours: _Colours) -> list[list[int]]:
        """The groups that leave a class of which some members are affected.

        The largest group stays: then a node changes its colour only when its class at least halves.
        """
        groups = self.by_signature(members, colours)
        largest = max(groups, key=len)
        others = len(whole) - len(members)
        if others >= len(largest):
            return groups
        if others:
            groups.insert(0, list(whole.difference(members)))
        return [group for group in groups if group is not largest]

    def by_signature(self, nodes: list[int], colours: _Colours) -> list[list[int]]:
        signed = sorted((self.signature(node, colours), node) for node in nodes)
        return [[node for _, node in group] for _, group in groupby(signed, key=itemgetter(0))]

    def signature(self, node: int, colours: _Colours) -> _Signature:
        self.spend(len(self.rows[node]))
        return sorted(tuple(_mark(term, node, colours) for term in row) for row in self.rows[node])

    def ordered(self, nodes: list[int], colours: _Colours, depth: int) -> tuple[list[int], list[_Signature]]:
        """`nodes` in canonical order, and a certificate that is equal for copies of one another only.

        `colours` are refined; neighbours outside `nodes` have colours of their own. A node that no other
        shares its colour with is as good as an IRI, so what hangs together only through such nodes is
        ordered piece by piece, and pieces of equal certificate can stand in any order.
        """
        if depth > _DEEPEST_CHOICE:
            self.spend(self.steps_left + 1)
        local = {each: colours[each] for node in nodes for each in (node, *self.neighbours[node])}
        sizes = Counter(local[node] for node in nodes)
        single = sorted((node for node in nodes if sizes[local[node]] == 1), key=local.__getitem__)
        pieces = self.pieces({node for node in nodes if sizes[local[node]] > 1})
        if not single and len(pieces) == 1:
            return min(
                (
                    self.ordered(nodes, self.told_apart(local, choice), depth + 1)
                    for choice in self.choices(nodes, local)
                ),
                key=itemgetter(1),
            )
        ranked: list[tuple[list[int], list[_Signature], int, list[int]]] = []
        for piece in pieces:
            order, certificate = self.ordered(piece, local, depth + 1)
            ranked.append(([local[node] for node in order], certificate, len(ranked), order))
        ranked.sort(key=itemgetter(0, 1, 2))
        order = single + [node for *_, part in ranked for node in part]
        # Places count from 0; neighbours outside keep their colour, as a negative number.
        places = {each: -1 - colour for each, colour in local.items()}
        places.update((node, place) for place, node in enumerate(order))
        return order, [self.signature(node, places) for node in order]

    def pieces(self, nodes: set[int]) -> list[list[int]]:
        """What hangs together within `nodes`, which is used up."""
        found: list[list[int]] = []
        while nodes:
            piece = [nodes.pop()]
            for node in piece:
                fresh = self.neighbours[node] & nodes
                nodes -= fresh
                piece.extend(fresh)
            found.append(piece)
        return found

    def told_apart(self, colours: _Colours, nodes: list[int]) -> _Colours:
        fresh = max(colours.values()) + 1
        chosen = colours | {node: fresh + place for place, node in enumerate(nodes)}
        return self.refined(chosen, {each for node in nodes for each in self.neighbours[node]})

    def choices(self, nodes: list[int], colours: _Colours) -> list[list[int]]:
        """Lists of nodes, of which one has to be told apart next; each node here shares its colour."""
        classes: defaultdict[int, list[int]] = defaultdict(list)
        for node in nodes:
            classes[colours[node]].append(node)
        tied = [members for _, members in sorted(classes.items())]
        leaders = [self.leaders(members) for members in tied]
        # Where all of a class can change places with all, any order is as good as any other.
        twins = [node for members, few in zip(tied, leaders, strict=True) if len(few) == 1 for node in members]
        return [twins] if twins else [[node] for node in min(leaders, key=len)]

    def leaders(self, nodes: list[int]) -> list[int]:
        """The nodes without those that are twins of one before."""
        found: list[int] = []
        for node in nodes:
            if not any(self.are_twins(leader, node) for leader in found):
                found.append(node)
        return found

    def are_twins(self, one: int, other: int) -> bool:
        """Whether the graph stays the same when the two nodes change places."""
        if len(self.rows[one]) != len(self.rows[other]):
            return False
        exchange: dict[str | int, str | int] = {one: other, other: one}
        rows = {*self.rows[one], *self.rows[other]}
        self.spend(len(rows))
        return all(tuple(exchange.get(term, term) for term in row) in rows for row in rows)


def _mark(term: str | int, node: int, colours: _Colours) -> tuple[int, str | int]:
    if isinstance(term, str):
        return (2, term)
    return (0, 0) if term == node else (1, colours[term])


# --- disk -----------------------------------------------------------------------------------------------


def _regular_file_mode(target: Path, path: Path) -> int | None:
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise OutputError("this is a folder", file=str(path), advice="name a file in it")
    # Renaming over a device or a pipe would destroy it.
    if not stat.S_ISREG(mode):
        raise OutputError("not a regular file", file=str(path), advice="name a file on disk")
    return stat.S_IMODE(mode)


def _replace(target: Path, content: bytes, mode: int | None) -> None:
    temporary = target.with_name(f"{_TEMPORARY_PREFIX}{secrets.token_hex(8)}{_TEMPORARY_SUFFIX}")
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    # The new file already stands; not every file system can sync a folder, and none needs to undo the rename.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sweep(folder: Path) -> None:
    oldest = time.time() - _ABANDONED_AFTER
    for left in sorted(folder.glob(f"{_TEMPORARY_PREFIX}*{_TEMPORARY_SUFFIX}")):
        with suppress(OSError):
            if left.lstat().st_mtime < oldest:
                left.unlink()


_ADVICE: Final[Mapping[int, str]] = {
    errno.ENOSPC: "free some space and try again",
    errno.EDQUOT: "free some space and try again",
    errno.EFBIG: "the file-size limit is too low for it",
    errno.ENOENT: "create the folder first",
    errno.ENOTDIR: "check the path: one of its folders is a file",
    errno.EACCES: "check the permissions of the folder",
    errno.EPERM: "check the permissions of the folder",
    errno.EROFS: "choose a folder that can be written",
}


def _not_written(error: Exception, path: Path) -> OutputError:
    number = error.errno if isinstance(error, OSError) else None
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    advice = _ADVICE.get(number or 0, "check the path")
    message = f"cannot be written: {reason}"
    return OutputError(message, file=str(path), advice=f"{advice}; nothing was changed")
