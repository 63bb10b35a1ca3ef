"""Pages that were written before for the same question: their files are copied as they are, and nothing is computed.

What a page hangs on is known without its result: the pack, the options of its theme and of those that it takes, the
code, the libraries, and what all pages of an atlas share.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kortrijk_geo import catalogue
from kortrijk_geo.cache import has_kept, keep, kept_under
from kortrijk_geo.files import file_replacing

if TYPE_CHECKING:
    from kortrijk_geo.catalogue import Analyses
    from kortrijk_geo.mapping.tiles import Tiles

Page = dict[str, Any]


class KeptPages:
    """The pages of one atlas, as the cache has them.

    Parameters
    ----------
    results
        The themes over the city.
    index, tiles
        What all pages share: the name of the index page, and the tile background.
    """

    def __init__(self, results: Analyses, *, index: str, tiles: Tiles | None) -> None:
        self._results = results
        self._shared = {"index": index, "tiles": tiles}
        self._keys: dict[str, str | None] = {}

    def has(self, theme: str) -> bool:
        """Whether the page of a theme needs not be made."""
        return has_kept(self._key(theme))

    def put(self, theme: str, folder: Path) -> Page | None:
        """Write the files of a theme to a folder and return what the index tells of them; None where none are kept."""
        kept = kept_under(self._key(theme))
        if kept is None:
            return None
        page: Page = kept["page"]
        files: dict[str, bytes] = {Path(name).name: kept["files"][name] for name in page["files"]}
        for name in sorted(files, key=lambda name: len(files[name])):
            with file_replacing(folder / name) as building:  # which names the file that does not fit
                building.write_bytes(files[name])
        return page

    def keep(self, theme: str, page: Page, folder: Path) -> None:
        """Keep the files of a page that was written to a folder, and the figures for the pages that sum them up."""
        key = self._key(theme)
        if key is None:
            return
        from kortrijk_geo.cache.question import figures_key, without_layers

        files = {name: (folder / name).read_bytes() for name in page["files"]}
        keep(key, {"page": page, "files": files})
        keep(figures_key(self._results.question(theme)), without_layers(self._results.result(theme)))

    def _key(self, theme: str) -> str | None:
        if theme not in self._keys:
            from kortrijk_geo.cache.question import files_key

            question = self._results.question(theme)
            about = {**self._shared, "theme": asdict(catalogue.THEMES[theme])}  # two pages may tell one answer
            self._keys[theme] = None if question is None else files_key(question, about)
        return self._keys[theme]
