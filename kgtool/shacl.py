"""The shapes engine: pySHACL, on SHACL Core alone, in a worker process.

Nothing is fetched, inferred or run: no `owl:imports`, no advanced features, no JavaScript.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import Quad

from kgtool.errors import InputError
from kgtool.findings import Severity
from kgtool.rdflibgraph import to_rdflib
from kgtool.vocab import SH
from kgtool.worker import Limits, run_limited

if TYPE_CHECKING:
    import rdflib

ANONYMOUS_SHAPE = "urn:kgtool:anonymous-shape"


@dataclass(frozen=True, slots=True)
class ShapeResult:
    """One `sh:ValidationResult`; `component` is the constraint component's local name."""

    focus: str
    shape: str
    component: str
    severity: Severity
    message: str
    value: str | None


def shape_results(shapes: Iterable[Quad], data: Iterable[Quad], limits: Limits) -> list[ShapeResult]:
    """What pySHACL reports of `data` against `shapes`, sorted.

    Raises LimitReached when `limits` end it.
    """
    # The worker can open no file, so all modules must be there before it starts; rdflib loads its store with the
    # first graph.
    import pyshacl  # noqa: F401

    to_rdflib(())
    # The graphs are built in the worker: what a child changes of its parent's memory, counts of references
    # included, is copied page by page.
    return run_limited(lambda: _results(to_rdflib(data), to_rdflib(shapes)), limits, task="the validation")


def _results(data: rdflib.Graph, shapes: rdflib.Graph) -> list[ShapeResult]:
    import pyshacl
    from pyshacl.errors import ReportableRuntimeError
    from rdflib import RDF, Namespace, URIRef

    try:
        _, report, _ = pyshacl.validate(
            data,
            shacl_graph=shapes,
            advanced=False,
            do_owl_imports=False,
            inference="none",
            inplace=True,
            js=False,
            meta_shacl=False,
        )
    except ReportableRuntimeError as error:
        # What `Shapes.check` does not know of a shapes file, the engine may.
        said = str(error).strip().splitlines()[0]
        raise InputError(f"the shapes cannot be used: {said}", advice="mend the shapes") from error
    sh = Namespace(SH.iri)
    results = []
    for node in report.subjects(RDF.type, sh.ValidationResult):
        shape = report.value(node, sh.sourceShape)
        value = report.value(node, sh.value)
        messages = sorted(str(each) for each in report.objects(node, sh.resultMessage))
        results.append(
            ShapeResult(
                focus=str(report.value(node, sh.focusNode)),
                shape=str(shape) if isinstance(shape, URIRef) else ANONYMOUS_SHAPE,
                component=str(report.value(node, sh.sourceConstraintComponent)).removeprefix(SH.iri),
                severity=Severity(str(report.value(node, sh.resultSeverity)).removeprefix(SH.iri).lower()),
                message=messages[0] if messages else "",
                value=None if value is None else str(value),
            )
        )
    return sorted(results, key=lambda r: (r.focus, r.shape, r.component, r.value or ""))
