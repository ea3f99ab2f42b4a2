"""What several test modules share: the repository's folder, and the stored texts of the casebook's sources."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def texts() -> Path:
    """The folder of stored texts: KGTOOL_TEXTS, else ../shared/reports. Without it a test is skipped, but not in CI.

    The texts are not the repository's to publish, so a fresh clone has none.
    """
    named = os.environ.get("KGTOOL_TEXTS")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "reports"
    if folder.is_dir():
        return folder
    reason = f"no stored texts in {folder}: name their folder with KGTOOL_TEXTS"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
