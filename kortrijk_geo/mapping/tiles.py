"""Tile backgrounds, which a page has only by choice: from ``tiles.toml`` or from a file of the user's own."""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from kortrijk_geo import strict_toml as toml
from kortrijk_geo.errors import DataError, OptionError, did_you_mean

_SHIPPED = Path(__file__).parent / "tiles.toml"
_PLACES = {"z", "x", "y"}
_REFERRERS = ("no-referrer", "strict-origin-when-cross-origin")
# What may stand in a policy as it is: no space, quote or semicolon could end the list of allowed hosts.
_HOST = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?")


@dataclass(frozen=True)
class Tiles:
    """One tile background.

    ``url`` holds ``{z}``, ``{x}`` and ``{y}`` of the web tiling (EPSG:3857), ``most_zoom`` is the deepest zoom it has,
    ``referrer`` the policy by which the page tells the service, or not, where it stands.
    """

    key: str
    label: str
    url: str
    attribution: str
    licence: str
    most_zoom: int
    referrer: str
    provenance: toml.Origin

    @property
    def origin(self) -> str:
        """Scheme and host, as a Content-Security-Policy names them."""
        parts = urllib.parse.urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


def load_tiles(name: str | Path) -> Tiles:
    """Read a tile background.

    Parameters
    ----------
    name
        A name of ``tiles.toml``, or the path of a TOML file with one such table.

    Raises
    ------
    OptionError
        When no background has this name.
    DataError
        When a key is missing or wrong; the message names file and key.
    MissingFileError
        When the file does not exist.
    """
    own = str(name).endswith(".toml")
    path = Path(name) if own else _SHIPPED
    table = toml.open_table(path)
    keys = table.keys
    if own and len(keys) != 1:
        raise DataError(f"{path}: must hold one table with one background, not {len(keys)}")
    key = keys[0] if own else str(name)
    if key not in keys:
        hint = did_you_mean(key, keys, otherwise="the names are")
        raise OptionError(f"no tile background is called {key!r}{hint}; a TOML file may be named too")
    return _background(key, table.table(key))


def _background(key: str, table: toml.Table) -> Tiles:
    found = Tiles(
        key=key,
        label=table.take("label", toml.text),
        url=table.take("url", toml.text),
        attribution=table.take("attribution", toml.text),
        licence=table.take("licence", toml.text),
        most_zoom=table.take("most_zoom", toml.whole(1, 22)),
        referrer=table.take("referrer", toml.one_of(*_REFERRERS)),
        provenance=toml.origin(table),
    )
    table.done()
    if not _HOST.fullmatch(found.origin):
        raise DataError(f"{table.name('url')}: {found.url!r} is no address of http or https")
    places = set(re.findall(r"\{(\w*)\}", found.url))
    if places != _PLACES:
        raise DataError(f"{table.name('url')}: must hold {{z}}, {{x}} and {{y}} and no other place, not {found.url!r}")
    return found
