"""The public names of the package: what is promised is there, documented and typed."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import kgtool

PUBLIC = [name for name in kgtool.__all__ if name != "__version__"]


def test_every_name_is_listed_once_and_sorted() -> None:
    assert len(PUBLIC) >= 13
    assert sorted(set(kgtool.__all__)) == kgtool.__all__
    assert set(PUBLIC) == set(kgtool._HOMES)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_name_comes_from_its_home_and_says_what_it_is(name: str) -> None:
    home = importlib.import_module(f"kgtool.{kgtool._HOMES[name]}")
    value = getattr(kgtool, name)
    assert value is getattr(home, name)
    assert value.__module__ == home.__name__
    doc = value.__doc__
    assert doc
    # A dataclass without a docstring is given its signature for one.
    assert not doc.startswith(f"{name}(")


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_function_and_method_is_typed(name: str) -> None:
    value = getattr(kgtool, name)
    functions = (
        [value]
        if inspect.isfunction(value)
        else [each for key, each in vars(value).items() if inspect.isfunction(each) and not key.startswith("_")]
    )
    for function in functions:
        signature = inspect.signature(function)
        assert signature.return_annotation is not inspect.Signature.empty, function
        for parameter in list(signature.parameters.values()):
            assert parameter.name == "self" or parameter.annotation is not inspect.Parameter.empty, parameter


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(Path(kgtool.__file__).read_text("utf-8"))
    [guarded] = [node for node in tree.body if isinstance(node, ast.If)]
    imported = {
        alias.name: node.module.removeprefix("kgtool.")
        for node in guarded.body
        if isinstance(node, ast.ImportFrom) and node.module is not None
        for alias in node.names
    }
    assert imported == kgtool._HOMES


def test_the_package_says_that_it_is_typed() -> None:
    assert Path(kgtool.__file__).with_name("py.typed").exists()


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'kgtool' has no attribute 'opencasebook'"):
        kgtool.opencasebook  # noqa: B018


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, kgtool; print(sorted({'rdflib', 'pyoxigraph', 'pyshacl', 'rich', 'typer'} & set(sys.modules)))"
    completed = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=True)
    assert completed.stdout == b"[]\n"
