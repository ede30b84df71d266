"""Names of places in the page."""

from __future__ import annotations


def anchor(kind: str, text: str) -> str:
    """Return the name of the place of a thing, of letters, digits and hyphens alone."""
    return f"{kind}-" + "".join(c if c.isascii() and c.isalnum() else "-" for c in text.lower())
