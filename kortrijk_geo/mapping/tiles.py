"""Tile backgrounds, which a page has only by choice: from ``tiles.toml`` or from a file of the user's own."""

from __future__ import annotations

import re
import urllib.parse
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator

from kortrijk_geo.errors import DataError, OptionError, did_you_mean
from kortrijk_geo.rules import DateText, Rules, Text, Whole, read_tables

_SHIPPED = Path(__file__).parent / "tiles.toml"
_PLACES = {"z", "x", "y"}
# What may stand in a policy as it is: no space, quote or semicolon could end the list of allowed hosts.
_HOST = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?")


def _host(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _tile_url(url: str) -> str:
    if not _HOST.fullmatch(_host(url)):
        raise ValueError(f"{url!r} is no address of http or https")
    if set(re.findall(r"\{(\w*)\}", url)) != _PLACES:
        raise ValueError(f"must hold {{z}}, {{x}} and {{y}} and no other place, not {url!r}")
    return url


class Tiles(Rules):
    """One tile background.

    ``url`` holds ``{z}``, ``{x}`` and ``{y}`` of the web tiling (EPSG:3857), ``most_zoom`` is the deepest zoom it has,
    ``referrer`` the policy by which the page tells the service, or not, where it stands.
    """

    label: Text
    url: Annotated[Text, AfterValidator(_tile_url)]
    attribution: Text
    licence: Text
    most_zoom: Annotated[int, Whole(1, 22)]
    referrer: Literal["no-referrer", "strict-origin-when-cross-origin"]
    source: Text
    date: DateText
    standing: Text

    @property
    def origin(self) -> str:
        """Scheme and host, as a Content-Security-Policy names them."""
        return _host(self.url)


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
    if str(name).endswith(".toml"):
        own = list(read_tables(Tiles, name).values())
        if len(own) != 1:
            raise DataError(f"{name}: must hold one table with one background, not {len(own)}")
        return own[0]
    shipped = read_tables(Tiles, _SHIPPED)
    if str(name) not in shipped:
        hint = did_you_mean(str(name), shipped, otherwise="the names are")
        raise OptionError(f"no tile background is called {str(name)!r}{hint}; a TOML file may be named too")
    return shipped[str(name)]
