"""An officer at a desk in process: fills the form, hands in, and reads what a page says."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from desk_visitor import PASSWORD, Answer, Visitor

from kortrijk_geo.desk.accounts import Accounts, Role
from kortrijk_geo.desk.ledger import Ledger
from kortrijk_geo.desk.settings import Settings
from kortrijk_geo.desk.web.app import create_app
from kortrijk_geo.pack.city import City

NOW = dt.datetime(2026, 11, 27, 9, 30, tzinfo=dt.UTC)
STAFF: dict[str, Role] = {"An": "officer", "Bo": "manager", "Cas": "manager", "Dirk": "reader"}
# An application of the demo city of which the counts are of the day that the rules ask for.
FORM = {
    "adres": "Meensesteenweg 12",
    "aanvrager": "vzw De Zon",
    "datum": "15/10/2025",
    "opvangvorm": "group",
    "nieuw": "14",
}
ANSWERS = {
    "v.realised_within_months": "5",
    "v.no_earlier_premium": "ja",
    "v.age_range": "0-3",
    "v.days_per_week": "5",
    "v.open_to_all": "ja",
    "v.digital_desk": "ja",
    "v.licence": "ja",
    "v.no_exclusion": "ja",
    "v.legal_form": "natuurlijke persoon",
}


def staffed_desk(folder: Path, city: City, staff: Mapping[str, Role] = STAFF) -> Any:
    """A desk of a city with accounts; its clock stands still."""
    with Ledger(folder) as ledger:
        for name, role in staff.items():
            Accounts(ledger).add(name, role, PASSWORD, who="root")
    return create_app(Settings(None, folder), city=city, now=lambda: NOW)


def words(answer: Answer) -> str:
    """What a page says, without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


class Clerk(Visitor):
    """Somebody who signed in, or a visitor without a name."""

    def __init__(self, app: Any, name: str = "") -> None:
        super().__init__(app)
        if name:
            assert self.sign_in(name).status == 303

    def go(self, target: str) -> str:
        """Open a page that must be there, and return what it says."""
        answer = self.get(target)
        assert answer.status == 200, (target, answer.status)
        return words(answer)

    def draft(self, fields: Mapping[str, str]) -> str:
        """Keep a form, and return the name of the draft."""
        answer = self.post("/dossiers/nieuw", {**fields, "doe": "bewaar"})
        assert answer.status == 303
        return answer.header("location").partition("concept=")[2]

    def hand_in(self, fields: Mapping[str, str]) -> str:
        """Hand an application in, and return the address of its dossier."""
        answer = self.post("/dossiers", {"concept": self.draft(fields)})
        assert answer.status == 303, words(answer)
        return answer.header("location")

    def act(self, dossier: str, act: str, fields: Mapping[str, str]) -> Answer:
        """Do something with a dossier as it is on the page now."""
        seen = re.search(r'name="gezien" value="(\d+)"', self.get(dossier).text)
        return self.post(f"{dossier}/{act}", {"gezien": seen[1] if seen else "0", **fields})

    def confirm_all(self, dossier: str) -> None:
        """Enter a document for every open point that one closes."""
        for _ in range(20):
            fields = re.findall(r'name="veld" value="([^"]*)"', self.get(dossier).text)
            if not fields:
                return
            document = {"veld": fields[0], "document": "Besluit van het college", "documentdatum": "1/12/2025"}
            assert self.act(dossier, "bevestiging", document).status == 303


def upload(clerk: Clerk, text: str, do: str) -> Answer:
    """Send a rulebook as a browser sends a file."""
    edge = "grens"
    parts = [("csrf", "", clerk.token()), ("doe", "", do), ("bestand", '; filename="nieuw.toml"', text)]
    body = "".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'
        for name, more, value in parts
    )
    headers = {"content-type": f"multipart/form-data; boundary={edge}", "origin": "http://127.0.0.1:8765"}
    return clerk.ask("POST", "/regels/voorstellen", headers=headers, body=f"{body}--{edge}--\r\n".encode())
