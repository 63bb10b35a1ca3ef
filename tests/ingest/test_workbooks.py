"""Workbooks as Excel, LibreOffice, ministries and exporters write them: read right, or refused in one line."""

from __future__ import annotations

import datetime as dt
import io
import random
import resource
import zipfile
from contextlib import suppress

import openpyxl
import pytest
import xlsxwriter
from openpyxl.chart import BarChart

from kortrijk_geo.errors import DataError, each, reading
from kortrijk_geo.ingest.table_limits import table_limits
from kortrijk_geo.ingest.tables import TableFormat, read_table

ROWS = [["code", "naam", "aantal"], ["c1", "De Beer", 14], ["c2", "Het Nest", 9], ["c3", "Pluis", 6]]
READ = ROWS[1:]
TRANSITIONAL = "http://schemas.openxmlformats.org/"
DAY = dt.datetime.fromisoformat("2020-09-01")


def book(folder, rows=ROWS, change=None, name="t.xlsx"):
    """Save a workbook with the rows on its first sheet, after ``change`` did what it wants with it."""
    made = openpyxl.Workbook()
    made.active.title = "Blad1"
    for row in rows:
        made.active.append(row)
    if change:
        change(made)
    made.save(folder / name)
    return folder / name


def rewrite(path, **changes):
    """Change parts of the archive; a part is named by the end of its path, ``None`` drops it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for end, change in changes.items():
        name = next(name for name in parts if name.endswith(f"{end}.xml"))
        parts[name] = change(parts[name].decode()).encode() if change else None
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)
    return path


def read(path, **fmt):
    return read_table(path, TableFormat(**fmt))


def values(path, **fmt):
    return read(path, **fmt).frame.to_numpy().tolist()


def cells(*rows):
    """Sheet data of rows given as text between ``<row>`` tags."""
    data = "".join(rows)
    return lambda text: text[: text.index("<sheetData")] + f"<sheetData>{data}</sheetData></worksheet>"


def inline(address, text):
    return f'<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_strict_open_xml(tmp_path):
    path = book(tmp_path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    for old, new in (
        (f"{TRANSITIONAL}spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"),
        (f"{TRANSITIONAL}officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships"),
    ):
        parts = {name: text.replace(old, new) for name, text in parts.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    assert b"purl.oclc.org" in zipfile.ZipFile(path).read("xl/workbook.xml")
    assert values(path) == READ


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("styles", lambda text: text.replace("<patternFill", "<strangeFill").replace("</patternFill", "</strangeFill")),
        ("styles", lambda text: text.replace("<fill>", "<fill/><fill>", 1)),
        ("styles", None),
        ("core", lambda text: text.replace("<dcterms:created", "<dcterms:created xsi:type=''").replace("openpyxl", "")),
        ("app", lambda _: "<Properties><TitlesOfParts><lpstr/></TitlesOfParts>"),
        ("core", None),
        ("theme1", lambda _: "no xml at all"),
        ("sheet1", lambda text: text.replace('ref="A1:C4"', 'ref="A1:B2"')),
        ("sheet1", lambda text: text.replace('ref="A1:C4"', 'ref="A1:XFD1048576"')),
        ("sheet1", lambda text: text.replace('<dimension ref="A1:C4" />', "").replace('<dimension ref="A1:C4"/>', "")),
        ("workbook", lambda text: text.replace("<definedNames />", "<definedNames><strange/></definedNames>")),
        ("workbook", lambda text: text.replace("</workbook>", "<extLst><ext><strange/></ext></extLst></workbook>")),
    ],
)  # fmt: skip
def test_what_is_beside_the_cells_can_be_as_it_likes(tmp_path, part, change):
    assert values(rewrite(book(tmp_path), **{part: change})) == READ


@pytest.mark.parametrize("change", [lambda name: name.replace("/", "\\"), str.upper])
def test_the_names_of_parts_may_have_other_slashes_and_capitals(tmp_path, change):
    path = book(tmp_path)
    with zipfile.ZipFile(path) as archive:
        parts = {change(name): archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert values(path) == READ


def test_a_chart_sheet_is_no_table(tmp_path):
    def chart(made):
        made.create_chartsheet("Grafiek", 0).add_chart(BarChart())

    path = book(tmp_path, change=chart)
    assert values(path) == READ
    with pytest.raises(DataError, match="sheet 'Grafiek' is a chart, without cells; its sheets are Grafiek, Blad1"):
        read(path, sheet="Grafiek")


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_not_taken_unless_it_is_named(tmp_path, state):
    def hide(made):
        old = made.create_sheet("2019_oud", 0)
        old.append(ROWS[0])
        old.append(["c9", "Oud", 99])
        old.sheet_state = state

    path = book(tmp_path, change=hide)
    assert values(path) == READ
    assert values(path, sheet="2019_oud") == [["c9", "Oud", 99]]
    assert values(path, sheet=" BLAD1 ") == READ


def test_a_workbook_with_its_only_table_hidden_says_so(tmp_path):
    def hide(made):
        made.create_sheet("Leesmij").append(["Zie het andere blad"])
        made["Blad1"].sheet_state = "hidden"

    with pytest.raises(DataError, match=r"only hidden sheets hold a table: 'Blad1'.*sheet = .Blad1"):
        read(book(tmp_path, change=hide))


def test_several_sheets_with_a_table_are_asked_about_and_a_note_is_none(tmp_path):
    def more(made):
        made.create_sheet("Leesmij", 0).append(["Opvang in de stad"])
        made.create_sheet("leeg")

    path = book(tmp_path, change=more)
    assert values(path) == READ

    def two(made):
        second = made.create_sheet("2023")
        for row in ROWS:
            second.append(row)

    with pytest.raises(DataError, match="2 sheets hold a table: 'Blad1', '2023'; name one, as sheet = \"Blad1\""):
        read(book(tmp_path, change=two))
    assert values(book(tmp_path, change=two), sheet="2023") == READ


def test_a_stray_cell_in_the_last_corner_costs_nothing_and_is_told(tmp_path):
    def stray(made):
        made.active["XFD1048576"] = "x"

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    table = read(book(tmp_path, change=stray))
    assert table.frame.to_numpy().tolist() == READ
    assert table.notes == ("t.xlsx: 1 cells beside the table, in rows of their own, are left out: XFD1048576",)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


def test_a_cell_beside_a_row_has_no_name_and_is_refused_by_its_address(tmp_path):
    def beside(made):
        made.active["E3"] = 7

    with pytest.raises(DataError, match=r"column 5 has no name but row 3 has a value there \(cell E3\)"):
        read(book(tmp_path, change=beside))


def test_rows_are_numbered_as_in_the_sheet(tmp_path):
    rows = [ROWS[0], ROWS[1], [], [None, None, None], ROWS[2]]
    assert read(book(tmp_path, rows)).frame.index.tolist() == [2, 5]
    path = book(tmp_path, [[], ["Titel"], [], *ROWS])
    assert read(path, header=4).frame.index.tolist() == [5, 6, 7]
    with pytest.raises(DataError, match="row 1 is empty, so it has no names of columns; row 2 begins with Titel"):
        read(path)


def test_formulas_that_were_never_computed_are_unknown_and_counted(tmp_path):
    table = read(book(tmp_path, [*ROWS[:2], ["c2", "Het Nest", "=3*3"], ["c3", "Pluis", "=SUM(C2:C3)"]]))
    assert table.frame["aantal"].tolist() == [14, None, None]
    assert "2 formulas were never computed, so unknown (C3, C4)" in table.notes[0]
    path = book(tmp_path, [*ROWS[:2], ["c2", "Het Nest", "=3*3"]])
    rewrite(path, sheet1=lambda text: text.replace("<f>3*3</f><v />", "<f>3*3</f><v>9</v>"))
    assert read(path).frame["aantal"].tolist() == [14, 9]
    assert read(path).notes == ()


def test_a_zero_that_stands_for_a_result_is_unknown_and_an_empty_text_is_a_result(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as made:
        sheet = made.add_worksheet()
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
        sheet.write_formula("C2", "=7+7")
        sheet.write_formula("C3", "=3*3", None, 9)
        sheet.write("C4", 0)
    table = read(tmp_path / "t.xlsx")
    assert table.frame["aantal"].tolist() == [None, 9, 0]
    assert "1 formulas were never computed, so unknown (C2)" in table.notes[0]
    row = '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="str"><f>""</f><v></v></c></row>'
    head = f'<row r="1">{inline("A1", "code")}{inline("B1", "naam")}</row>'
    assert read(rewrite(book(tmp_path), sheet1=cells(head, row))).notes == ()


def test_rows_that_a_filter_hides_are_told(tmp_path):
    def hide(made):
        made.active.row_dimensions[3].hidden = True

    table = read(book(tmp_path, change=hide))
    assert len(table.frame) == 3
    assert table.notes == ("t.xlsx: 1 hidden rows (of a filter, perhaps) are read as any other",)


def test_cells_keep_what_they_are(tmp_path):
    rows = [["a", "b", "c", "d", "e"], [DAY, True, 12.5, "#N/A", "0012"], [dt.date(2021, 1, 2), False, 3.0, 1e20, 7]]
    read_rows = values(book(tmp_path, rows))
    assert read_rows[0] == [DAY, True, 12.5, "#N/A", "0012"]
    assert read_rows[1] == [dt.datetime.fromisoformat("2021-01-02"), False, 3, 1e20, 7]
    assert isinstance(read_rows[1][2], int)


def test_dates_of_the_old_macintosh_calendar(tmp_path):
    def mac(made):
        made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    path = book(tmp_path, [["code", "dag"], ["c1", DAY]], change=mac)
    assert values(path) == [["c1", DAY]]


def test_cells_and_rows_without_addresses_shared_and_rich_texts(tmp_path):
    path = book(tmp_path)
    row = '<row><c t="inlineStr"><is><r><t>co</t></r><r><t>de</t></r></is></c><c t="str"><v>naam</v></c></row>'
    rewrite(path, sheet1=cells(row, "<row><c><v>1</v></c><c t='inlineStr'><is><t>A_x000D_B</t></is></c></row>"))
    assert values(path) == [[1, "A\rB"]]
    assert read(path).frame.columns.tolist() == ["code", "naam"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('<row r="2"><c r="A2"><v>12x</v></c></row>', r"cell A2: has '12x', which is not a number"),
        ('<row r="2"><c r="A2" t="s"><v>900</v></c></row>', r"cell A2 has shared text 900, which the workbook lacks"),
        ('<row r="2"><c r="A2" t="d"><v>gisteren</v></c></row>', r"cell A2: cannot be read"),
        ('<row r="1"><c r="A1"><v>1</v></c></row>', "row 1 stands after row 1"),
        ('<row r="2"><c r="ZZZ2"><v>1</v></c></row>', "beyond column XFD"),
        ('<row r="2"><c r="A2"><v>1</v></row>', "is not the Excel workbook that its name says"),
    ],
)
def test_a_damaged_sheet_names_the_cell(tmp_path, row, message):
    head = f'<row r="1">{inline("A1", "code")}{inline("B1", "n")}</row>'
    with pytest.raises(DataError, match=rf"t\.xlsx.*{message}"):
        read(rewrite(book(tmp_path), sheet1=cells(head, row)))


def test_entities_are_not_opened(tmp_path):
    path = rewrite(book(tmp_path), sheet1=lambda text: f'<!DOCTYPE x [<!ENTITY a "aaaa">]>{text}')
    with pytest.raises(DataError, match="has a DTD"):
        read(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "protected with a password"),
        ("t.xls", b"\xd0\xcf\x11\xe0", r"not from \.xls; save it as \.xlsx"),
        ("t.ods", b"PK", r"not from \.ods; save it as \.xlsx"),
    ],
)
def test_other_spreadsheets_say_what_to_do(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read(tmp_path / name)


def test_more_cells_than_are_read_and_members_that_swell_are_refused(tmp_path, monkeypatch):
    path = book(tmp_path)
    small = table_limits().model_copy(update={"cells": 8})
    monkeypatch.setattr("kortrijk_geo.ingest.workbooks.table_limits", lambda: small)
    with pytest.raises(DataError, match=r"t\.xlsx: holds more than the 8 cells that are read at most"):
        read(path)
    monkeypatch.undo()
    small = table_limits().model_copy(update={"member_bytes": 100})
    monkeypatch.setattr("kortrijk_geo.ingest.files.table_limits", lambda: small)
    with pytest.raises(DataError, match=r"unpacks to [\d,]+ bytes, more than the 100"):
        read(path)


def test_every_byte_of_a_workbook_may_be_wrong(tmp_path):
    path = book(tmp_path)
    whole = path.read_bytes()
    for place in range(0, len(whole), 37):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        with suppress(DataError):
            read(path)
    for length in range(0, len(whole), 151):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError, match=r"t\.xlsx"):
            read(path)


def test_a_library_may_raise_anything_and_our_own_code_shows_its_traceback():
    for error in (IndexError("x"), RecursionError(), zipfile.BadZipFile("bad"), RuntimeError("encrypted")):
        with pytest.raises(DataError, match=r"t\.csv: cannot be read"), reading("t.csv"):
            raise error

    def items():
        yield 1
        raise TypeError("theirs")

    with pytest.raises(DataError, match="theirs"):
        list(each(items(), "t.csv"))
    with pytest.raises(ZeroDivisionError):
        for item in each(items(), "t.csv"):
            item / 0


def test_a_zip_with_a_password_says_so(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("t.csv", "a;b\n1;2\n")
    content = bytearray(stream.getvalue())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    (tmp_path / "t.zip").write_bytes(content)
    with pytest.raises(DataError, match=r"t\.zip, t\.csv: cannot be read .*encrypted"):
        read(tmp_path / "t.zip", inside="*.csv")


PIECES = [
    b"<",
    b"</c>",
    b"<c>",
    b'r="',
    b"<v>1e999</v>",
    b"\0",
    b"9" * 30,
    b"<row>",
    b"<si/>",
    b"\xff",
    b"&#0;",
    b'r="0"',
]


def test_parts_changed_at_random_are_read_or_refused_in_one_line(tmp_path):
    with zipfile.ZipFile(book(tmp_path)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    mutable = [name for name in parts if name.startswith(("xl/work", "xl/styles", "xl/shared", "xl/_rels", "_rels"))]
    chance = random.Random(12)
    messages = []
    for _ in range(300):
        changed, name = dict(parts), chance.choice(mutable)
        place = chance.randrange(len(parts[name]))
        piece = chance.choice(PIECES) if chance.random() < 0.7 else b""
        changed[name] = parts[name][:place] + piece + parts[name][place + chance.randrange(12) :]
        with zipfile.ZipFile(tmp_path / "m.xlsx", "w") as archive:
            for part, content in changed.items():
                archive.writestr(part, content)
        try:
            read(tmp_path / "m.xlsx")
        except DataError as error:
            messages.append(str(error))
    assert len(messages) > 100
    assert all(message.startswith("m.xlsx") and "\n" not in message for message in messages)
