"""The page of the wijken: ranks counted by hand, what stands out, whose figures it tells; and the heat table."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import geopandas as gpd
import pytest
import shapely

from kortrijk_geo import catalogue
from kortrijk_geo.atlas import neighbourhoods
from kortrijk_geo.atlas.ranks import Rank, ordinal, ranks, remarks
from kortrijk_geo.atlas.writing import publish_theme, write_atlas
from kortrijk_geo.mapping.heat import heat_table
from kortrijk_geo.pack.city import City, open_city
from kortrijk_geo.pack.files import LayerRecord, PackInfo, write_pack
from kortrijk_geo.results import ThemeResult


def texts(values: list[float | None]) -> list[str | None]:
    return [rank and rank.text for rank in ranks(values)]


def test_a_rank_is_counted_from_the_nearer_end_and_only_among_the_known() -> None:
    assert texts([10.0, 40.0, 20.0, 30.0, 50.0]) == [
        "laagste van 5", "2de hoogste van 5", "2de laagste van 5", "3de hoogste van 5", "hoogste van 5",
    ]  # fmt: skip
    assert texts([10.0, None, 20.0, None]) == ["laagste van 2 bekende", None, "hoogste van 2 bekende", None]
    assert texts([None, 7.0]) == [None, "enige bekende"]
    assert texts([None, None]) == [None, None]


def test_ties_share_a_rank() -> None:
    assert texts([5.0, 5.0, 3.0, 1.0, 1.0]) == [
        "gedeeld hoogste van 5", "gedeeld hoogste van 5", "3de hoogste van 5", "gedeeld laagste van 5",
        "gedeeld laagste van 5",
    ]  # fmt: skip
    assert texts([2.0, 2.0, None]) == ["alle 2 gelijk", "alle 2 gelijk", None]
    assert ranks([0.0, -0.0])[0] == Rank(higher=0, lower=0, same=1, areas=2)


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1ste"), (2, "2de"), (7, "7de"), (8, "8ste"), (9, "9de"), (11, "11de"), (19, "19de"), (20, "20ste"),
     (99, "99ste"), (100, "100ste"), (101, "101ste"), (102, "102de"), (108, "108ste"), (112, "112de")],
)  # fmt: skip
def test_ordinals_are_dutch(number: int, text: str) -> None:
    assert ordinal(number) == text


def test_a_wijk_stands_well_or_badly_in_the_outer_quarters_only() -> None:
    eight = ranks([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
    assert [rank.standing("more") for rank in eight if rank] == [-1, -1, 0, 0, 0, 0, 1, 1]
    assert [rank.standing("less") for rank in eight if rank] == [1, 1, 0, 0, 0, 0, -1, -1]
    assert {rank.standing("neither") for rank in eight if rank} == {0}
    assert {rank.standing("more") for rank in ranks([1.0, 2.0, 3.0]) if rank} == {0}  # too few to speak of quarters
    shared = ranks([9.0, 9.0, 9.0, 1.0, 2.0, 3.0, 4.0, 5.0])  # three share the first rank of eight
    assert [rank.standing("more") for rank in shared if rank] == [0, 0, 0, -1, -1, 0, 0, 0]


def figure(label: str, values: list[float | None], better: str = "more", goal: float | None = None) -> dict[str, Any]:
    told = None if goal is None else {"value": goal, "word": "norm", "source": ""}
    return {"label": label, "unit": "number", "limits": [], "better": better, "values": values, "goal": told}


def said(row: int, *figures: dict[str, Any]) -> list[str]:
    return remarks(4, figures, [ranks(each["values"]) for each in figures])[row]


def test_what_stands_out_is_the_worst_and_the_best() -> None:
    places = figure("Plaatsen", [40.0, 60.0, 70.0, 80.0], goal=60.0)
    sealed = figure("Verhard", [5.0, 10.0, 20.0, 30.0], better="less")
    assert said(0, places, sealed) == [
        "Zwakst: plaatsen, 40,0 (de laagste van 4, ver onder de norm van 60).",
        "Sterkst: verhard, 5,0 (de laagste van 4).",
    ]
    assert said(1, places, sealed) == [
        "Geen cijfer springt eruit: geen enkel hoort bij het beste of het zwakste kwart."
    ]
    # 45 of 60 is a quarter under the norm, 46 is not.
    assert said(1, figure("Plaatsen", [10.0, 45.0, 70.0, 80.0], goal=60.0)) == [
        "Let op: plaatsen, 45,0 (de 2de laagste van 4, ver onder de norm van 60)."
    ]
    canopy = {**figure("Kronen", [0.1, 0.2, 0.21, 0.3], goal=0.3), "unit": "share"}
    assert said(1, canopy) == ["Let op: kronen, 20,0 % (de 2de laagste van 4, ver onder de norm van 30 %)."]
    assert "norm" not in said(1, figure("Plaatsen", [10.0, 46.0, 70.0, 80.0], goal=60.0))[0]


def test_nothing_stands_out_of_what_is_unknown() -> None:
    assert said(0, figure("Plaatsen", [None, 1.0, 2.0, 3.0])) == ["Van deze wijk is geen van deze cijfers bekend."]


ODD = ["a b&<c>", 'x"#y/', "é%20", "W4"]
NAMES = ["<b>Noord</b>", "O'West", "Zuid & Co", "Midden"]
VALUES = [0.1, 0.4, float("nan"), 0.4]


@pytest.fixture
def town(tmp_path: Path) -> City:
    """A pack of four square wijken of 100 hectares, with odd ids and names."""
    squares = [shapely.box(72_000 + 1_000 * x, 168_000, 73_000 + 1_000 * x, 169_000) for x in range(4)]
    areas = gpd.GeoDataFrame(
        {"area_id": ODD, "name": NAMES, "population": [100, 200, 300, 400]}, geometry=squares, crs="EPSG:31370"
    )
    boundary = gpd.GeoDataFrame({"name": ["Stad"]}, geometry=[areas.union_all()], crs=areas.crs)
    records = {name: LayerRecord("Stad", "2024-01-01", "CC0", synthetic=True) for name in ("boundary", "areas")}
    info = PackInfo(name="Stad", crs="EPSG:31370", synthetic=True, layers=records)
    write_pack(tmp_path / "pack", info, {"boundary": boundary, "areas": areas})
    return open_city(tmp_path / "pack")


@pytest.fixture
def themes(town: City, samples: ModuleType, monkeypatch: pytest.MonkeyPatch) -> dict[str, ThemeResult]:
    """A theme of the wijken, and one of other areas."""
    frame = town.areas.set_index("area_id")
    frame["share_near"] = VALUES
    frame["share_near_cycle"] = frame["places_per_100"] = frame["below"] = 1.0
    results = {
        "sample": samples.result(frame=frame, pack=town.name, pack_digest=town.digest),
        "other": samples.result(page="ander", theme="other"),
    }

    def module(name: str) -> SimpleNamespace:
        return SimpleNamespace(
            analyse=lambda *_, **__: results[name], spec=lambda result: samples.spec(result, points=0, shapes=False)
        )

    monkeypatch.setattr(catalogue, "theme_module", module)
    pages = {"sample": ("voorbeeld", "Voorbeeld: iets"), "other": ("ander", "Ander")}
    monkeypatch.setattr(catalogue, "THEMES", {name: catalogue.Theme(name, *page) for name, page in pages.items()})
    return results


def block(page: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        re.findall(r'<script type="application/json" id="wijken">(.*?)</script>', page)[0]
    )
    return found


def test_the_page_tells_the_figures_of_the_theme_pages_beside_it(
    town: City, themes: dict[str, ThemeResult], tmp_path: Path
) -> None:
    write_atlas(town, tmp_path / "maps")
    page = (tmp_path / "maps" / "wijken.html").read_text()
    told = block(page)
    assert (told["ids"], told["names"]) == (ODD, NAMES)
    assert told["facts"] == [["100", "100"], ["100", "200"], ["100", "300"], ["100", "400"]]
    (theme,) = told["themes"]
    assert told["elsewhere"] == ["Hoe dichtbij is alles?"]  # the other theme tells of other areas
    near = theme["indicators"][0]
    assert near["values"] == [0.1, 0.4, None, 0.4]
    assert near["ranks"] == [
        ["laagste van 3 bekende", 0], ["gedeeld hoogste van 3 bekende", 0], None, ["gedeeld hoogste van 3 bekende", 0],
    ]  # fmt: skip
    assert (near["goal"]["value"], near["goal"]["word"], near["goal"]["text"]) == (0.6, "doel", "60")
    assert near["city"] == 0.579
    assert "<b>Noord" not in page


def test_the_heat_table_leads_to_the_page_and_never_writes_unknown_as_a_number(
    town: City, themes: dict[str, ThemeResult], tmp_path: Path
) -> None:
    write_atlas(town, tmp_path / "maps")
    index = (tmp_path / "maps" / "index.html").read_text()
    rows = re.findall(r"<tr><th scope=\"row\"><a href=\"(.*?)\">.*?</tr>", index)
    assert rows == [
        "wijken.html#gebied=a%20b%26%3Cc%3E", "wijken.html#gebied=x%22%23y%2F", "wijken.html#gebied=%C3%A9%2520",
        "wijken.html#gebied=W4",
    ]  # fmt: skip
    assert '<td data-value="" class="none">onbekend</td>' in index
    assert re.search(r'<td data-value="0.4" class="c\d">40,0 %</td>', index)
    assert "doel 60 %" in index
    assert "<b>Noord" not in index


def test_the_page_follows_every_theme_that_is_made_anew(
    town: City, themes: dict[str, ThemeResult], samples: ModuleType, tmp_path: Path
) -> None:
    out = tmp_path / "maps"
    write_atlas(town, out)
    files = {page["page"]: page["files"] for page in json.loads((out / "atlas.json").read_text())["further_pages"]}
    assert files == {"wijken": ["wijken.html"]}
    themes["sample"].areas["share_near"] = [0.9, 0.4, 0.2, 0.3]
    write_atlas(town, out, only=("sample",), options={"sample": {"minutes": 10}})
    assert block((out / "wijken.html").read_text())["themes"][0]["indicators"][0]["values"] == [0.9, 0.4, 0.2, 0.3]
    themes["sample"].areas["share_near"] = [0.8, 0.4, 0.2, 0.3]
    spec = samples.spec(themes["sample"], points=0, shapes=False)
    publish_theme(town, spec, out, say=lambda _: None)
    assert block((out / "wijken.html").read_text())["themes"][0]["indicators"][0]["values"] == [0.8, 0.4, 0.2, 0.3]
    for name in ("voorbeeld", "ander", "wijken", "index"):
        bar = re.findall(r'<nav class="bar".*?</nav>', (out / f"{name}.html").read_text(), re.DOTALL)
        assert len(bar) == 1
        assert re.findall(r'href="(.*?)"', bar[0]) == ["index.html", "wijken.html", "voorbeeld.html", "ander.html"]
        assert re.findall(r'href="(.*?)" aria-current="page"', bar[0]) == [f"{name}.html"]


def test_a_page_that_is_no_longer_there_leaves_bar_and_folder(
    town: City, themes: dict[str, ThemeResult], tmp_path: Path
) -> None:
    out = tmp_path / "maps"
    write_atlas(town, out)
    one = town.replace(areas=town.areas.iloc[:1])
    write_atlas(one, out, only=("sample",))
    assert not (out / "wijken.html").exists()  # of one area there is nothing to set it beside
    assert "wijken.html" not in (out / "index.html").read_text()
    assert "wijken.html" not in (out / "voorbeeld.html").read_text()


def test_a_theme_that_stands_alone_has_no_bar(
    town: City, themes: dict[str, ThemeResult], samples: ModuleType, tmp_path: Path
) -> None:
    publish_theme(town, samples.spec(themes["sample"], points=0), tmp_path / "alone", say=lambda _: None)
    page = (tmp_path / "alone" / "voorbeeld.html").read_text()
    assert '<nav class="bar" aria-label="Pagina\'s van de atlas" hidden></nav>' in page
    assert not (tmp_path / "alone" / "wijken.html").exists()


def test_only_the_areas_that_a_theme_knows_are_told(town: City) -> None:
    page = {
        "title": "Iets: van alles", "files": ["iets.html"], "state": "2024",
        "indicators": [{"column": "n", "unit": "whole", "goal": None}],
        "result": {"areas": [{"area_id": ODD[1], "n": 3}, {"area_id": "elders", "n": 9}], "city": {"n": 12}},
    }  # fmt: skip
    (theme,), elsewhere = neighbourhoods.themes_of(ODD, [page])
    assert theme["indicators"][0]["values"] == [None, 3, None, None]
    assert (theme["title"], theme["indicators"][0]["counted"], elsewhere) == ("Iets", True, [])
    assert theme["indicators"][0]["sum"] == ""


def test_a_sum_that_is_not_the_number_of_the_city_is_told_beside_it(town: City) -> None:
    short = {
        "column": "n",
        "unit": "whole",
        "goal": None,
        "label": "Tekort",
        "limits": [],
        "classes": [],
        "sum": 1180.0,
    }
    page = {
        "title": "Iets", "files": ["iets.html"], "state": "2024", "indicators": [short],
        "result": {"areas": [{"area_id": area, "n": 295.0} for area in ODD], "city": {"n": 50.0}},
    }  # fmt: skip

    def told() -> dict[str, Any]:
        return neighbourhoods.themes_of(ODD, [page])[0][0]

    assert told()["indicators"][0]["sum"] == "1.180"
    table = heat_table(NAMES, ODD, [("1", "2")] * 4, [told()], city="Stad", whole=("4", "8"), page="").html
    assert re.search(r"Som van de wijken, waar dat een ander getal is</th><td>1\.180</td>", table)
    page["result"]["areas"][0]["n"] = None
    assert told()["indicators"][0]["sum"] == "minstens 1.180"
