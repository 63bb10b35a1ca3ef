"""``norms.toml`` is read strictly: what is missing, unknown or wrong is named with its file and key."""

from __future__ import annotations

from importlib.resources import files

import pytest

from kortrijk_geo.errors import DataError, MissingFileError
from kortrijk_geo.housing.norms import norms, read_norms

TEXT = (files("kortrijk_geo.housing") / "norms.toml").read_text(encoding="utf-8")

VACANCY = '[[vacancy]]\nnis_code = "34022"\ndwellings = 1\nsource = "s"\ndate = "d"\nstanding = "x"'


def test_the_packages_norms_are_the_published_ones():
    found = norms()
    assert found.norms["flemish"].dwellings_per_100_households == 6
    assert found.norms["centre_cities"].dwellings_per_100_households == 9
    assert found.default.norm == "centre_cities"
    target, forecast = found.targets["34022"], found.households["34022"]
    assert (target.extra_dwellings, target.year, target.base_dwellings) == (1000, 2040, 3213)
    assert round(100 * target.base_dwellings / forecast.at(target.base_year), 1) == 9.2
    assert [forecast.at(year) for year in (2023, 2024, 2030, 2040)] == [34720, 34924, 35793, 37890]
    assert found.vacancies["34022"].dwellings == 500


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("households = 100", "housholds = 100", r"norms\.toml: small\.housholds is not a known key; .* households\?"),
        ("[small]", '[small]\ncolour = "red"', "colour is not a known key"),
        ('norm = "centre_cities"', 'norm = "nobody"', r"default\.norm: 'nobody' must be one of"),
        ("dwellings_per_100_households = 6.0", "dwellings_per_100_households = -6.0", "not a number from 0.1"),
        ('id = "flemish"', 'id = "centre_cities"', "norm: id centre_cities stands twice"),
        ("years = [2023, 2024, 2030, 2040]", "years = [2023, 2024, 2040, 2030]", "must ascend"),
        ("years = [2023, 2024, 2030, 2040]", "years = [2023, 2024, 2040]", "one value per year"),
        ("year = 2040", "year = 2020", "must come after base_year"),
        ("[[vacancy]]", f"{VACANCY}\n[[vacancy]]", "vacancy: nis_code 34022 stands twice"),
        ("bands_per_km2 = [50.0,", "bands_per_km2 = [5000.0,", "must ascend"),
        ("seed = 34022", "seed = 0.5", "is not a whole number"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path, old, new, message):
    assert old in TEXT
    path = tmp_path / "norms.toml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_norms(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(MissingFileError):
        read_norms(tmp_path / "absent.toml")
