"""Addresses of one municipality with districts (deelgemeenten): one name of a square in each, two in one postcode."""

from __future__ import annotations

import geopandas as gpd
from shapely.geometry import Point, box

X, Y = 72_000, 168_000
DISTRICTS = ("Kortrijk", "Heule", "Bissegem", "Marke")
# Street, number, postcode and the number of the district; each district 1 km wide.
HOUSES = [
    ("Kerkplein", "3", "8500", 0), ("Kerkplein", "3", "8501", 1), ("Kerkplein", "5", "8501", 2),
    ("Kerkplein", "7", "8501", 2), ("Kerkplein", "7", "8501", 1), ("Dorpsplein", "1", "8510", 3),
    ("Grensstraat", "1", "8501", 1), ("Grensstraat", "9", "8501", 2),
]  # fmt: skip
# What is written, and the row of the house that is meant; None where it could be several or none.
ASKED = [
    ("Kerkplein 3, Heule", 1), ("Kerkplein 3 Heule", 1), ("Kerkplein 3, HEULE", 1), ("Kerkplein 3, Heulle", 1),
    ("Kerkplein 3, Heule (Kortrijk)", 1), ("Kerkplein 3, 8501 Heule", 1), ("Kerkplein 3, 8500", 0),
    ("Kerkplein 7, 8501 Bissegem", 3), ("Kerkplein 7, Heule", 4), ("Kerkplein 7, 8501 Heule", 4),
    ("3 Kerkplein, Heule", 1), ("Kerkplein 5, Bissegem", 2), ("Dorpsplein 1, Marke", 5), ("Dorpsplein 1", 5),
    ("Dorpsplein 1, Kortrijk", 5), ("Grensstraat 2, Heule", 6), ("Grensstraat 9, Bissegem", 7), ("Grensstraat 9", 7),
    ("Grensstraat 5", 6), ("Kerkplein 3", None), ("Kerkplein 3, Kortrijk", None), ("Kerkplein 7, 8501", None),
    ("Kerkplein 3, Gent", None), ("Dorpsplein 1, Heule", None), ("Dorpsplein 1, Gent", None),
    ("Kerkplein 3, 8500 Heule", None), ("Kerkplein 3, 9000 Heule", None), ("Kerkplein 30, Marke", None),
]  # fmt: skip


def house_points() -> gpd.GeoDataFrame:
    """Return the layer ``addresses``."""
    streets, numbers, postcodes, districts = zip(*HOUSES, strict=True)
    return gpd.GeoDataFrame(
        {
            "address_id": [f"a{row}" for row in range(len(HOUSES))], "street": streets, "house_number": numbers,
            "postcode": postcodes, "municipality": "Kortrijk",
        },
        geometry=[Point(X + 1000 * district + 100, Y + 60 * row) for row, district in enumerate(districts)],
        crs="EPSG:31370",
    )  # fmt: skip


def districts() -> gpd.GeoDataFrame:
    """Return the layer ``districts``."""
    squares = [box(X + 1000 * place, Y - 500, X + 1000 * (place + 1), Y + 500) for place in range(len(DISTRICTS))]
    ids = [str(place) for place in range(len(DISTRICTS))]
    return gpd.GeoDataFrame({"district_id": ids, "name": list(DISTRICTS)}, geometry=squares, crs="EPSG:31370")
