"""Exact words: where they stand, what is said when they do not, and texts found by digest. Offsets are code points."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgtool.claims import Quote
from kgtool.errors import InputError
from kgtool.quotes import QuoteProblem, check_quote, check_unique, find_texts, in_context, occurrences
from kgtool.vocab import OA

SOURCE = "https://example.org/source"
TEXT = "Kim won silver. Ri won silver, too."


def quote(
    exact: str, start: int, *, end: int | None = None, prefix: str | None = None, suffix: str | None = None
) -> Quote:
    stop = start + len(exact) if end is None else end
    return Quote(f"{SOURCE}#char={start},{stop}", SOURCE, exact, start, stop, prefix, suffix)


# --- check_quote ---


def test_words_that_stand_where_they_are_said_to_pass() -> None:
    assert check_quote(quote("won silver", 4), TEXT) is None
    assert check_quote(quote("won silver", 19), TEXT) is None
    assert check_quote(quote(TEXT, 0), TEXT) is None


def test_words_that_stand_elsewhere_are_told_where() -> None:
    assert check_quote(quote("won silver", 5), TEXT) == QuoteProblem(
        path=OA.start.value,
        value="5",
        message="the quoted words “won silver” do not stand at 5–15 of the text but at 4–14, 19–29",
        fix="correct oa:start and oa:end, and the quote's IRI with them",
    )


def test_a_wrong_end_points_to_the_end() -> None:
    problem = check_quote(quote("won silver", 4, end=13), TEXT)
    assert problem is not None
    assert (problem.path, problem.value) == (OA.end.value, "13")
    assert problem.message == "the quoted words “won silver” do not stand at 4–13 of the text but at 4–14, 19–29"


def test_at_most_three_places_are_told() -> None:
    problem = check_quote(quote("a", 1), "a-a-a-a-a")
    assert problem is not None
    assert problem.message == "the quoted words “a” do not stand at 1–2 of the text but at 0–1, 2–3, 4–5"


def test_words_that_stand_nowhere_are_told_what_stands_there() -> None:
    assert check_quote(quote("won gold", 4), TEXT) == QuoteProblem(
        path=OA.exact.value,
        value="won gold",
        message="the words “won gold” do not stand in the text, which has “won silv” at 4–12",
        fix="copy the words from the stored text, to the letter",
    )


def test_a_quote_behind_the_end_of_the_text_is_told_so() -> None:
    problem = check_quote(quote("bronze", 100), TEXT)
    assert problem is not None
    assert problem.message == "the words “bronze” do not stand in the text, which has ended at 100–106"


def test_long_words_are_cut_in_messages() -> None:
    problem = check_quote(quote("x" * 100, 0), TEXT)
    assert problem is not None
    assert f"“{'x' * 59}…”" in problem.message
    assert problem.value == "x" * 100


COMPOSED, DECOMPOSED = unicodedata.normalize("NFC", "Café"), unicodedata.normalize("NFD", "Café")


@pytest.mark.parametrize(("words", "there"), [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED)])
def test_composed_and_decomposed_letters_are_told_apart(words: str, there: str) -> None:
    problem = check_quote(quote(words, 0, end=len(there)), f"{there} in Paris")
    assert problem is not None
    assert problem.path == OA.exact.value
    assert "look alike but are different code points" in problem.message
    assert problem.fix == "copy the words from the stored text"


def test_offsets_count_code_points_and_not_utf16_units() -> None:
    text = "🥈🥈 for Kim"
    assert check_quote(quote("Kim", 7), text) is None
    problem = check_quote(quote("Kim", 9), text)
    assert problem is not None
    assert problem.message == "the quoted words “Kim” do not stand at 9–12 of the text but at 7–10"


def test_line_ends_count_as_they_stand() -> None:
    text = "Kim won.\r\nRi won.\r\n"
    assert check_quote(quote("Ri won", 10), text) is None
    assert check_quote(quote("won.\r\nRi", 4), text) is None
    problem = check_quote(quote("won.\nRi", 4), text)
    assert problem is not None
    assert problem.path == OA.exact.value


def test_without_the_text_offsets_and_words_are_held_against_each_other() -> None:
    assert check_quote(quote("won silver", 99), None) is None
    assert check_quote(quote("won silver", 4, end=13), None) == QuoteProblem(
        path=OA.end.value,
        value="13",
        message="oa:start 4 and oa:end 13 span 9 code points, but oa:exact has 10",
        fix="correct the offsets or the words (offsets count Unicode code points)",
    )


@pytest.mark.parametrize("text", [TEXT, None])
def test_an_iri_with_another_place_than_its_selector_is_told(text: str | None) -> None:
    misnamed = replace(quote("won silver", 4), iri=f"{SOURCE}#char=5,15")
    assert check_quote(misnamed, text) == QuoteProblem(
        path=OA.hasSelector.value,
        value=f"{SOURCE}#char=5,15",
        message="the quote's IRI says char=5,15, but its selector says 4,14",
        fix="make the IRI and the selector agree",
    )


def test_an_iri_of_another_form_says_no_place() -> None:
    assert check_quote(replace(quote("won silver", 4), iri="https://example.org/quote/1"), TEXT) is None


@pytest.mark.parametrize("part", ["source", "exact", "start", "end"])
def test_a_quote_without_a_part_is_left_to_the_shapes(part: str) -> None:
    wrong = quote("won gold", 7)
    broken = {
        "source": replace(wrong, source=None),
        "exact": replace(wrong, exact=None),
        "start": replace(wrong, start=None),
        "end": replace(wrong, end=None),
    }
    assert check_quote(wrong, TEXT) is not None
    assert check_quote(broken[part], TEXT) is None


@st.composite
def spans(draw: st.DrawFn) -> tuple[str, int, int]:
    """A text and a stretch of it that is not empty."""
    text = draw(st.text(min_size=1, max_size=60) | st.text(alphabet="ab", min_size=1, max_size=20))
    start = draw(st.integers(0, len(text) - 1))
    return text, start, draw(st.integers(start + 1, len(text)))


@given(spans())
def test_a_quote_made_from_a_span_passes_and_a_shifted_one_does_not(span: tuple[str, int, int]) -> None:
    text, start, end = span
    right = quote(text[start:end], start)
    assert check_quote(right, text) is None
    assert check_quote(right, None) is None
    shifted = quote(text[start:end], start + 1)
    same_words = text[start + 1 : end + 1] == text[start:end]
    assert (check_quote(shifted, text) is None) == same_words
    assert check_quote(replace(right, start=start + 1), text) is not None
    assert check_quote(replace(right, end=end + 1), text) is not None


# --- check_unique ---


def test_words_that_stand_once_need_nothing_around_them() -> None:
    assert check_unique(quote("Ri won", 16), TEXT) is None


def test_words_that_stand_twice_need_words_around_them() -> None:
    assert check_unique(quote("won silver", 4), TEXT) == QuoteProblem(
        path=OA.exact.value,
        value="won silver",
        message="these words stand 2 times in the text",
        fix="add oa:prefix or oa:suffix with words around the quote that make it unique",
    )
    assert check_unique(quote("won silver", 4, prefix="Kim "), TEXT) is None
    assert check_unique(quote("won silver", 19, suffix=", too"), TEXT) is None
    assert check_unique(quote("won silver", 4, prefix=" "), "a won silver b won silver") is not None


def test_words_around_that_do_not_stand_there_are_told() -> None:
    assert check_unique(quote("won silver", 4, prefix="Ri "), TEXT) == QuoteProblem(
        path=OA.prefix.value,
        value="Ri ",
        message="“Ri ” does not stand right before the quote",
        fix="copy the words from the text",
    )
    assert check_unique(quote("won silver", 4, suffix=", too"), TEXT) == QuoteProblem(
        path=OA.suffix.value,
        value=", too",
        message="“, too” does not stand right after the quote",
        fix="copy the words from the text",
    )


def test_a_quote_without_a_place_is_left_to_the_shapes() -> None:
    assert check_unique(replace(quote("won silver", 4), start=None), TEXT) is None


# --- occurrences, in_context ---


def test_occurrences_overlap() -> None:
    assert occurrences("aaaa", "aa") == [0, 1, 2]
    assert occurrences("🥈a🥈a", "a") == [1, 3]
    assert occurrences(TEXT, "gold") == []


@pytest.mark.parametrize(
    ("start", "end", "width", "expected"),
    [
        (4, 14, 60, ("Kim ", "won silver", ". Ri won silver, too.")),
        (16, 18, 12, ("…won silver. ", "Ri", " won silver,…")),
        (16, 18, 3, ("…", "Ri", "…")),
        (0, 35, 10, ("", TEXT, "")),
    ],
)
def test_words_are_shown_in_context(start: int, end: int, width: int, expected: tuple[str, str, str]) -> None:
    assert in_context(TEXT, start, end, width=width) == expected


@given(st.text(max_size=80), st.integers(0, 80), st.integers(0, 80), st.integers(1, 30))
def test_context_is_never_wider_than_asked(text: str, one: int, other: int, width: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    before, words, after = in_context(text, start, end, width=width)
    assert words == text[start:end]
    assert text[:start].endswith(before.removeprefix("…") if start > width else before)
    assert text[end:].startswith(after.removesuffix("…") if end + width < len(text) else after)
    assert max(len(before), len(after)) <= width + 1


# --- find_texts ---


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_texts_are_found_by_digest_at_any_depth(tmp_path: Path) -> None:
    wanted, other = "Kim won.\r\nCafé 🥈\n".encode(), b"another text"
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "any name.TXT").write_bytes(wanted)
    (tmp_path / "other.md").write_bytes(other)
    assert find_texts(tmp_path, [digest(wanted), "0" * 64]) == {digest(wanted): "Kim won.\r\nCafé 🥈\n"}
    assert find_texts(tmp_path, []) == {}


def test_the_same_text_twice_is_one_text(tmp_path: Path) -> None:
    for name in ("a.txt", "b.text"):
        (tmp_path / name).write_bytes(b"text")
    assert find_texts(tmp_path, [digest(b"text")]) == {digest(b"text"): "text"}


def test_only_what_looks_like_a_text_is_read(tmp_path: Path) -> None:
    (tmp_path / "text.pdf").write_bytes(b"text")
    (tmp_path / "folder.txt").mkdir()
    assert find_texts(tmp_path, [digest(b"text")]) == {}


def test_a_byte_order_mark_is_part_of_the_text(tmp_path: Path) -> None:
    content = "\ufeffKim".encode()
    (tmp_path / "a.txt").write_bytes(content)
    assert find_texts(tmp_path, [digest(content)]) == {digest(content): "\ufeffKim"}


def test_a_wanted_text_that_is_not_utf8_is_refused_and_an_unwanted_one_is_not(tmp_path: Path) -> None:
    content = b"Caf\xe9"
    path = tmp_path / "latin1.txt"
    path.write_bytes(content)
    assert find_texts(tmp_path, ["0" * 64]) == {}
    with pytest.raises(InputError) as caught:
        find_texts(tmp_path, [digest(content)])
    assert str(caught.value) == f"{path}: not UTF-8 at byte 3; save the text as UTF-8 and record its new digest"
