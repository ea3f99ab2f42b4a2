"""A claim-verification knowledge graph: who says what, in which words, on whose authority, and do they agree?

The library begins at `open_casebook`; the command line is ``kgtool``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kgtool.casebook import Casebook, open_casebook
    from kgtool.claims import Claim, Hop, Quote
    from kgtool.errors import KgtoolError
    from kgtool.findings import Finding, Report, Severity
    from kgtool.results import Rows, Triples, Truth
    from kgtool.worker import Limits

__version__ = "0.1.0"

_HOMES = {
    "Casebook": "casebook",
    "Claim": "claims",
    "Finding": "findings",
    "Hop": "claims",
    "KgtoolError": "errors",
    "Limits": "worker",
    "Quote": "claims",
    "Report": "findings",
    "Rows": "results",
    "Severity": "findings",
    "Triples": "results",
    "Truth": "results",
    "open_casebook": "casebook",
}

__all__ = [
    "Casebook",
    "Claim",
    "Finding",
    "Hop",
    "KgtoolError",
    "Limits",
    "Quote",
    "Report",
    "Rows",
    "Severity",
    "Triples",
    "Truth",
    "__version__",
    "open_casebook",
]


def __getattr__(name: str) -> object:
    # Names are fetched when they are first used, so that `kgtool --help` imports no RDF library.
    if name in _HOMES:
        return getattr(import_module(f"kgtool.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'kgtool' has no attribute {name!r}")
