"""What `show` shows: a described node as JSON, or as lines for people."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

from kgtool.describing import Described
from kgtool.formats import ShowFormat
from kgtool.render.safe import for_terminal

SCHEMA_ID = "https://w3id.org/kgtool/schema/show-1"
_LABEL_WIDTH = 12
_VERDICTS = {"same": "the same as", "different": "different from", "unsure": "unsure whether the same as"}


def render(described: Described, format_: ShowFormat, *, width: int | None = None, color: bool = False) -> str:
    """A described node as text that ends with a newline; lines are folded to `width` columns (None: not at all)."""
    if format_ is ShowFormat.JSON:
        document = {"schema": SCHEMA_ID, "kind": described.kind, "id": described.id, **described.parts}
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    out = io.StringIO()
    console = Console(file=out, width=width or 10_000, force_terminal=color, no_color=not color, legacy_windows=False)
    for label, text in _LINES[described.kind](described):
        line = Text("\n".join(for_terminal(each) for each in text.split("\n")))
        if label == "title":
            line.stylize("bold")
            console.print(line)
        else:
            console.print(_hanging(label, line, Padding))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _hanging(label: str, text: Any, padding: Any) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1))
    table.add_column(width=_LABEL_WIDTH, no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(Text(label, style="dim"), text)
    return padding(table, (0, 0, 0, 2))


Lines = Iterator[tuple[str, str]]


def _claim(described: Described) -> Lines:
    parts = described.parts
    yield "title", f"{described.name}  ({_place(parts)})"
    denied = "does NOT hold: " if parts["polarity"] == "denied" else ""
    yield "says", f"{denied}{_label(parts['subject'])} · {_label(parts['predicate'])} · {_value(parts['object'])}"
    for each in parts["qualifiers"]:
        yield "", f"{_label(each['property'])}: {_value(each['value'])}"
    cues = parts["cues"]
    marks = [
        f"{parts[name] or '—'}" + (f" (“{cues[name]}”)" if name in cues else "")
        for name in ("polarity", "certainty", "mode")
    ]
    yield "how", ", ".join(marks)
    if parts["as_written"]:
        bounds = [
            f"{word} {parts[key]}" for key, word in (("at_least", "at least"), ("at_most", "at most")) if parts[key]
        ]
        yield "value", f"“{parts['as_written']}”" + (f", {', '.join(bounds)}" if bounds else "")
    if parts["inferred"]:
        yield "inferred", parts["inferred"]
    yield "source", f"{_name(parts['source'])} {_label(parts['source'])}"
    quote = parts["quote"]
    if quote:
        if quote["before"] is not None:
            yield "words", f"{_flat(quote['before'])}[{_flat(quote['exact'])}]{_flat(quote['after'])}"
        else:
            yield "words", f"“{_flat(quote['exact'] or '')}”"
        yield "", f"code points {quote['start']}–{quote['end']} of the stored text"
    for chain in parts["attributions"]:
        steps = " → ".join(f"{_label(hop['agent'])} (“{hop['cue']}”)" for hop in chain)
        yield "on word of", steps
    yield "origin", ", ".join(_label(origin) for origin in parts["origins"]) or "—"
    for note in parts["notes"]:
        yield "note", note


def _source(described: Described) -> Lines:
    parts = described.parts
    yield "title", f"{parts['title'] or described.name}"
    yield "source", f"{described.name}  ({_place(parts)})"
    for label, key in (("published", "issued"), ("language", "language"), ("address", "url"), ("remark", "comment")):
        if parts[key]:
            yield label, parts[key]
    if parts["publisher"]:
        yield "publisher", _label(parts["publisher"])
    yield "text", f"{parts['length']} code points, SHA-256 {parts['sha256']}"
    yield "", "stored text found" if parts["text_found"] else "stored text not found (name its folder with --texts)"
    counts = [f"{count} {name}" for group in ("certainties", "modes") for name, count in parts[group].items()]
    yield "claims", f"{parts['claims']}, {parts['denied']} of them denied; {', '.join(counts)}"
    for each in parts["origins"]:
        own = " (its own voice)" if each["agent"]["id"] == described.id else ""
        yield "origin", f"{each['claims']} × {_label(each['agent'])}{own}"


def _entity(described: Described) -> Lines:
    parts = described.parts
    yield "title", f"{parts['label']}  ({described.name}, {_place(parts)})"
    yield "is a", ", ".join(_label(each) for each in parts["types"])
    if parts["comment"]:
        yield "remark", parts["comment"]
    for each in parts["spellings"]:
        times = "once" if each["places"] == 1 else f"{each['places']} times"
        yield "spelled", f"{each['form']}  in {_name(each['source'])}, {times}"
    for each in parts["decisions"]:
        others = ", ".join(_label(node) for node in each["nodes"])
        verdict = _VERDICTS.get(each["decision"], f"{each['decision']}:")
        signed = f"{each['by']}, {each['date']}" + ("" if each["stands"] else "; since revised")
        yield "decided", f"{verdict} {others} ({signed}): {each['reason']}"
    if parts["origin_of"]:
        yield "origin of", f"{parts['origin_of']} claim{'' if parts['origin_of'] == 1 else 's'}"
    for key, heading in (("about", "about it"), ("named_in", "naming it")):
        for number, each in enumerate(parts[key]):
            yield heading if number == 0 else "", f"{_label_of_claim(each)}"


def _label_of_claim(brief: dict[str, Any]) -> str:
    marks = [mark for mark in (brief["certainty"], brief["mode"]) if mark not in (None, "certain", "actual")]
    marked = f"  [{', '.join(marks)}]" if marks else ""
    return f"{brief['name']}  {brief['statement']}{marked}\n“{_flat(brief['quote'] or '')}”"


def _node(described: Described) -> Lines:
    parts = described.parts
    yield "title", f"{parts['label'] or described.name}  ({described.name}, {_place(parts)})"
    for each in parts["properties"]:
        yield "", f"{_label(each['property'])}: {_value(each['value'])}"


_LINES = {"claim": _claim, "source": _source, "entity": _entity, "node": _node}


def _place(parts: dict[str, Any]) -> str:
    if parts["file"] is None:
        return "not in a file"
    return f"{parts['file']}:{parts['line']}" if parts["line"] else str(parts["file"])


def _label(named: dict[str, str] | None) -> str:
    return "—" if named is None else named["label"]


def _name(named: dict[str, str] | None) -> str:
    return "—" if named is None else named["name"]


def _value(value: dict[str, str | None] | None) -> str:
    if value is None:
        return "—"
    return str(value["label"] if "label" in value else value["value"])


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)
