"""Small casebooks for tests: written to a folder, or in memory."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, parse

from kgtool import Casebook
from kgtool.holdings import Holdings
from kgtool.layout import Layout
from kgtool.reading import Document
from kgtool.vocab import PREFIXES

FIXTURE = Path(__file__).parent / "queries" / "fixture"
BASE = "https://example.org/book/"
_OWN = ("attribution", "claim", "decision", "entity", "label", "source")
DECLARED = {**PREFIXES, **{name: f"{BASE}{name}/" for name in _OWN}, "sport": "https://w3id.org/kgtool/domain/sport#"}
PROLOGUE = f"@base <{BASE}> .\n" + "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(DECLARED.items()))
DATASET = f'<> a dcat:Dataset ; dcterms:title "A book"@en ; void:uriSpace "{BASE}" .\n'


def written(folder: Path, **files: str) -> Casebook:
    """A casebook in `folder` whose ``graph/`` holds these Turtle files; prefixes are declared for them."""
    (folder / "graph").mkdir()
    for name, turtle in files.items():
        (folder / "graph" / f"{name}.ttl").write_text(PROLOGUE + turtle, "utf-8")
    return Casebook(Layout(folder))


def in_memory(*turtles: str, ontology: str = "") -> Holdings:
    """The holdings of these documents, in this order, without a file being read."""
    documents = [_document(f"graph/{number}.ttl", turtle) for number, turtle in enumerate(turtles)]
    vocabulary = (_document("ontology.ttl", ontology),) if ontology else ()
    return Holdings(Layout(Path("/nowhere")), tuple(documents), vocabulary)


def shuffled(document: Document, quads: Iterable[Quad]) -> Document:
    """The same document with its quads in another order."""
    return Document(
        document.path,
        document.name,
        document.format,
        document.text,
        document.sha256,
        tuple(quads),
        document.prefixes,
        document.base,
    )


def _document(name: str, turtle: str) -> Document:
    text = PROLOGUE + turtle
    quads = tuple(parse(text, RdfFormat.TURTLE))
    return Document(Path("/nowhere") / name, name, RdfFormat.TURTLE, text, "0" * 64, quads, DECLARED, BASE)
