"""Pages that ask no other host for anything: styles, scripts and Leaflet inside, and a policy that allows no more.

The Content-Security-Policy names the SHA-256 of every script and style as it finally stands in the page; data stand in
JSON blocks, which a browser never executes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from kortrijk_geo.errors import DataError, MissingFileError
from kortrijk_geo.text.safe import html_text, isolated, json_block

if TYPE_CHECKING:
    from collections.abc import Iterable

MAP_SCRIPTS = (
    "numbers.js", "points.js", "mass.js", "tiles.js", "swipe.js", "controls.js", "names.js", "pointing.js",
    "background.js", "map.js",
)  # fmt: skip
PAGE_SCRIPTS = (
    "matching.js", "search.js", "print.js", "charts.js", "charts_histogram.js",
    "charts_picture.js", "charts_files.js", "ranking.js", "bar.js", "links.js", "page.js",
)  # fmt: skip
MAP_STYLES = ("map.css",)
PAGE_STYLES = ("page.css", "layout.css", "bar.css", "charts.css", "ranking.css")
_CLOSES = re.compile(r"</(script|style)|<!--", re.IGNORECASE)
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_IMAGE = re.compile(r"url\(images/([a-z0-9-]+\.png)\)")


@cache
def static_text(name: str) -> str:
    """Return one of the drawing room's own scripts or styles."""
    return _normal(files(__package__).joinpath("static", name).read_text(encoding="utf-8"))


@cache
def leaflet_script() -> str:
    """Return Leaflet itself, from the installed package xstatic-leaflet."""
    return _SOURCE_MAP.sub("", _normal(_leaflet_file("leaflet.js").read_text(encoding="utf-8")))


@cache
def leaflet_style() -> str:
    """Return Leaflet's style sheet with its pictures inside."""
    text = _normal(_leaflet_file("leaflet.css").read_text(encoding="utf-8"))
    return _IMAGE.sub(lambda match: f"url({leaflet_picture(match[1])})", text)


@cache
def leaflet_picture(name: str) -> str:
    """Return one of Leaflet's pictures as a data address."""
    content = base64.b64encode(_leaflet_file(f"images/{name}").read_bytes()).decode("ascii")
    return f"data:image/png;base64,{content}"


def map_style() -> str:
    """Return the styles of a map, Leaflet's first."""
    return "\n".join([leaflet_style(), *map(static_text, MAP_STYLES)])


def page_style() -> str:
    """Return the styles of a page around a map, or without one."""
    return "\n".join(map(static_text, PAGE_STYLES))


def map_script() -> str:
    """Return the scripts that draw a map, without Leaflet."""
    return "\n".join(map(static_text, MAP_SCRIPTS))


def page_script() -> str:
    """Return the scripts of the page around the map."""
    return "\n".join(map(static_text, PAGE_SCRIPTS))


def inside(tag: str, text: str) -> Markup:
    """Return a script or style element; refuse text that would end the element early."""
    if _CLOSES.search(text):
        raise DataError(f"a {tag} of the page holds a closing tag or comment; it cannot stand inside a page")
    return Markup(f"<{tag}>{text}</{tag}>")  # noqa: S704 - own code and Leaflet's, checked above; no data


def policy(*, scripts: Iterable[str], styles: Iterable[str], images: Iterable[str] = ()) -> str:
    """Return the Content-Security-Policy under which these scripts and styles run, and nothing else.

    ``images`` are origins (scheme and host) from which pictures may come; without them a page asks nobody anything.
    """
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, scripts))}".strip() if scripts else "script-src 'none'",
            f"style-src {' '.join(map(_hash, styles))}",
            " ".join(["img-src data:", *images]),
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def render(template: str | Path, values: dict[str, Any]) -> str:
    """Fill a page template, of the drawing room by its name or a theme's own by its path.

    Every value passes the escape helper on its way in.
    """
    environment = _environment()
    if isinstance(template, Path):
        return str(environment.from_string(template.read_text(encoding="utf-8")).render(values))
    return str(environment.get_template(template).render(values))


@cache
def _environment() -> Any:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(
            lambda name: files(__package__).joinpath("templates", name).read_text(encoding="utf-8")
        ),
        autoescape=True,
        finalize=html_text,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["isolated"] = isolated
    environment.filters["json"] = json_block
    return environment


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def _normal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _leaflet_file(name: str) -> Path:
    from xstatic.pkg import leaflet

    path = Path(leaflet.BASE_DIR) / name
    if not path.is_file():
        raise MissingFileError(f"{path} does not exist; install the package xstatic-leaflet again")
    return path
