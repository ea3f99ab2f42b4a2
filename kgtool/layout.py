"""Where a casebook's files lie, and the vocabulary and queries that come with kgtool.

A casebook is a folder that holds ``graph/``. It may hold ``ontology/`` and ``queries/`` of its own; a file
there takes the place of the packaged file with the same path. Every listing is sorted.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from kgtool.errors import UsageError

_PACKAGE = Path(__file__).resolve().parent
# A wheel carries ontology/ and queries/ inside the package; a checkout has them beside it.
_SHIPPED = _PACKAGE / "shipped" if (_PACKAGE / "shipped").is_dir() else _PACKAGE.parent

TEXTS_VARIABLE = "KGTOOL_TEXTS"


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders and files of one casebook."""

    root: Path

    @property
    def graph(self) -> Path:
        return self.root / "graph"

    def ontology_files(self) -> list[Path]:
        """The vocabulary: classes, properties, schemes and every domain; shapes are not among them."""
        files = self._overlaid("ontology", ".ttl")
        return [path for key, path in files if key not in ("shapes.ttl", "style.ttl")]

    def shapes_file(self) -> Path:
        return dict(self._overlaid("ontology", ".ttl"))["shapes.ttl"]

    def style_file(self) -> Path:
        return dict(self._overlaid("ontology", ".ttl"))["style.ttl"]

    def own_ontology_files(self) -> list[Path]:
        """The vocabulary and shapes that this casebook brings along: not those that come with kgtool."""
        own = self.root / "ontology"
        shipped = _SHIPPED / "ontology"
        return [
            path
            for _, path in self._overlaid("ontology", ".ttl")
            if path.is_relative_to(own) and not _same_content(path, shipped / path.relative_to(own))
        ]

    def query_files(self) -> dict[str, Path]:
        """The saved queries by name: ``queries/NAME.rq``."""
        return {key[:-3]: path for key, path in self._overlaid("queries", ".rq") if "/" not in key}

    def check_files(self) -> dict[str, Path]:
        """The checks that `validate` runs, by name: ``queries/checks/NAME.rq``."""
        prefix = "checks/"
        files = self._overlaid("queries", ".rq")
        return {key[len(prefix) : -3]: path for key, path in files if key.startswith(prefix)}

    def rule_files(self) -> dict[str, Path]:
        """The rules of comparison, by name and in the order in which they run: ``queries/rules/NN-NAME.rq``."""
        prefix = "rules/"
        files = self._overlaid("queries", ".rq")
        return {key[len(prefix) : -3]: path for key, path in files if key.startswith(prefix)}

    def texts(self, folder: Path | None = None) -> Path | None:
        """Where stored texts lie: the folder given, else what KGTOOL_TEXTS names, else ``texts/``."""
        named = folder or (Path(value) if (value := os.environ.get(TEXTS_VARIABLE)) else None)
        if named is not None:
            if not named.is_dir():
                raise UsageError(
                    "there is no such folder of stored texts",
                    file=str(named),
                    advice=f"name one with --texts or {TEXTS_VARIABLE}",
                )
            return named
        own = self.root / "texts"
        return own if own.is_dir() else None

    def name_of(self, path: Path) -> str:
        """How a message names a file: relative to the casebook where it lies inside it."""
        try:
            return path.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError:
            return str(path)

    def _overlaid(self, folder: str, suffix: str) -> list[tuple[str, Path]]:
        files: dict[str, Path] = {}
        for base in (_SHIPPED / folder, self.root / folder):
            for path in base.rglob(f"*{suffix}"):
                files[path.relative_to(base).as_posix()] = path
        return sorted(files.items())


def _same_content(path: Path, other: Path) -> bool:
    return other.is_file() and path.read_bytes() == other.read_bytes()


def find_casebook(start: Path) -> Layout:
    """The nearest folder, from `start` upwards, that holds ``graph/``."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / "graph").is_dir():
            return Layout(folder)
    raise UsageError(
        f"no casebook here: neither {start} nor a folder above it holds graph/",
        advice="go to one, or name one with --casebook DIR",
    )


def casebook_at(folder: Path) -> Layout:
    """The casebook in exactly this folder."""
    if not folder.is_dir():
        raise UsageError("there is no such folder", file=str(folder), advice="name a folder that holds graph/")
    if not (folder / "graph").is_dir():
        raise UsageError("this folder holds no graph/", file=str(folder), advice="name a folder that does")
    return Layout(folder)
