"""A casebook for users of the library: its claims, its validation, its queries, its graph, its exports.

    import kgtool
    casebook = kgtool.open_casebook("path/to/casebook")
    casebook.validate().conforms
    casebook.query("claims-about", entity="Ri Jong Sik")

Files are read once, when they are first needed; open the casebook again to see changes on disk.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Quad

from kgtool.claims import Claim, read_claims
from kgtool.compare import ComparisonReport, compare, conclude
from kgtool.exporting import export
from kgtool.findings import Report
from kgtool.formats import ExportFormat
from kgtool.holdings import Holdings, read_holdings
from kgtool.labels import Labels
from kgtool.layout import Layout, casebook_at, find_casebook
from kgtool.queries import SavedQuery, as_query, bound_text, catalogue, find_query
from kgtool.questions import derive, resolve_identities
from kgtool.rdflibgraph import to_rdflib
from kgtool.results import Answer
from kgtool.store import Store
from kgtool.vocab import KG
from kgtool.worker import Limits
from kgtool.writing import to_turtle

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
        """The embedded store over the graph, what is derived from its claims, and the vocabulary."""
        return Store(self.quads(derived=True, ontology=True))

    @cached_property
    def compared_store(self) -> Store:
        """The embedded store with the comparisons, too."""
        return Store(self.quads(comparisons=True, ontology=True))

    @cached_property
    def conclusions(self) -> list[Quad]:
        """All that is derived: facts, comparisons, states, sums and timelines."""
        return conclude(self.holdings)

    @cached_property
    def resolved(self) -> dict[NamedNode, NamedNode]:
        """For each node that was decided to be the same as others, the one that stands for them all."""
        return resolve_identities(self.holdings.nodes)

    def quads(self, *, derived: bool = False, comparisons: bool = False, ontology: bool = False) -> Iterator[Quad]:
        """The graph's quads as read, and on request what is derived, in graphs of its own."""
        yield from self.holdings.quads()
        if comparisons:
            yield from self.conclusions
        elif derived:
            yield from derive(self.holdings)
        if ontology:
            yield from self.holdings.ontology_quads()

    def compare(self, *, limits: Limits | None = None) -> ComparisonReport:
        """Where the sources agree, differ, echo each other and fall silent; see `kgtool.compare`."""
        return compare(self.holdings, limits)

    def comparisons(self, *, questions: Collection[str], limits: Limits | None = None) -> str:
        """The comparisons and states of some questions (IRIs) as Turtle, with CiTO links between the claims."""
        quads = conclude(self.holdings, limits)
        nodes = {NamedNode(each) for each in questions}
        kept = {q.subject for q in quads if q.predicate == KG.inQuestion and q.object in nodes} | nodes
        claims = {q.object for q in quads if q.subject in kept and q.predicate in (KG.firstClaim, KG.secondClaim)}
        links = [q for q in quads if q.subject in claims and q.object in claims and q.predicate != KG.answers]
        triples = {q.triple for q in (*links, *(q for q in quads if q.subject in kept))}
        return to_turtle(triples, prefixes=self.holdings.prefixes, base=self.holdings.base)

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
        store = self.compared_store if asks_for_comparisons(text) else self.store
        return store.answer(text, limits=limits, name=query.file)

    def graph(self, *, derived: bool = False, comparisons: bool = False, ontology: bool = False) -> rdflib.Graph:
        """The casebook as an `rdflib.Graph` of its own, prefixes bound, every lexical form kept."""
        quads = self.quads(derived=derived, comparisons=comparisons, ontology=ontology)
        return to_rdflib(quads, self.holdings.prefixes.items())

    def export(
        self,
        syntax: ExportFormat | str = ExportFormat.TURTLE,
        *,
        sources: Collection[str] = (),
        entities: Collection[str] = (),
        derived: bool = False,
        comparisons: bool = False,
        ontology: bool = False,
    ) -> bytes:
        """The casebook, or a part of it, in an RDF syntax; sources and entities by IRI or name.

        `derived` adds questions, origins and resolved names, `comparisons` these and all that the rules conclude.
        """
        derivation = self.conclusions if comparisons else derive(self.holdings) if derived else ()
        return export(
            self.holdings,
            ExportFormat(syntax),
            sources=[self.labels.resolve(each, of_class=KG.Source) for each in sources],
            entities=[self.labels.resolve(each) for each in entities],
            derivation=derivation,
            ontology=ontology,
        )


# The local names of what only the rules of comparison conclude. A query that has none of them in its text needs no
# comparison, and the store is made without.
_CONCLUDED = frozenset(
    {"Comparison", "inQuestion", "firstClaim", "secondClaim", "relation", "finer", "tension", "verdict", "because"}
    | {"agreement", "state", "SumFinding", "totalClaim", "partClaim", "sumOfParts", "lies"}
    | {"TimelineFinding", "saidOver", "beganAs", "lastedAs", "earliestEnd"}
)
_ASKS = re.compile(rf"\b(?:{'|'.join(sorted(_CONCLUDED))})\b|cito")


def asks_for_comparisons(query: str) -> bool:
    """Whether a query may ask for what only the rules conclude; true more often than need be, never less."""
    return _ASKS.search(query) is not None


def open_casebook(path: Path | str = ".") -> Casebook:
    """The casebook in the folder `path`, or, for ``"."``, in the nearest folder upwards that holds ``graph/``.

    Raises UsageError where there is none.
    """
    layout = find_casebook(Path.cwd()) if str(path) == "." else casebook_at(Path(path))
    return Casebook(layout)
