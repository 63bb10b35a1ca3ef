"""Addresses of one town, and ways in which people write them: matcher, premium, tables and pages answer alike."""

from __future__ import annotations

import geopandas as gpd
from shapely.geometry import Point

X, Y = 72000, 168000
# Street, number, postcode; each 30 m from the next, in rows of ten.
HOUSES = [
    *(("Meensesteenweg", number, "8500") for number in ("12", "12A", "14", "20", "123")),
    ("Sint-Élooisstraat", "7", "8500"), ("Sint-Élooisstraat", "9-13", "8500"),
    ("Kerkstraat", "1", "8500"), ("Kerkstraat", "1", "8501"), ("Kerkstraat", "5", "8501"),
    ("12 Julistraat", "5", "8500"), ("12 Julistraat", "12", "8500"),
    ("Onze-Lieve-Vrouwestraat", "3", "8500"), ("Doornikstraat", "4", "8500"),
    ("Groeningelaan", "2", "8500"), ("Groeningekaai", "2", "8500"),
    ("Burgemeester Reynaertstraat", "8", "8500"), ("Grote Markt", "54", "8500"),
    ("Beekstraat", "1", "8500"), ("Beerstraat", "1", "8500"),
    ("Veldstraat", "12/1", "8500"), ("Veldstraat", "12/2", "8500"),
]  # fmt: skip
MEENSE = "Meensesteenweg {}, 8500 Kortrijk"
# What is written, the address that is meant, and what is told of it: "" nothing.
FOUND = [
    ("Meensesteenweg 12", MEENSE.format(12), ""),
    ("Meensesteenweg 12, 8500 Kortrijk", MEENSE.format(12), ""),
    ("MEENSESTEENWEG 12 8500 KORTRIJK", MEENSE.format(12), ""),
    ("Meense steenweg 12", MEENSE.format(12), ""),
    ("Meense-steenweg 12", MEENSE.format(12), ""),
    ("  meensestwg.  12 ", MEENSE.format(12), ""),
    ("Meense stwg 12", MEENSE.format(12), ""),
    ("Meense steenw. 12", MEENSE.format(12), ""),
    ("Meensesteenweg12", MEENSE.format(12), ""),
    ("Meensesteenweg nr. 12", MEENSE.format(12), ""),
    ("Meensesteenweg n° 12", MEENSE.format(12), ""),
    ("Meensesteenweg, 12, B-8500 Kortrijk", MEENSE.format(12), ""),
    ("Meensesteenweg 12 B-8500 Kortrijk (België)", MEENSE.format(12), ""),
    ("Meensesteenweg 12 - 8500 Kortrijk", MEENSE.format(12), ""),
    ("12 Meensesteenweg, 8500 Kortrijk", MEENSE.format(12), ""),
    ("12, Meensesteenweg", MEENSE.format(12), ""),
    ("Meensesteenweg 12a", MEENSE.format("12A"), ""),
    ("Meensesteenweg 12 A", MEENSE.format("12A"), ""),
    ("Meensesteenweg 12/A", MEENSE.format("12A"), ""),
    ("Meensesteenweg 12 bus 3", MEENSE.format(12), "bus"),
    ("Meensesteenweg 12/3", MEENSE.format(12), "bus"),
    ("Meensesteenweg 12b", MEENSE.format(12), "bus"),
    ("Meensesteenweg 12b3, 8500 Kortrijk", MEENSE.format(12), "bus"),
    ("Meensesteenweg 12A bus 0103", MEENSE.format("12A"), "bus"),
    ("Meensesteenweg 12-14", MEENSE.format(12), "bus"),
    ("Meensesteenweg 18", MEENSE.format(20), "dichtstbijzijnde"),
    ("Meensesteenweg 13", MEENSE.format(12), "dichtstbijzijnde"),
    ("Meensestenweg 12", MEENSE.format(12), "straat"),
    ("Menesesteenweg 12, 8500 Kortrijk", MEENSE.format(12), "straat"),
    ("Meensesteenwegg 18", MEENSE.format(20), "straat"),
    ("St. Elooisstraat 7", "Sint-Élooisstraat 7, 8500 Kortrijk", ""),
    ("Sint Elooisstr. 7", "Sint-Élooisstraat 7, 8500 Kortrijk", ""),
    ("Sint-Eloostraat 7", "Sint-Élooisstraat 7, 8500 Kortrijk", "straat"),
    ("sint-elooisstraat 11", "Sint-Élooisstraat 9-13, 8500 Kortrijk", "reeks"),
    ("Kerkstraat 1, 8501 Heule", "Kerkstraat 1, 8501 Kortrijk", ""),
    ("Kerkstraat 5", "Kerkstraat 5, 8501 Kortrijk", ""),
    ("12 Julistraat 5", "12 Julistraat 5, 8500 Kortrijk", ""),
    ("12 Julistraat 12", "12 Julistraat 12, 8500 Kortrijk", ""),
    ("O.L.V.-straat 3", "Onze-Lieve-Vrouwestraat 3, 8500 Kortrijk", "straat"),
    ("O.L. Vrouwestraat 3", "Onze-Lieve-Vrouwestraat 3, 8500 Kortrijk", ""),
    ("Doorniksestraat 4", "Doornikstraat 4, 8500 Kortrijk", "straat"),
    ("Burg. Reynaertstraat 8", "Burgemeester Reynaertstraat 8, 8500 Kortrijk", ""),
    ("Gr. Markt 54, 8500 Kortijk", "Grote Markt 54, 8500 Kortrijk", ""),
    ("Veldstraat 12 bus 2", "Veldstraat 12/2, 8500 Kortrijk", ""),
]
# What is written, and why no house is chosen.
MISSED = [
    ("", "unreadable"),
    ("s/n", "unreadable"),
    ("Meensesteenweg", "no number"),
    ("12 Julistraat", "no number"),
    ("Meensesteenweg 200", "no number near"),
    ("Meensesteenweg 12 mrt", "elsewhere"),
    ("Meensesteenweg 12, 8000 Brugge", "elsewhere"),
    ("Kerkstraat 1", "several"),
    ("Beestraat 1", "several"),
    ("Groeningeplein 2", "no street"),
    ("Nergensstraat 1, 8500 Kortrijk", "no street"),
    ("11 Julistraat 5", "no street"),
    ("Derkstraat 1", "no street"),
]


def house_points() -> gpd.GeoDataFrame:
    """The layer ``addresses``."""
    street, number, postcode = zip(*HOUSES, strict=True)
    places = [Point(X + 15 + 30 * (n % 10), Y + 15 + 30 * (n // 10)) for n in range(len(HOUSES))]
    return gpd.GeoDataFrame(
        {"address_id": [f"a{n}" for n in range(len(HOUSES))], "street": street, "house_number": number,
         "postcode": postcode, "municipality": "Kortrijk"},
        geometry=places, crs="EPSG:31370",
    )  # fmt: skip


def place_of(label: str) -> Point:
    """The place of an address of `HOUSES`."""
    frame = house_points()
    labels = frame["street"] + " " + frame["house_number"] + ", " + frame["postcode"] + " Kortrijk"
    return frame.geometry[labels == label].iloc[0]
