"""The page of the wijken: one of them, or two side by side, or all on paper, out of one block of data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kortrijk_geo.mapping import standalone
from kortrijk_geo.mapping.bar import bar_html
from kortrijk_geo.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

_SCRIPTS = ("numbers.js", "background.js", "bar.js", "wijk_map.js", "wijk_sheet.js", "wijken.js")


def wijken_html(
    document: dict[str, Any],
    *,
    file: str,
    bar: Sequence[tuple[str, str]] = (),
    index: str = "",
    warnings: Sequence[str] = (),
    digest: str = "",
) -> str:
    """Return the page as text.

    Parameters
    ----------
    document
        City, areas, figures, ranks, remarks, maps and sources: what ``static/wijken.js`` draws.
    file, bar, index
        Name of the page, the pages of the atlas for its bar, and the name of the index.
    warnings, digest
        What stands above everything else, and the hash of the pack.
    """
    style = "\n".join([standalone.page_style(), standalone.static_text("wijken.css")])
    script = "\n".join(map(standalone.static_text, _SCRIPTS))
    return standalone.render(
        "wijken.html",
        {
            "csp": standalone.policy(scripts=[script], styles=[style]),
            "style": standalone.inside("style", style),
            "scripts_after": [standalone.inside("script", script)],
            "bar": bar_html(bar, file),
            "index": index,
            "city": document["city"],
            "names": document["names"],
            "document": {**document, "warnings": list(warnings)},
            "warnings": list(warnings),
            "digest": digest[:12],
            "version": __version__,
        },
    )
