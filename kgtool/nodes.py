"""Look-ups in a set of triples: the values of a node's property, the nodes of a class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from kgtool.vocab import RDF

Node = NamedNode | BlankNode
Value = NamedNode | BlankNode | Literal


_NOTHING: Final[dict[Any, Any]] = {}


class NodeIndex:
    """Triples by subject and by class. Values come sorted, so that every look-up is stable."""

    def __init__(self, triples: Iterable[Triple | Quad]) -> None:
        # Dictionaries without values are sets that keep their order.
        values: dict[Value, dict[NamedNode, dict[Value, None]]] = {}
        instances: dict[Value, dict[Node, None]] = defaultdict(dict)
        for triple in triples:
            subject, predicate, object_ = triple.subject, triple.predicate, triple.object
            if isinstance(subject, Triple) or isinstance(object_, Triple):
                continue  # RDF 1.2; reading lets none through
            values.setdefault(subject, {}).setdefault(predicate, {})[object_] = None
            if predicate == RDF.type:
                instances[object_][subject] = None
        self._values = values
        self._instances = instances

    def __contains__(self, node: object) -> bool:
        return node in self._values

    def nodes(self) -> Iterator[Node]:
        """Every node that stands as a subject, sorted."""
        yield from sorted((node for node in self._values if not isinstance(node, Literal)), key=_order)

    def properties(self, node: Node) -> list[NamedNode]:
        return sorted(self._values.get(node, _NOTHING), key=_order)

    def values(self, node: Value, predicate: NamedNode) -> list[Value]:
        found = self._values.get(node, _NOTHING).get(predicate, _NOTHING)
        return list(found) if len(found) < 2 else sorted(found, key=_order)

    def value(self, node: Value, predicate: NamedNode) -> Value | None:
        """The first value in sorted order, or None."""
        found = self._values.get(node, _NOTHING).get(predicate, _NOTHING)
        return min(found, key=_order) if len(found) > 1 else next(iter(found), None)

    def node(self, node: Value, predicate: NamedNode) -> NamedNode | None:
        """The first value that is an IRI."""
        found = self._values.get(node, _NOTHING).get(predicate, _NOTHING)
        if len(found) < 2:
            only = next(iter(found), None)
            return only if isinstance(only, NamedNode) else None
        return next((v for v in self.values(node, predicate) if isinstance(v, NamedNode)), None)

    def text(self, node: Value, predicate: NamedNode) -> str | None:
        """The lexical form of the first value that is a literal."""
        found = self._values.get(node, _NOTHING).get(predicate, _NOTHING)
        if len(found) < 2:
            only = next(iter(found), None)
            return only.value if isinstance(only, Literal) else None
        return next((v.value for v in self.values(node, predicate) if isinstance(v, Literal)), None)

    def texts(self, node: Value, predicate: NamedNode) -> list[str]:
        return [v.value for v in self.values(node, predicate) if isinstance(v, Literal)]

    def number(self, node: Value, predicate: NamedNode) -> int | None:
        """The first value as a whole number, where its lexical form is one."""
        text = self.text(node, predicate)
        return int(text) if text is not None and text.isascii() and text.isdigit() else None

    def instances(self, type_: NamedNode) -> list[Node]:
        return sorted(self._instances.get(type_, ()), key=_order)

    def has_type(self, node: Value, type_: NamedNode) -> bool:
        return type_ in self.values(node, RDF.type)


def _order(node: Value) -> tuple[int, str]:
    """Literals, IRIs, blank nodes; each by its letters."""
    # Not by str(): its closing bracket or quote would put "…/a-10" before "…/a-1".
    return (Literal, NamedNode, BlankNode).index(type(node)), node.value


def is_iri(text: str) -> bool:
    """Whether `text` is an absolute IRI."""
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True
