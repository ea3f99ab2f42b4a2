"""A casebook for users of the library: its claims, its validation, its queries, its graph, its exports.

    import kgtool
    casebook = kgtool.open_casebook("path/to/casebook")
    casebook.validate().conforms
    casebook.query("claims-about", entity="Ri Jong Sik")

Files are read once, when they are first needed; open the casebook again to see changes on disk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kgtool.claims import Claim, read_claims
from kgtool.exporting import export, graph_triples
from kgtool.findings import Report
from kgtool.formats import ExportFormat
from kgtool.holdings import Holdings, read_holdings
from kgtool.labels import Labels
from kgtool.layout import Layout, casebook_at, find_casebook
from kgtool.queries import SavedQuery, as_query, bound_text, catalogue, find_query
from kgtool.rdflibgraph import to_rdflib
from kgtool.results import Answer
from kgtool.store import Store
from kgtool.vocab import KG
from kgtool.worker import Limits

if TYPE_CHECKING:
    import rdflib

QUERY_LIMITS = Limits(seconds=30.0, memory=2 * 1024**3)
"""What a query may take unless told otherwise: seconds of wall-clock time, bytes of memory beyond the store's."""


@dataclass(frozen=True)
class Casebook:
    """One casebook. Raises what reading raises (`kgtool.errors.InputError`) when its files are first needed."""

    layout: Layout

    @property
    def root(self) -> Path:
        return self.layout.root

    @cached_property
    def holdings(self) -> Holdings:
        """The documents as read."""
        return read_holdings(self.layout)

    @cached_property
    def labels(self) -> Labels:
        return Labels(self.holdings)

    @cached_property
    def store(self) -> Store:
        """The embedded store over the graph, what is derived from it, and the vocabulary."""
        return Store(graph_triples(self.holdings, derived=True, ontology=True))

    def claims(self, *, source: str | None = None) -> list[Claim]:
        """Every claim, sorted by IRI; or those of one source, given by IRI or name."""
        found = read_claims(self.holdings.nodes, self.holdings.vocabulary)
        if source is None:
            return found
        iri = self.labels.resolve(source, of_class=KG.Source)
        return [claim for claim in found if claim.source == iri]

    def validate(
        self,
        paths: Iterable[Path] | None = None,
        *,
        texts: Path | str | None = None,
        limits: Limits | None = None,
    ) -> Report:
        """Check the casebook, or some files; see `kgtool.validate.validate`."""
        from kgtool.validate import DEFAULT_LIMITS, validate

        folder = Path(texts) if texts is not None else None
        return validate(self.layout, paths, texts=folder, limits=limits or DEFAULT_LIMITS)

    def queries(self) -> list[SavedQuery]:
        """The saved queries, sorted by name."""
        return list(catalogue(self.layout))

    def query(self, query: str, *, limits: Limits | None = QUERY_LIMITS, **parameters: str) -> Answer:
        """The answer to a saved query by name, or to the text of one (whatever holds a ``{`` or a newline).

        `parameters` are strings as a user would type them; entities and sources may be given by name. Raises
        UsageError for unknown names and values, QueryRefused for a query that writes or reaches outside,
        SyntaxProblem for one that does not parse, LimitReached when `limits` end it.
        """
        if "{" in query or "\n" in query:
            saved = as_query(query, name="query", file="query")
        else:
            saved = find_query(self.layout, query)
        return self.ask(saved, parameters, limits=limits)

    def ask(self, query: SavedQuery, parameters: dict[str, str], *, limits: Limits | None = QUERY_LIMITS) -> Answer:
        """The answer to a query that has been found, with its parameters bound."""
        text = bound_text(query, parameters, self.labels)
        return self.store.answer(text, limits=limits, name=query.file)

    def graph(self, *, derived: bool = False, ontology: bool = False) -> rdflib.Graph:
        """The casebook as an `rdflib.Graph` of its own, prefixes bound, every lexical form kept."""
        quads = graph_triples(self.holdings, derived=derived, ontology=ontology)
        return to_rdflib(quads, self.holdings.prefixes.items())

    def export(
        self,
        syntax: ExportFormat | str = ExportFormat.TURTLE,
        *,
        sources: Collection[str] = (),
        entities: Collection[str] = (),
        derived: bool = False,
        ontology: bool = False,
    ) -> bytes:
        """The casebook, or a part of it, in an RDF syntax; sources and entities by IRI or name."""
        return export(
            self.holdings,
            ExportFormat(syntax),
            sources=[self.labels.resolve(each, of_class=KG.Source) for each in sources],
            entities=[self.labels.resolve(each) for each in entities],
            derived=derived,
            ontology=ontology,
        )


def open_casebook(path: Path | str = ".") -> Casebook:
    """The casebook in the folder `path`, or, for ``"."``, in the nearest folder upwards that holds ``graph/``.

    Raises UsageError where there is none.
    """
    layout = find_casebook(Path.cwd()) if str(path) == "." else casebook_at(Path(path))
    return Casebook(layout)
