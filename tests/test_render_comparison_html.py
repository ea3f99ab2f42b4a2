"""The page of a comparison: its words, its links, its picture, and strangers' text in it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from casebooks import in_memory

from kgtool import open_casebook
from kgtool.compare import ComparisonReport, QuestionResult, compare
from kgtool.labels import Labels
from kgtool.render.comparison_html import render_html

INVENTED = Path(__file__).parent / "compare" / "invented"
VOID = {"meta", "link", "br", "hr", "img", "input"}
SVG = "{http://www.w3.org/2000/svg}"


class Page(HTMLParser):
    """What the tests look at; fails on tags that do not balance."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self._source: str | None = None
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        assert len(found) == len(attrs), (tag, attrs)
        self.tags.append((tag, found))
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name in ("href", "src") and value]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append(("", {}))
        if tag == "td":
            self._source = found.get("data-source")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "td":
            self._source = None

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.append((self.open[-1], data))
        if self.rows and "tr" in self.open:
            heading, cells = self.rows[-1]
            if self._source is not None:
                cells[self._source] = cells.get(self._source, "") + data
            elif "th" in self.open:
                self.rows[-1] = (heading + data, cells)

    def question(self, heading: str) -> dict[str, dict[str, str]]:
        """The rows of a question in the matrix: by answer what each source does that is not silent."""
        found: dict[str, dict[str, str]] = {}
        inside = False
        for text, cells in self.rows:
            if not cells:
                inside = heading in text
            elif inside:
                found[text.strip()] = {name: words for name, words in cells.items() if words != "silent"}
        return found


@pytest.fixture(scope="module")
def case() -> tuple[ComparisonReport, Labels]:
    casebook = open_casebook(INVENTED)
    return compare(casebook.holdings), casebook.labels


@pytest.fixture(scope="module")
def html(case: tuple[ComparisonReport, Labels]) -> str:
    return render_html(*case, title="The ferry")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def text_of(html: str) -> str:
    """The text of a page in one line, as it is read."""
    words = re.sub(r"<[^>]*>", "", html.replace("</", " </"))
    for name, letter in (("&quot;", '"'), ("&#x27;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        words = words.replace(name, letter)
    return re.sub(r" ([;,.)])", r"\1", " ".join(words.split()))


def test_every_link_within_the_page_has_one_target(page: Page) -> None:
    assert len(set(page.ids)) == len(page.ids)
    inner = [link[1:] for link in page.links if link.startswith("#")]
    assert len(inner) > 300
    assert set(inner) <= set(page.ids)
    assert [link for link in page.links if not link.startswith("#")] == []


def test_every_claim_and_question_has_a_place(page: Page, case: tuple[ComparisonReport, Labels]) -> None:
    claims = [claim for question in case[0].questions for claim in question.claims]
    assert len(claims) == 105
    assert sum(each.startswith("claim-") for each in page.ids) == 105
    assert sum(each.startswith("question-") for each in page.ids) == 37
    assert "claim-beacon-007" in page.ids


def test_a_claim_that_leaves_open_a_hedge_and_opinions(page: Page) -> None:
    # silent: beacon, evening, wire; the weekly relays the inquiry's finding and then gives its own opinion
    open_ = {"bulletin": "leaves open", "correction": "leaves open"}
    assert page.question("Halvar · cause ") == {
        "remains unclear": {
            "bulletin": "agrees",
            "correction": "agrees",
            "gazette": "other",
            "tide": "other",
            "weekly": "other 2",
        },
        "poor seamanship": {**open_, "gazette": "opines", "tide": "other", "weekly": "other 2"},
        "a steering failure": {**open_, "gazette": "other", "tide": "hedges", "weekly": "other 2"},
        "a misplaced buoy": {**open_, "gazette": "other", "tide": "other", "weekly": "relays"},
        "greed": {**open_, "gazette": "other", "tide": "other", "weekly": "opines"},
    }


def test_a_denial_a_copy_and_a_difference(page: Page) -> None:
    # the Beacon copies the wire, whose correction takes the destination back; the correction is the wire's own voice
    assert page.question("Halvar · destination ") == {
        "Brennhavn": {"beacon": "agrees, relays", "correction": "denies", "gazette": "differs", "wire": "agrees"},
        "Port Orne": {"beacon": "differs", "correction": "agrees", "gazette": "agrees", "wire": "differs"},
    }


def test_a_source_that_contradicts_itself_differs_where_it_answers(page: Page) -> None:
    rows = page.question("Halvar · injured ")
    assert {answer: cells["tide"] for answer, cells in rows.items()} == {
        "3 “Three”": "differs 2",
        "12 “Twelve”": "says, differs",
        "9 “nine”": "says, differs",
        "0 “Nobody”": "differs 2",
    }


def test_predictions_and_suppositions_are_named(page: Page) -> None:
    rows = page.question("Halvar · state of the hull ")
    assert rows["broken"]["gazette"] == "supposes"
    assert rows["repaired"]["weekly"] == "relays, predicts"
    assert rows["repaired"]["bulletin"] == "other"


def test_tone_is_never_without_a_word(page: Page) -> None:
    cells = [
        (found["class"], found["data-source"]) for tag, found in page.tags if tag == "td" and "data-source" in found
    ]
    words = [words for _, row in page.rows for words in row.values()]
    assert len(cells) == len(words)
    for (tone, _), said in zip(cells, words, strict=True):
        assert (tone == "conflict") == bool({"denies", "differs"} & set(re.split(r"[ ,]+", said))), said
        assert (tone == "silent") == (said == "silent")


def test_conflicts_come_first_and_single_sources_are_not_in_the_matrix(page: Page) -> None:
    headings = [text for text, cells in page.rows if not cells and " · " in text]
    conflict = [bool(re.search(r"(?<!nor )disputed|self-contradicted", text)) for text in headings]
    assert conflict.count(True) == 10
    assert conflict == sorted(conflict, reverse=True)
    assert len(headings) == 23
    assert not any("single source" in text for text in headings)


def test_the_summary_comes_first_and_counts(html: str) -> None:
    text = text_of(html[html.index("<main") : html.index("</nav>")])
    assert "37 questions answered by 8 sources in 105 claims." in text
    for count in (
        "14 corroborated",
        "4 echoed",
        "1 origins unknown",
        "10 disputed",
        "1 self-contradicted",
        "14 single source",
        "2 neither backed nor disputed",
        "3 sums that do not add up",
        "1 timeline that does not fit",
    ):
        assert count in text


def test_sums_are_written_out_and_link_to_their_claims(html: str) -> None:
    assert (
        '<a href="#claim-gazette-007" title="gazette-007">22</a> (Vessoy) + '
        '<a href="#claim-gazette-008" title="gazette-008">11</a> (Brennhavn) = 33, above the '
        '<a href="#claim-gazette-006" title="gazette-006">30</a>'
    ) in html
    text = text_of(html)
    assert (
        "41 (the passengers of the ferry) + 9 (the crew of the ferry) = 50, below the 52 (everyone on board the ferry)"
    ) in text
    assert (
        "bulletin, issued 2031-05-06, says in bulletin-010 that somebody has gone through the coastguard’s inquiry "
        "into the crew’s watch; by its beginning (bulletin-012) and its length (bulletin-011) it cannot have ended "
        "before 2031-05-18."
    ) in text


def test_comparisons_are_told_in_words(html: str) -> None:
    text = text_of(html)
    for told in (
        "beacon-007 differs from gazette-011 (no common origin)",
        "correction-002 denies what beacon-007 says (common origin: Merrin Wire, wire)",
        "beacon-010 gives the same answer as tide-012 in another spelling (no common origin)",
        "bulletin-009 leaves open what tide-009 answers (no common origin; the certainty differs)",
        "tide-009 may hold beside weekly-006, because the one says only that it may be so "
        "(no common origin; the certainty differs)",
        "weekly-006 may hold beside weekly-007, because the one gives an opinion and the other reports "
        "(in the same source; no common origin; the mode differs)",
    ):
        assert told in text


def test_the_finer_claim_comes_first(case: tuple[ComparisonReport, Labels], html: str) -> None:
    text = text_of(html)
    refining = [pair for question in case[0].questions for pair in question.comparisons if pair.finer]
    assert {pair.finer == pair.a for pair in refining} == {True, False}
    for pair in refining:
        wider = pair.b if pair.finer == pair.a else pair.a
        assert f"{(pair.finer or '').rsplit('/')[-1]} is finer than {wider.rsplit('/')[-1]} (" in text


def test_a_claim_is_told_with_its_words_authority_and_cues(html: str) -> None:
    start = html.index('<li id="claim-gazette-006">')
    claim = html[start : html.index("</li>", start)]
    assert '<q dir="auto" lang="en">' in claim
    assert "on the word of the Lanmar Coastguard (“The coastguard said”); origin: the Lanmar Coastguard" in claim
    assert "in its own voice" not in claim


def test_the_picture_counts_claims_and_is_well_formed(html: str) -> None:
    svg = html[html.index("<svg") : html.index("</svg>") + 6]
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    labelled = (root.get("aria-labelledby") or "").split()
    assert [root.find(f"{SVG}title").get("id"), root.find(f"{SVG}desc").get("id")] == labelled  # type: ignore[union-attr]
    edges = {(p.find(f"{SVG}title").text, p.get("class")) for p in root.findall(f"{SVG}path")}  # type: ignore[union-attr]
    assert ("beacon → Merrin Wire: 7 claims", "edge") in edges
    assert ("wire → Merrin Wire: 12 claims", "edge own") in edges
    assert ("gazette → Merrin Wire: 1 claim", "edge") in edges
    # a source that speaks in its own voice does so once: as its publisher
    assert [edge for edge in edges if (edge[0] or "").startswith("bulletin")] == [
        ("bulletin → the Lanmar Coastguard: 12 claims", "edge own")
    ]
    assert '<td>Merrin Wire</td><td class="n">7</td><td>on the word of another</td>' in html


def test_nothing_in_the_picture_overlaps(html: str) -> None:
    root = ElementTree.fromstring(html[html.index("<svg") : html.index("</svg>") + 6])
    numbers = sorted(float(text.get("y") or 0) for text in root.findall(f"{SVG}text"))
    assert min(b - a for a, b in pairwise(numbers)) >= 18
    for x in ("end", "start"):
        groups = [g for g in root.findall(f"{SVG}g") if g.find(f"{SVG}text").get("text-anchor") == x]  # type: ignore[union-attr]
        spans = [float(span.get("y") or 0) for g in groups for span in g.iter(f"{SVG}tspan")]
        assert spans == sorted(spans)
        assert min(b - a for a, b in pairwise(spans)) >= 18


def test_the_policy_allows_the_style_and_no_script(html: str, page: Page) -> None:
    style = html[html.index("<style>") + 7 : html.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policies = [found["content"] for tag, found in page.tags if tag == "meta" and "http-equiv" in found]
    assert policies == [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"]
    assert "url(" not in style
    assert "@import" not in style
    assert not {"script", "iframe", "object", "img", "link"} & {tag for tag, _ in page.tags}
    assert not any(name == "style" or name.startswith("on") for _, found in page.tags for name in found)


def test_the_page_can_be_read_by_ear(page: Page, html: str) -> None:
    assert ("html", {"lang": "en"}) in page.tags
    assert ("title", "The ferry") in page.texts
    assert html.index('href="#main"') < html.index("<header>")
    assert all("scope" in found for tag, found in page.tags if tag == "th")
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_the_same_bytes_twice(case: tuple[ComparisonReport, Labels], html: str) -> None:
    again = open_casebook(INVENTED)
    assert render_html(compare(again.holdings), again.labels, title="The ferry") == html


def test_a_selection_shows_its_questions_and_what_touches_them(case: tuple[ComparisonReport, Labels]) -> None:
    report, labels = case

    def of(name: str) -> list[QuestionResult]:
        return [each for each in report.questions if each.predicate.endswith(f"#{name}")]

    html = render_html(report, labels, title="One", questions=of("destination"))
    page = Page(html)
    assert {each for each in page.ids if each.startswith("claim-")} == {
        f"claim-{name}" for name in ("beacon-007", "correction-001", "correction-002", "gazette-011", "wire-008")
    }
    assert "Sums that do not add up" not in html
    # the sum's total is among them, the claims on its parts are not, and so no links
    total = [each for each in of("evacuated") if not each.qualifiers]
    html = render_html(report, labels, title="One", questions=total)
    page = Page(html)
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert '22 (Vessoy) + 11 (Brennhavn) = 33, above the <a href="#claim-gazette-006"' in html


def test_an_empty_report_is_a_page() -> None:
    empty = ComparisonReport((), (), (), {}, ())
    html = render_html(empty, Labels(in_memory("")), title="Nothing")
    page = Page(html)
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert "0 questions answered by 0 sources in 0 claims." in text_of(html)
    assert "<svg" not in html


def test_what_was_not_compared_is_told(case: tuple[ComparisonReport, Labels]) -> None:
    html = render_html(replace(case[0], left_out=("claim:x: <b>incomplete</b>",)), case[1], title="T")
    assert "1 claim was not compared" in html
    assert "<li>claim:x: &lt;b&gt;incomplete&lt;/b&gt;</li>" in html


EVIL = "</q></style><script>alert(1)</script>\\u202Ereversed\\u0007"
EVIL_ATTRIBUTE = "\\\"><img src=x onerror=alert(1)>' onmouseover='alert(1)"


def _claim(number: int, source: str, value: str, more: str = "") -> str:
    return f"""
claim:c{number} a kg:Claim ; prov:wasQuotedFrom {source} ; rdf:subject entity:thing ; rdf:predicate sport:evil ;
  rdf:object "{value}" ; kg:polarity kg:affirmed ; kg:certainty kg:possible ; kg:mode kg:actual ;
  kg:certaintyCue "{EVIL}" ; kg:asWritten "{EVIL}" ; kg:inferred "{EVIL}" ; skos:note "{EVIL}" ;
  oa:hasTarget <quote/{number}> {more} .
<quote/{number}> oa:hasSource {source} ; oa:hasSelector <selector/{number}> .
<selector/{number}> oa:exact "{EVIL} {EVIL_ATTRIBUTE}" ; oa:start 0 ; oa:end 9 .
"""


@pytest.fixture(scope="module")
def hostile() -> str:
    graph = f"""
<> a dcat:Dataset ; void:uriSpace "https://example.org/book/" .
entity:thing rdfs:label "{EVIL}" .
entity:teller rdfs:label "{EVIL_ATTRIBUTE}" .
source:a a kg:Source ; dcterms:title "{EVIL}" ; dcterms:publisher "{EVIL_ATTRIBUTE}" ; dcterms:issued "{EVIL}" ;
  dcterms:language "en\\" onclick=\\"alert(1)" ; schema:url "javascript:alert(1)" .
<source/b%22%3E'x'> a kg:Source ; dcterms:title "{EVIL_ATTRIBUTE}" ; schema:url "https://example.org/?a=1&b=\\"2" .
<other/a> a kg:Source ; schema:url "https:javascript" .
attribution:x prov:agent entity:teller ; kg:attributionCue "{EVIL}" .
{_claim(1, "source:a", EVIL, "; prov:qualifiedAttribution attribution:x")}
{_claim(2, "<source/b%22%3E'x'>", EVIL_ATTRIBUTE)}
{_claim(3, "<other/a>", EVIL_ATTRIBUTE)}
"""
    ontology = f'sport:evil kg:comparedAs kg:one ; skos:prefLabel "{EVIL}" .'
    holdings = in_memory(graph, ontology=ontology)
    return render_html(compare(holdings), Labels(holdings), title='</title><script>alert("\u202e")</script>')


def test_strangers_text_stays_text(hostile: str) -> None:
    page = Page(hostile)
    assert not {"script", "img"} & {tag for tag, _ in page.tags}
    assert not any(name.startswith("on") for _, found in page.tags for name in found)
    assert "<script>alert(1)</script>" in "".join(text for _, text in page.texts)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", hostile)
    assert "\\u202Ereversed\\u0007" in hostile
    ElementTree.fromstring(hostile[hostile.index("<svg") : hostile.index("</svg>") + 6])
    assert all("lang" not in found for tag, found in page.tags if tag == "q")


def test_only_web_addresses_of_sources_link_out(hostile: str) -> None:
    page = Page(hostile)
    assert [link for link in page.links if not link.startswith("#")] == ['https://example.org/?a=1&b="2']
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)


def test_sources_whose_names_end_alike_are_told_apart(hostile: str) -> None:
    names = [text for tag, text in Page(hostile).texts if tag == "dt"]
    assert sorted(names) == ["<other/a>", "b%22%3E'x'", "source:a"]
