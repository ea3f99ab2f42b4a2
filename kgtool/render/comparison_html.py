"""A comparison as one HTML page: who says what, in whose words, on whose authority.

The page needs no script and no network and has no outside parts; only the addresses of sources link out, and only
those of http and https. The same report makes the same bytes. Every word of a stranger is escaped.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode

from kgtool.claims import Claim, Hop
from kgtool.compare import AnswerGroup, Comparison, ComparisonReport, QuestionResult
from kgtool.labels import Labels
from kgtool.nodes import is_iri
from kgtool.questions import resolve_identities
from kgtool.render.comparison import answer_label, subject_label
from kgtool.render.matrix import AGREEMENTS, CONFLICTS, WORDS, Cell, Standings
from kgtool.render.relay_picture import Edge, relay_picture
from kgtool.render.safe import for_html, for_xml
from kgtool.sums import Part, Sum
from kgtool.timelines import Timeline
from kgtool.vocab import DCTERMS, KG, SCHEMA, Polarity, Reason, State, Verdict

_STATES = {
    State.CORROBORATED: "corroborated",
    State.ECHOED: "echoed",
    State.ORIGINS_UNKNOWN: "origins unknown",
    State.DISPUTED: "disputed",
    State.SELF_CONTRADICTED: "self-contradicted",
    State.SINGLE_SOURCE: "single source",
}
_NO_STATE = "neither backed nor disputed"
_REASONS = {
    Reason.SEVERAL_ANSWERS: "several answers may hold",
    Reason.BOTH_DENIED: "both are denials, of different answers",
    Reason.NARROWER_DENIED: "only a narrower answer is denied",
    Reason.DIFFERENT_ANSWER_DENIED: "what is denied is not what is affirmed",
    Reason.HEDGE: "the one says only that it may be so",
    Reason.OPINION_AGAINST_FACT: "the one gives an opinion and the other reports",
    Reason.HYPOTHETICAL_AGAINST_FACT: "the one supposes and the other reports",
    Reason.PREDICTION_AGAINST_FACT: "the one predicts and the other reports",
    Reason.DIFFERENT_MODES: "neither reports, and they speak in different modes",
    Reason.OPINIONS: "both are opinions",
    Reason.NO_BOUNDS: "one of the quantities is too vague to be compared",
    Reason.ROUNDING: "the quantities lie within the declared tolerance",
}
_VERBS = {
    Verdict.AGREES: ("agrees with", ""),
    Verdict.REFINES: ("is finer than", ""),
    Verdict.RESPELLS: ("gives the same answer as", " in another spelling"),
    Verdict.DIFFERS: ("differs from", ""),
    Verdict.DENIES: ("denies what", " says"),
    Verdict.LEAVES_OPEN: ("leaves open what", " answers"),
    Verdict.AT_ANOTHER_TIME: ("speaks of another time than", ""),
    Verdict.COEXISTS: ("may hold beside", ""),
}
_FEW_PAIRS = 5
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


def render_html(
    report: ComparisonReport, labels: Labels, *, title: str, questions: Sequence[QuestionResult] | None = None
) -> str:
    """The page, ending with a newline.

    `questions` are those to show (None: all of the report's); sums and timelines are then told if a claim of theirs is
    shown. A question with several sources or a conflict has rows in the matrix, the others are listed by source.
    """
    return _Page(report, labels, title, tuple(report.questions if questions is None else questions)).html()


def _e(text: str) -> str:
    return for_html(for_xml(text))


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _short_names(iris: Collection[str], labels: Labels) -> dict[str, str]:
    """The last part of each IRI, or the whole short IRI where that would not tell two apart."""
    last = {iri: re.split(r"[/#]", iri)[-1] for iri in iris}
    times = Counter(last.values())
    return {iri: name if name and times[name] == 1 else labels.short(iri) for iri, name in last.items()}


def _anchors(kind: str, names: Mapping[str, str]) -> dict[str, str]:
    """An id for each IRI, readable and unique."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for iri in sorted(names):
        wanted = f"{kind}-{re.sub(r'[^A-Za-z0-9_-]+', '-', names[iri]).strip('-') or 'x'}"
        anchor, number = wanted, 2
        while anchor in taken:
            anchor, number = f"{wanted}--{number}", number + 1
        taken.add(anchor)
        found[iri] = anchor
    return found


# --- how a source stands to an answer ---


# --- the page ---


@dataclass(frozen=True)
class _Page:
    report: ComparisonReport
    labels: Labels
    title: str
    questions: tuple[QuestionResult, ...]

    @cached_property
    def claims(self) -> dict[str, Claim]:
        return {claim.iri: claim for question in self.questions for claim in question.claims}

    @cached_property
    def sources(self) -> list[str]:
        known = {n.value for n in self.labels.holdings.nodes.instances(KG.Source) if isinstance(n, NamedNode)}
        return sorted(known | {claim.source for claim in self.claims.values() if claim.source})

    @cached_property
    def source_names(self) -> dict[str, str]:
        return _short_names(self.sources, self.labels)

    @cached_property
    def source_ids(self) -> dict[str, str]:
        return _anchors("source", self.source_names)

    @cached_property
    def claim_names(self) -> dict[str, str]:
        told = {part.claim for each in self.sums for part in (each.total, *each.parts)}
        told |= {iri for each in self.timelines for iri in (each.began, each.duration, each.said_over)}
        return _short_names(set(self.claims) | told, self.labels)

    @cached_property
    def claim_ids(self) -> dict[str, str]:
        return _anchors("claim", {iri: self.claim_names[iri] for iri in self.claims})

    @cached_property
    def question_ids(self) -> dict[str, str]:
        return _anchors("question", {each.iri: re.split(r"[/#]", each.iri)[-1] for each in self.questions})

    @cached_property
    def sums(self) -> list[Sum]:
        return [s for s in self.report.sums if any(p.claim in self.claims for p in (s.total, *s.parts))]

    @cached_property
    def timelines(self) -> list[Timeline]:
        return [t for t in self.report.timelines if {t.began, t.duration, t.said_over} & self.claims.keys()]

    @cached_property
    def compared(self) -> list[QuestionResult]:
        """Those with several sources or a conflict, conflicts first."""
        found = [each for each in self.questions if len(each.sources) > 1 or _conflict(each)]
        return sorted(found, key=lambda each: not _conflict(each))

    @cached_property
    def alone(self) -> dict[str, list[QuestionResult]]:
        """The questions that just one source answers, by source ("" where a claim names none)."""
        found: dict[str, list[QuestionResult]] = defaultdict(list)
        main = {each.iri for each in self.compared}
        for question in self.questions:
            if question.iri not in main:
                found[next(iter(question.sources), "")].append(question)
        return dict(sorted(found.items()))

    @cached_property
    def voices(self) -> dict[str, set[str]]:
        """For each source itself and its publishers: as whom it speaks when it speaks in its own voice."""
        nodes = self.labels.holdings.nodes
        resolved = resolve_identities(nodes)
        return {
            source: {
                resolved.get(each, each).value
                for each in (NamedNode(source), *nodes.values(NamedNode(source), DCTERMS.publisher))
                if isinstance(each, NamedNode)
            }
            for source in self.sources
        }

    def relays(self, claim: Claim) -> bool:
        origins = set(self.report.origins.get(claim.iri, ()))
        return bool(origins) and not origins & self.voices.get(claim.source or "", set())

    # --- words with links ---

    def name(self, iri: str) -> str:
        """What an agent is called: a source by its short name, since two may share a title."""
        return self.source_names.get(iri) or self.labels.of(iri)

    def claim(self, iri: str, text: str | None = None) -> str:
        name = self.claim_names.get(iri) or self.labels.short(iri)
        if iri not in self.claims:
            return _e(text or name)
        told = f' title="{_e(name)}"' if text else ""
        return f'<a href="#{self.claim_ids[iri]}"{told}>{_e(text or name)}</a>'

    def source(self, iri: str | None) -> str:
        if iri is None or iri not in self.source_ids:
            return "no source"
        return f'<a href="#{self.source_ids[iri]}">{_e(self.source_names[iri])}</a>'

    def question(self, question: QuestionResult) -> str:
        subject = subject_label(question, self.labels)
        return self.asked(subject, question.predicate, question.qualifiers)

    def asked(self, subject: str, predicate: str, qualifiers: Iterable[tuple[str, NamedNode | Literal]]) -> str:
        words = [subject, self.labels.of(predicate)]
        words += [f"{self.labels.of(each)}: {self.labels.shown(value)}" for each, value in qualifiers]
        return _e(" · ".join(words))

    def node_or_literal(self, text: str) -> NamedNode | Literal:
        """What a sum's bare text stands for: a node if the casebook has one of that name."""
        node = NamedNode(text) if is_iri(text) else None
        return node if node is not None and node in self.labels.holdings.nodes else Literal(text)

    def answer(self, answer: AnswerGroup) -> str:
        shown = _e(answer_label(answer, self.labels))
        written = sorted({claim.as_written for claim in answer.claims if claim.as_written} - {answer.value.value})
        words = ", ".join(f"“{_e(each)}”" for each in written)
        return f'<bdi>{shown}</bdi> <span class="quiet">{words}</span>' if words else f"<bdi>{shown}</bdi>"

    # --- parts ---

    def html(self) -> str:
        digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        title = _e(self.title)
        parts = [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
            f'<a class="skip" href="#main">Skip to the content</a>\n<header><h1>{title}</h1></header>',
            '<main id="main">',
            *self._summary(),
            *self._findings(),
            *self._sources(),
            *self._matrix(),
            *self._picture(),
            *self._details(),
            *self._alone(),
            *self._left_out(),
            "</main>\n</body>\n</html>",
        ]
        return "\n".join(parts) + "\n"

    def _summary(self) -> Iterator[str]:
        found = Counter(state for question in self.questions for state in question.states)
        none = sum(not question.states for question in self.questions)
        yield '<section aria-labelledby="summary">\n<h2 id="summary">Summary</h2>'
        sources = {claim.source for claim in self.claims.values()}
        yield (
            f"<p>{_count(len(self.questions), 'question')} answered by {_count(len(sources), 'source')} in "
            f"{_count(len(self.claims), 'claim')}. "
            "What is compared is what the sources say; who is right is not for this page to tell.</p>"
        )
        yield '<ul class="counts">'
        yield from (
            f'<li><strong>{found[state]}</strong> <span class="state {state.value}">{word}</span></li>'
            for state, word in _STATES.items()
        )
        yield f'<li><strong>{none}</strong> <span class="state">{_NO_STATE}</span></li>'
        sums = _plural(len(self.sums), "sum that does", "sums that do")
        yield f"<li><strong>{len(self.sums)}</strong> {sums} not add up</li>"
        late = _plural(len(self.timelines), "timeline that does", "timelines that do")
        yield f"<li><strong>{len(self.timelines)}</strong> {late} not fit</li>"
        yield "</ul>\n<p>A question can be in several states at once.</p>"
        links = [("sources", "Sources"), ("matrix", "Who says what"), ("authority", "Who relays whom")]
        links += [("details", "In their words")] if self.compared else []
        links += [("alone", "Questions with one source")] if self.alone else []
        items = "".join(f'<li><a href="#{anchor}">{text}</a></li>' for anchor, text in links)
        yield f'<nav aria-label="Parts of this page"><ul class="row">{items}</ul></nav>\n</section>'

    def _findings(self) -> Iterator[str]:
        if self.sums:
            yield '<section aria-labelledby="sums">\n<h2 id="sums">Sums that do not add up</h2>\n<ul class="plain">'
            yield from (self._sum(each) for each in self.sums)
            yield "</ul>\n</section>"
        if self.timelines:
            heading = "Timelines that do not fit"
            yield f'<section aria-labelledby="timelines">\n<h2 id="timelines">{heading}</h2>\n<ul class="plain">'
            yield from (self._timeline(each) for each in self.timelines)
            yield "</ul>\n</section>"

    def _sum(self, each: Sum) -> str:
        qualifiers = [(name, self.node_or_literal(value)) for name, value in each.qualifiers]
        total = self._number(each.total)
        sides = "total and parts in one source" if each.scope == "within" else "total and parts in several sources"
        told = sorted({self.claims[p.claim].source or "" for p in (each.total, *each.parts) if p.claim in self.claims})
        names = ", ".join(self.source(iri) for iri in told if iri)
        asked = self.asked(self.labels.of(each.subject), each.predicate, qualifiers)
        return (
            f'<li class="card"><div><strong>{asked}</strong></div>'
            f'<div class="sum">{" + ".join(self._number(part) for part in each.parts)} = {_decimal(each.sum)}, '
            f"{_e(each.kind)} the {total}</div>"
            f'<div class="quiet">added up over: {_e(self.labels.of(each.over))}; {sides}: {names}</div></li>'
        )

    def _number(self, part: Part) -> str:
        of = f" ({_e(self.labels.shown(self.node_or_literal(part.of)))})" if part.of else ""
        return f"{self.claim(part.claim, _decimal(part.value))}{of}"

    def _timeline(self, each: Timeline) -> str:
        return (
            f'<li class="card">{self.source(each.source)}, issued {_e(each.issued)}, says in '
            f"{self.claim(each.said_over)} that somebody has gone through "
            f"<strong>{_e(self.labels.of(each.process))}</strong>; by its beginning ({self.claim(each.began)}) and its "
            f"length ({self.claim(each.duration)}) it cannot have ended before {_e(each.earliest_end)}.</li>"
        )

    def _sources(self) -> Iterator[str]:
        nodes = self.labels.holdings.nodes
        counts = Counter(claim.source for claim in self.claims.values())
        yield '<section aria-labelledby="sources">\n<h2 id="sources">Sources</h2>\n<dl class="sources">'
        for iri in self.sources:
            node = NamedNode(iri)
            title = f"<cite>{_e(self.labels.of(iri))}</cite>"
            url = nodes.text(node, SCHEMA.url)
            if url is not None and _is_web_address(url):
                title = f'<a href="{_e(url)}" rel="noreferrer">{title}</a>'
            publisher = nodes.value(node, DCTERMS.publisher)
            named = publisher if isinstance(publisher, NamedNode | Literal) else None
            facts = [title]
            facts += [_e(self.labels.shown(named))] if named is not None else []
            facts += [_e(issued)] if (issued := nodes.text(node, DCTERMS.issued)) else []
            facts.append(_count(counts[iri], "claim"))
            yield f'<dt id="{self.source_ids[iri]}">{_e(self.source_names[iri])}</dt><dd>{", ".join(facts)}</dd>'
        yield "</dl>\n</section>"

    def _matrix(self) -> Iterator[str]:
        yield '<section aria-labelledby="matrix">\n<h2 id="matrix">Who says what</h2>'
        if not self.compared:
            yield "<p>No two sources answer the same question.</p>\n</section>"
            return
        yield '<details><summary>What the words mean</summary>\n<dl class="words">'
        yield from (
            f"<dt>{_chip(Cell((word,), (), word in ('denies', 'differs')))}</dt><dd>{meaning}</dd>"
            for word, meaning in WORDS.items()
        )
        yield "</dl></details>"
        # Stacked on a narrow screen, a table is none any more to a screen reader: hence the roles.
        yield '<div class="wide" role="region" aria-label="Who says what, a table" tabindex="0">'
        yield '<table class="matrix" role="table"><caption>Each row is an answer, each column a source.</caption>'
        heads = "".join(f'<th scope="col" role="columnheader">{self.source(iri)}</th>' for iri in self.sources)
        yield (
            f'<thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Answer</th>{heads}</tr></thead>'
        )
        for question in self.compared:
            yield from self._rows(question)
        yield "</table></div>\n</section>"

    def _rows(self, question: QuestionResult) -> Iterator[str]:
        standings = Standings(question, self.relays)
        yield (
            f'<tbody role="rowgroup"><tr role="row" class="question"><th scope="rowgroup" role="rowheader" '
            f'colspan="{len(self.sources) + 1}"><a href="#{self.question_ids[question.iri]}">'
            f"{self.question(question)}</a> {_badges(question)}</th></tr>"
        )
        for answer in question.answers:
            cells = "".join(self._cell(standings.cell(answer, iri), iri) for iri in self.sources)
            yield f'<tr role="row"><th scope="row" role="rowheader">{self.answer(answer)}</th>{cells}</tr>'
        yield "</tbody>"

    def _cell(self, cell: Cell, source: str) -> str:
        words = f'<span class="word">{", ".join(cell.words)}</span>'
        if cell.claims:
            words = self._linked(cell.claims[0], words)
        more = "".join(
            f' <a class="more" href="#{self.claim_ids[claim.iri]}" title="{_e(self.claim_names[claim.iri])}" '
            f'aria-label="claim {_e(self.claim_names[claim.iri])}">{number}</a>'
            for number, claim in enumerate(cell.claims[1:], 2)
        )
        name = _e(self.source_names[source])
        return f'<td role="cell" class="{cell.tone}" data-source="{name}">{words}{more}</td>'

    def _linked(self, claim: Claim, words: str) -> str:
        return f'<a href="#{self.claim_ids[claim.iri]}" title="{_e(self.claim_names[claim.iri])}">{words}</a>'

    def _details(self) -> Iterator[str]:
        if self.compared:
            yield '<section aria-labelledby="details">\n<h2 id="details">In their words</h2>'
            for question in self.compared:
                yield from self._question(question)
            yield "</section>"

    def _question(self, question: QuestionResult) -> Iterator[str]:
        yield f'<article class="question" id="{self.question_ids[question.iri]}">'
        yield f"<h3>{self.question(question)} {_badges(question)}</h3>"
        standings = Standings(question, self.relays)
        for answer in question.answers:
            yield f'<h4>{self.answer(answer)}</h4>\n<ul class="claims">'
            yield from (self._claim(claim, question, answer, standings) for claim in answer.claims)
            yield "</ul>"
        if question.comparisons:
            yield from self._pairs(question)
        if question.silent and question.iri in {each.iri for each in self.compared}:
            yield f'<p class="quiet">Silent: {", ".join(self.source(iri) for iri in question.silent)}</p>'
        yield "</article>"

    def _claim(self, claim: Claim, question: QuestionResult, answer: AnswerGroup, standings: Standings) -> str:
        facts = [fact for fact in self._facts(claim, question) if fact]
        return (
            f'<li id="{self.claim_ids[claim.iri]}">{self._words(claim)}'
            f'<div class="who"><code>{_e(self.claim_names[claim.iri])}</code> in {self.source(claim.source)} '
            f"{_chip(standings.of_claim(claim, answer))}</div>"
            f'<div class="facts">{"; ".join(facts)}</div></li>'
        )

    def _words(self, claim: Claim) -> str:
        if claim.quote is None or claim.quote.exact is None:
            return '<div class="quiet">no words quoted</div>'
        language = self.labels.holdings.nodes.text(NamedNode(claim.source), DCTERMS.language) if claim.source else None
        tag = f' lang="{language}"' if language and _LANGUAGE.fullmatch(language) else ""
        return f'<div><q dir="auto"{tag}>{_e(claim.quote.exact)}</q></div>'

    def _facts(self, claim: Claim, question: QuestionResult) -> Iterator[str]:
        cues: dict[str, list[str]] = defaultdict(list)
        for name, text in claim.cues:
            cues[name].append(f"“{_e(text)}”")
        for name, value in (("polarity", claim.polarity), ("certainty", claim.certainty), ("mode", claim.mode)):
            cue = f" ({', '.join(cues[name])})" if cues[name] else ""
            yield f"{value.value if value is not None else f'no {name}'}{cue}"
        yield from (self._chain(chain) for chain in claim.attributions)
        origins = self.report.origins.get(claim.iri, ())
        if origins:
            own = "" if self.relays(claim) else "in its own voice, "
            yield f"{own}origin: {', '.join(_e(self.name(iri)) for iri in origins)}"
        if claim.as_written:
            yield f"written “{_e(claim.as_written)}”"
        bounds = [
            f"{word} {_e(bound.value)}"
            for word, bound in (("at least", claim.at_least), ("at most", claim.at_most))
            if bound is not None
        ]
        yield ", ".join(bounds)
        asked = {name for name, _ in question.qualifiers}
        for name, qualifier in claim.qualifiers:
            if name not in asked:
                yield f"{_e(self.labels.of(name))}: {_e(self.labels.shown(qualifier))}"
        yield f"inferred: {_e(claim.inferred)}" if claim.inferred else ""
        yield from (f"note: {_e(note)}" for note in claim.notes)

    def _chain(self, chain: tuple[Hop, ...]) -> str:
        steps = [_e(self.name(hop.agent)) + (f" (“{_e(hop.cue)}”)" if hop.cue else "") for hop in chain]
        return "on the word of " + ", who names ".join(steps)

    def _pairs(self, question: QuestionResult) -> Iterator[str]:
        claims = {claim.iri: claim for claim in question.claims}
        pairs = sorted(question.comparisons, key=lambda each: (_rank(each), each.a, each.b))
        loud = [each for each in pairs if _rank(each) < 2]
        quiet = [each for each in pairs if _rank(each) == 2]
        yield "<h4>Compared</h4>"
        shown = loud if len(quiet) > _FEW_PAIRS else pairs
        if shown:
            yield '<ul class="pairs">'
            yield from (f"<li>{self._pair(each, claims)}</li>" for each in shown)
            yield "</ul>"
        if len(shown) < len(pairs):
            yield f'<details><summary>{len(quiet)} pairs that neither agree nor conflict</summary>\n<ul class="pairs">'
            yield from (f"<li>{self._pair(each, claims)}</li>" for each in quiet)
            yield "</ul></details>"

    def _pair(self, pair: Comparison, claims: Mapping[str, Claim]) -> str:
        first, second = pair.a, pair.b
        speaks_first = {
            Verdict.REFINES: pair.finer != second,
            Verdict.DENIES: claims[first].polarity is Polarity.DENIED,
            Verdict.LEAVES_OPEN: claims[first].object == KG.remainsUnclear,
        }.get(pair.verdict, True)
        if not speaks_first:
            first, second = second, first
        verb, rest = _VERBS[pair.verdict]
        tail = []
        if pair.same_source:
            tail.append("in the same source")
        if pair.shared_origins:
            tail.append(f"common origin: {', '.join(_e(self.name(iri)) for iri in pair.shared_origins)}")
        if pair.origins_unknown:
            tail.append("an origin is unnamed")
        if not pair.shared_origins and not pair.origins_unknown:
            tail.append("no common origin")
        tail += ["the certainty differs"] if pair.certainty_differs else []
        tail += ["the mode differs"] if pair.mode_differs else []
        reason = f", because {self._reason(pair.reason)}" if pair.reason else ""
        tone = ("conflict", "agreement", "aside")[_rank(pair)]
        return (
            f'{self.claim(first)} <strong class="{tone}">{verb}</strong> {self.claim(second)}{rest}{reason} '
            f'<span class="quiet">({"; ".join(tail)})</span>'
        )

    def _reason(self, local: str) -> str:
        return _REASONS[Reason(local)] if local in set(Reason) else _e(self.labels.of(KG[local].value))

    def _alone(self) -> Iterator[str]:
        if not self.alone:
            return
        yield '<section aria-labelledby="alone">\n<h2 id="alone">Questions with one source</h2>'
        yield "<p>Just one source answers each of these; all others are silent.</p>"
        for source, questions in self.alone.items():
            name = _e(self.source_names[source]) if source else "no source"
            yield f'<details class="alone"><summary>{name}: {_count(len(questions), "question")}</summary>'
            for question in questions:
                yield from self._question(question)
            yield "</details>"
        yield "</section>"

    def _left_out(self) -> Iterator[str]:
        if self.report.left_out:
            count = _count(len(self.report.left_out), "claim was", "claims were")
            items = "".join(f"<li>{_e(each)}</li>" for each in self.report.left_out)
            yield f"<details><summary>{count} not compared</summary>\n<ul>{items}</ul></details>"

    # --- who relays whom ---

    def _edges(self) -> list[Edge]:
        counts: Counter[tuple[str, str]] = Counter()
        for claim in self.claims.values():
            if claim.source is None:
                continue
            origins = set(self.report.origins.get(claim.iri, ()))
            # A source that is an origin has its publisher beside it, who stands for it here.
            doubled = {each for each in origins if each in self.voices and self.voices[each] & origins - {each}}
            counts.update((claim.source, origin) for origin in origins - doubled)
        return [
            Edge(source, origin, count, origin in self.voices.get(source, ()))
            for (source, origin), count in sorted(counts.items())
        ]

    def _picture(self) -> Iterator[str]:
        edges = self._edges()
        yield '<section aria-labelledby="authority">\n<h2 id="authority">Who relays whom</h2>'
        if not edges:
            yield "<p>No claim has an origin.</p>\n</section>"
            return
        yield (
            "<p>Sources on the left, on the right those on whose authority their claims rest in the end; the numbers "
            "count claims. Dashed: a source in its own voice or its publisher’s.</p>"
        )
        names = {edge.origin: self._origin_name(edge.origin) for edge in edges}
        sources = {edge.source: self.source_names[edge.source] for edge in edges}
        yield '<div class="wide" role="region" aria-label="Who relays whom, a picture" tabindex="0">'
        yield relay_picture(edges, sources, names)
        yield "</div>\n<details><summary>The same as a table</summary>"
        yield (
            '<table class="lines"><thead><tr><th scope="col">Source</th><th scope="col">Origin</th>'
            '<th scope="col" class="n">Claims</th><th scope="col">How</th></tr></thead><tbody>'
        )
        for edge in edges:
            how = "in its own voice" if edge.own else "on the word of another"
            yield (
                f'<tr><th scope="row">{_e(sources[edge.source])}</th><td>{_e(names[edge.origin])}</td>'
                f'<td class="n">{edge.claims}</td><td>{how}</td></tr>'
            )
        yield "</tbody></table></details>\n</section>"

    def _origin_name(self, iri: str) -> str:
        return f"{self.source_names[iri]} itself" if iri in self.source_names else self.labels.of(iri)


def _conflict(question: QuestionResult) -> bool:
    return State.DISPUTED in question.states or State.SELF_CONTRADICTED in question.states


def _rank(pair: Comparison) -> int:
    return 0 if pair.verdict in CONFLICTS else 1 if pair.verdict in AGREEMENTS else 2


def _plural(number: int, one: str, many: str) -> str:
    return one if number == 1 else many


def _decimal(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _badges(question: QuestionResult) -> str:
    states = [f'<span class="state {state.value}">{_STATES[state]}</span>' for state in question.states]
    return " ".join(states) or f'<span class="state">{_NO_STATE}</span>'


def _chip(cell: Cell) -> str:
    return f'<span class="chip {cell.tone}">{", ".join(cell.words)}</span>'


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not re.search(r"[\s\x00-\x1f]", url)


_STYLE = """
:root { --ink: #1b1b1b; --paper: #fff; --quiet: #595959; --line: #8a8a8a; --band: #eef1f5; --link: #0b4fa0;
  --bad: #7a1410; --bad-paper: #fde8e6; --good: #14532d; --good-paper: #e3f4e6; --odd: #6b4300; --odd-paper: #fdf1d8;
  --plain-paper: #e7eefb; --plain: #153a75; --mark: #fff3b0; --edge: #5b7fb5; --own: #7c7c7c;
  color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --paper: #16181c; --quiet: #a8a8a8; --line: #6c6c6c;
  --band: #23272e; --link: #8ab8ff; --bad: #ffd3ce; --bad-paper: #45120f; --good: #b7ebc3; --good-paper: #12351d;
  --odd: #ffe0a3; --odd-paper: #402c05; --plain-paper: #1c2c49; --plain: #cfe0ff; --mark: #4a4110; --edge: #6f97d3;
  --own: #9a9a9a; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; color: var(--ink);
  background: var(--paper); overflow-wrap: break-word; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1.05rem; margin: 0 0 .5rem; } h4 { font-size: 1rem; margin: .8rem 0 .2rem; }
a { color: var(--link); } a:focus-visible, summary:focus-visible, .wide:focus-visible { outline: 3px solid var(--link);
  outline-offset: 2px; }
.skip { position: absolute; left: -100rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--paper);
  padding: .5rem; z-index: 1; }
.quiet, .facts, caption { color: var(--quiet); } .quiet { font-weight: normal; }
.facts, .who, caption, .pairs { font-size: .9rem; }
ul.counts, ul.row { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; margin: .5rem 0; }
ul.plain, ul.claims { list-style: none; padding: 0; } .card, ul.claims > li { border-left: .25rem solid var(--line);
  padding: .1rem 0 .1rem .8rem; margin: .6rem 0; }
.sum { font-size: 1.05rem; }
.state, .chip { display: inline-block; font-size: .8rem; font-weight: 600; line-height: 1.4; padding: 0 .5em;
  border-radius: .7em; border: 1px solid currentColor; white-space: nowrap; color: var(--quiet); }
.corroborated, .chip.agreement { color: var(--good); background: var(--good-paper); }
.echoed, .originsUnknown, .chip.aside { color: var(--odd); background: var(--odd-paper); }
.disputed, .selfContradicted, .chip.conflict { color: var(--bad); background: var(--bad-paper); }
.chip.says { color: var(--plain); background: var(--plain-paper); }
strong.conflict { color: var(--bad); } strong.agreement { color: var(--good); } strong.aside { font-weight: normal; }
dl { margin: .5rem 0; } .sources, .words { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { font-weight: 600; } dd { margin: 0; min-width: 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; } caption { text-align: left; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; } .n { text-align: right; }
.matrix { width: 100%; } .matrix th, .matrix td { border: 1px solid var(--line); }
.matrix thead th { vertical-align: bottom; } .matrix tr.question th { background: var(--band); padding-top: .5rem; }
.matrix th[scope=row] { font-weight: normal; min-width: 11rem; padding-left: 1.2rem; }
.matrix td a { color: inherit; } td.conflict { color: var(--bad); background: var(--bad-paper); font-weight: 600; }
td.agreement { color: var(--good); background: var(--good-paper); }
td.aside { color: var(--odd); background: var(--odd-paper); }
td.says { color: var(--plain); background: var(--plain-paper); } td.silent { color: var(--quiet); }
.more { display: inline-block; min-width: 1.2em; text-align: center; font-size: .8rem; }
.lines td, .lines th { border-bottom: 1px solid var(--line); }
summary { cursor: pointer; padding: .25rem 0; } details.alone > summary { font-weight: 600; }
article.question { border-top: 1px solid var(--line); padding: .8rem 0; }
.question h3 .state { vertical-align: .1em; }
q { font-size: 1.02rem; } :target { background: var(--mark); outline: .25rem solid var(--mark); }
svg { display: block; width: 100%; min-width: 40rem; max-width: 60rem; font: 14px system-ui, sans-serif; }
svg text { fill: var(--ink); } .edge { fill: none; stroke: var(--edge); stroke-opacity: .75; }
.edge.own { stroke: var(--own); stroke-dasharray: 6 4; } .bar { fill: var(--ink); }
svg .n { font-weight: 600; }
@media (max-width: 44rem) {
  body { margin: 1rem auto; } .sources, .words { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
  .matrix, .matrix tbody, .matrix tr, .matrix th, .matrix caption { display: block; }
  .matrix thead { position: absolute; left: -100rem; } .matrix th, .matrix td { border: 0; }
  .matrix tbody { border: 1px solid var(--line); margin: .8rem 0; } .matrix tr { padding: .2rem .3rem .5rem; }
  .matrix tr.question { padding: 0; } .matrix tr + tr + tr { border-top: 1px solid var(--line); }
  .matrix th[scope=row] { padding: .2rem .3rem; font-weight: 600; }
  .matrix td { display: inline-block; border: 1px solid var(--line); border-radius: .4rem; padding: .05rem .5rem;
    margin: .15rem; font-size: .9rem; }
  .matrix td::before { content: attr(data-source) ": "; font-weight: normal; }
}
@media print {
  body { max-width: none; margin: 0; font-size: 10pt; } .skip, nav { display: none; } .wide { overflow: visible; }
  details::details-content { display: block; content-visibility: visible; } svg { min-width: 0; }
  tr, li, .card { break-inside: avoid; } h2, h3, h4 { break-after: avoid; } a { color: inherit; }
}
"""
