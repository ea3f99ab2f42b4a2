"""Where files lie: the casebook upwards, its own files over the packaged ones, the folder of stored texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgtool.errors import UsageError
from kgtool.layout import Layout, casebook_at, find_casebook


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "book" / "graph" / "deep").mkdir(parents=True)
    return tmp_path / "book"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_the_casebook_is_the_nearest_folder_upwards(root: Path) -> None:
    assert find_casebook(root).root == root.resolve()
    assert find_casebook(root / "graph" / "deep").root == root.resolve()
    (root / "inner" / "graph").mkdir(parents=True)
    assert find_casebook(root / "inner").root == (root / "inner").resolve()


def test_no_casebook_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_casebook(tmp_path)
    assert str(caught.value) == (
        f"no casebook here: neither {tmp_path} nor a folder above it holds graph/; "
        "go to one, or name one with --casebook DIR"
    )


def test_a_file_called_graph_is_no_casebook(tmp_path: Path) -> None:
    write(tmp_path / "graph", "")
    with pytest.raises(UsageError, match="this folder holds no graph/"):
        casebook_at(tmp_path)


def test_a_named_casebook_is_not_searched_for_upwards(root: Path) -> None:
    assert casebook_at(root).root == root
    with pytest.raises(UsageError, match="this folder holds no graph/"):
        casebook_at(root / "graph")
    with pytest.raises(UsageError, match="there is no such folder"):
        casebook_at(root / "nowhere")


def test_without_files_of_its_own_a_casebook_has_the_packaged_ones(root: Path, repository: Path) -> None:
    layout = Layout(root)
    shipped = sorted(path.stem for path in (repository / "queries").glob("*.rq"))
    assert list(layout.query_files()) == shipped
    assert len(shipped) >= 12
    assert layout.check_files() == {
        path.stem: path for path in sorted((repository / "queries" / "checks").glob("*.rq"))
    }
    assert layout.shapes_file() == repository / "ontology" / "shapes.ttl"
    assert layout.style_file() == repository / "ontology" / "style.ttl"
    assert layout.own_ontology_files() == []


def test_the_vocabulary_is_listed_sorted_and_without_shapes(root: Path, repository: Path) -> None:
    files = [path.relative_to(repository / "ontology").as_posix() for path in Layout(root).ontology_files()]
    assert files == sorted(files)
    assert {"claims.ttl", "domain/sport.ttl"} <= set(files)
    assert not {"shapes.ttl", "style.ttl"} & set(files)


def test_own_files_take_the_place_of_packaged_ones(root: Path, repository: Path) -> None:
    own = write(root / "queries" / "denied-claims.rq", "ASK {}")
    new = write(root / "queries" / "a-new-one.rq", "ASK {}")
    check = write(root / "queries" / "checks" / "mine.rq", "ASK {}")
    layout = Layout(root)
    assert layout.query_files()["denied-claims"] == own
    assert layout.query_files()["a-new-one"] == new
    assert layout.query_files()["claims-about"] == repository / "queries" / "claims-about.rq"
    assert next(iter(layout.query_files())) == "a-new-one"
    assert layout.check_files()["mine"] == check
    assert "mine" not in layout.query_files()
    shapes = write(root / "ontology" / "shapes.ttl", "# none\n")
    assert layout.shapes_file() == shapes


def test_a_copy_of_the_packaged_vocabulary_is_not_the_casebooks_own(root: Path, repository: Path) -> None:
    write(root / "ontology" / "claims.ttl", (repository / "ontology" / "claims.ttl").read_text("utf-8"))
    changed = write(root / "ontology" / "schemes.ttl", "# changed\n")
    harbour = write(root / "ontology" / "domain" / "harbour.ttl", "# new\n")
    assert Layout(root).own_ontology_files() == [harbour, changed]


def test_texts_are_the_folder_given_then_the_variable_then_the_casebooks_own(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = Layout(root)
    monkeypatch.delenv("KGTOOL_TEXTS", raising=False)
    assert layout.texts() is None
    (root / "texts").mkdir()
    assert layout.texts() == root / "texts"
    monkeypatch.setenv("KGTOOL_TEXTS", str(root / "graph"))
    assert layout.texts() == root / "graph"
    assert layout.texts(root) == root
    monkeypatch.setenv("KGTOOL_TEXTS", "")
    assert layout.texts() == root / "texts"
    monkeypatch.setenv("KGTOOL_TEXTS", str(root / "nowhere"))
    with pytest.raises(UsageError, match="nowhere: there is no such folder of stored texts; name one with --texts"):
        layout.texts()


def test_files_inside_are_named_from_the_casebook_and_others_as_they_are(root: Path, tmp_path: Path) -> None:
    layout = Layout(root)
    assert layout.name_of(root / "graph" / "a.ttl") == "graph/a.ttl"
    assert layout.name_of(root / "graph" / ".." / "graph" / "a.ttl") == "graph/a.ttl"
    assert layout.name_of(tmp_path / "b.ttl") == str(tmp_path / "b.ttl")
