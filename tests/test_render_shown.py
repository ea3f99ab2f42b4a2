"""What `show` prints: to the letter at 80 columns, folded under its heading, and safe."""

from __future__ import annotations

import re

import pytest
from casebooks import FIXTURE

from kgtool import Casebook, open_casebook
from kgtool.describing import Described, describe
from kgtool.formats import ShowFormat
from kgtool.render.shown import render


@pytest.fixture(scope="module")
def cup() -> Casebook:
    return open_casebook(FIXTURE)


def shown(casebook: Casebook, name: str, *, width: int | None = 80, color: bool = False) -> str:
    found = describe(casebook.holdings, casebook.labels, casebook.labels.resolve(name), {})
    return render(found, ShowFormat.TEXT, width=width, color=color)


CLAIM = """
claim:morning-3  (graph/morning.ttl:69)
  says         l’équipe · participated in · the Games
  how          affirmed, certain, actual
  source       source:morning The morning report
  words        “a witness told the ministry, says the agency, that they came”
               code points 47–107 of the stored text
  on word of   the agency (“says the agency”) → the ministry (“told the
               ministry”) → the witness (“a witness”)
  origin       the witness
"""[1:]

DENIED = """
claim:evening-2  (graph/evening.ttl:51)
  says         does NOT hold: the cup · event · the relay
  how          denied (“not”), certain, actual
  source       source:evening The evening report
  words        “not in the relay”
               code points 26–42 of the stored text
  origin       The evening report
"""[1:]

SOURCE = f"""
The morning report
  source       source:morning  (graph/morning.ttl:14)
  language     en
  text         246 code points, SHA-256
               {"a" * 64}
               stored text not found (name its folder with --texts)
  claims       10, 2 of them denied; 9 certain, 1 unknown, 10 actual
  origin       9 × The morning report (its own voice)
  origin       1 × the witness
"""[1:]

ENTITY = """
the witness  (entity:witness, graph/entities.ttl:43)
  is a         agent, person
  decided      unsure whether the same as the witness, as the evening report has
               it (the kgtool founders, 2026-11-22; since revised): Neither
               report names the witness.
  decided      the same as the witness, as the evening report has it (the kgtool
               founders, 2026-11-22): Both were alone at the gate.
  origin of    2 claims
  naming it    claim:evening-5  the cup · won by · the witness, as the evening
               report has it
               “the winner, a witness”
               claim:morning-10  the cup · won by · the witness
               “and yet the witness won”
               claim:morning-8  the cup · won by · the witness, as the evening
               report has it
               “the witness won it”
               claim:morning-9  not: the cup · won by · the witness
               “nor did the witness win”
"""[1:]


@pytest.mark.parametrize(
    ("name", "text"), [("morning-3", CLAIM), ("evening-2", DENIED), ("morning", SOURCE), ("witness", ENTITY)]
)
def test_to_the_letter(cup: Casebook, name: str, text: str) -> None:
    assert shown(cup, name) == text


def test_a_pipe_gets_whole_lines(cup: Casebook) -> None:
    [line] = [line for line in shown(cup, "morning-3", width=None).splitlines() if "on word of" in line]
    assert line == (
        "  on word of   the agency (“says the agency”) → the ministry (“told the ministry”) → the witness (“a witness”)"
    )


def test_words_in_context() -> None:
    quote = {"id": "q", "exact": "the  words", "start": 3, "end": 9, "before": "…so\nhere ", "after": " there…"}
    parts = {
        **dict.fromkeys(
            ("file", "line", "subject", "predicate", "object", "polarity", "certainty", "mode", "source", "inferred")
        ),
        "as_written": "some",
        "at_least": "3",
        "at_most": None,
        "quote": quote,
        "cues": {"mode": "will"},
        "qualifiers": [],
        "attributions": [],
        "origins": [],
        "notes": ["\x1b[1mhi\u202e"],
    }
    text = render(Described("claim", "urn:c", "claim:c", parts), ShowFormat.TEXT, width=80)
    assert text == (
        "claim:c  (not in a file)\n"
        "  says         — · — · —\n"
        "  how          —, —, — (“will”)\n"
        "  value        “some”, at least 3\n"
        "  source       — —\n"
        "  words        …so here [the words] there…\n"
        "               code points 3–9 of the stored text\n"
        "  origin       —\n"
        "  note         \\u001B[1mhi\\u202E\n"
    )


@pytest.mark.parametrize("name", ["morning-3", "morning", "witness", "kg:Claim"])
@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(cup: Casebook, name: str, width: int) -> None:
    assert max(len(line) for line in shown(cup, name, width=width).splitlines()) <= width


def test_colour_is_only_for_who_asks(cup: Casebook) -> None:
    coloured = shown(cup, "witness", color=True)
    assert "\x1b[" in coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in plain.splitlines()] == ENTITY.splitlines()
