"""The atlas as a folder of files: what it writes, what it says of themes that are not there, what it never breaks."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
from workbook import sheet_rows

from kortrijk_geo import catalogue
from kortrijk_geo.atlas.comparison import Comparison
from kortrijk_geo.atlas.overview import missed_page
from kortrijk_geo.atlas.writing import write_atlas
from kortrijk_geo.errors import (
    CrsError,
    DataError,
    KortrijkGeoError,
    MissingFileError,
    MissingLayerError,
    OptionError,
    OutputError,
    ServiceError,
)
from kortrijk_geo.files import file_replacing
from kortrijk_geo.pack.city import City, open_city
from kortrijk_geo.pack.files import LayerRecord, PackInfo, write_pack


@pytest.fixture
def town(samples: ModuleType, tmp_path: Path) -> City:
    """A pack with boundary and areas alone."""
    areas = samples.areas().reset_index()[["area_id", "name", "population", "geometry"]]
    areas.loc[1, "name"] = '<b>\'t "Hoekje"</b>'
    boundary = gpd.GeoDataFrame({"name": ["Voorbeeldstad"]}, geometry=[areas.union_all()], crs=areas.crs)
    records = {name: LayerRecord("Stad", "2024-01-01", "CC0", synthetic=True) for name in ("boundary", "areas")}
    info = PackInfo(name="Voorbeeldstad", crs="EPSG:31370", synthetic=True, layers=records)
    write_pack(tmp_path / "pack", info, {"boundary": boundary, "areas": areas})
    return open_city(tmp_path / "pack")


@pytest.fixture
def themes(samples: ModuleType, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Two themes, "sample" and "other", whose analysis a test can replace."""
    analyses: dict[str, Any] = {
        "sample": lambda *_, **options: samples.result(options=options),
        "other": lambda *_, **__: samples.result(page="ander", theme="other"),
    }

    def module(name: str) -> SimpleNamespace:
        return SimpleNamespace(analyse=analyses[name], spec=lambda result: samples.spec(result, points=20))

    monkeypatch.setattr(catalogue, "theme_module", module)
    pages = {"sample": ("voorbeeld", "Voorbeeld"), "other": ("ander", "Ander")}
    monkeypatch.setattr(catalogue, "THEMES", {name: catalogue.Theme(name, *page) for name, page in pages.items()})
    return analyses


def test_it_writes_pages_files_index_and_figures(town: City, themes: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "maps"
    steps: list[str] = []
    report = write_atlas(town, out, progress=steps.append)
    assert report.ok
    names = {f"{page}.{kind}" for page in ("voorbeeld", "ander") for kind in ("html", "gpkg", "xlsx", "geojson")}
    together = {"index.html", "wijken.html", "atlas.json", "voorbeeldstad.qgz"}
    assert {path.name for path in out.iterdir()} == names | together
    assert [path.name for path in report.written][-2:] == ["atlas.json", "index.html"]
    assert len(steps) == 3
    index = (out / "index.html").read_text()
    for wanted in (
        'href="voorbeeld.html"',
        "57,9 %",
        "DEMO",
        "1 januari 2024",
        "CC0",
        "&lt;b&gt;&#39;t",
        town.digest[:12],
    ):
        assert wanted in index
    assert "<b>'t" not in index


def test_page_workbook_geopackage_and_json_hold_the_same_figures(
    town: City, themes: dict[str, Any], samples: ModuleType, tmp_path: Path
) -> None:
    write_atlas(town, tmp_path, only=("sample",))
    truth = samples.areas()["share_near"].tolist()
    page = (tmp_path / "voorbeeld.html").read_text()
    block = page.partition('<script type="application/json"')[2].partition(">")[2].partition("</script>")[0]
    rows = sheet_rows(tmp_path / "voorbeeld.xlsx", "Gebieden")
    layer = pyogrio.read_dataframe(tmp_path / "voorbeeld.gpkg", layer="areas")
    geojson = json.loads((tmp_path / "voorbeeld.geojson").read_text())
    figures = json.loads((tmp_path / "atlas.json").read_text())["pages"][0]["result"]
    for found in (
        json.loads(block)["values"]["share_near"],
        [row["share_near"] for row in rows],
        [None if value != value else value for value in layer["share_near"]],  # noqa: PLR0124 - NaN
        [feature["properties"]["share_near"] for feature in geojson["features"]],
        [area["share_near"] for area in figures["areas"]],
    ):
        assert found == [pytest.approx(value, abs=1e-12) if value == value else None for value in truth]  # noqa: PLR0124


def test_a_theme_whose_layers_are_missing_is_named_and_the_others_are_written(
    town: City, themes: dict[str, Any], tmp_path: Path
) -> None:
    def analyse(city: City, **options: Any) -> None:
        city.require("homes", theme="sample")

    themes["sample"] = analyse
    report = write_atlas(town, tmp_path / "maps")
    assert report.ok
    assert "sample needs homes" in report.unavailable["sample"]
    assert not (tmp_path / "maps" / "voorbeeld.html").exists()
    assert (tmp_path / "maps" / "ander.html").exists()
    index = (tmp_path / "maps" / "index.html").read_text()
    assert "niet beschikbaar" in index
    assert "Het stadspakket mist gegevens die deze kaart nodig heeft (woonpunten)." in index
    with pytest.raises(MissingLayerError):
        write_atlas(town, tmp_path / "maps", only=("sample",))


def test_a_theme_that_fails_is_named_and_the_report_says_so(town: City, themes: dict[str, Any], tmp_path: Path) -> None:
    def analyse(city: City, **options: Any) -> None:
        raise DataError("areas, row 3: <script>is wrong")

    themes["sample"] = analyse
    report = write_atlas(town, tmp_path)
    assert not report.ok
    assert report.to_json()["failed"] == {"sample": "areas, row 3: <script>is wrong"}
    assert ["voorbeeld", "failed", "areas, row 3: <script>is wrong"] in report.rows()
    index = (tmp_path / "index.html").read_text()
    assert "mislukt" in index
    assert "omdat er iets niet klopt in de gegevens (wijken)." in index
    assert "is wrong" not in index, "what a reader gets is Dutch; the English sentence is in atlas.json"
    assert "<script>is wrong" in json.loads((tmp_path / "atlas.json").read_text())["pages"][0]["reason"]
    statuses = [page["status"] for page in json.loads((tmp_path / "atlas.json").read_text())["pages"]]
    assert statuses == ["mislukt", "geschreven"]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (DataError("areas, row 3: is wrong"), "omdat er iets niet klopt in de gegevens (wijken)."),
        (DataError("everything is wrong"), "omdat er iets niet klopt in de gegevens."),
        (
            CrsError("streets is in degrees"),
            "het coördinatenstelsel ontbreekt of klopt niet (straten en paden).",
        ),
        (MissingFileError("own.toml does not exist"), "een bestand dat zij nodig heeft, is niet gevonden."),
        (OptionError("minutes is 0"), "een instelling heeft een waarde die niet kan."),
        (ServiceError("no answer"), "een openbare dienst gaf geen bruikbaar antwoord."),
    ],
)
def test_the_reason_is_dutch_and_the_sentence_of_the_error_stays_in_the_figures(
    town: City, themes: dict[str, Any], error: KortrijkGeoError, why: str
) -> None:
    page = missed_page(town, "sample", error)
    assert page["status"] == "mislukt"
    assert page["why"].endswith(why)
    assert page["reason"] == str(error)


def test_a_comparison_that_fails_is_named_and_the_rest_is_written(
    town: City, themes: dict[str, Any], samples: ModuleType, tmp_path: Path
) -> None:
    def analyse(city: City, **options: Any) -> Any:
        if options.get("year") == 2030:
            raise DataError("areas, row 3: is wrong")
        return samples.result(options=options)

    def analyse_with(city: City, year: int = 0) -> Any:
        return analyse(city, year=year)

    themes["sample"] = analyse_with
    two = [
        Comparison("sample", ("nu", "2030"), after={"year": 2030}),
        Comparison("sample", ("nu", "2020"), after={"year": 2020}),
    ]
    report = write_atlas(town, tmp_path, comparisons=two[:1])
    assert report.failed == {"sample_comparison": "areas, row 3: is wrong"}
    assert ["voorbeeld_vergelijking", "failed", "areas, row 3: is wrong"] in report.rows()
    assert (tmp_path / "voorbeeld.html").exists()
    assert not (tmp_path / "voorbeeld_vergelijking.html").exists()
    assert "Voorbeeld (vergelijking)" in (tmp_path / "index.html").read_text()
    assert write_atlas(town, tmp_path, comparisons=two[1:]).ok
    assert (tmp_path / "voorbeeld_vergelijking.html").exists()
    assert write_atlas(town, tmp_path, only=("other",)).ok
    assert 'href="voorbeeld_vergelijking.html"' in (tmp_path / "index.html").read_text()
    assert write_atlas(town, tmp_path).ok
    assert not (tmp_path / "voorbeeld_vergelijking.html").exists(), "the new index does not name it"


def test_a_bug_in_a_theme_is_no_data_error_and_leaves_the_old_atlas(
    town: City, themes: dict[str, Any], tmp_path: Path
) -> None:
    write_atlas(town, tmp_path / "maps")
    before = {path.name: path.read_bytes() for path in (tmp_path / "maps").iterdir()}

    def analyse(city: City, **options: Any) -> None:
        raise ZeroDivisionError

    themes["other"] = analyse
    with pytest.raises(ZeroDivisionError):
        write_atlas(town, tmp_path / "maps")
    assert {path.name: path.read_bytes() for path in (tmp_path / "maps").iterdir()} == before


def test_threads_that_write_one_atlas_leave_whole_files(town: City, themes: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "maps"
    errors: list[BaseException] = []

    def write() -> None:
        try:
            write_atlas(town, out, only=("sample",))
        except BaseException as error:  # noqa: BLE001 - handed to the test
            errors.append(error)

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors == []
    assert len(list(out.iterdir())) == 8  # page, three files, wijken, index, figures, project
    assert (out / "voorbeeld.html").read_text().endswith("</html>\n") or (out / "voorbeeld.html").read_text().endswith(
        "</html>"
    )
    assert len(pyogrio.read_dataframe(out / "voorbeeld.gpkg", layer="areas")) == 14


def test_one_theme_alone_keeps_the_others_of_the_same_pack_on_the_index(
    town: City, themes: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "maps"
    write_atlas(town, out)
    write_atlas(town, out, only=("sample",))
    assert 'href="ander.html"' in (out / "index.html").read_text()
    figures = json.loads((out / "atlas.json").read_text())
    assert [page["theme"] for page in figures["pages"]] == ["sample", "other"]
    changed = town.replace(areas=town.areas.assign(population=1.0))
    write_atlas(changed, out, only=("sample",))
    assert 'href="ander.html"' not in (out / "index.html").read_text()
    (out / "atlas.json").write_text("broken")
    write_atlas(town, out, only=("sample",))
    assert [page["theme"] for page in json.loads((out / "atlas.json").read_text())["pages"]] == ["sample"]


def test_one_theme_alone_keeps_why_another_is_not_there(town: City, themes: dict[str, Any], tmp_path: Path) -> None:
    def analyse(city: City, **options: Any) -> None:
        city.require("homes", theme="other")

    themes["other"] = analyse
    write_atlas(town, tmp_path)
    write_atlas(town, tmp_path, only=("sample",))
    assert "mist gegevens die deze kaart nodig heeft (woonpunten)" in (tmp_path / "index.html").read_text()


def test_other_files_in_the_folder_stay(
    town: City, themes: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "README.md").write_text("mine")
    monkeypatch.chdir(tmp_path)
    write_atlas(town, Path("maps"), only=("sample",))
    assert (tmp_path / "maps" / "README.md").read_text() == "mine"
    assert (tmp_path / "maps" / "voorbeeld.html").is_file()


def test_pages_that_the_new_index_does_not_name_are_removed_and_nothing_else(
    town: City, themes: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "maps"
    write_atlas(town, out)
    kept = (out / "README.md", out / "doelen_historiek.json", tmp_path / "voorbeeld.html")
    for path in kept:
        path.write_text("mine")
    figures = json.loads((out / "atlas.json").read_text())
    figures["pages"][0]["files"] += ["README.md", "doelen_historiek.json", "../voorbeeld.html", "..", 5]
    (out / "atlas.json").write_text(json.dumps(figures))
    themes["sample"] = lambda city, **_: city.require("homes", theme="sample")
    write_atlas(town.replace(areas=town.areas.assign(population=1.0)), out)
    assert list(out.glob("voorbeeld.*")) == []
    assert (out / "ander.html").is_file()
    assert [path.read_text() for path in kept] == ["mine"] * 3


def test_an_output_folder_that_is_a_file_is_refused(town: City, themes: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "maps").write_text("x")
    with pytest.raises(OutputError, match="maps cannot be written"):
        write_atlas(town, tmp_path / "maps")


def test_options_reach_the_theme_and_unknown_themes_are_refused(
    town: City, themes: dict[str, Any], tmp_path: Path
) -> None:
    write_atlas(town, tmp_path, only=("sample",), options={"sample": {"minutes": 10}})
    assert json.loads((tmp_path / "atlas.json").read_text())["pages"][0]["result"]["options"] == {"minutes": 10}
    with pytest.raises(OptionError, match="no theme is called tea"):
        write_atlas(town, tmp_path, only=("tea",))


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(KeyError), file_replacing(tmp_path / "page.html") as building:
        building.write_text("half")
        raise KeyError
    assert list(tmp_path.iterdir()) == []
