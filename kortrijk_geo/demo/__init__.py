"""A synthetic Kortrijk: a city pack that is calibrated on published figures and free of anybody's data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kortrijk_geo.garbage import seldom_collected

if TYPE_CHECKING:
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.pack.files import PackInfo

__all__ = ["build_demo", "demo_city", "with_planned_childcare"]


@seldom_collected()
def build_demo(out: Path) -> PackInfo:
    """Build the synthetic city and write its pack to the folder ``out``; each build gives the same bytes.

    Parameters
    ----------
    out
        Folder of the pack; an earlier demo pack that stands there is replaced.

    Returns
    -------
    PackInfo
        The description of the pack, every layer marked synthetic.

    Raises
    ------
    OutputError
        When the folder cannot be written, or holds something else than a pack of this city.
    """
    from kortrijk_geo.demo.build import build_demo as build

    return build(Path(out))


def demo_city(folder: str | Path = "data/demo") -> City:
    """Open the demo city, and build it first where ``folder`` holds none, or one of an older version of the demo.

    Two processes may do so at the same time: each puts the same pack in place whole.

    Parameters
    ----------
    folder
        Folder of the pack.

    Raises
    ------
    DataError
        When the folder holds a pack that is not the demo city.
    OutputError
        When the folder cannot be written, or holds something that is no pack.
    """
    from kortrijk_geo.pack.city import open_city

    path = Path(folder)
    if not _is_current(path):
        build_demo(path)
    return open_city(path)


def with_planned_childcare(city: City) -> City:
    """Return the scenario in which all childcare that is decided or under study stands and is open."""
    childcare = city.childcare
    planned = childcare["standing"].isin(["decided", "under study"])
    opened = childcare.assign(
        standing=childcare["standing"].mask(planned, "existing"), opens=childcare["opens"].mask(planned, None)
    )
    return city.replace(childcare=opened)


def _is_current(folder: Path) -> bool:
    from kortrijk_geo.demo.figures import figures, version_note
    from kortrijk_geo.errors import DataError, MissingFileError
    from kortrijk_geo.pack.files import read_info

    try:
        info = read_info(folder)
    except MissingFileError:
        return False
    record = info.layers.get("boundary")
    if record is None or not info.synthetic:
        raise DataError(f"{folder} holds a pack that is not the demo city; name another folder for the demo")
    return version_note(figures()) in record.notes
