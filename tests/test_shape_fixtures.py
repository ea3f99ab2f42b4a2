"""Every shape is broken on purpose, and tells exactly that.

``shapes/NAME.ttl`` breaks the shape NAME beside the sound records of ``shapes/valid.ttl``, once for each of its
constraints; ``shapes/NAME.VARIANT.ttl`` is one more slip of the pen that must stay one finding. What must be found
stands behind the line ``# ---- Expected ----``: an `sh:ValidationReport`, with the line of each finding.
``shapes/style/`` is the same for the shapes that lint the vocabulary.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from kgtool.findings import Severity
from kgtool.layout import Layout
from kgtool.nodes import Node, NodeIndex, Value
from kgtool.reading import read_document
from kgtool.shacl import shape_results
from kgtool.shapes import Shapes
from kgtool.validate import validate
from kgtool.vocab import SH, SHAPE, Namespace
from kgtool.worker import Limits

FIXTURES = Path(__file__).parent / "shapes"
ONTOLOGY = Path(__file__).resolve().parents[1] / "ontology"
EXPECTED = "# ---- Expected ----\n"
STYLE = Namespace("https://w3id.org/kgtool/style#")
TEST = Namespace("https://w3id.org/kgtool/test#")
LIMITS = Limits(seconds=60.0)

RECORDS = sorted(path for path in FIXTURES.glob("*.ttl") if path.stem != "valid")
VOCABULARIES = sorted(path for path in (FIXTURES / "style").glob("*.ttl") if path.stem != "valid")

# What a shape may say besides constraining.
NOT_CONSTRAINTS = {
    SH[each]
    for each in (
        *("path", "name", "message", "severity", "property", "description", "order", "group", "deactivated", "flags"),
        *("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf"),
    )
}


class Told(NamedTuple):
    """A finding, as far as fixtures pin it down; `shape` is a local name."""

    shape: str
    severity: Severity
    focus: str | None
    path: str | None
    line: int | None


def split(fixture: Path) -> tuple[str, list[Told]]:
    """The data of a fixture, and the findings it must give, in order."""
    whole = fixture.read_text(encoding="utf-8")
    data, mark, _ = whole.partition(EXPECTED)
    assert mark, f"{fixture.name} does not say what is expected"
    nodes = NodeIndex(parse(whole, format=RdfFormat.TURTLE))
    (report,) = nodes.instances(SH.ValidationReport)
    return data, sorted((told(nodes, each) for each in nodes.values(report, SH.result)), key=repr)


def told(nodes: NodeIndex, result: Value) -> Told:
    shape, severity = nodes.node(result, SH.sourceShape), nodes.node(result, SH.resultSeverity)
    assert shape is not None
    assert severity is not None
    focus, path = nodes.value(result, SH.focusNode), nodes.value(result, SH.resultPath)
    return Told(
        shape=shape.value.rsplit("#", 1)[-1],
        severity=Severity(severity.value.removeprefix(SH.iri).lower()),
        focus=None if focus is None else focus.value,
        path=None if path is None else path.value,
        line=nodes.number(result, TEST.line),
    )


def found(folder: Path, fixture: Path | None) -> list[Told]:
    """What validation tells of the sound records and, beside them, a fixture's."""
    graph = folder / "graph"
    graph.mkdir()
    (graph / "valid.ttl").write_bytes((FIXTURES / "valid.ttl").read_bytes())
    if fixture is not None:
        (graph / "broken.ttl").write_text(split(fixture)[0], encoding="utf-8")
    report = validate(Layout(folder), limits=LIMITS)
    assert {finding.file for finding in report.findings} <= {"graph/broken.ttl"}
    return sorted(
        (
            Told(each.rule.removeprefix("shape:"), each.severity, each.focus, each.path, each.line)
            for each in report.findings
        ),
        key=repr,
    )


def constraining(shapes: Shapes, prefix: str) -> dict[str, list[NamedNode]]:
    """The named shapes that constrain something, and by which parameters."""
    bearing = {}
    for node in shapes.nodes.nodes():
        if isinstance(node, NamedNode) and node.value.startswith(prefix):
            parameters = [
                each
                for each in shapes.nodes.properties(node)
                if each.value.startswith(SH.iri) and each not in NOT_CONSTRAINTS
            ]
            if parameters:
                bearing[node.value.removeprefix(prefix)] = parameters
    return bearing


def component(parameter: NamedNode) -> str:
    """``sh:minCount`` → ``MinCountConstraintComponent``."""
    local = parameter.value.removeprefix(SH.iri)
    return f"{local[0].upper()}{local[1:]}ConstraintComponent"


@pytest.fixture(autouse=True)
def _no_stored_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KGTOOL_TEXTS", raising=False)


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return Shapes(read_document(ONTOLOGY / "shapes.ttl"))


@pytest.fixture(scope="module")
def style() -> Shapes:
    return Shapes(read_document(ONTOLOGY / "style.ttl"))


def test_the_sound_records_meet_every_shape_and_give_no_finding(tmp_path: Path) -> None:
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph" / "valid.ttl").write_bytes((FIXTURES / "valid.ttl").read_bytes())
    report = validate(Layout(tmp_path), limits=LIMITS)
    assert report.findings == ()
    assert [shape for shape, focus_nodes in report.checked.shapes.items() if focus_nodes == 0] == []


def test_every_shape_that_constrains_has_a_fixture(shapes: Shapes) -> None:
    named = {path.stem.split(".")[0] for path in RECORDS}
    assert named == set(constraining(shapes, SHAPE.iri))
    assert len(named) >= 50


def test_every_style_shape_that_constrains_has_a_fixture(style: Shapes) -> None:
    named = {path.stem.split(".")[0] for path in VOCABULARIES}
    assert named == set(constraining(style, STYLE.iri))
    assert len(named) >= 10


@pytest.mark.parametrize("fixture", RECORDS, ids=lambda path: path.stem)
def test_a_broken_record_gives_exactly_the_expected_findings(fixture: Path, tmp_path: Path) -> None:
    expected = split(fixture)[1]
    assert fixture.stem.split(".")[0] in {each.shape for each in expected}
    assert found(tmp_path, fixture) == expected


@pytest.mark.parametrize("fixture", VOCABULARIES, ids=lambda path: path.stem)
def test_a_slovenly_vocabulary_gives_exactly_the_expected_findings(fixture: Path, style: Shapes) -> None:
    data, expected = split(fixture)
    results = style_results(data, style)
    # One finding a focus node and shape, as `validate` tells it.
    assert sorted(results, key=repr) == expected


def style_results(data: str, style: Shapes) -> set[Told]:
    quads = list(parse(data, format=RdfFormat.TURTLE))
    return {
        Told(
            shape=result.shape.removeprefix(STYLE.iri),
            severity=result.severity,
            # A node without an IRI has no name that a fixture could give.
            focus=result.focus if result.focus.startswith("https:") else None,
            path=path_of(style, NamedNode(result.shape)),
            line=None,
        )
        for result in shape_results(style.document.quads, quads, LIMITS)
    }


def path_of(shapes: Shapes, shape: Node) -> str | None:
    path = shapes.nodes.node(shape, SH.path)
    return None if path is None else path.value


def broken_components(shapes: Shapes, fixtures: list[Path], beside: list[Path]) -> dict[str, set[str]]:
    """The constraint components that the fixtures break, by the local name of the shape."""
    broken: Counter[tuple[str, str]] = Counter()
    sound = [quad for path in beside for quad in read_document(path).quads]
    for fixture in fixtures:
        quads = [*sound, *parse(split(fixture)[0], format=RdfFormat.TURTLE)]
        for result in shape_results(shapes.document.quads, quads, LIMITS):
            broken[result.shape.rsplit("#", 1)[-1], result.component] += 1
    by_shape: dict[str, set[str]] = {}
    for shape, name in broken:
        by_shape.setdefault(shape, set()).add(name)
    return by_shape


def test_every_constraint_of_every_shape_is_broken_by_a_fixture(shapes: Shapes) -> None:
    beside = [FIXTURES / "valid.ttl", *sorted(ONTOLOGY.glob("[cs]*.ttl"))]
    broken = broken_components(shapes, RECORDS, [each for each in beside if each.stem not in ("shapes", "style")])
    for shape, parameters in constraining(shapes, SHAPE.iri).items():
        assert {component(each) for each in parameters} <= broken[shape], shape


def test_every_constraint_of_every_style_shape_is_broken_by_a_fixture(style: Shapes) -> None:
    broken = broken_components(style, VOCABULARIES, [])
    for shape, parameters in constraining(style, STYLE.iri).items():
        assert {component(each) for each in parameters} <= broken[shape], shape
