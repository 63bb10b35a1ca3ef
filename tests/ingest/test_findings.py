"""Findings in two languages: every sentence of the code is in the table, is known again, and keeps its figures."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import small_town
from typer.testing import CliRunner

import kortrijk_geo
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.report import NO_HOUSE, Finding, Findings, verdict
from kortrijk_geo.ingest.wording import codes, load_sentences, recognise
from kortrijk_geo.pack.files import read_info
from kortrijk_geo_cli.main import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kortrijk_geo.pack.city import City

PACKAGE = Path(kortrijk_geo.__file__).parent
NO_HOUSE_DUTCH = "rijen hebben een adres zonder huis in laag addresses en zijn weggelaten"
FIELD = re.compile(r"\{(\w+)(?::[nw])?\}")


def calls() -> Iterator[tuple[str, ast.expr]]:
    """Yield every sentence that the code writes into a finding, with its place."""
    for path in sorted((PACKAGE / "ingest").glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            named = {
                node.targets[0].id: node.value
                for node in ast.walk(function)
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            }
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("findings.add"):
                    sentence = call.args[2]
                    yield f"{path.name}:{call.lineno}", _filled(sentence, named)


def _filled(sentence: ast.expr, named: dict[str, ast.expr]) -> ast.expr:
    """Put the texts in the place of their names, so that a sentence made in steps is one."""
    if isinstance(sentence, ast.Name) and isinstance(named.get(sentence.id), (ast.JoinedStr, ast.Constant)):
        return _filled(named[sentence.id], {key: value for key, value in named.items() if key != sentence.id})
    if isinstance(sentence, ast.JoinedStr):
        return ast.JoinedStr([_filled_part(part, named) for part in sentence.values])
    return sentence


def _filled_part(part: ast.expr, named: dict[str, ast.expr]) -> ast.expr:
    if isinstance(part, ast.FormattedValue) and part.format_spec is None and isinstance(part.value, ast.Name):
        text = named.get(part.value.id)
        if isinstance(text, ast.JoinedStr) or (isinstance(text, ast.Constant) and isinstance(text.value, str)):
            return _filled(text, {key: value for key, value in named.items() if key != part.value.id})
    return part


def samples(sentence: ast.expr) -> Iterator[str]:
    """Write a sentence with a number or a text in the place of each field."""
    pieces: list[tuple[str, ...]] = []

    def add(part: ast.expr) -> None:
        if isinstance(part, ast.Constant):
            pieces.append((str(part.value),))
        elif isinstance(part, ast.JoinedStr):
            for each in part.values:
                add(each)
        else:
            spec = ast.unparse(part.format_spec) if isinstance(part, ast.FormattedValue) and part.format_spec else ""
            pieces.append(("7.5%",) if "%" in spec else ("1,234",) if spec else ("x", "7"))

    add(sentence)
    yield from ("".join(choice) for choice in product(*pieces))


def test_every_sentence_of_the_code_is_in_both_languages() -> None:
    unknown, seen = [], 0
    for place, sentence in calls():
        if isinstance(sentence, (ast.JoinedStr, ast.Constant)):
            # What only passes on what another function says has no words of its own.
            if not re.search(
                r"\w{3}", "".join(str(n.value) for n in ast.walk(sentence) if isinstance(n, ast.Constant))
            ):
                continue
            seen += 1
            made = _with_constants(sentence)
            if not any(recognise(text) for text in samples(made)) and not _fits_some(made):
                unknown.append(f"{place}: {ast.unparse(sentence)}")
    assert unknown == []
    assert seen > 80


def _with_constants(sentence: ast.expr) -> ast.expr:
    """Put words of other modules (``NO_AREA``) and choices of words in place: any of what they can be fits."""
    from kortrijk_geo.ingest import report, streets_layer

    class Put(ast.NodeTransformer):
        def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.expr:
            name = ast.unparse(node.value)
            text = getattr(report, name, None) or getattr(streets_layer, name, None)
            return ast.Constant(text) if name.isupper() and isinstance(text, str) else node

    return Put().visit(sentence)


def _fits_some(sentence: ast.expr) -> bool:
    """Tell whether a sentence with a choice of words in it is one of the table, whatever the choice."""
    pattern = re.compile("".join(".*" if word is None else re.escape(word) for word in _pieces(sentence)), re.DOTALL)
    return any(pattern.fullmatch(known.en) for known in load_sentences().values())


def _pieces(sentence: ast.expr) -> Iterator[str | None]:
    if isinstance(sentence, ast.JoinedStr):
        for part in sentence.values:
            yield from _pieces(part)
    else:
        yield str(sentence.value) if isinstance(sentence, ast.Constant) else None


@pytest.mark.parametrize("code", load_sentences())
def test_a_sentence_is_known_again_and_keeps_its_fields(code: str) -> None:
    sentence = load_sentences()[code]
    fields = set(FIELD.findall(sentence.en))
    assert set(FIELD.findall(sentence.nl)) <= fields
    number = iter(f"{place},234.5" for place in range(1, 99))
    values = {name: next(number) if f"{{{name}:n}}" in sentence.en else f"W{name}" for name in sorted(fields)}
    text = FIELD.sub(lambda match: values[match[1]], sentence.en)
    reading = recognise(text)
    assert reading is not None
    assert reading.code == code
    assert reading.text("en") == text
    for name in FIELD.findall(sentence.nl):
        value = values[name]
        assert (value.translate(str.maketrans(",.", ".,")) if value[0].isdigit() else value) in reading.text("nl")


@pytest.mark.parametrize(
    ("message", "code", "dutch"),
    [
        ("3 pairs of locations have one name and one place, under two ids: k1 and k9 (Kids and Co) and 1,200 more",
         "locations_twice",
         "3 paren van locaties hebben één naam en één plaats, met twee nummers: k1 en k9 (Kids and Co) en nog 1.200"),
        ("residents does not add up to population of the areas: a 1,001 for 100", "sums_differ",
         "aantal bewoners is samen niet aantal inwoners van de gebieden: a 1,001 in plaats van 100"),
        (f"x.csv: 2 {NO_HOUSE}: row 5 'Row at 3' (no such street; nearest: Rowstraat or Atlaan)",
         "address_without_house",
         f"x.csv: 2 {NO_HOUSE_DUTCH}: rij 5 'Row at 3' (die straat is er niet; dichtstbij: Rowstraat of Atlaan)"),
        ("a.osm: file: 12 objects are marked as deleted in the file and left out", "osm_deleted",
         "a.osm: 12 objecten zijn in het bestand als verwijderd gemerkt en zijn weggelaten"),
        ("0.03 km2 of the study area (0.1%) has no data in it", "raster_gaps_built",
         "0,03 km² van het studiegebied (0,1 %) is er onbekend"),
    ],
)  # fmt: skip
def test_dutch_keeps_what_someone_wrote(message: str, code: str, dutch: str) -> None:
    finding = Finding("warning", "areas", message, 3)
    assert finding.code == code
    assert finding.text("en") == message
    assert finding.text("nl") == dutch


def test_what_is_none_of_ours_stays_as_it_is() -> None:
    finding = Finding("error", "areas", "disk on fire", 0)
    assert (finding.code, finding.text("nl"), finding.text("en")) == ("other", "disk on fire", "disk on fire")
    assert recognise("x: " * 1_000_000) is None


def test_a_dutch_sentence_of_the_pages_is_english_in_english() -> None:
    finding = Finding("warning", "land_cover", "grof: gebrand uit vectoren (OSM), geen gemeten bodembedekking; wat niet"
                      " op de kaart staat is onbekend (0); 2 m")  # fmt: skip
    assert finding.text("en").startswith("coarse: burnt from vectors")
    assert finding.text("nl") == finding.message


def test_the_verdict_is_not_in_order_beside_a_warning() -> None:
    findings = Findings()
    assert verdict(findings.items) == "good"
    findings.add("info", "homes", "3 are addresses in no building", 3)
    assert verdict(findings.items) == "good"
    findings.add("warning", "homes", "x")
    assert verdict(findings.items) == "doubtful"
    findings.add("error", "homes", "x")
    assert verdict(findings.items) == "wrong"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    slow = ("homes", "land_cover", "green_cover", "surface_temperature", "soil_group")
    return small_town.write_town(tmp_path_factory.mktemp("town"), without=slow)


def test_check_speaks_dutch_or_english_and_json_has_stable_keys(town: City) -> None:
    run = CliRunner().invoke
    dutch = run(app, ["pack", "check", str(town.folder)])
    english = run(app, ["pack", "check", str(town.folder), "--lang", "en"])
    assert dutch.exit_code == english.exit_code == 0
    levels = {finding.level for finding in check_pack(town.folder)}
    assert "warning" in levels
    assert "bruikbaar, maar kijk" in dutch.stdout
    assert "usable, with" in english.stdout
    assert "in order" not in english.stdout
    assert "bevinding" in dutch.stdout
    documents = [
        json.loads(run(app, ["pack", "check", str(town.folder), "--json", "--lang", lang]).stdout)
        for lang in ("nl", "en")
    ]
    assert documents[0]["verdict"] == "doubtful"
    for one, other in zip(documents[0]["findings"], documents[1]["findings"], strict=True):
        assert set(one) == {"code", "level", "layer", "count", "places", "text"}
        assert one["code"] in codes()
        assert one["code"] != "other"
        assert {key: value for key, value in one.items() if key != "text"} == {
            key: value for key, value in other.items() if key != "text"
        }


def test_check_repeats_what_the_pack_no_longer_shows(town: City) -> None:
    path = town.folder / "pack.toml"
    before = path.read_text(encoding="utf-8")
    deleted = "x.osm: file: 12 objects are marked as deleted in the file and left out"
    outside = "x.osm: file: the ways name 4 nodes that are not in the file (a clipped extract)"
    try:
        path.write_text(before.replace("synthetic =", f'notes = ["{deleted}", "{outside}"]\nsynthetic =', 1))
        assert read_info(town.folder).notes == (deleted, outside)
        told = {(finding.level, finding.layer, finding.message) for finding in check_pack(town.folder)}
        assert ("warning", "pack", deleted) in told
        assert not any(outside in message for *_, message in told)
    finally:
        path.write_text(before)


def test_a_pack_without_notes_of_its_own_is_written_as_before(town: City) -> None:
    from kortrijk_geo.pack.files import _to_toml

    info = read_info(town.folder)
    head = _to_toml(info).split("[layers")[0]
    assert "notes" not in head
    assert 'notes = ["x"]' in _to_toml(replace(info, notes=("x",)))
