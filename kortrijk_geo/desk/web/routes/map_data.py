"""What the map of a page draws, as plain data: the areas with their rate, and the streets of what is in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import shapely
from fastapi import APIRouter, Depends, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it when it runs
from starlette.responses import JSONResponse, Response

from kortrijk_geo.desk.accounts import Officer
from kortrijk_geo.desk.location import DEGREES, to_crs
from kortrijk_geo.desk.web.access import needs
from kortrijk_geo.desk.web.pages import counsel_of
from kortrijk_geo.pack.city import MAIN_STREETS
from kortrijk_geo.premium import wording
from kortrijk_geo.premium.place import key_of

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd

    from kortrijk_geo.desk.counsel import Counsel
    from kortrijk_geo.premium.form import Rulebook

router = APIRouter()
Looking = Annotated[Officer, Depends(needs("visitor"))]
_STEP = 0.00001
_TOLERANCE_M = 12.0
# A view that shows more than this is too far out to choose a house by its street.
_MOST_VIEW_DEGREES = 0.06
_MOST_STREETS = 4_000


@router.get("/kaart/wijken.json")
def areas(request: Request, _: Looking) -> Response:
    """Give the areas that decide today, each with its rate in words, and the main streets."""
    counsel = counsel_of(request)
    if counsel is None:
        raise HTTPException(503)
    day = request.app.state.now().date()
    book = counsel.book_on(day)
    if counsel.drawn[0] != (book.sha256, day):  # drawn once a day and rulebook, and sent to every page with a map
        counsel.drawn = ((book.sha256, day), bytes(JSONResponse(_drawing(counsel, book, day)).body))
    return Response(counsel.drawn[1], media_type="application/json")


def _drawing(counsel: Counsel, book: Rulebook, day: dt.date) -> dict[str, Any]:
    import geopandas as gpd  # not above: the first page does not wait for it

    counts, layer = counsel.counts(book, day), counsel.pack.areas(book)
    shapes = gpd.GeoSeries(shapely.coverage_simplify(layer["geometry"], _TOLERANCE_M), crs=counsel.city.crs)
    drawn = [
        {
            "name": counts[area_id].name,
            "text": wording.rate(counts[area_id].places_per_100_children, book.norm_places_per_100),
            "below": counts[area_id].below_norm,
            "at": shapely.get_coordinates(shapely.point_on_surface(shape)).round(5)[0].tolist(),
            "shape": shapely.geometry.mapping(shape)["coordinates"],
            "kind": shape.geom_type,
        }
        for area_id, shape in zip(layer[key_of(book.area_unit)], _in_degrees(shapes), strict=True)
    ]
    streets = _lines(_main_streets(counsel.city)) if counsel.city.has("streets") else []
    return {"areas": drawn, "streets": streets}


@router.get("/kaart/straten.json")
def streets(
    request: Request,
    _: Looking,
    west: Annotated[float, Query(ge=-180, le=180)],
    south: Annotated[float, Query(ge=-90, le=90)],
    east: Annotated[float, Query(ge=-180, le=180)],
    north: Annotated[float, Query(ge=-90, le=90)],
) -> Response:
    """Give the streets of a small view, with their names; none of a large one."""
    counsel = counsel_of(request)
    if counsel is None:
        raise HTTPException(503)
    if not (0 < east - west <= _MOST_VIEW_DEGREES and 0 < north - south <= _MOST_VIEW_DEGREES):
        return JSONResponse({"streets": []})
    every = counsel.streets
    if every is None:
        return JSONResponse({"streets": []})
    (left, bottom), (right, top) = (to_crs(DEGREES, counsel.city.crs, *at) for at in ((west, south), (east, north)))
    rows = sorted(every.sindex.query(shapely.box(left, bottom, right, top)))[:_MOST_STREETS]
    return JSONResponse({"streets": _lines(every.iloc[rows], names=True)})


def _main_streets(city: Any) -> gpd.GeoDataFrame:
    every = city.layer("streets")
    return every[every["kind"].isin(MAIN_STREETS)]


def _in_degrees(shapes: gpd.GeoSeries) -> list[Any]:
    return list(shapely.set_precision(shapes.to_crs(DEGREES).to_numpy(), _STEP))


def _lines(streets: gpd.GeoDataFrame, *, names: bool = False) -> list[dict[str, Any]]:
    if streets.empty:
        return []
    lines = streets.geometry.simplify(3.0).to_crs(DEGREES)
    named = streets["name"].fillna("").astype(str) if names and "name" in streets else [""] * len(streets)
    return [
        {"line": shapely.get_coordinates(line).round(5).tolist(), **({"name": name} if name else {})}
        for line, name in zip(lines, named, strict=True)
    ]
