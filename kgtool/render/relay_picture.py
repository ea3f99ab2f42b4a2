"""Who relays whom, as an SVG picture: sources on the left, the origins of their claims on the right."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from kgtool.render.safe import for_html, for_terminal


@dataclass(frozen=True, slots=True)
class Edge:
    """So many claims of `source` rest on `origin`; `own` where that is the source itself or its publisher."""

    source: str
    origin: str
    claims: int
    own: bool


# In units of the picture, in which a letter of a label is about seven wide. An edge has a slot of its own at each of
# its ends, wider than the widest edge, so that neither edges' ends nor their numbers nor labels meet.
_SLOT, _LINE, _GAP, _WIDEST = 22, 18, 14, 12.0
_LEFT, _NUMBER, _RIGHT, _WIDTH = 180, 440, 484, 770
_LEFT_LETTERS, _RIGHT_LETTERS, _MOST_LINES = 22, 34, 3


def relay_picture(edges: list[Edge], sources: Mapping[str, str], origins: Mapping[str, str]) -> str:
    """The graph in two columns, origins ordered to stand near their sources."""
    left = sorted(sources, key=lambda iri: (sources[iri], iri))
    place = {iri: number for number, iri in enumerate(left)}

    def nearness(iri: str) -> tuple[float, str, str]:
        near = [place[edge.source] for edge in edges if edge.origin == iri]
        return sum(near) / len(near), origins[iri], iri

    right = sorted(origins, key=nearness)
    below = {iri: number for number, iri in enumerate(right)}
    left_lines = {iri: _lines(sources[iri], _LEFT_LETTERS) for iri in left}
    right_lines = {iri: _lines(origins[iri], _RIGHT_LETTERS) for iri in right}
    ends = Counter(("left", edge.source) for edge in edges) + Counter(("right", edge.origin) for edge in edges)
    left_tops, left_end = _column([(iri, ends["left", iri], len(left_lines[iri])) for iri in left])
    right_tops, right_end = _column([(iri, ends["right", iri], len(right_lines[iri])) for iri in right])
    height = max(left_end, right_end)
    most = max(edge.claims for edge in edges)
    starts: dict[Edge, float] = {}
    for iri in left:
        own = sorted((e for e in edges if e.source == iri), key=lambda e: below[e.origin])
        starts.update(zip(own, _slots(left_tops[iri], len(own)), strict=True))
    paths: list[str] = []
    numbers: list[str] = []
    for iri in right:
        own = sorted((e for e in edges if e.origin == iri), key=lambda e: place[e.source])
        for edge, y in zip(own, _slots(right_tops[iri], len(own)), strict=True):
            start, middle = starts[edge], (_LEFT + _NUMBER) // 2
            width = max(1.5, _WIDEST * math.sqrt(edge.claims / most))
            told = (
                f"{sources[edge.source]} → {origins[edge.origin]}: {edge.claims} claim{'' if edge.claims == 1 else 's'}"
            )
            paths.append(
                f'<path class="edge{" own" if edge.own else ""}" stroke-width="{width:.1f}" d="M{_LEFT + 4} {start:g} '
                f'C{middle} {start:g} {middle} {y:g} {_NUMBER} {y:g}"><title>{for_html(told)}</title></path>'
            )
            numbers.append(f'<text class="n" x="{_RIGHT - 10}" y="{y + 5:g}" text-anchor="end">{edge.claims}</text>')
    nodes = [_node(left_tops[iri], left_lines[iri], sources[iri], _LEFT, "end") for iri in left]
    nodes += [_node(right_tops[iri], right_lines[iri], origins[iri], _RIGHT, "start") for iri in right]
    described = "; ".join(f"{sources[e.source]} rests {e.claims} times on {origins[e.origin]}" for e in edges)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:g}" role="img" '
            'aria-labelledby="picture-title picture-desc">',
            '<title id="picture-title">On whose authority the claims of each source rest</title>',
            f'<desc id="picture-desc">{for_html(described)}</desc>',
            *paths,
            *nodes,
            *numbers,
            "</svg>",
        ]
    )


def _column(sizes: list[tuple[str, int, int]]) -> tuple[dict[str, tuple[float, float]], float]:
    """Top and height of each node in a column, by its edges and lines of label; and where the column ends."""
    tops: dict[str, tuple[float, float]] = {}
    y = float(_GAP)
    for iri, edges, lines in sizes:
        height = float(max(edges * _SLOT, lines * _LINE))
        tops[iri] = (y, height)
        y += height + _GAP
    return tops, y


def _slots(top: tuple[float, float], count: int) -> list[float]:
    first = top[0] + (top[1] - count * _SLOT) / 2 + _SLOT / 2
    return [first + number * _SLOT for number in range(count)]


def _node(top: tuple[float, float], lines: list[str], whole: str, x: int, anchor: str) -> str:
    y, height = top
    away = -8 if anchor == "end" else 8
    base = y + height / 2 - (len(lines) - 1) * _LINE / 2 + 5
    spans = "".join(
        f'<tspan x="{x + away}" y="{base + number * _LINE:g}">{for_html(line)}</tspan>'
        for number, line in enumerate(lines)
    )
    return (
        f'<g><title>{for_html(whole)}</title><rect class="bar" x="{x - 4}" y="{y:g}" width="8" height="{height:g}"/>'
        f'<text text-anchor="{anchor}">{spans}</text></g>'
    )


def _lines(text: str, letters: int) -> list[str]:
    """A label in at most three lines of so many letters; a wide letter counts twice."""
    lines = [""]
    for word in for_terminal(text).split(" "):
        for number, piece in enumerate(_pieces(word, letters)):
            joined = f"{lines[-1]} {piece}" if lines[-1] and number == 0 else piece
            if number == 0 and _width(joined) <= letters:
                lines[-1] = joined
            else:
                lines.append(piece)
    lines = [line for line in lines if line] or ["—"]
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], f"{_pieces(lines[_MOST_LINES - 1], letters - 1)[0]}…"]
    return lines


def _pieces(word: str, letters: int) -> list[str]:
    pieces = [""]
    for letter in word:
        if _width(pieces[-1] + letter) > letters:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
