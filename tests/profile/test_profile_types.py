"""Neighbourhood types: planted groups are found, noise is refused, order and scale do not matter, years compare."""

from __future__ import annotations

import json
import math
import pickle
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from sklearn.metrics import adjusted_rand_score

from kortrijk_geo import profile
from kortrijk_geo.errors import DataError, MissingFileError, OptionError
from kortrijk_geo.mapping.legend import scale_classes
from kortrijk_geo.mapping.page import page_html
from kortrijk_geo.pack.city import City
from kortrijk_geo.pack.estimates import marked
from kortrijk_geo.profile.clusters import group
from kortrijk_geo.profile.rules import load_rules
from kortrijk_geo.profile.table import indicator_table
from kortrijk_geo.results import Column, Scale, ThemeResult

Make = Callable[..., dict[str, ThemeResult]]
Planted = Callable[..., tuple[np.ndarray, np.ndarray]]


def _headlines(result: ThemeResult) -> dict[str, float | None]:
    return {figure.key: figure.value for figure in result.headlines}


def test_planted_groups_are_found_and_named(make_themes: Make, planted_values: Planted) -> None:
    values, groups = planted_values(14)
    result = profile.analyse(make_themes(values))
    assert adjusted_rand_score(groups, result.areas["type"].to_numpy(int)) == 1.0
    figures = _headlines(result)
    assert (figures["types"], figures["typed_areas"]) == (3.0, 14.0)
    assert figures["adjusted_rand"] >= 0.6
    labels = {figure.key: figure.label for figure in result.headlines}
    assert labels["adjusted_rand"] == "Overeenkomst bij herhaling op steekproeven, 1 is volledig (types vanaf 0,60)"
    assert re.fullmatch(r"Afstand tussen de types \(bij toeval 0,\d\d\)", labels["silhouette"])
    assert {figure.target for figure in result.headlines} == {None}  # thresholds of statistics, no goals
    assert result.model.names[0] == "veel verharding, alles dichtbij"
    assert "veel bomen" in result.model.names[1]
    assert "weinig opvang" in result.model.names[1]
    assert set(result.areas["type_label"]) == set(result.model.names)
    # Type 1 is the most densely populated.
    by_type = result.areas.groupby("type")["population_density"].mean()
    assert list(by_type.sort_values(ascending=False).index) == [1, 2, 3]
    assert "14 gebieden is weinig voor een indeling in types: lees ze als een schets." in result.notes


def test_four_planted_groups_are_four_types(make_themes: Make, quick_rules: Path) -> None:
    random = np.random.default_rng(5)
    hearts = np.array(
        [[9e3, 0.9, 70, 0.05, 0.7], [9e3, 0.9, 20, 0.3, 0.3], [300, 0.1, 70, 0.3, 0.7], [300, 0.1, 20, 0.05, 0.3]]
    )
    groups = np.arange(20) % 4
    result = profile.analyse(make_themes(hearts[groups] * random.normal(1, 0.05, (20, 5))), rules=quick_rules)
    assert adjusted_rand_score(groups, result.areas["type"].to_numpy(int)) == 1.0
    assert len(set(result.model.names)) == 4


@pytest.mark.parametrize("seed", range(4))
def test_noise_is_refused(
    make_themes: Make, noise_values: Callable[..., np.ndarray], quick_rules: Path, seed: int
) -> None:
    result = profile.analyse(make_themes(noise_values(14, seed=seed)), rules=quick_rules)
    assert result.model is None
    assert result.areas["type"].isna().all()
    assert _headlines(result)["types"] == 0.0
    assert result.headlines[0].key == "compared_areas", "what is known stands first, not that there are 0 types"
    assert result.headlines[0].label.endswith("zij vormen geen stabiele types")
    assert not {"type", "type_label"} & set(result.city), "a type is of an area"
    assert any(note.startswith("Geen stabiele types:") for note in result.notes)


def test_noise_in_two_indicators_is_stable_and_still_refused(quick_rules: Path) -> None:
    """K-means cuts a round cloud the same way at every resample: the second gate is there for that."""
    rules = load_rules(quick_rules)
    found = [group(np.random.default_rng(seed).normal(size=(14, 2)), rules, seed=1) for seed in range(8)]
    stable = [one for one in found if one.adjusted_rand >= rules.stability.least_adjusted_rand]
    assert len(stable) >= 3
    assert sum(one.silhouette > one.chance for one in stable) <= 1  # chance itself passes 1 in 20


def test_the_order_of_areas_does_not_matter(make_themes: Make, planted_values: Planted, quick_rules: Path) -> None:
    values, _ = planted_values(14)
    straight = profile.analyse(make_themes(values), rules=quick_rules)
    order = np.random.default_rng(2).permutation(14)
    mixed = make_themes(values, order=order)
    mixed["trees"] = make_themes(values)["trees"]  # a theme with its areas in another order than the rest
    shuffled = profile.analyse(mixed, rules=quick_rules)
    assert list(shuffled.areas.index) == list(mixed["reach"].areas.index)
    assert shuffled.areas["type"].sort_index().equals(straight.areas["type"])
    assert shuffled.model == straight.model
    assert _headlines(shuffled) == _headlines(straight)


def test_the_scale_of_an_indicator_does_not_matter(
    make_themes: Make, planted_values: Planted, quick_rules: Path
) -> None:
    values, _ = planted_values(14)
    plain = profile.analyse(make_themes(values), rules=quick_rules)
    scaled = profile.analyse(make_themes(values * [1_000, 1, 0.01, 1, 1]), rules=quick_rules)
    assert scaled.areas["type"].equals(plain.areas["type"])
    assert scaled.model.names == plain.model.names
    assert scaled.model.adjusted_rand == pytest.approx(plain.model.adjusted_rand)
    assert scaled.model.silhouette == pytest.approx(plain.model.silhouette)


def test_the_same_input_gives_the_same_types_each_time(
    make_themes: Make, planted_values: Planted, quick_rules: Path, tmp_path: Path
) -> None:
    values, _ = planted_values(14)
    for name in ("one.json", "two.json"):
        profile.write_centroids(profile.analyse(make_themes(values), rules=quick_rules), tmp_path / name)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    pickle.loads(pickle.dumps(profile.analyse(make_themes(values), rules=quick_rules)))


def test_frozen_types_tell_the_same_areas_the_same_and_another_year_by_the_same_measure(
    make_themes: Make, planted_values: Planted, quick_rules: Path, tmp_path: Path
) -> None:
    values, _ = planted_values(14)
    first = profile.analyse(make_themes(values), rules=quick_rules)
    path = tmp_path / "types.json"
    profile.write_centroids(first, path)
    again = profile.analyse(make_themes(values), rules=quick_rules, centroids=path)
    assert again.areas["type"].equals(first.areas["type"])
    assert again.model == first.model
    assert again.options["frozen"]
    assert any("vaste types, gevonden op 14 gebieden van Voorbeeldpakket" in note for note in again.notes)
    # One village becomes as the heart of the town; three areas are enough, since nothing is grouped anew.
    later = values[:3].copy()
    later[2] = values[0]
    told = profile.analyse(make_themes(later), rules=quick_rules, centroids=path)
    assert told.areas["type"].tolist() == [1, 2, 1]


def test_frozen_types_need_all_their_indicators(
    make_themes: Make, planted_values: Planted, quick_rules: Path, tmp_path: Path
) -> None:
    results = make_themes(planted_values(14)[0])
    path = tmp_path / "types.json"
    profile.write_centroids(profile.analyse(results, rules=quick_rules), path)
    del results["trees"]
    with pytest.raises(DataError, match=r"types\.json: these types need column canopy_share of theme trees"):
        profile.analyse(results, rules=quick_rules, centroids=path)


def test_without_stable_types_there_is_nothing_to_keep(
    make_themes: Make, noise_values: Callable[..., np.ndarray], quick_rules: Path, tmp_path: Path
) -> None:
    result = profile.analyse(make_themes(noise_values(14)), rules=quick_rules)
    with pytest.raises(OptionError, match="has no stable neighbourhood types"):
        profile.write_centroids(result, tmp_path / "types.json")
    assert not (tmp_path / "types.json").exists()


@pytest.mark.parametrize("change", ["{", "version", "scale", "names", "centroids", "transform"])
def test_a_broken_file_of_types_is_named(
    make_themes: Make, planted_values: Planted, quick_rules: Path, tmp_path: Path, change: str
) -> None:
    results = make_themes(planted_values(14)[0])
    path = tmp_path / "types.json"
    profile.write_centroids(profile.analyse(results, rules=quick_rules), path)
    document = json.loads(path.read_text())
    if change == "version":
        document["version"] = 99
    elif change == "scale":
        document["scale"][0] = 0.0
    elif change == "names":
        document["names"] = document["names"][:2]
    elif change == "centroids":
        document["centroids"][0] = document["centroids"][0][:-1]
    elif change == "transform":
        document["indicators"][0]["transform"] = "square"
    path.write_text("{" if change == "{" else json.dumps(document))
    with pytest.raises(DataError, match=r"types\.json: holds no neighbourhood types"):
        profile.analyse(results, centroids=path)
    with pytest.raises(MissingFileError):
        profile.analyse(results, centroids=tmp_path / "nowhere.json")


def test_an_area_with_something_unknown_has_no_type_and_is_named(
    make_themes: Make, planted_values: Planted, quick_rules: Path
) -> None:
    values, groups = planted_values(16)
    values[3, 2] = math.nan  # childcare unknown
    values[7, 0] = 0.0  # nobody lives there: no logarithm
    result = profile.analyse(make_themes(values), rules=quick_rules)
    assert result.areas.index[result.areas["type"].isna()].tolist() == ["W03", "W07"]
    assert result.areas.loc["W03", "type_label"] is None or result.areas["type_label"].isna()["W03"]
    known = result.areas["type"].notna().to_numpy()
    assert adjusted_rand_score(groups[known], result.areas["type"][known].to_numpy(int)) == 1.0
    assert "Opvangplaatsen per 100 kinderen is onbekend in Wijk W03: geen type." in result.notes
    assert "Inwoners per km² is 0 in Wijk W07: geen type." in result.notes
    rows = {row["area_id"]: row for row in result.to_json()["areas"]}
    assert (rows["W03"]["type"], rows["W03"]["type_label"], rows["W03"]["childcare_places"]) == (None, None, None)
    assert rows["W07"]["population_density"] == 0.0


def test_an_indicator_that_is_missing_unknown_or_equal_everywhere_is_left_out_and_named(
    make_themes: Make, planted_values: Planted, quick_rules: Path
) -> None:
    values, groups = planted_values(14)
    values[:, 2] = math.nan
    values[:, 3] = 0.2
    result = profile.analyse(make_themes(values), rules=quick_rules)
    assert result.options["indicators"] == ["population_density", "within_15_minutes", "sealed"]
    assert adjusted_rand_score(groups, result.areas["type"].to_numpy(int)) == 1.0
    assert "Opvangplaatsen per 100 kinderen: nergens bekend, telt niet mee in de types." in result.notes
    assert "Aandeel onder boomkronen: overal gelijk, telt niet mee in de types." in result.notes
    absent = "Sociale huurwoningen per 100 huishoudens: niet beschikbaar (thema housing), telt niet mee in de types."
    assert absent in result.notes


def test_of_shares_that_make_a_whole_the_last_is_left_out(
    make_themes: Make, planted_values: Planted, quick_rules: Path
) -> None:
    values, _ = planted_values(14)
    values[:, 3] = 1 - values[:, 4]
    result = profile.analyse(make_themes(values), rules=quick_rules)
    assert result.options["indicators"] == ["population_density", "within_15_minutes", "childcare_places", "canopy"]
    assert (
        "Aandeel verhard: volgt uit de andere delen van grondoppervlakte, telt niet apart mee in de types."
        in result.notes
    )
    assert "sealed" in result.areas.columns


@pytest.mark.parametrize(("areas", "theme_count", "note"), [(9, 4, "9 gebieden"), (14, 1, "2 bruikbare indicatoren")])
def test_too_little_to_group_gives_no_types_and_says_why(
    make_themes: Make, planted_values: Planted, quick_rules: Path, areas: int, theme_count: int, note: str
) -> None:
    results = dict(list(make_themes(planted_values(areas)[0]).items())[:theme_count])
    result = profile.analyse(results, rules=quick_rules)
    assert result.model is None
    assert _headlines(result)["types"] is None  # not asked, so not known
    assert any(text.startswith("Geen types:") and note in text for text in result.notes)


def test_areas_that_are_all_alike_give_no_types(make_themes: Make, quick_rules: Path) -> None:
    few = np.array([[9e3, 0.9, 70, 0.05, 0.7], [300, 0.1, 20, 0.3, 0.3]])[np.arange(14) % 2]
    result = profile.analyse(make_themes(few), rules=quick_rules)
    assert "Geen types: te veel gebieden hebben precies dezelfde cijfers." in result.notes


def test_input_that_does_not_belong_together_is_refused(make_themes: Make, planted_values: Planted) -> None:
    values, _ = planted_values(14)
    results = make_themes(values)
    with pytest.raises(OptionError, match="at least one theme"):
        profile.analyse({})
    with pytest.raises(OptionError, match="under 'trees' is one of theme 'reach'"):
        profile.analyse({"trees": results["reach"]})
    with pytest.raises(DataError, match="of several packs"):
        profile.analyse({**results, "trees": make_themes(values, pack="Andere stad")["trees"]})
    other = make_themes(values, ids=[f"S{place}" for place in range(14)])
    with pytest.raises(DataError, match="theme trees has other areas than theme reach"):
        profile.analyse({**results, "trees": other["trees"]})
    values[4, 3] = 35.0
    with pytest.raises(DataError, match="column canopy_share: area W04 has 35, which is no share"):
        profile.analyse(make_themes(values))
    results["childcare"].areas["places_per_100_children"] = "veel"
    with pytest.raises(DataError, match="holds text where numbers are needed"):
        profile.analyse(results)


def test_the_page_names_the_types_in_its_legend(
    make_themes: Make, planted_values: Planted, quick_rules: Path, tmp_path: Path
) -> None:
    result = profile.analyse(make_themes(planted_values(14)[0]), rules=quick_rules)
    page = page_html(profile.spec(result))
    assert "1: veel verharding, alles dichtbij" in page
    assert "<title>Wijktypes: welke wijken op elkaar lijken - Voorbeeldpakket</title>" in page
    profile.draw(result)
    result.to_geopackage(tmp_path / "w.gpkg")
    result.to_xlsx(tmp_path / "w.xlsx")
    book = openpyxl.load_workbook(tmp_path / "w.xlsx")
    assert book["Gebieden"]["D2"].value in result.model.names
    book.close()


def test_a_scale_has_a_name_for_every_class_or_none() -> None:
    assert [one["label"] for one in scale_classes(Scale((1.5,), "whole", names=("heuvel", "dal")))] == ["heuvel", "dal"]
    with pytest.raises(OptionError, match="2 classes needs as many names, not 3"):
        scale_classes(Scale((1.5,), "whole", names=("a", "b", "c")))


def test_the_page_says_that_there_are_no_stable_types(
    make_themes: Make, noise_values: Callable[..., np.ndarray], quick_rules: Path
) -> None:
    result = profile.analyse(make_themes(noise_values(14)), rules=quick_rules)
    page = page_html(profile.spec(result))
    assert "Antwoord: geen stabiele types." in page
    assert "Geen stabiele types: " in page


def test_the_demo_has_an_answer_either_way(demo: City, quick_rules: Path) -> None:
    import kortrijk_geo as kg

    text = quick_rules.read_text().replace("least_indicators = 3", "least_indicators = 2")
    rules = quick_rules.with_name("demo.toml")
    rules.write_text(text)
    result = profile.analyse({"reach": kg.reach.analyse(demo)}, rules=rules)
    assert (result.model is None) == result.areas["type"].isna().all()
    assert len(result.areas) == 14
    assert result.synthetic
    km2 = demo.areas.geometry.area.sum() / 1e6
    assert result.city["population_density"] == pytest.approx(81_045 / km2)


def test_importing_the_room_does_not_import_scikit_learn() -> None:
    import subprocess

    code = "import sys, kortrijk_geo.profile.analysis, kortrijk_geo.profile.clusters; print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_inhabitants_per_km2_are_known_without_homes(
    make_themes: Make, planted_values: Planted, quick_rules: Path
) -> None:
    results = make_themes(planted_values(14)[0])
    del results["reach"]  # it needs homes
    people = results["trees"].areas["canopy_share"] * 0 + np.arange(14) * 100.0
    people.iloc[3] = math.nan
    result = profile.analyse(results, rules=quick_rules, population=people)
    density = result.areas["population_density"]  # every area is 1 km²
    assert density.tolist()[:3] == [0.0, 100.0, 200.0]
    assert math.isnan(density.iloc[3])
    assert result.city["population_density"] is None, "of one area the inhabitants are unknown"
    assert "population_density" not in profile.analyse(results, rules=quick_rules).areas.columns


def test_a_pack_without_homes_tells_its_own_inhabitants(demo: City) -> None:
    from kortrijk_geo.catalogue import inhabitants

    assert inhabitants(demo).sum() == pytest.approx(demo.areas["population"].sum())


def test_no_density_and_no_type_is_made_from_an_estimate(
    make_themes: Make, planted_values: Planted, quick_rules: Path
) -> None:
    results = make_themes(planted_values(14)[0])
    reach = replace(results["reach"], columns=[Column("population", "Inwoners", "whole")])
    counted = profile.analyse({**results, "reach": reach}, rules=quick_rules)
    guessed = {**results, "reach": marked(reach, ["population"], ["raming: verdeeld"])}
    assert "population_density" in counted.areas.columns
    assert "population_density" not in profile.analyse(guessed, rules=quick_rules).areas.columns


def test_without_stable_types_a_reader_is_told_what_that_means_and_where_to_look(
    make_themes: Make, noise_values: Callable[..., np.ndarray], quick_rules: Path
) -> None:
    values = noise_values(14)
    result = profile.analyse(make_themes(values), rules=quick_rules)
    assert result.model is None
    assert any(
        note.startswith("Wat dat betekent: de gebieden verschillen wel, maar niet in groepen") for note in result.notes
    )
    assert any(note.startswith("Kijk in de plaats daarvan naar elk kenmerk apart") for note in result.notes)
    high, low = (f"Wijk W{place:02d}" for place in (values[:, 0].argmax(), values[:, 0].argmin()))
    assert f"Inwoners per km²: het hoogst in {high}, het laagst in {low}." in result.notes
    shown = [layer.column for layer in profile.spec(result).area_layers if layer.shown]
    assert shown == ["population_density"]  # the map opens with something to see


def test_an_indicator_bears_the_label_of_its_theme_where_data_decide_what_it_counts(
    make_themes: Callable[..., dict[str, ThemeResult]], noise_values: Callable[..., np.ndarray]
) -> None:
    """Where a pack knows no inhabitants the share is of dwellings, and is not called one of inhabitants."""
    results = make_themes(noise_values())
    label = "Woningen met alle 10 voorzieningen met gegevens binnen 15 minuten te voet"
    results["reach"].columns.append(Column("share_all_walk_15", label, quantity="share_all_walk"))
    labels = indicator_labels(results)
    assert labels["within_15_minutes"] == label
    assert "Inwoners met alles binnen 15 minuten te voet" not in labels.values()


def indicator_labels(results: dict[str, ThemeResult]) -> dict[str, str]:
    table = indicator_table(results, load_rules().indicators)
    return {indicator.key: indicator.label for indicator in table.indicators}
