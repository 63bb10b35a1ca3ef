"""Tags in one cell: JSON, hstore as GDAL and PostgreSQL write it, a Python dict; anything else is not guessed."""

from __future__ import annotations

import pytest

from kortrijk_geo.ingest.tag_text import read_tags


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ('{"amenity": "school"}', {"amenity": "school"}),
        ('{"capacity": 12, "fee": false, "name": null}', {"capacity": "12", "fee": "no"}),
        ('{"sport": ["tennis", "padel"]}', {"sport": "tennis;padel"}),
        ('"amenity"=>"school","name"=>"x"', {"amenity": "school", "name": "x"}),
        ('"amenity"=>"school", "name"=>"x"', {"amenity": "school", "name": "x"}),
        ('"name"=>"De \\"Kring\\", Kortrijk","ref"=>"a\\\\b"', {"name": 'De "Kring", Kortrijk', "ref": "a\\b"}),
        ('"name"=>NULL,"shop"=>"yes"', {"shop": "yes"}),
        ("shop=>bakery, name=>Jan", {"shop": "bakery", "name": "Jan"}),
        ('"note"=>"a=>b"', {"note": "a=>b"}),
        ("{'amenity': 'school', 'fee': True}", {"amenity": "school", "fee": "yes"}),
        ("{'name': \"'t Oud Park\", 'x': None}", {"name": "'t Oud Park"}),
        ({"amenity": "school"}, {"amenity": "school"}),
        ("", {}),
        (None, {}),
        (float("nan"), {}),
        ("{}", {}),
    ],
)
def test_tags_are_read(cell, tags):
    assert read_tags(cell) == tags


@pytest.mark.parametrize(
    "cell",
    [
        "amenity=school",
        "school",
        '["amenity", "school"]',
        '{"amenity": {"a": "b"}}',
        '{"amenity": "school"',
        '"amenity"=>"school" "name"=>"x"',
        '"amenity"=>',
        "{" * 5000,
        '{"a":' * 5000,
        "__import__('os').getcwd()",
        "{x for x in 'a'}",
        12,
    ],
)
def test_what_is_no_tags_is_not_guessed(cell):
    assert read_tags(cell) is None
