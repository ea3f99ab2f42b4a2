"""Modules import only downwards; CONTRIBUTING.md draws the same order."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "kgtool"

LAYERS = [
    {"errors", "findings", "formats", "positions"},
    {"results", "vocab"},
    {"nodes", "bounds"},
    {"layout", "reading", "writing", "worker", "querytext"},
    {"header", "holdings", "store", "endpoint", "rdflibgraph"},
    {"claims", "labels", "shacl", "shapes"},
    {"quotes", "questions", "queries"},
    {"rules", "sums", "timelines"},
    {"compare"},
    {"validate", "exporting", "describing"},
    {"render", "casebook"},
    {"terminal"},
    {"commands"},
    {"cli"},
    {"__main__"},
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def unit(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("kgtool."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.ImportFrom) and node.module == "kgtool":
            found.update(alias.name for alias in node.names if alias.name in RANK)
        elif isinstance(node, ast.Import):
            found.update(alias.name.split(".")[1] for alias in node.names if alias.name.startswith("kgtool."))
    return found


def test_modules_are_found() -> None:
    assert len(MODULES) > 30


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downwards(path: Path) -> None:
    own = unit(path)
    assert own in RANK, f"{own} has no place in the order of layers"
    upwards = {name for name in imported(path) if name != own and RANK[name] >= RANK[own] and {own, name} != {"render"}}
    assert upwards == set()


def test_every_layer_has_its_modules() -> None:
    assert {unit(path) for path in MODULES} == set(RANK)
