"""desk backup, restore, forget and head, as who looks after the machine types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kortrijk_geo.desk.ledger import Ledger, check_chain, read_head
from kortrijk_geo.errors import KortrijkGeoError, MissingFileError, OptionError, OutputError
from kortrijk_geo_cli.main import app


def run(*arguments: object, answer: str | None = None) -> Result:
    result = CliRunner().invoke(app, ["desk", *map(str, arguments)], input=answer)
    if isinstance(result.exception, KortrijkGeoError):
        raise result.exception
    return result


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A ledger with a dossier about somebody."""
    with Ledger(tmp_path / "desk") as ledger, ledger.writing() as writing:
        dossier = writing.new_dossier(2026, who="An", body={}).dossier
        person = writing.keep_person(dossier, {"name": "Jan Vergeetmij"})
        writing.append("submitted", who="An", dossier=dossier, body={"person": person})
    return tmp_path / "desk"


def test_a_backup_is_made_and_put_back(data: Path, tmp_path: Path) -> None:
    made = run("backup", tmp_path / "backup.sqlite", "--data", data)
    assert made.exit_code == 0
    assert f"Back-up geschreven en nagekeken: {tmp_path / 'backup.sqlite'}\nInschrijving 2, kop " in made.stdout
    put_back = run("restore", tmp_path / "backup.sqlite", "--data", tmp_path / "back")
    assert "moet u opnieuw laten vergeten" in put_back.stdout
    assert put_back.stdout.splitlines()[1] == made.stdout.splitlines()[1]
    with Ledger(data) as ledger, Ledger(tmp_path / "back", create=False) as again:
        assert again.entries() == ledger.entries()
    with pytest.raises(OutputError, match="bevat al een register"):
        run("restore", tmp_path / "backup.sqlite", "--data", data)


@pytest.mark.parametrize("before", [True, False])
def test_the_folder_is_named_before_or_after_the_word(data: Path, *, before: bool) -> None:
    arguments = ["--data", data, "head"] if before else ["head", "--data", data]
    with Ledger(data) as ledger:
        assert run(*arguments).stdout == f"Inschrijving 2, kop {ledger.head().hash}\n"


def test_the_head_goes_to_a_file_and_as_json(data: Path, tmp_path: Path) -> None:
    told = run("head", "--data", data, "--out", tmp_path / "head.json", "--json")
    with Ledger(data) as ledger:
        assert read_head(tmp_path / "head.json") == ledger.head()
        assert json.loads(told.stdout) == {"number": 2, "hash": ledger.head().hash}


def test_somebody_is_forgotten_after_a_question(data: Path) -> None:
    words = ["forget", "2026-0001", "--by", "Bert", "--data", data]
    assert run(*words, answer="n\n").exit_code == 1
    assert b"Vergeetmij" in (data / "desk.sqlite").read_bytes()
    done = run(*words, answer="y\n")
    assert done.exit_code == 0
    assert "gewist (inschrijving 3); de beslissing blijft bewijsbaar" in done.stdout
    assert "Oudere back-ups en afdrukken bevatten ze nog" in done.stdout
    assert b"Vergeetmij" not in b"".join(path.read_bytes() for path in data.iterdir())
    with Ledger(data) as ledger:
        assert (ledger.entries()[-1].kind, ledger.entries()[-1].who) == ("forgotten", "Bert")
        assert check_chain(ledger).ok
    assert run(*words, "--yes").exit_code == 0


def test_what_cannot_be_is_said_and_makes_nothing(data: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="--by"):
        run("forget", "2026-0001", "--by", " ", "--data", data, "--yes")
    for words in (["head"], ["backup", tmp_path / "b"], ["forget", "2026-0001", "--by", "Bert", "--yes"]):
        with pytest.raises(MissingFileError, match="typo bevat geen register"):
            run(*words, "--data", tmp_path / "typo")
    with pytest.raises(MissingFileError, match="bestaat niet"):
        run("restore", tmp_path / "b", "--data", tmp_path / "typo")
    assert [path.name for path in tmp_path.iterdir()] == ["desk"]
