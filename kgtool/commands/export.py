"""`kgtool export`: the graph, or a part of it, in one of the RDF syntaxes."""

from __future__ import annotations

from pathlib import Path

from kgtool.errors import ExitStatus
from kgtool.formats import ExportFormat
from kgtool.terminal import Session


def run(
    session: Session,
    *,
    format_: ExportFormat,
    output: Path | None,
    sources: list[str],
    entities: list[str],
    derived: bool,
    comparisons: bool,
    ontology: bool,
) -> ExitStatus:
    casebook = session.open_casebook()
    content = casebook.export(
        format_, sources=sources, entities=entities, derived=derived, comparisons=comparisons, ontology=ontology
    )
    session.deliver(content, output)
    return ExitStatus.CLEAN
