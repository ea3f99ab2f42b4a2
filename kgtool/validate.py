"""Is a casebook well formed? Shapes, checks and quotes, as one report of findings with file, line and column.

The steps: read (an unreadable file ends the run), check queries (`queries/checks/`), shapes (`ontology/shapes.ttl`,
by pySHACL), quotes against the stored texts, and the vocabulary's own style where the casebook has one of its own.
A finding that only follows from another at the same place is left out, so that one slip is one finding.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat

from kgtool.claims import Claim, Quote, read_claims, read_quote
from kgtool.findings import Checked, Finding, Report, Severity
from kgtool.header import read_header
from kgtool.holdings import Holdings, read_holdings
from kgtool.labels import Labels
from kgtool.layout import Layout
from kgtool.nodes import NodeIndex, is_iri
from kgtool.positions import Position, PositionIndex, index_positions
from kgtool.queries import read_query
from kgtool.querytext import guard
from kgtool.questions import derive
from kgtool.quotes import FRAGMENT, QuoteProblem, check_quote, check_unique, texts_of_sources
from kgtool.reading import Document, read_document
from kgtool.results import Rows, Term
from kgtool.shacl import ShapeResult, shape_results
from kgtool.shapes import Shapes
from kgtool.store import Store
from kgtool.vocab import KG, OA, PROV, SCHEMA, SH, SKOSXL
from kgtool.worker import Limits, run_limited

CHECK = "check:"
DEFAULT_LIMITS = Limits(seconds=600.0, memory=4 * 1024**3)


def validate(
    layout: Layout,
    paths: Iterable[Path] | None = None,
    *,
    texts: Path | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Report:
    """Validate a casebook, or just some files.

    Files inside ``graph/`` are checked together with the rest of it, and only their findings are reported; files
    from elsewhere are checked on their own, with the vocabulary. `texts` is the folder of stored texts (else as
    `Layout.texts` says). Raises InputError for what cannot be read and LimitReached when a limit ends the run.
    """
    chosen = list(paths) if paths is not None else []
    inside = [path for path in chosen if path.resolve().is_relative_to(layout.graph.resolve())]
    if chosen and len(inside) < len(chosen):
        holdings = read_holdings(layout, chosen)
        report_on = None
    else:
        holdings = read_holdings(layout)
        report_on = _names(layout, chosen)
    run = _Run(holdings, layout.texts(texts), limits)
    report = run.report()
    if report_on is not None:
        kept = tuple(finding for finding in report.findings if finding.file in report_on)
        report = replace(report, findings=kept)
    return report


def _names(layout: Layout, paths: list[Path]) -> set[str] | None:
    if not paths:
        return None
    return {document.name for document in read_holdings(layout, paths).graph}


Slips: TypeAlias = AbstractSet[tuple[str | None, str | None]]


@dataclass(frozen=True)
class _Run:
    holdings: Holdings
    texts_folder: Path | None
    limits: Limits

    def report(self) -> Report:
        layout = self.holdings.layout
        shapes = Shapes(read_document(layout.shapes_file(), name=layout.name_of(layout.shapes_file())))
        shapes.check()
        claims = read_claims(self.holdings.nodes, self.holdings.vocabulary)
        quotes = self._quotes()
        texts = texts_of_sources(self.holdings, self.texts_folder)
        findings = list(self._check_findings())
        slips = {(f.focus, near) for f in findings if (near := self._suggestion(f)) is not None}
        findings += self._shape_findings(shapes, self.merged, self._data_quads(), slips)
        findings = _without_renamed_quotes(findings, quotes)
        findings += self._word_findings(claims, quotes, texts, {(f.focus, f.path) for f in findings})
        findings += self._style_findings()
        return Report(
            findings=tuple(sorted(self._placed(findings), key=_order)),
            checked=self._checked(shapes, claims, quotes, texts),
            prefixes=self.holdings.prefixes,
        )

    @cached_property
    def labels(self) -> Labels:
        return Labels(self.holdings)

    @cached_property
    def merged(self) -> NodeIndex:
        """The graph with the vocabulary, in which shapes follow paths from claims into declarations."""
        return NodeIndex(self._data_quads())

    def _data_quads(self) -> list[Quad]:
        return [*self.holdings.quads(), *self.holdings.ontology_quads()]

    # --- checks ---

    def _check_findings(self) -> Iterator[Finding]:
        layout = self.holdings.layout
        checks = {name: (layout.name_of(path), path) for name, path in layout.check_files().items()}
        texts = {name: read_query(path, file) for name, (file, path) in checks.items()}
        for name, (file, _) in checks.items():
            guard(texts[name], name=file)
        store = Store([*self._data_quads(), *derive(self.holdings)])
        answers = run_limited(
            lambda: {name: store.answer(text, name=checks[name][0]) for name, text in texts.items()},
            self.limits,
            task="the checks",
        )
        for name, answer in answers.items():
            if not isinstance(answer, Rows) or not answer.rows:
                continue
            header = read_header(texts[name], name=checks[name][0])
            severity = next((s for s in Severity if s.value in header.tags), Severity.VIOLATION)
            for row in answer.rows:
                cells = dict(zip(answer.variables, row, strict=True))
                focus, at, value = (_plain(cells.get(each)) for each in ("focus", "path", "value"))
                finding = Finding(
                    severity=severity,
                    rule=f"{CHECK}{name}",
                    message=header.summary.rstrip("."),
                    fix=header.fix,
                    focus=focus,
                    path=at,
                    value=value,
                )
                yield self._worded(finding)

    def _worded(self, finding: Finding) -> Finding:
        culprit = _undeclared(finding)
        if culprit is None:
            parts = (finding.focus, finding.path, finding.value)
            shown = " ".join(self._shown(part) for part in parts if part is not None)
            return replace(finding, message=f"{finding.message}: {shown}")
        near = self._suggestion(finding)
        fix = f"did you mean {self.labels.short(near)}? {finding.fix}" if near else finding.fix
        return replace(finding, message=f"{finding.message}: {self._shown(culprit)}", fix=fix)

    def _suggestion(self, finding: Finding) -> str | None:
        """The declared term that an undeclared one was probably meant to be."""
        return self._nearest_declared(_undeclared(finding))

    def _nearest_declared(self, iri: str | None) -> str | None:
        if iri is None:
            return None
        declared = [n.value for n in self.holdings.vocabulary.nodes() if isinstance(n, NamedNode)]
        near = difflib.get_close_matches(iri, declared, 1, 0.9)
        return near[0] if near else None

    def _nearest_described(self, iri: str) -> str | None:
        described = [n.value for n in self.holdings.nodes.nodes() if isinstance(n, NamedNode)]
        near = difflib.get_close_matches(iri, described, 1, 0.95)
        return near[0] if near else None

    # --- shapes ---

    def _shape_findings(
        self, shapes: Shapes, data: NodeIndex, quads: Iterable[Quad], slips: Slips = frozenset()
    ) -> Iterator[Finding]:
        """One finding a focus node and shape, without those that only follow from another."""
        results = shape_results(shapes.document.quads, quads, self.limits)
        # A literal where an IRI belongs breaks the shapes of what should stand there, too.
        out_of_kind = {r.value for r in results if r.component == "NodeKindConstraintComponent" and r.value != r.focus}
        told: set[tuple[str, str]] = set()
        for result in results:
            described = _describes(data, result.focus)
            if not described and result.focus in out_of_kind:
                continue
            # A node that is not described at all breaks every shape it meets, for that one reason.
            key = (result.focus, result.shape if described else "")
            if key in told:
                continue
            told.add(key)
            shape = NamedNode(result.shape)
            wanted = [value.value for value in shapes.nodes.values(shape, SH.path)]
            wanted += [value.value for value in shapes.nodes.values(shape, SH["class"])]
            if not any((node, term) in slips for node in (result.focus, result.value) for term in wanted):
                yield self._finding_of(result, shapes, described=described)

    def _finding_of(self, result: ShapeResult, shapes: Shapes, *, described: bool) -> Finding:
        path_node = shapes.nodes.value(NamedNode(result.shape), SH.path)
        path = self._path_text(path_node, shapes) if path_node is not None else None
        value = result.value if result.value != result.focus else None
        if path is not None and result.component == "MaxCountConstraintComponent":
            value = self._last_value(result.focus, path)
        fix = result.message
        message = self._sentence(result, path, value, shapes)
        if not described:
            message = f"{self._shown(result.focus)} is spoken of but not described"
            near = self._nearest_declared(result.focus) or self._nearest_described(result.focus)
            fix = f"did you mean {self.labels.short(near)}? {fix}" if near else fix
        return Finding(
            severity=result.severity,
            rule=self.labels.short(result.shape),
            message=message,
            fix=fix,
            focus=result.focus,
            path=path,
            value=value,
        )

    def _last_value(self, focus: str, path: str) -> str | None:
        """The value that stands last in the files: most likely the one that was added."""
        if not is_iri(path) or not is_iri(focus):
            return None
        placed = [
            (self._position(focus, path, each.value) or ("", Position(0, 0)), each.value)
            for each in self.merged.values(NamedNode(focus), NamedNode(path))
        ]
        return max(placed)[1] if placed else None

    def _path_text(self, path: NamedNode | BlankNode | Literal, shapes: Shapes) -> str:
        """A path as SPARQL writes it; one step is its bare IRI."""
        if isinstance(path, NamedNode):
            return path.value
        inverse = shapes.nodes.value(path, SH.inversePath)
        if inverse is not None:
            return f"^{self._path_step(inverse, shapes)}"
        alternatives = shapes.nodes.value(path, SH.alternativePath)
        if alternatives is not None:
            return "|".join(self._path_step(each, shapes) for each in shapes.items(alternatives))
        return "/".join(self._path_step(each, shapes) for each in shapes.items(path))

    def _path_step(self, step: NamedNode | BlankNode | Literal, shapes: Shapes) -> str:
        if isinstance(step, NamedNode):
            return self.labels.short(step.value)
        return self._path_text(step, shapes)

    def _sentence(self, result: ShapeResult, path: str | None, value: str | None, shapes: Shapes) -> str:
        name = shapes.nodes.text(NamedNode(result.shape), SH.name) or self.labels.short(result.shape)
        of = self._shown(result.focus)
        via = self._shown(path) if path else None
        shown = self._shown(value) if value is not None else None
        match result.component:
            case "MinCountConstraintComponent":
                return f"{of} has no {via}"
            case "MaxCountConstraintComponent":
                return f"{of} has more than one {via}; the last is {shown}"
            case "ClassConstraintComponent" | "HasValueConstraintComponent" if via is None:
                return f"{of} is not a {name}"
            case _ if via is not None and shown is not None:
                return f"{of} has {via} {shown}, which cannot stand there"
            case _ if via is not None:
                return f"{of} has a {via} that cannot stand there"
            case _:
                return f"{of} does not meet the shape “{name}”"

    def _shown(self, value: str | None) -> str:
        if value is None:
            return "—"
        return self.labels.short(value) if value.startswith(("http:", "https:", "urn:")) else f"“{value}”"

    # --- the vocabulary's style ---

    def _style_findings(self) -> Iterator[Finding]:
        """What a casebook adds to the vocabulary keeps its style; what comes with kgtool is held to it by tests."""
        if not self.own_ontology:
            return
        layout = self.holdings.layout
        style = Shapes(read_document(layout.style_file(), name=layout.name_of(layout.style_file())))
        style.check()
        quads = [quad for document in self.own_ontology for quad in document.quads]
        yield from self._shape_findings(style, NodeIndex(quads), quads)

    @cached_property
    def own_ontology(self) -> list[Document]:
        layout = self.holdings.layout
        return [read_document(path, name=layout.name_of(path)) for path in layout.own_ontology_files()]

    # --- words ---

    def _quotes(self) -> list[Quote]:
        nodes = self.holdings.nodes
        return [read_quote(nodes, node) for node in nodes.instances(OA.SpecificResource)]

    def _word_findings(
        self, claims: list[Claim], quotes: list[Quote], texts: Mapping[str, str], malformed: Slips
    ) -> Iterator[Finding]:
        wrong: set[str] = set()
        for quote in quotes:
            selector = self.holdings.nodes.node(NamedNode(quote.iri), OA.hasSelector) if is_iri(quote.iri) else None
            if selector is not None and any((selector.value, each.value) in malformed for each in _SELECTING):
                wrong.add(quote.iri)  # a shape has said so already
                continue
            text = texts.get(quote.source or "")
            problem = check_quote(quote, text)
            if problem is not None:
                wrong.add(quote.iri)
                yield self._quote_finding(quote.iri, "words", Severity.VIOLATION, problem)
            elif text is not None and (problem := check_unique(quote, text)) is not None:
                yield self._quote_finding(quote.iri, "words-around", Severity.WARNING, problem)
        yield from self._length_findings(texts)
        yield from self._spelling_findings(wrong, malformed)
        for claim in claims:
            if claim.quote is not None and claim.quote.iri not in wrong:
                yield from self._wording_findings(claim, texts.get(claim.source or ""))

    def _quote_finding(self, quote: str, rule: str, severity: Severity, problem: QuoteProblem) -> Finding:
        selector = self.holdings.nodes.node(NamedNode(quote), OA.hasSelector)
        focus = quote if selector is None or problem.path == OA.hasSelector.value else selector.value
        return Finding(
            severity=severity,
            rule=f"quote:{rule}",
            message=problem.message,
            fix=problem.fix,
            focus=focus,
            path=problem.path,
            value=problem.value,
        )

    def _length_findings(self, texts: Mapping[str, str]) -> Iterator[Finding]:
        if self.texts_folder is not None:
            yield from self._missing_text_findings(texts)
        for source, text in sorted(texts.items()):
            said = self.holdings.nodes.number(NamedNode(source), KG.textLength)
            if said is not None and said != len(text):
                yield Finding(
                    severity=Severity.VIOLATION,
                    rule="quote:text-length",
                    message=f"the stored text has {len(text)} code points, not {said}",
                    fix="correct kg:textLength",
                    focus=source,
                    path=KG.textLength.value,
                    value=str(said),
                )

    def _missing_text_findings(self, texts: Mapping[str, str]) -> Iterator[Finding]:
        for node in self.holdings.nodes.instances(KG.Source):
            digest = self.holdings.nodes.text(node, SCHEMA.sha256)
            if digest is not None and node.value not in texts:
                yield Finding(
                    severity=Severity.WARNING,
                    rule="quote:no-text",
                    message=f"no stored text has the digest of {self._shown(node.value)}, so its words are unchecked",
                    fix=f"put the text into {self.texts_folder}, or correct schema:sha256",
                    focus=node.value,
                    path=SCHEMA.sha256.value,
                    value=digest,
                )

    def _spelling_findings(self, wrong: set[str], malformed: Slips) -> Iterator[Finding]:
        nodes = self.holdings.nodes
        for label in nodes.instances(SKOSXL.Label):
            if (label.value, SKOSXL.literalForm.value) in malformed:
                continue
            form = nodes.text(label, SKOSXL.literalForm)
            for target in nodes.values(label, OA.hasTarget):
                quote = read_quote(nodes, target)
                if form is None or quote.exact is None or quote.iri in wrong or quote.exact == form:
                    continue
                yield Finding(
                    severity=Severity.VIOLATION,
                    rule="quote:spelling",
                    message=f"the spelling “{form}” is not what its quote has: “{quote.exact}”",
                    fix="a spelled name keeps the source's letters: copy them, or point to another quote",
                    focus=label.value,
                    path=SKOSXL.literalForm.value,
                    value=form,
                )
                break

    def _wording_findings(self, claim: Claim, text: str | None) -> Iterator[Finding]:
        exact = claim.quote.exact if claim.quote is not None else None
        if claim.as_written is not None and exact is not None and claim.as_written not in exact:
            yield self._wording(claim.iri, KG.asWritten, claim.as_written, "do not stand in the claim's quote")
        if text is None:
            return
        for name, cue in claim.cues:
            if cue not in text:
                yield self._wording(claim.iri, KG[f"{name}Cue"], cue, "do not stand in the source's text")
        for step in self._attribution_steps(NamedNode(claim.iri)):
            cue_ = self.holdings.nodes.text(step, KG.attributionCue)
            if cue_ is not None and cue_ not in text:
                yield self._wording(step.value, KG.attributionCue, cue_, "do not stand in the source's text")

    def _attribution_steps(self, claim: NamedNode) -> Iterator[NamedNode]:
        nodes = self.holdings.nodes
        seen: set[object] = set()
        waiting = list(nodes.values(claim, PROV.qualifiedAttribution))
        while waiting:
            step = waiting.pop()
            if step in seen or not isinstance(step, NamedNode):
                continue
            seen.add(step)
            yield step
            waiting.extend(nodes.values(step, KG.innerAttribution))

    def _wording(self, focus: str, path: NamedNode, words: str, what: str) -> Finding:
        return Finding(
            severity=Severity.VIOLATION,
            rule="quote:wording",
            message=f"the words “{words}” {what}",
            fix="copy the source's wording to the letter",
            focus=focus,
            path=path.value,
            value=words,
        )

    # --- places ---

    def _placed(self, findings: Iterable[Finding]) -> list[Finding]:
        placed: list[Finding] = []
        for finding in findings:
            where = self._position(finding.focus, finding.path, finding.value)
            if where is None:
                placed.append(finding)
            else:
                file, position = where
                placed.append(replace(finding, file=file, line=position.line, column=position.column))
        return placed

    def _position(self, focus: str | None, path: str | None, value: str | None) -> tuple[str, Position] | None:
        """The most exact place known: of the value, else of the property, else of the node, else of any mention."""
        if focus is None:
            return None
        finds: list[Callable[[PositionIndex], Position | None]] = []
        if path is not None:
            if value is not None:
                finds.append(lambda index: index.object(focus, path, value))
            finds.append(lambda index: index.predicate(focus, path))
        finds += [lambda index: index.subject(focus), lambda index: index.mention(focus)]
        for find in finds:
            for name, index in self._indexes.items():
                position = find(index)
                if position is not None:
                    return name, position
        for document in self._all_documents():
            if focus in document.text:
                line = document.text[: document.text.index(focus)].count("\n") + 1
                return document.name, Position(line, 1)
        return None

    @cached_property
    def _indexes(self) -> dict[str, PositionIndex]:
        family = (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
        return {d.name: index_positions(d.text, base=d.base) for d in self._all_documents() if d.format in family}

    def _all_documents(self) -> list[Document]:
        named = {document.name: document for document in self.own_ontology}
        return [*self.holdings.graph, *({d.name: d for d in self.holdings.ontology} | named).values()]

    # --- what was looked at ---

    def _checked(self, shapes: Shapes, claims: list[Claim], quotes: list[Quote], texts: Mapping[str, str]) -> Checked:
        holdings = self.holdings
        sources = [node.value for node in holdings.nodes.instances(KG.Source)]
        return Checked(
            files=tuple(document.name for document in holdings.graph),
            triples=sum(len(document.quads) for document in holdings.graph),
            claims=len(claims),
            sources=len(sources),
            quotes=len(quotes),
            texts=len(texts),
            missing_texts=tuple(source for source in sources if source not in texts),
            shapes={
                self.labels.short(shape.value): len(shapes.focus_nodes(shape, self.merged))
                for shape in shapes.targeted()
            },
            deactivated=tuple(self.labels.short(iri) for iri in shapes.deactivated()),
            checks=tuple(holdings.layout.check_files()),
        )


_SELECTING = (OA.exact, OA.start, OA.end)


def _describes(data: NodeIndex, node: str) -> bool:
    """Whether anything is said of a node, given by its IRI, its blank node label or a literal's letters."""
    if is_iri(node):
        return NamedNode(node) in data
    try:
        return BlankNode(node) in data
    except ValueError:  # no label of a blank node: a literal
        return False


def _undeclared(finding: Finding) -> str | None:
    """The term that no vocabulary declares, where the finding is about one."""
    if finding.rule == f"{CHECK}undeclared-property":
        return finding.path
    return finding.value if finding.rule == f"{CHECK}undeclared-class" else None


def _without_renamed_quotes(findings: list[Finding], quotes: list[Quote]) -> list[Finding]:
    """Leave out that a quote is missing where one with its place is there under another IRI.

    That quote has a finding of its own, which says that IRI and place do not agree.
    """
    meant = {f"{q.source}{FRAGMENT.format(start=q.start, end=q.end)}" for q in quotes} - {q.iri for q in quotes}
    return [finding for finding in findings if finding.focus not in meant]


def _order(finding: Finding) -> tuple[object, ...]:
    return (
        finding.file or "",
        finding.line or 0,
        finding.column or 0,
        finding.rule,
        finding.focus or "",
        finding.path or "",
        finding.value or "",
    )


def _plain(term: Term | None) -> str | None:
    if term is None:
        return None
    return term.value if isinstance(term, NamedNode | BlankNode | Literal) else str(term)
