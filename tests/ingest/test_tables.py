"""Tables: every way the Flemish sources write them, and every way they go wrong."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.numbers import to_numbers
from kortrijk_geo.ingest.tables import TableFormat, code_text, find_column, read_table


def write(folder, content, name="table.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(folder, content, name="table.csv", **fmt):
    return read_table(write(folder, content, name), TableFormat(**fmt))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"code;naam;aantal\n34022A00-;Centrum;1,5\n", {}),
        (b"code|naam|aantal\n34022A00-|Centrum|1,5\n", {}),
        (b'code,naam,aantal\n34022A00-,Centrum,"1,5"\n', {}),
        (b"code\tnaam\taantal\n34022A00-\tCentrum\t1,5\n", {}),
        (b"\xef\xbb\xbfcode;naam;aantal\r\n34022A00-;Centrum;1,5\r\n", {}),
        ("code;naam;aantal\n34022A00-;Centrum;1,5\n".encode("utf-16"), {}),
        (b"title of the export\n\ncode;naam;aantal\n34022A00-;Centrum;1,5\n", {"header": 3, "separator": ";"}),
    ],
)
def test_separator_bom_and_header_row_make_no_difference(tmp_path, content, told):
    frame = read(tmp_path, content, **told).frame
    assert list(frame.columns) == ["code", "naam", "aantal"]
    assert frame.iloc[0].tolist() == ["34022A00-", "Centrum", "1,5"]


def test_statbel_text_with_its_misspelled_header_reads(tmp_path):
    content = "\ufeffCD_REFNIS|CD_SECTOR|TOTAL|OPPERVLAKKTE IN HM²\n34022|34022A00-|1234|12,5\n34022|34022ZZZZ|17|\n"
    frame = read(tmp_path, content).frame
    assert frame["CD_SECTOR"].tolist() == ["34022A00-", "34022ZZZZ"]
    assert to_numbers(frame["OPPERVLAKKTE IN HM²"], where="t", unknown=("",)).series.tolist()[0] == 12.5


def test_codes_keep_zeros_and_signs(tmp_path):
    frame = read(tmp_path, "code;n\n01001;1\n34022A00-;2\n").frame
    assert code_text(frame["code"]).tolist() == ["01001", "34022A00-"]


def test_latin_1_is_found_and_reported_or_told_and_silent(tmp_path):
    content = "code;naam\n1;Café Liège\n".encode("latin-1")
    found = read(tmp_path, content)
    assert found.frame["naam"].tolist() == ["Café Liège"]
    assert "latin-1" in found.notes[0]
    assert read(tmp_path, content, encoding="latin-1").notes == ()


def test_told_encoding_that_does_not_fit_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r"table\.csv.*not in utf-8.*another encoding"):
        read(tmp_path, "naam\nCafé\n".encode("latin-1"), encoding="utf-8")
    with pytest.raises(DataError, match="'klingon' is not known"):
        read(tmp_path, "naam;n\na;1\n", encoding="klingon")


def test_rows_are_numbered_as_in_the_file(tmp_path):
    frame = read(tmp_path, "code;n\na;1\n\n;\nb;2\n").frame
    assert frame.index.tolist() == [2, 5]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("code;n\n", "no rows"),
        ("code;n\na;1;2\n", "row 2 has 3 fields, the header 2"),
        ('code;n\n"a;1\n', "cannot be taken apart"),
        ("code;n;m\na;1\n", "row 2 has 2 fields, the header 3"),
        ("code;code\na;1\n", "two columns called 'code'"),
        ("code;\na;1\n", "column 2 has no name but row 2"),
        ("<!DOCTYPE html><html><body>Not found</body></html>", "a web page"),
        (b"PK\x03\x04\x00\x00binary\x00\x00", "a binary file"),
    ],
)
def test_tables_that_are_none_say_so(tmp_path, content, message):
    with pytest.raises(DataError, match=message) as caught:
        read(tmp_path, content)
    assert "table.csv" in str(caught.value)


def workbook(folder, rows, sheet="Blad1", name="table.xlsx"):
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.create_sheet("leeg")
    book.save(folder / name)
    return folder / name


def test_workbook_with_header_row_and_sheet(tmp_path):
    path = workbook(tmp_path, [["Export", None], ["code", "aantal"], ["01001", 12.5], [34022, None]])
    frame = read_table(path, TableFormat(sheet="Blad1", header=2)).frame
    assert code_text(frame["code"]).tolist() == ["01001", "34022"]
    numbers = to_numbers(frame["aantal"], where="t")
    assert numbers.series.iloc[0] == 12.5
    assert numbers.unknown == 1


def test_workbook_numbers_stay_numbers_with_a_decimal_comma_told(tmp_path):
    path = workbook(tmp_path, [["code", "aantal"], ["a", 12.5], ["b", "3,5"]])
    frame = read_table(path, TableFormat()).frame
    assert to_numbers(frame["aantal"], where="t", decimal=",").series.tolist() == [12.5, 3.5]


def test_workbook_without_that_sheet_names_its_sheets(tmp_path):
    with pytest.raises(DataError, match="no sheet 'Cijfers'; its sheets are Blad1, leeg"):
        read_table(workbook(tmp_path, [["a"], [1]]), TableFormat(sheet="Cijfers"))


@pytest.mark.parametrize("content", [b"code;n\na;1\n", b"PK\x03\x04 not really a zip", b"\x89PNG\r\n\x1a\n"])
def test_a_workbook_that_is_none_says_so(tmp_path, content):
    with pytest.raises(DataError, match=r"table\.xlsx: is not the Excel workbook"):
        read(tmp_path, content, "table.xlsx")


def test_a_zip_of_something_else_is_no_workbook(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(DataError, match="not the Excel workbook"):
        read(tmp_path, stream.getvalue(), "table.xlsx")


def test_a_table_inside_an_archive(tmp_path):
    path = tmp_path / "OPENDATA.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("folder/OPENDATA_SECTOREN.txt", "\ufeffCD_SECTOR|TOTAL\n34022A00-|7\n")
        archive.writestr("readme.md", "x")
    frame = read_table(path, TableFormat(inside="*.txt")).frame
    assert frame.iloc[0].tolist() == ["34022A00-", "7"]
    with pytest.raises(DataError, match="holds 0 files that fit"):
        read_table(path, TableFormat(inside="*.csv"))
    with pytest.raises(DataError, match="not a ZIP archive"):
        read_table(write(tmp_path, "code;n\na;1\n", "no.zip"), TableFormat(inside="*.txt"))


def test_columns_are_found_by_alias_and_whatever_the_capitals():
    frame = pd.DataFrame({"CD_SECTOR": [1], "TOTAL": [2]})
    assert find_column(frame, ["POPULATION", "TOTAL"], where="t") == "TOTAL"
    assert find_column(frame, "cd_sector", where="t") == "CD_SECTOR"
    with pytest.raises(DataError, match="did you mean 'TOTAL'"):
        find_column(frame, "TOTALE", where="t")


def numbers(*cells, **options):
    return to_numbers(
        pd.Series(list(cells), dtype=object), where="t.csv, column n", unknown=("", "-", "?", "x"), **options
    )


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["12,5", "3"], [12.5, 3.0]),
        (["12.5", "3"], [12.5, 3.0]),
        (["1.234,5", "1.234"], [1234.5, 1234.0]),
        (["1.234.567"], [1234567.0]),
        (["1,234.5"], [1234.5]),
        (["1 234", "12\u00a0345"], [1234.0, 12345.0]),
        (["1e3"], [1000.0]),
    ],
)
def test_numbers_that_leave_no_doubt(cells, expected):
    assert numbers(*cells).series.tolist() == expected


@pytest.mark.parametrize(("decimal", "expected"), [(",", 1234.0), (".", 1.234)])
def test_a_number_that_could_be_two_must_be_told(decimal, expected):
    with pytest.raises(DataError, match=r"row 0 has '1.234', which can be read in two ways"):
        numbers("1.234", "7")
    assert numbers("1.234", "7", decimal=decimal).series.iloc[0] == expected


def test_unknown_markers_are_unknown_and_never_zero():
    found = numbers("-", "?", "x", "", None, "0")
    assert found.series.isna().tolist() == [True] * 5 + [False]
    assert found.unknown == 5


@pytest.mark.parametrize("bad", ["-3", -3, "−3"])
def test_negative_counts_name_the_row(bad):
    with pytest.raises(DataError, match=r"t\.csv, column n: row 1 has .*negative"):
        numbers("4", bad)


@pytest.mark.parametrize("bad", ["12 stuks", "1,2,3", "#N/A", "inf", "nan", "12.5.1"])
def test_what_is_no_number_is_refused(bad):
    with pytest.raises(DataError, match="row 1 has"):
        numbers("4", bad)


def test_a_point_where_the_comma_is_told_is_refused_not_dropped():
    with pytest.raises(DataError, match=r"'12\.5', which is not a number with the decimal sign ','"):
        numbers("12.5", decimal=",")


@given(st.floats(min_value=0, max_value=1e9, allow_nan=False).map(lambda value: round(value, 2)))
def test_a_number_written_the_flemish_way_comes_back(value):
    written = f"{value:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
    assert numbers(written, decimal=",").series.iloc[0] == value
