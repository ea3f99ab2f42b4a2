"""Errors: one line that says where, what and what to do; a status; parts that survive a pipe between processes."""

from __future__ import annotations

import pickle

import pytest

from kgtool import errors
from kgtool.errors import (
    EndpointError,
    ExitStatus,
    InputError,
    KgtoolError,
    LimitReached,
    OutputError,
    QueryRefused,
    SeveralErrors,
    SyntaxProblem,
    UsageError,
    place,
)

STATUSES: dict[type[KgtoolError], int] = {
    KgtoolError: 3,
    UsageError: 2,
    InputError: 3,
    SyntaxProblem: 3,
    QueryRefused: 3,
    SeveralErrors: 3,
    OutputError: 3,
    LimitReached: 3,
    EndpointError: 4,
}


def test_the_statuses_of_the_readme() -> None:
    assert {status.name: status.value for status in ExitStatus} == {
        "CLEAN": 0,
        "FINDINGS": 1,
        "USAGE": 2,
        "UNREADABLE": 3,
        "ENDPOINT": 4,
        "INTERRUPTED": 130,
    }


def test_every_error_has_its_status() -> None:
    found = {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, KgtoolError)}
    assert found == set(STATUSES)
    assert {each: int(each.status) for each in STATUSES} == STATUSES


def test_the_tree_in_the_docstring_names_every_error() -> None:
    assert errors.__doc__ is not None
    for each in STATUSES:
        lines = [line for line in errors.__doc__.splitlines() if each.__name__ in line.split()]
        # The tree stands first and gives the status; a name may come again in prose.
        if each is KgtoolError:
            assert "status 3" in lines[0]
        else:
            assert f"{each.__name__} " in lines[0]
            assert f"status {int(each.status)}" in lines[0]


@pytest.mark.parametrize(
    ("file", "line", "column", "shown"),
    [
        ("a.ttl", 7, 3, "a.ttl:7:3"),
        ("a.ttl", 7, None, "a.ttl:7"),
        ("a.ttl", None, None, "a.ttl"),
        (None, None, None, ""),
    ],
)
def test_a_place_has_the_parts_that_are_known(
    file: str | None, line: int | None, column: int | None, shown: str
) -> None:
    assert place(file, line, column) == shown


def test_the_sentence_says_where_what_and_what_to_do() -> None:
    error = SyntaxProblem("a dot is missing", file="a.ttl", line=7, column=3, advice="add one")
    assert str(error) == "a.ttl:7:3: a dot is missing; add one"
    assert str(SyntaxProblem("a dot is missing", file="a.ttl")) == "a.ttl: a dot is missing"
    assert str(SyntaxProblem("a dot is missing", advice="add one")) == "a dot is missing; add one"
    assert str(SyntaxProblem("a dot is missing")) == "a dot is missing"


@pytest.mark.parametrize("kind", [each for each in STATUSES if each is not SeveralErrors])
def test_an_error_crosses_a_pipe_with_its_parts(kind: type[KgtoolError]) -> None:
    error = kind("wrong", file="a.ttl", line=7, column=3, advice="mend it")
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert vars(back) == vars(error)
    assert str(back) == "a.ttl:7:3: wrong; mend it"


def test_several_errors_cross_a_pipe_and_are_a_line_each() -> None:
    several = SeveralErrors([InputError("one", file="a.ttl"), UsageError("two", advice="check")])
    back = pickle.loads(pickle.dumps(several))
    assert isinstance(back, SeveralErrors)
    assert [type(error) for error in back.errors] == [InputError, UsageError]
    assert str(back) == str(several) == "a.ttl: one\ntwo; check"
