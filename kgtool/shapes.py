"""A shapes file before it is used: only SHACL Core, nothing unknown, nothing recursive; what it targets.

SHACL leaves recursive shapes undefined and tells processors to ignore terms they do not know. A check that silently
checks nothing is worse than none, so both are refused here, as is every feature beyond Core: `sh:sparql`, `sh:js` and
`sh:rule` are ways by which a stranger's shapes would run code.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode

from kgtool.errors import InputError
from kgtool.nodes import Node, NodeIndex, Value
from kgtool.positions import index_positions
from kgtool.reading import Document
from kgtool.vocab import RDF, RDFS, SH, XSD

# SHACL, sections 2 to 4 (Core); https://www.w3.org/TR/shacl/
_CORE_PROPERTIES = frozenset(
    [
        "targetNode",
        "targetClass",
        "targetSubjectsOf",
        "targetObjectsOf",
        "property",
        "node",
        "path",
        "name",
        "description",
        "order",
        "group",
        "defaultValue",
        "message",
        "severity",
        "deactivated",
        "class",
        "datatype",
        "nodeKind",
        "minCount",
        "maxCount",
        "minExclusive",
        "minInclusive",
        "maxExclusive",
        "maxInclusive",
        "minLength",
        "maxLength",
        "pattern",
        "flags",
        "languageIn",
        "uniqueLang",
        "equals",
        "disjoint",
        "lessThan",
        "lessThanOrEquals",
        "not",
        "and",
        "or",
        "xone",
        "qualifiedValueShape",
        "qualifiedValueShapesDisjoint",
        "qualifiedMinCount",
        "qualifiedMaxCount",
        "closed",
        "ignoredProperties",
        "hasValue",
        "in",
        "inversePath",
        "alternativePath",
        "zeroOrMorePath",
        "oneOrMorePath",
        "zeroOrOnePath",
    ]
)
_CORE_CLASSES = frozenset({"NodeShape", "PropertyShape", "PropertyGroup"})
# What stands behind a property: an IRI, a whole number, an RDF list, a shape, or one of a few terms.
_IRIS = frozenset(
    {"targetClass", "targetSubjectsOf", "targetObjectsOf", "class", "datatype"}
    | {"equals", "disjoint", "lessThan", "lessThanOrEquals"}
)
_NUMBERS = frozenset({"minCount", "maxCount", "minLength", "maxLength", "qualifiedMinCount", "qualifiedMaxCount"})
_LISTS = frozenset({"in", "languageIn", "ignoredProperties", "and", "or", "xone"})
_KINDS = frozenset({"IRI", "Literal", "BlankNode", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral"})
_SEVERITIES = frozenset({"Violation", "Warning", "Info"})
# Constraints that count or compare the values of a path, and so mean nothing on a node shape.
_NEEDS_PATH = frozenset(
    {"minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals", "qualifiedValueShape"}
    | {"qualifiedMinCount", "qualifiedMaxCount"}
)
_PATH_STEPS = ("inversePath", "alternativePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")
DEEPEST_PATH = 50
"""Steps within steps that a property path may have; pySHACL recurses on them."""
_TARGETS = ("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf")
_TO_ONE_SHAPE = ("property", "node", "not", "qualifiedValueShape")
_TO_SHAPE_LIST = ("and", "or", "xone")


@dataclass(frozen=True)
class Shapes:
    """One shapes file, checked."""

    document: Document

    @cached_property
    def nodes(self) -> NodeIndex:
        return NodeIndex(self.document.quads)

    def check(self) -> None:
        """Raise InputError, naming the place, for what cannot be relied on."""
        if not self.targeted():
            raise InputError(
                "no shapes with a target found, so nothing would be checked",
                file=self.document.name,
                advice="check the namespace of sh: and the targets",
            )
        self._check_terms()
        self._check_values()
        self._check_paths()
        self._check_patterns()
        self._check_recursion()

    def targeted(self) -> list[Node]:
        """The shapes that have a target, sorted; a shape that is also a class targets the class's instances."""
        return [
            node
            for node in self.nodes.nodes()
            if self._is_class_too(node) or any(self.nodes.values(node, SH[target]) for target in _TARGETS)
        ]

    def _is_class_too(self, node: Node) -> bool:
        """Whether a node is an implicit class target (SHACL section 2.1.3.3)."""
        types = self.nodes.values(node, RDF.type)
        return RDFS.Class in types and any(SH[kind] in types for kind in ("NodeShape", "PropertyShape"))

    def deactivated(self) -> list[str]:
        return [node.value for node in self.nodes.nodes() if self.nodes.text(node, SH.deactivated) in ("true", "1")]

    def focus_nodes(self, shape: Node, data: NodeIndex) -> set[Value]:
        """The nodes of `data` that a shape's targets select (SHACL section 2.1.3)."""
        found: set[Value] = set(self.nodes.values(shape, SH.targetNode))
        classes = self.nodes.values(shape, SH.targetClass)
        for each in [*classes, shape] if self._is_class_too(shape) else classes:
            if isinstance(each, NamedNode):
                for class_ in subclasses(data, each):
                    found.update(data.instances(class_))
        for each in self.nodes.values(shape, SH.targetSubjectsOf):
            if isinstance(each, NamedNode):
                found.update(node for node in data.nodes() if data.values(node, each))
        for each in self.nodes.values(shape, SH.targetObjectsOf):
            if isinstance(each, NamedNode):
                for node in data.nodes():
                    found.update(data.values(node, each))
        return found

    def items(self, list_: Value) -> list[Value]:
        """The members of an RDF list; a circular one ends where it would repeat."""
        items: list[Value] = []
        seen: set[Value] = set()
        rest: Value | None = list_
        while rest is not None and rest != RDF.nil and rest not in seen:
            seen.add(rest)
            items.extend(self.nodes.values(rest, RDF.first))
            rest = self.nodes.value(rest, RDF.rest)
        if rest in seen:
            raise self._problem("a list runs in a circle", SH["and"].value)
        return items

    def _check_terms(self) -> None:
        for quad in self.document.quads:
            self._check_term(quad.predicate, _CORE_PROPERTIES)
            if quad.predicate == RDF.type and isinstance(quad.object, NamedNode):
                self._check_term(quad.object, _CORE_CLASSES)

    def _check_term(self, term: NamedNode, known: AbstractSet[str]) -> None:
        local = term.value.removeprefix(SH.iri)
        if local == term.value or local in known:
            return
        near = difflib.get_close_matches(local, sorted(known), 1)
        advice = f"did you mean sh:{near[0]}?" if near else "shapes here are SHACL Core only"
        raise self._problem(f"sh:{local} is not a term of SHACL Core", term.value, advice)

    def _check_values(self) -> None:
        for node in self.nodes.nodes():
            for property_ in self.nodes.properties(node):
                local = property_.value.removeprefix(SH.iri)
                if local == property_.value:
                    continue
                if local in _NEEDS_PATH and not self.nodes.values(node, SH.path):
                    raise self._problem(f"sh:{local} stands on a shape without sh:path", property_.value)
                for value in self.nodes.values(node, property_):
                    wanted = self._wanted(local, value)
                    if wanted is not None:
                        raise self._problem(f"sh:{local} takes {wanted}, not {value}", property_.value)

    def _wanted(self, local: str, value: Value) -> str | None:
        """What should stand behind `sh:local` when `value` cannot, or None."""
        if local in _IRIS and not isinstance(value, NamedNode):
            return "an IRI"
        if local in _NUMBERS and not (isinstance(value, Literal) and value.datatype == XSD.integer):
            return "a whole number"
        if local in _LISTS:
            self.items(value)  # raises where it runs in a circle
            return None if value == RDF.nil or self.nodes.values(value, RDF.first) else "a list"
        if local in _TO_ONE_SHAPE and value not in self.nodes:
            return "a shape"
        for property_, known in (("nodeKind", _KINDS), ("severity", _SEVERITIES)):
            if local == property_ and value not in {SH[each] for each in known}:
                return f"one of {', '.join(f'sh:{each}' for each in sorted(known))}"
        return None

    def _check_paths(self) -> None:
        property_shapes = set(self.nodes.instances(SH.PropertyShape))
        for node in self.nodes.nodes():
            property_shapes.update(v for v in self.nodes.values(node, SH.property) if not isinstance(v, Literal))
        for node in self.nodes.nodes():
            paths = self.nodes.values(node, SH.path)
            if len(paths) > 1 or (node in property_shapes and not paths):
                raise self._problem(f"a property shape has one sh:path, not {len(paths)}", _at(node, SH.property))
            for path in paths:
                self._check_path(path)

    def _check_path(self, path: Value) -> None:
        steps: list[tuple[Value, int]] = [(path, 0)]
        while steps:
            step, depth = steps.pop()
            if depth > DEEPEST_PATH:
                raise self._problem(f"a path is nested deeper than {DEEPEST_PATH} steps, or in a circle", SH.path.value)
            if isinstance(step, Literal):
                raise self._problem(f"a path has the literal {step} in it", SH.path.value, "use IRIs")
            if isinstance(step, NamedNode):
                continue
            inner = [value for name in _PATH_STEPS for value in self.nodes.values(step, SH[name])]
            if self.nodes.values(step, RDF.first):
                inner = self.items(step)
            for each in inner:
                members = self.items(each) if self.nodes.values(each, RDF.first) else [each]
                steps.extend((member, depth + 1) for member in members)
            if not inner:
                raise self._problem("a path has an empty step", SH.path.value)

    def _check_patterns(self) -> None:
        for node in self.nodes.nodes():
            for pattern in self.nodes.texts(node, SH.pattern):
                try:
                    re.compile(pattern)
                except re.error as error:
                    raise self._problem(
                        f"sh:pattern {pattern!r} is not a regular expression: {error}", SH.pattern.value
                    ) from error

    def _check_recursion(self) -> None:
        """Depth-first, without recursion of its own; a shape that is met again while it is open is recursive."""
        done: set[Node] = set()
        for root in self.nodes.nodes():
            path: list[tuple[Node, list[Node]]] = [(root, self._references(root))]
            open_: set[Node] = {root}
            while path:
                node, waiting = path[-1]
                if waiting:
                    following = waiting.pop()
                    if following in open_:
                        raise self._problem(
                            "the shape refers to itself; SHACL does not define what recursive shapes mean",
                            following.value if isinstance(following, NamedNode) else root.value,
                            "break the circle",
                        )
                    if following not in done:
                        open_.add(following)
                        path.append((following, self._references(following)))
                else:
                    done.add(node)
                    open_.discard(node)
                    path.pop()

    def _references(self, shape: Node) -> list[Node]:
        found = [value for name in _TO_ONE_SHAPE for value in self.nodes.values(shape, SH[name])]
        for name in _TO_SHAPE_LIST:
            for list_ in self.nodes.values(shape, SH[name]):
                found.extend(self.items(list_))
        return [value for value in found if isinstance(value, NamedNode | BlankNode)]

    def _problem(self, message: str, at: str, advice: str = "mend the shapes") -> InputError:
        where = index_positions(self.document.text).mention(at)
        return InputError(
            message,
            file=self.document.name,
            line=where.line if where else None,
            column=where.column if where else None,
            advice=advice,
        )


def _at(node: Node, otherwise: NamedNode) -> str:
    """The IRI to look for when the place of a shape is told."""
    return node.value if isinstance(node, NamedNode) else otherwise.value


def subclasses(data: NodeIndex, class_: NamedNode) -> Iterable[NamedNode]:
    """A class and all its subclasses in the data."""
    below: dict[Value, list[NamedNode]] = {}
    for node in data.nodes():
        if isinstance(node, NamedNode):
            for above in data.values(node, RDFS.subClassOf):
                below.setdefault(above, []).append(node)
    found = [class_]
    for each in found:
        found.extend(node for node in below.get(each, ()) if node not in found)
    return found
