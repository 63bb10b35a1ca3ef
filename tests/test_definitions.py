"""What options and methods define: two results that define a figure differently are told side by side, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import ModuleType

import pytest
import small_town

import kortrijk_geo as kg
from kortrijk_geo.atlas.comparison import Comparison, compare_cities
from kortrijk_geo.catalogue import measured, theme_module
from kortrijk_geo.mapping import MapSpec
from kortrijk_geo.mapping.compare import compare
from kortrijk_geo.mapping.options import option_labels
from kortrijk_geo.mapping.page import page_html
from kortrijk_geo.methods import changes_of, method_changes, methods_of
from kortrijk_geo.pack.city import City
from kortrijk_geo.results import Source

# Say which day, plan or data is asked, what a page calls things, or follow from an option that does define: they make
# no other figure.
DEFINE_NOTHING = {
    "childcare": {"level", "norm_label", "reference_norm_label", "on"},
    "housing": {
        "level", "norm_label", "reference_norm_label", "table", "bandwidth_m", "extra_dwellings", "allocation",
        "cluster_permutations", "cluster_alpha", "cluster_seed",
    },
    "reach": {
        "categories", "category_keys", "category_labels", "modes", "minutes", "other_minutes", "categories_counted",
        "n_categories", "categories_without_data",
    },
    "trees": {"rule_sources", "size_labels", "bounds", "spot_weights", "target_hedge_m", "target_trees"},
    "unsealing": {
        "storms_mm", "target_m2", "target_m3", "budget_eur", "budget_m2", "benefit", "plan_rain_mm", "score_classes",
        "costs_known", "least_width_m", "least_pixels", "earlier", "earlier_date", "rules_file", "criteria_file",
        "costs_file", "regulation_file", "plan",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    return small_town.write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def results(town: City) -> dict[str, kg.ThemeResult]:
    return {theme: theme_module(theme).analyse(town) for theme in measured()}


def test_every_option_defines_a_figure_under_a_dutch_name_or_is_known_to_define_none(results) -> None:
    for theme, result in results.items():
        module = __import__(f"kortrijk_geo.{theme}.columns", fromlist=["DEFINED_BY"])
        defining = {option for options in module.DEFINED_BY.values() for option in options}
        known = option_labels(module.__file__)
        assert defining <= {*known.labels, *known.definitions}, theme
        assert set(result.options) <= defining | DEFINE_NOTHING[theme], theme


def test_a_figure_under_another_norm_keeps_its_own_label_and_is_not_subtracted(town: City) -> None:
    asked = Comparison("childcare", ("A", "B"), {"norm": 100.0}, {"norm": 250.0})
    spec = compare_cities(asked, town, town)
    figures = {figure.key: figure for figure in spec.result.headlines}
    assert figures["areas_below_norm"].label.startswith("Gebieden onder 250 ")
    assert figures["areas_below_norm_before"].label.startswith("Gebieden onder 100 ")
    under = {norm: kg.childcare.analyse(town, norm=norm).areas["below_norm"].sum() for norm in (100.0, 250.0)}
    assert figures["areas_below_norm"].value == under[250.0]
    assert figures["areas_below_norm_before"].value == under[100.0]
    assert under[100.0] < under[250.0]
    assert "areas_below_norm_change" not in figures
    # What no norm defines is subtracted as before.
    assert figures["places_per_100_children_change"].value == 0
    assert "shortage_places_change" not in spec.result.areas
    assert {"shortage_places", "shortage_places_before"} <= set(spec.result.areas)
    labels = spec.result.labels
    assert labels["shortage_places_before"].endswith("100: A")
    assert labels["shortage_places"].endswith("250: B")
    layer = next(layer for layer in spec.area_layers if layer.column == "shortage_places")
    assert layer.label.startswith("A: Tekort aan plaatsen tot ")
    assert " 100 / B: Tekort aan plaatsen tot " in layer.label
    why = next(note for note in spec.result.notes if note.startswith("Niet van elkaar afgetrokken"))
    assert "(A: Norm: 100; B: Norm: 250)" in why
    page = page_html(spec)
    assert f"A: {figures['areas_below_norm_before'].label.removesuffix(', A')}: {under[100.0]}" in page


@pytest.mark.parametrize(("few", "many"), [(10, 15), (1, 3)])
def test_an_analysis_within_fewer_minutes_stands_beside_one_within_more(town: City, few: int, many: int) -> None:
    asked = Comparison("reach", ("A", "B"), {"minutes": few, "proximity": False}, {"minutes": many, "proximity": False})
    spec = compare_cities(asked, town, town)
    old, new = (kg.reach.analyse(town, minutes=minutes, proximity=False).city for minutes in (few, many))
    city, figures = spec.result.city, {figure.key: figure for figure in spec.result.headlines}
    for kind in ("all", "pharmacy"):
        before, after = f"share_{kind}_walk_{few}", f"share_{kind}_walk_{many}"
        assert city[f"{before}_before"] == pytest.approx(old[before])
        assert city[after] == pytest.approx(new[after])
        assert f"{after}_change" not in city
        assert {f"{before}_before", after} <= set(spec.result.areas)
    assert few == 10 or old["share_pharmacy_walk_1"] < new["share_pharmacy_walk_3"]
    assert figures[f"share_all_walk_{few}_before"].value == pytest.approx(old[f"share_all_walk_{few}"])
    assert f"binnen {few} minuten" in figures[f"share_all_walk_{few}_before"].label
    assert f"binnen {many} minuten" in figures[f"share_all_walk_{many}"].label
    assert f"share_all_walk_{many}_change" not in figures
    assert any(f"A: hoogstens {few} minuten; B: hoogstens {many} minuten" in note for note in spec.result.notes)
    # A median has no limit of time: it is subtracted.
    assert spec.result.areas["median_minutes_all_walk_change"].dropna().eq(0).all()


def test_a_method_that_changed_is_told_and_is_no_trend(samples: ModuleType) -> None:
    def of(year: int) -> MapSpec:
        source = Source("Departement Omgeving, Jaarlijkse bodemafdekkingskaart", f"{year}-01-01", "gratis")
        result = samples.result(sources=[source])
        method = f"Kaart van de verharding: {methods_of([source])}"
        columns = [replace(c, definition=method) if c.name == "share_near" else c for c in result.columns]
        return samples.spec(replace(result, columns=columns))

    across = compare(of(2021), of(2024), names=("2021", "2024")).result
    assert "share_near_change" not in across.areas
    assert "places_per_100_change" in across.areas
    assert any(
        "(2021: Kaart van de verharding: JaarBAK, methode van voor 2023;"
        " 2024: Kaart van de verharding: JaarBAK, methode vanaf 2023)" in note
        for note in across.notes
    )
    for years in ((2015, 2021), (2023, 2024)):
        same = compare(of(years[0]), of(years[1]), names=("vroeger", "later")).result
        assert "share_near_change" in same.areas


def test_the_year_of_a_map_is_that_of_its_part_of_the_source() -> None:
    (jaarbak,) = method_changes()
    assert (jaarbak.label, jaarbak.first_year) == ("JaarBAK", 2023)
    two = Source("Departement Omgeving, Jaarlijkse bodemafdekkingskaart (2024-01-01); ANB (2021-01-01)", "2021-01-01")
    assert changes_of([two]) == {jaarbak: 2024}
    assert methods_of([Source("JaarBAK 2022")]) == "JaarBAK, methode van voor 2023"
    assert methods_of([Source("jaarbak")]).startswith("JaarBAK van een onbekend jaar")
    assert methods_of([Source("Digitaal Vlaanderen, Bodembedekkingskaart", "2024-01-01")]) == ""
    assert jaarbak.between(dt.date(2021, 1, 1), dt.date(2024, 1, 1))
    assert not jaarbak.between(dt.date(2023, 1, 1), dt.date(2024, 1, 1))


def test_sealed_ground_of_two_methods_is_not_subtracted(town: City) -> None:
    def of(year: int) -> kg.ThemeResult:
        record = replace(town.info.rasters["land_cover"], source="JaarBAK", reference_date=f"{year}-01-01")
        info = replace(town.info, rasters={**town.info.rasters, "land_cover": record})
        return kg.unsealing.analyse(City(town.folder, info))

    spec = kg.compare(of(2021), of(2024), names=("2021", "2024"))
    keys = {figure.key for figure in spec.result.headlines}
    assert {"sealed_share", "sealed_share_before"} <= keys
    assert "sealed_share_change" not in keys
    assert any("JaarBAK, methode van voor 2023" in note for note in spec.result.notes)
