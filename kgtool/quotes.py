"""Exact words: stored texts by digest, and whether a quote stands where it says it does.

Offsets are half-open ranges of Unicode code points in the stored text, which is the file's bytes decoded as UTF-8
with nothing normalised: newlines, spaces and accents are as the file has them.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kgtool.claims import Quote
from kgtool.errors import InputError
from kgtool.holdings import Holdings
from kgtool.vocab import KG, OA, SCHEMA

# RFC 5147 section 2.1.1: a range of character positions counted between characters, from 0.
FRAGMENT = "#char={start},{end}"
_TEXT_SUFFIXES = frozenset({".txt", ".text", ".md"})


@dataclass(frozen=True, slots=True)
class QuoteProblem:
    """What is wrong with a quote: the property to look at, the value it has, the sentence, what to do."""

    path: str
    value: str | None
    message: str
    fix: str


def find_texts(folder: Path, digests: Iterable[str]) -> dict[str, str]:
    """The stored texts in `folder`, at any depth, whose SHA-256 digest is wanted, by digest.

    Only files that look like texts (.txt, .text, .md) are read. Raises InputError for one that has the digest but
    is not UTF-8, or that cannot be read.
    """
    wanted = set(digests)
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _TEXT_SUFFIXES or not path.is_file():
            continue
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", file=str(path)) from error
        digest = hashlib.sha256(content).hexdigest()
        if digest not in wanted or digest in found:
            continue
        try:
            found[digest] = content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                f"not UTF-8 at byte {error.start}",
                file=str(path),
                advice="save the text as UTF-8 and record its new digest",
            ) from error
    return found


def texts_of_sources(holdings: Holdings, folder: Path | None) -> dict[str, str]:
    """The stored text of each source that has one in `folder`, by the source's IRI."""
    if folder is None:
        return {}
    nodes = holdings.nodes
    digests = {node.value: nodes.text(node, SCHEMA.sha256) for node in nodes.instances(KG.Source)}
    found = find_texts(folder, [digest for digest in digests.values() if digest])
    return {source: found[digest] for source, digest in digests.items() if digest in found}


def check_quote(quote: Quote, text: str | None) -> QuoteProblem | None:
    """The first thing that is wrong with a quote, or None; without the text, what can be told without it.

    A quote whose parts are missing is the shapes' business and passes here.
    """
    if quote.exact is None or quote.start is None or quote.end is None or quote.source is None:
        return None
    if text is not None and text[quote.start : quote.end] != quote.exact:
        return _misplaced(quote, quote.exact, quote.start, quote.end, text)
    return _at_odds_with_itself(quote, quote.exact, quote.start, quote.end)


def check_unique(quote: Quote, text: str) -> QuoteProblem | None:
    """Whether the words before and after stand there too, and tell the span from every other."""
    if quote.exact is None or quote.start is None or quote.end is None:
        return None
    for name, words, there in (
        (OA.prefix.value, quote.prefix, text[: quote.start].endswith(quote.prefix or "")),
        (OA.suffix.value, quote.suffix, text[quote.end :].startswith(quote.suffix or "")),
    ):
        if words is not None and not there:
            side = "before" if name == OA.prefix.value else "after"
            return QuoteProblem(
                name, words, f"“{words}” does not stand right {side} the quote", "copy the words from the text"
            )
    around = f"{quote.prefix or ''}{quote.exact}{quote.suffix or ''}"
    count = occurrences(text, around)
    if len(count) > 1:
        return QuoteProblem(
            OA.exact.value,
            quote.exact,
            f"these words stand {len(count)} times in the text",
            "add oa:prefix or oa:suffix with words around the quote that make it unique",
        )
    return None


def occurrences(text: str, words: str) -> list[int]:
    """Where `words` begin in `text`, overlapping places included, as code points from 0."""
    places: list[int] = []
    at = text.find(words)
    while at >= 0:
        places.append(at)
        at = text.find(words, at + 1)
    return places


def in_context(text: str, start: int, end: int, *, width: int = 60) -> tuple[str, str, str]:
    """The words before, in and after a span, cut at word boundaries to about `width` code points a side."""
    cut, before = max(0, start - width), text[max(0, start - width) : start]
    if cut > 0:
        within_word = not text[cut - 1].isspace() and not text[cut].isspace()
        before = "…" + (before.partition(" ")[2] if within_word and " " in before else before)
    cut, after = end + width, text[end : end + width]
    if cut < len(text):
        within_word = not text[cut - 1].isspace() and not text[cut].isspace()
        after = (after.rpartition(" ")[0] if within_word and " " in after else after) + "…"
    return before, text[start:end], after


def _misplaced(quote: Quote, exact: str, start: int, end: int, text: str) -> QuoteProblem:
    places = occurrences(text, exact)
    if places:
        spans = ", ".join(f"{place}–{place + len(exact)}" for place in places[:3])
        moved_start = quote.start not in places
        path, value = (OA.start, start) if moved_start else (OA.end, end)
        return QuoteProblem(
            path.value,
            str(value),
            f"the quoted words “{_short(exact)}” do not stand at {start}–{end} of the text but at {spans}",
            "correct oa:start and oa:end, and the quote's IRI with them",
        )
    there = text[start:end]
    for form in ("NFC", "NFD"):
        if unicodedata.normalize(form, exact) == unicodedata.normalize(form, there):
            return QuoteProblem(
                OA.exact.value,
                exact,
                f"the quote and the text at {start}–{end} look alike but are different code points "
                "(one is composed, the other decomposed)",
                "copy the words from the stored text",
            )
    there = f"has “{_short(there)}”" if there else "has ended"
    return QuoteProblem(
        OA.exact.value,
        exact,
        f"the words “{_short(exact)}” do not stand in the text, which {there} at {start}–{end}",
        "copy the words from the stored text, to the letter",
    )


def _at_odds_with_itself(quote: Quote, exact: str, start: int, end: int) -> QuoteProblem | None:
    if end - start != len(exact):
        return QuoteProblem(
            OA.end.value,
            str(end),
            f"oa:start {start} and oa:end {end} span {end - start} code points, but oa:exact has {len(exact)}",
            "correct the offsets or the words (offsets count Unicode code points)",
        )
    expected = f"{quote.source}{FRAGMENT.format(start=start, end=end)}"
    if quote.iri != expected and quote.iri.startswith(f"{quote.source}#char="):
        return QuoteProblem(
            OA.hasSelector.value,
            quote.iri,
            f"the quote's IRI says {quote.iri.rsplit('#', 1)[-1]}, but its selector says {start},{end}",
            "make the IRI and the selector agree",
        )
    return None


def _short(words: str, limit: int = 60) -> str:
    return words if len(words) <= limit else words[: limit - 1] + "…"
