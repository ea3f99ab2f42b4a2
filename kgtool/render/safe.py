"""Strangers' text made safe for where it lands: a terminal, a spreadsheet, an XML or HTML page."""

from __future__ import annotations

import html
import re

# C0 and C1 controls, DEL; the line and paragraph separators; the marks that reorder text (Unicode, UAX #9) and the
# byte order mark. They would move the cursor, recolour a terminal, or show a text in another order than it has.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
# XML 1.0 section 2.2: no other characters may stand in a document, not even as references.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # spreadsheets take the full-width ones, too


def for_terminal(text: str) -> str:
    """One line of text that a terminal shows as it is: control and reordering characters as ``\\u001B``."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04X}", text)


def for_spreadsheet(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: a ``'`` stands before what begins like one.

    Reversible: a cell that begins with ``'`` already gets another one.
    """
    return f"'{cell}" if cell.startswith((*_FORMULA, "'")) else cell


def for_html(text: str) -> str:
    return html.escape(_UNSAFE.sub(_visible_but_newline, text))


def for_xml(text: str) -> str:
    """Text in which every character may stand in XML 1.0; others become ``\\u0000`` in words."""
    return _NOT_XML.sub(lambda match: f"\\u{ord(match[0]):04X}", text)


def _visible_but_newline(match: re.Match[str]) -> str:
    return match[0] if match[0] in "\n\t" else f"\\u{ord(match[0]):04X}"
