"""What a casebook holds, as read: the documents of its graph and of its vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad

from kgtool.errors import InputError, KgtoolError, SeveralErrors, UsageError
from kgtool.layout import Layout
from kgtool.nodes import NodeIndex
from kgtool.reading import Document, rdf_files, read_document
from kgtool.vocab import DCAT, PREFIXES, VOID

FALLBACK_BASE = "urn:kgtool:"


@dataclass(frozen=True)
class Holdings:
    """Documents of claims (`graph`) and of vocabulary (`ontology`), with what they declare."""

    layout: Layout
    graph: tuple[Document, ...]
    ontology: tuple[Document, ...]

    @cached_property
    def nodes(self) -> NodeIndex:
        """The graph's triples, whichever file they stand in."""
        return NodeIndex(quad for document in self.graph for quad in document.quads)

    @cached_property
    def vocabulary(self) -> NodeIndex:
        return NodeIndex(quad for document in self.ontology for quad in document.quads)

    @cached_property
    def base(self) -> str:
        """The IRI with which the casebook's own IRIs begin, from its ``dcat:Dataset``."""
        for dataset in self.nodes.instances(DCAT.Dataset):
            space = self.nodes.text(dataset, VOID.uriSpace)
            if space:
                return space
        return FALLBACK_BASE

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """What the casebook's files declare, over the prefixes of the vocabularies in use; sorted."""
        declared = dict(PREFIXES)
        for document in (*self.ontology, *self.graph):
            declared.update(document.prefixes)
        return dict(sorted(declared.items()))

    def graph_name(self, document: Document) -> NamedNode:
        """The named graph of a file: the casebook's base, ``graph/`` and the file's path without suffix."""
        name = self.layout.name_of(document.path).removeprefix("graph/")
        stem = name.rsplit(".", 1)[0]
        return NamedNode(f"{self.base}graph/{''.join(c if c.isalnum() or c in '/-_.~' else '-' for c in stem)}")

    def quads(self, documents: Iterable[Document] | None = None) -> Iterator[Quad]:
        """The graph's quads as read, each file's default graph under the file's own name."""
        for document in self.graph if documents is None else documents:
            name = self.graph_name(document)
            for quad in document.quads:
                if isinstance(quad.graph_name, DefaultGraph):
                    yield Quad(quad.subject, quad.predicate, quad.object, name)
                else:
                    yield quad

    def ontology_quads(self) -> Iterator[Quad]:
        """The vocabulary's quads, in one named graph."""
        name = NamedNode(f"{self.base}graph/ontology")
        for document in self.ontology:
            for quad in document.quads:
                yield Quad(quad.subject, quad.predicate, quad.object, name)


def read_holdings(layout: Layout, paths: Iterable[Path] | None = None) -> Holdings:
    """Read the casebook's graph, or the files and folders in `paths` in its place, and the vocabulary.

    Every file is tried: if several cannot be read, `SeveralErrors` holds an error for each.
    """
    if paths is None:
        files = rdf_files(layout.graph)
        if not files:
            raise InputError("graph/ holds no RDF file", file=layout.name_of(layout.graph))
    else:
        files = [file for path in paths for file in _files(path)]
    return Holdings(layout, _read(layout, files), _read(layout, layout.ontology_files()))


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise UsageError("there is no such file or folder", file=str(path), advice="check the name")
    return rdf_files(path) if path.is_dir() else [path]


def _read(layout: Layout, files: Iterable[Path]) -> tuple[Document, ...]:
    documents: list[Document] = []
    errors: list[KgtoolError] = []
    for file in files:
        try:
            documents.append(read_document(file, name=layout.name_of(file)))
        except KgtoolError as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise SeveralErrors(errors)
    return tuple(documents)
