"""Statements as PDF, by Typst: `callcontrol[statements]`.

The file is tagged (PDF/UA-1), has no date of its own, and its fonts are those that come with the package: the same
document is the same bytes by the same version of Typst, on whichever host.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import orjson

from callcontrol.billing.statements.document import Document
from callcontrol.billing.statements.page import Page

_LAYOUT: Final = Path(__file__).with_name("statement.typ")
_STANDARD: Final = "ua-1"


class NoTypst(RuntimeError):
    """Typst is not installed."""


def pdf_of(document: Document, sha256: str = "") -> bytes:
    """The pages of a document.

    Args:
        sha256: of the text that the ledger has of it; "" of a draft.

    Raises:
        NoTypst: Typst is not installed.
    """
    try:
        import typst
    except ImportError as error:
        raise NoTypst("PDF is written by Typst: pip install 'callcontrol[statements]'") from error
    content = orjson.dumps(Page(document, sha256).content()).decode()
    compiler = typst.Compiler(ignore_system_fonts=True, sys_inputs={"content": content})
    made = compiler.compile(input=_LAYOUT.read_bytes(), format="pdf", pdf_standards=[_STANDARD])
    assert isinstance(made, bytes)
    return made
