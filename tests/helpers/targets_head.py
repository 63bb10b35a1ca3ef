"""How a targets file begins: whose it is, and over how many days a pace is reckoned."""

from __future__ import annotations

HEAD = """
[city]
name = "{name}"
nis_code = "{nis_code}"

[pace]
least_days = 180
source = "test"
date = "2026"
standing = "test"
"""


def targets_of(name: str, nis_code: str, targets: str) -> str:
    """A targets file of a city."""
    return HEAD.format(name=name, nis_code=nis_code) + targets
