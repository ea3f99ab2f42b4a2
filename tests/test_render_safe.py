"""Strangers' text where it lands: nothing moves a cursor, runs as a formula, or breaks a page."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgtool.render.safe import for_html, for_spreadsheet, for_terminal, for_xml

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("l’été “à” 팀 \U0001f3c5", "l’été “à” 팀 \U0001f3c5"),
        ("\x1b[31mred\x1b[0m", "\\u001B[31mred\\u001B[0m"),
        ("a\nb\r\tc\x00\x7f", "a\\u000Ab\\u000D\\u0009c\\u0000\\u007F"),
        ("\x9b31m", "\\u009B31m"),
        ("\u202eabc\u2066\u200f\u061c", "\\u202Eabc\\u2066\\u200F\\u061C"),
        ("a\u2028b\u2029c\ufeff", "a\\u2028b\\u2029c\\uFEFF"),
    ],
)
def test_a_terminal_shows_controls_as_words(text: str, shown: str) -> None:
    assert for_terminal(text) == shown


@given(ANY_TEXT)
def test_a_terminal_gets_one_line_without_controls(text: str) -> None:
    shown = for_terminal(text)
    assert len(shown.splitlines()) <= 1
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    assert for_terminal(shown) == shown


@pytest.mark.parametrize(
    ("cell", "defused"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("'tis", "''tis"),
        ("a=1", "a=1"),
        ("", ""),
        (" =1", " =1"),
    ],
)
def test_a_formula_is_defused(cell: str, defused: str) -> None:
    assert for_spreadsheet(cell) == defused


@given(st.one_of(st.text(), st.text().map(lambda text: "=" + text), st.text().map(lambda text: "''" + text)))
def test_defusing_can_be_undone(cell: str) -> None:
    defused = for_spreadsheet(cell)
    assert not defused.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert (defused[1:] if defused.startswith("'") else defused) == cell


def test_a_page_gets_no_markup_and_no_controls() -> None:
    text = "<script>alert(\"x\")</script> & 'y'\x1b\u202e\n\tz"
    assert for_html(text) == (
        "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#x27;y&#x27;\\u001B\\u202E\n\tz"
    )


@given(ANY_TEXT)
def test_a_page_gives_the_words_back(text: str) -> None:
    escaped = for_html(text)
    assert not set("<>\"'\x00\x1b\u202e") & set(escaped)
    plain = "".join(c if c in "\n\t" else for_terminal(c) for c in text)
    assert html.unescape(escaped) == plain


@given(ANY_TEXT)
def test_xml_can_carry_what_is_left(text: str) -> None:
    left = for_xml(text)
    escaped = left.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    assert (ET.fromstring(f"<a>{escaped}</a>").text or "") == left


def test_what_xml_cannot_carry_is_told_in_words() -> None:
    assert for_xml("a\x00\x0b\ufffe\ud800\t\n\r\U0001f3c5") == "a\\u0000\\u000B\\uFFFE\\uD800\t\n\r\U0001f3c5"
