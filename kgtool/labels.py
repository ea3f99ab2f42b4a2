"""What people call things: labels, spellings and short IRIs, and the way back from a name to a node."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Triple

from kgtool.errors import UsageError
from kgtool.holdings import Holdings
from kgtool.nodes import Value, is_iri
from kgtool.vocab import DCTERMS, KG, OA, RDFS, SKOS, SKOSXL

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-/]*[A-Za-z0-9_\-])?")


@dataclass(frozen=True)
class Labels:
    """The names in one casebook and its vocabulary."""

    holdings: Holdings

    def of(self, iri: str) -> str:
        """The label of a node, or its short IRI where it has none."""
        node = NamedNode(iri)
        for index in (self.holdings.nodes, self.holdings.vocabulary):
            for predicate in (RDFS.label, SKOS.prefLabel, DCTERMS.title):
                label = index.text(node, predicate)
                if label:
                    return label
        return self.short(iri)

    def shown(self, value: NamedNode | Literal | None) -> str:
        """A value in words: a node's label, a literal's lexical form."""
        if value is None:
            return "—"
        return self.of(value.value) if isinstance(value, NamedNode) else value.value

    def short(self, iri: str) -> str:
        """``prefix:local`` where a declared prefix fits, else ``<iri>``; relative to the casebook's base."""
        best = ""
        best_name = ""
        for name, prefix in self.holdings.prefixes.items():
            if len(prefix) > len(best) and iri.startswith(prefix) and _LOCAL.fullmatch(iri[len(prefix) :]):
                best, best_name = prefix, name
        if best:
            return f"{best_name}:{iri[len(best) :]}"
        base = self.holdings.base
        return f"<{iri[len(base) :] if iri.startswith(base) else iri}>"

    def term(self, term: Value | Triple | None) -> str:
        """A term of an answer as a listing shows it: short IRIs, bare literals."""
        if term is None:
            return ""
        if isinstance(term, NamedNode):
            return self.short(term.value)
        if isinstance(term, Literal):
            return term.value
        return str(term)

    def resolve(self, name: str, *, of_class: NamedNode | None = None) -> str:
        """The IRI of the one node that `name` names.

        A name is an IRI, a prefixed name, the end of one of the casebook's IRIs, a label or any source's
        spelling; letter case does not matter in names. Raises UsageError when nothing is so named (with the
        nearest names) or when several things are.
        """
        expanded = self.expand(name)
        if expanded is not None and self._known(expanded) and self._fits(expanded, of_class):
            return expanded
        folded = _folded(name).strip()
        found = [iri for iri in sorted(self._named.get(folded, ())) if self._fits(iri, of_class)]
        if len(found) == 1:
            return found[0]
        kind = "source" if of_class == KG.Source else "claim, entity or source"
        if found:
            raise UsageError(
                f"{len(found)} things are called '{name}': {', '.join(self.short(iri) for iri in found[:6])}",
                advice="name one of them",
            )
        if expanded is not None and of_class is None and name.startswith(("http:", "https:", "urn:")):
            raise UsageError(f"the casebook does not speak of <{name}>", advice="check the IRI")
        near = self._nearest(folded, of_class)
        nearest = " or ".join(f"'{each}'" for each in near)
        advice = f"did you mean {nearest}?" if near else "check the name"
        raise UsageError(f"no {kind} is called '{name}'", advice=advice)

    def expand(self, name: str) -> str | None:
        """The IRI that an IRI, a prefixed name or a path below the casebook's base stands for, ``<…>`` or bare."""
        bare = name[1:-1] if name.startswith("<") and name.endswith(">") else name
        if re.match(r"(?:https?|urn):", bare):
            return bare if is_iri(bare) else None
        prefix, colon, local = bare.partition(":")
        if colon and prefix in self.holdings.prefixes:
            iri = self.holdings.prefixes[prefix] + local
            return iri if is_iri(iri) else None
        own = self.holdings.base + bare
        return own if (bare != name or "/" in bare) and is_iri(own) else None

    @cached_property
    def _named(self) -> dict[str, set[str]]:
        named: dict[str, set[str]] = defaultdict(set)
        nodes = self.holdings.nodes
        for node in nodes.nodes():
            if not isinstance(node, NamedNode):
                continue
            if node.value.startswith(self.holdings.base) and "#" not in node.value:
                own = node.value[len(self.holdings.base) :]
                if not own.startswith(("label/", "attribution/")):
                    named[_folded(own.rsplit("/", 1)[-1])].add(node.value)
            for predicate in (RDFS.label, DCTERMS.title):
                for label in nodes.texts(node, predicate):
                    named[_folded(label)].add(node.value)
            for spelled in nodes.values(node, SKOSXL.altLabel):
                for form in nodes.texts(spelled, SKOSXL.literalForm):
                    named[_folded(form)].add(node.value)
        named.pop("", None)
        return named

    def _nearest(self, folded: str, of_class: NamedNode | None) -> list[str]:
        fitting = {name for name, iris in self._named.items() if any(self._fits(iri, of_class) for iri in iris)}
        return [self._as_written(n) for n in difflib.get_close_matches(folded, sorted(fitting), 2, 0.6)]

    def _as_written(self, folded: str) -> str:
        nodes = self.holdings.nodes
        for iri in sorted(self._named[folded]):
            node = NamedNode(iri)
            forms = [f for s in nodes.values(node, SKOSXL.altLabel) for f in nodes.texts(s, SKOSXL.literalForm)]
            for form in (*nodes.texts(node, RDFS.label), *nodes.texts(node, DCTERMS.title), *forms):
                if _folded(form) == folded:
                    return form
        return folded

    def _known(self, iri: str) -> bool:
        node = NamedNode(iri)
        return node in self.holdings.nodes or node in self.holdings.vocabulary

    def _fits(self, iri: str, of_class: NamedNode | None) -> bool:
        return of_class is None or self.holdings.nodes.has_type(NamedNode(iri), of_class)


def _folded(name: str) -> str:
    """A name without what does not matter in it: letter case, and whether accents are typed apart."""
    return unicodedata.normalize("NFC", name.casefold())


def spellings(holdings: Holdings, entity: str) -> list[tuple[str, str, int]]:
    """The spellings of an entity: the form, its source's IRI, and at how many places it stands there."""
    nodes = holdings.nodes
    found: list[tuple[str, str, int]] = []
    for label in nodes.values(NamedNode(entity), SKOSXL.altLabel):
        form, source = nodes.text(label, SKOSXL.literalForm), nodes.node(label, DCTERMS.source)
        if form is not None and source is not None:
            found.append((form, source.value, len(nodes.values(label, OA.hasTarget))))
    return sorted(found)
