"""What headlines hang on: at each other value a theme tells what an analysis with that value finds."""

from __future__ import annotations

from html import escape
from pathlib import Path

import numpy as np
import pytest
import small_town

import kortrijk_geo as kg
from kortrijk_geo.catalogue import measured, theme_module
from kortrijk_geo.figure import Figure, Sensitivity, of_known, with_own
from kortrijk_geo.mapping.figures import sensitivity_lines
from kortrijk_geo.mapping.page import page_html
from kortrijk_geo.pack.city import City
from kortrijk_geo.profile.clusters import Clusters
from kortrijk_geo.profile.rules import load_rules
from kortrijk_geo.profile.sensitivity import sensitivities as of_types

PACKAGE = Path(kg.__file__).parent


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    return small_town.write_town(tmp_path_factory.mktemp("town"))


def own_file(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """A copy of the package's rules with some lines changed."""
    text = (PACKAGE / name).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / Path(name).name
    path.write_text(text, encoding="utf-8")
    return path


def by_option(result: kg.ThemeResult, key: str, option: str) -> dict[float, float | None]:
    (outcome,) = [one for one in result.sensitivity if (one.key, one.option) == (key, option)]
    assert outcome.source
    return dict(outcome.at)


def headline(result: kg.ThemeResult, key: str) -> float | None:
    return next(figure.value for figure in result.headlines if figure.key == key)


def test_every_theme_tells_what_its_headlines_hang_on_in_the_fold_of_the_page(town: City) -> None:
    for theme in measured():
        result = theme_module(theme).analyse(town)
        keys = {figure.key: figure.value for figure in result.headlines}
        assert result.sensitivity, theme
        page = page_html(theme_module(theme).spec(result))
        for outcome in result.sensitivity:
            assert keys[outcome.key] is not None
            assert [value for value, _ in outcome.at] == sorted(value for value, _ in outcome.at)
            # Among the values is the one that counts, with the headline itself.
            assert any(there == pytest.approx(keys[outcome.key]) for _, there in outcome.at), outcome
            assert outcome.label in page
        fold = page.split("Hoe gevoelig zijn de kerncijfers")[1]
        for label, lines in sensitivity_lines(result):
            assert fold.index(escape(label)) < fold.index(escape(lines[0])), "a line stands under what it is about"


def test_the_shortage_at_other_norms(town: City) -> None:
    result = kg.childcare.analyse(town)
    for key in ("areas_below_norm", "shortage_places", "shortage_places_areas"):
        at = by_option(result, key, "norm")
        assert list(at) == [50, 60, 70]
        for norm, value in at.items():
            assert value == headline(kg.childcare.analyse(town, norm=float(norm)), key), (key, norm)
    assert by_option(result, "shortage_places", "norm")[50] < by_option(result, "shortage_places", "norm")[70]
    # A norm of one's own stands among them.
    assert list(by_option(kg.childcare.analyse(town, norm=55.0), "shortage_places", "norm")) == [50, 55, 60, 70]


def test_the_areas_below_other_norms_of_social_housing(town: City) -> None:
    result = kg.housing.analyse(town)
    at = by_option(result, "areas_below_norm", "norm")
    # Area n has n social dwellings and 40 + n households: 2 of 42 is 4.8, 3 of 43 is 7.0, 4 of 44 is 9.1.
    assert at == {6.0: 3.0, 9.0: 4.0}
    assert headline(result, "areas_below_norm") == 4.0


def test_the_homes_that_meet_3_30_300_at_other_limits(town: City, tmp_path: Path) -> None:
    key = "homes_meeting_3_30_300_share"
    near = (
        "least_crowns = 3\nleast_crown_m2 = 28\nwithin_m = 25",
        "least_crowns = 1\nleast_crown_m2 = 1\nwithin_m = 200",
    )
    little, park = ("least_share = 0.30", "least_share = 0.005"), ("min_ha = 1\n", "min_ha = 0.5\n")
    least = own_file(tmp_path, "trees/need.toml", near, park, little)
    result = kg.trees.analyse(town, need=least)
    shares, metres = by_option(result, key, "thirty_least_share"), by_option(result, key, "three_hundred_max_m")
    assert list(shares) == [0.5, 20, 25, 30]
    assert shares[0.5] > shares[30]
    assert list(metres) == [300, 400, 500]
    for option, value, line in (
        (shares, 20, "least_share = 0.2"), (shares, 30, "least_share = 0.30"), (shares, 0.5, "least_share = 0.005"),
    ):  # fmt: skip
        need = own_file(tmp_path, "trees/need.toml", near, park, ("least_share = 0.30", line))
        assert option[value] == pytest.approx(kg.trees.analyse(town, need=need).city[key])
    far = own_file(tmp_path, "trees/need.toml", near, park, little, ("max_m = 300", "max_m = 400"))
    assert metres[400] == pytest.approx(kg.trees.analyse(town, need=far).city[key])


def test_the_potential_with_larger_patches_only_and_on_other_soil(town: City, tmp_path: Path) -> None:
    result = kg.unsealing.analyse(town)
    at = by_option(result, "removable_m2", "least_m2")
    assert list(at) == [5, 10, 25]
    patches = result.layers["patches"]
    for least, m2 in at.items():
        rules = own_file(tmp_path, "unsealing/rules.toml", ("least_m2 = 5\n", f"least_m2 = {least:g}\n"))
        assert m2 == pytest.approx(headline(kg.unsealing.analyse(town, rules=rules), "removable_m2"))
    assert at[5] == pytest.approx(patches.loc[patches["counted"], "m2"].sum())
    soil = by_option(result, "avoided_runoff_60mm_m3", "soil_unknown")
    assert soil[4.0] == pytest.approx(headline(result, "avoided_runoff_60mm_m3"))
    unknown = small_town.write_town(tmp_path / "no_soil", without=("soil_group",))
    best = own_file(tmp_path, "unsealing/curve_numbers.toml", ('unknown = "D"', 'unknown = "A"'))
    at_unknown = by_option(kg.unsealing.analyse(unknown), "avoided_runoff_60mm_m3", "soil_unknown")
    assert at_unknown[1.0] > at_unknown[4.0]
    only = kg.unsealing.analyse(unknown, curve_numbers=best)
    assert at_unknown[1.0] == pytest.approx(headline(only, "avoided_runoff_60mm_m3"))
    assert not [one for one in only.sensitivity if one.option == "soil_unknown"], "one soil has no other"


def test_the_number_of_types_at_other_thresholds_of_stability() -> None:
    """Three groups that come back with 0.65: types at 0.5 and 0.6, not at 0.7, and none where chance does as well."""

    def groups(chance: float) -> Clusters:
        flat = np.zeros((3, 1))
        return Clusters(np.zeros(1), np.ones(1), flat, np.array([0, 1, 2]), {3: 0.4}, adjusted_rand=0.65, chance=chance)

    (outcome,) = of_types(groups(0.3), load_rules())
    assert (outcome.key, outcome.at) == ("types", ((0.5, 3.0), (0.6, 3.0), (0.7, 0.0)))
    assert str(outcome) == ("Overeenkomst bij herhaling, minstens: 3 types bij 0,5, 3 types bij 0,6, 0 types bij 0,7")
    assert [value for _, value in of_types(groups(0.5), load_rules())[0].at] == [0.0, 0.0, 0.0]
    assert of_types(None, load_rules()) == []


def test_a_file_without_other_values_has_no_sensitivity(town: City, tmp_path: Path) -> None:
    text = (PACKAGE / "childcare" / "norms.toml").read_text(encoding="utf-8")
    start, end = text.index("# The shortage is also told"), text.index("[[published]]")
    path = tmp_path / "norms.toml"
    path.write_text(text[:start] + text[end:], encoding="utf-8")
    assert kg.childcare.analyse(town, norms=path).sensitivity == []


def test_the_value_that_counts_is_among_the_others_once_and_what_is_unknown_hangs_on_nothing() -> None:
    assert with_own((3.5, 4.0), 4.0 + 1e-12) == [3.5, 4.0 + 1e-12]
    assert with_own((50, 70), 60) == [50, 60, 70]
    outcome = Sensitivity("a", "norm", "Norm", "", ((1.0, 2.0),), "gebieden")
    assert of_known([outcome], [Figure("a", "A", 2.0, "gebieden")]) == [outcome]
    assert of_known([outcome], [Figure("a", "A", None, "gebieden")]) == []
    assert of_known([outcome], []) == []


def test_lines_of_one_option_stand_under_the_headline_they_are_of(town: City) -> None:
    lines = dict(sensitivity_lines(kg.childcare.analyse(town)))
    assert {label.split(" tot ")[0].split(",")[0] for label in lines} >= {
        "Plaatsen tekort in de stad als geheel", "Plaatsen tekort",
    }  # fmt: skip
    assert all(text.startswith("Norm: ") for texts in lines.values() for text in texts)
