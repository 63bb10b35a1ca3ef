"""Workbooks as Excel, LibreOffice and exporters write them."""

from __future__ import annotations

import datetime as dt
import io
import math
import random
import re
import zipfile

from mutations import Draft, mutation
from mutations_of_tables import people


def _as_workbook(draft: Draft, rng: random.Random) -> str:
    name, _ = draft.any_sheet(rng)
    if not name.endswith(".xlsx"):
        draft.rename(name, f"{name[:-4]}.xlsx")
        name = f"{name[:-4]}.xlsx"
    return name


def _inside_workbook(draft: Draft, name: str, member: str, change) -> None:
    """Change the text of a part of a workbook when it is written."""

    def rewritten(files: dict[str, bytes]) -> None:
        if not zipfile.is_zipfile(io.BytesIO(files.get(name, b""))):
            return
        stream = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(files[name])) as before, zipfile.ZipFile(stream, "w") as after:
            for each in before.namelist():
                content = before.read(each)
                after.writestr(each, change(content.decode()).encode() if member in each else content)
        files[name] = stream.getvalue()

    draft.bytes_changed.append(rewritten)


@mutation
def a_workbook(draft, rng):
    _as_workbook(draft, rng)


@mutation
def sheets_beside(draft, rng):
    sheet = draft.sheets[name := _as_workbook(draft, rng)]
    rows = [[cell if not isinstance(cell, int) else cell // 2 for cell in row] for row in sheet.rows]
    other = rng.choice([[["Toelichting"]], [sheet.header, *rows], [], [["a", "b"], [1, 2]]])
    sheet.other_sheets[rng.choice(["2019_oud", "Leesmij", "Blad1"])] = (rng.random() < 0.6, other)
    if rng.random() < 0.3:
        draft.table(name)["sheet"] = rng.choice(["gegevens", "Gegevens ", "GEGEVENS"])


@mutation
def true_dates(draft, rng):
    """Dates as a spreadsheet holds them, all or some, with a form in the recipe that none needs."""
    if "creches.csv" not in draft.sheets or "opening" not in draft.sheets["creches.csv"].header:
        return draft.nobody_knows()
    draft.rename("creches.csv", "creches.xlsx")
    sheet = draft.sheets["creches.xlsx"]
    place = sheet.column("opening")
    make = rng.choice([dt.date.fromisoformat, dt.datetime.fromisoformat])
    for row in sheet.rows:
        if isinstance(row[place], str) and rng.random() < 0.8:
            row[place] = make(row[place])
    return None


@mutation
def a_wrong_dimension(draft, rng):
    claim = rng.choice(["A1", "A1:B2", "A1:XFD1048576", "B2:C3", ""])
    _inside_workbook(
        draft,
        _as_workbook(draft, rng),
        "worksheets/sheet",
        lambda text: re.sub(r'<dimension ref="[^"]*" ?/>', f'<dimension ref="{claim}"/>', text),
    )


@mutation
def cells_without_addresses(draft, rng):
    _inside_workbook(
        draft,
        _as_workbook(draft, rng),
        "worksheets/sheet",
        lambda text: re.sub(r'(<(?:c|row)) r="[A-Z]*\d+"', r"\1", text),
    )
    if any(None in row for sheet in draft.sheets.values() for row in sheet.rows):
        draft.nobody_knows()  # what is left out without an address moves the rest


@mutation
def a_stray_cell_far_away(draft, rng):
    cell = rng.choice(["XFD1048576", "ZZ5000", "AA2", "A1048576"])
    row = re.sub("[A-Z]", "", cell)
    _inside_workbook(
        draft,
        _as_workbook(draft, rng),
        "worksheets/sheet",
        lambda text: text.replace("</sheetData>", f'<row r="{row}"><c r="{cell}"><v>1</v></c></row></sheetData>'),
    )


@mutation
def strict_namespaces(draft, rng):
    _inside_workbook(
        draft,
        _as_workbook(draft, rng),
        "xl/",
        lambda text: text.replace(
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"
        ).replace(
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            "http://purl.oclc.org/ooxml/officeDocument/relationships",
        ),
    )


@mutation
def formulas_never_computed(draft, rng):
    draft.rename("people.csv", "people.xlsx") if "people.csv" in draft.sheets else None
    name, sheet = people(draft)
    row = rng.choice(sheet.rows)
    if "inwoners" not in sheet.header or draft.right is None:
        return draft.nobody_knows()
    place = sheet.column("inwoners")
    if str(row[0]) in draft.right["population"]:
        draft.right["population"][str(row[0])] = math.nan
    row[place] = f"={row[place]}+0" if name.endswith(".xlsx") else None
    return None


@mutation
def styles_that_are_wrong(draft, rng):
    change = rng.choice(
        [
            lambda text: re.sub(r"<fills.*?</fills>", "<fills/>", text),
            lambda _: "<styleSheet/>",
            lambda text: re.sub(r"<cellXfs.*?</cellXfs>", "", text),
        ]
    )
    _inside_workbook(draft, _as_workbook(draft, rng), "styles.xml", change)
    if any(isinstance(cell, dt.date) for sheet in draft.sheets.values() for row in sheet.rows for cell in row):
        draft.nobody_knows()


@mutation
def an_archive_that_is_cut(draft, rng):
    name = _as_workbook(draft, rng)
    share = rng.random()

    def cut(files):
        if name in files:
            files[name] = files[name][: int(share * len(files[name]))]

    draft.bytes_changed.append(cut)
    draft.nobody_knows()
