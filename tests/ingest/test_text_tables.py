"""Text tables as exporters write them: encodings, quotes, long cells, lines of Excel."""

from __future__ import annotations

import csv

import pytest

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.tables import TableFormat, find_column, read_table


def read(folder, content, **fmt):
    path = folder / "t.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, TableFormat(**fmt))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32", "cp437", "mac-roman"])
def test_a_told_encoding_is_believed(tmp_path, encoding):
    table = read(tmp_path, "code;naam\nc1;Café\n".encode(encoding), encoding=encoding)
    assert table.frame.to_numpy().tolist() == [["c1", "Café"]]
    assert table.notes == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_byte_order_mark_needs_no_telling(tmp_path, encoding):
    assert read(tmp_path, "code;naam\nc1;Café\n".encode(encoding)).frame["naam"].tolist() == ["Café"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_mark_is_asked_about(tmp_path, encoding):
    with pytest.raises(DataError, match=rf'a binary file.*say encoding = "{encoding}"'):
        read(tmp_path, "code;naam\nc1;Kortrijk\n".encode(encoding))


@pytest.mark.parametrize("encoding", ["base64", "idna", "undefined", "a\0b", "rot13"])
def test_what_is_no_encoding_of_text_is_refused(tmp_path, encoding):
    with pytest.raises(DataError, match=r"t\.csv: "):
        read(tmp_path, "code;naam\nc1;Café\n", encoding=encoding)


def test_a_nul_names_its_row(tmp_path):
    with pytest.raises(DataError, match="row 3 holds a NUL"):
        read(tmp_path, b"code;n\na;1\nb;\0\n", encoding="latin-1")


def test_a_cell_may_be_as_long_as_a_shape_and_the_limit_of_the_process_stays(tmp_path):
    before = csv.field_size_limit()
    shape = "x" * 200_000
    frame = read(tmp_path, f'code;vorm;n\na;"{shape}";1\nb;;2\n').frame
    assert frame["n"].tolist() == ["1", "2"]
    assert len(frame["vorm"].iloc[0]) == 200_000
    assert csv.field_size_limit() == before


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ('code;naam\nc1;"De" Beer\nc2;b\n', 2),
        ('code;naam\nc1;a\nc2;"De" Beer\n', 3),
        ('code;naam\nc1;a\n\nc2;"De Beer\n', 4),
        ('co"de;naam\n"c"1;a\n', 2),
    ],
)
def test_a_quote_where_none_can_be_names_its_row(tmp_path, content, row):
    with pytest.raises(DataError, match=rf"separator ';': row {row} has a quote .* twice"):
        read(tmp_path, content)


def test_quotes_that_are_right_are_read(tmp_path):
    frame = read(tmp_path, 'code;naam\nc1;"De ""Beer"""\nc2;5" buis\n').frame
    assert frame["naam"].tolist() == ['De "Beer"', '5" buis']


def test_the_separator_that_excel_writes_on_the_first_line(tmp_path):
    frame = read(tmp_path, "sep=;\r\ncode;naam\r\nc1;a, b\r\n").frame
    assert frame.to_numpy().tolist() == [["c1", "a, b"]]
    assert frame.index.tolist() == [3]


def test_the_end_of_text_of_dos_is_no_row(tmp_path):
    assert read(tmp_path, "code;naam\nc1;a\n\x1a").frame.to_numpy().tolist() == [["c1", "a"]]


def test_a_workbook_under_the_name_of_a_text_says_how_to_call_it(tmp_path):
    with pytest.raises(DataError, match=r"binary file.*must end in \.xlsx"):
        read(tmp_path, b"PK\x03\x04\0\0\0")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(tmp_path, end):
    text = end.join(["Titel", "code;naam", "c1;a", "c2;b", ""])
    assert read(tmp_path, text, header=2).frame.index.tolist() == [3, 4]


def test_empty_cells_after_the_last_column_are_none(tmp_path):
    assert read(tmp_path, "code;naam\nc1;a;;\nc2;b\n").frame["naam"].tolist() == ["a", "b"]
    with pytest.raises(DataError, match="row 2 has 4 fields, the header 2"):
        read(tmp_path, "code;naam\nc1;a;;x\n")


def test_leading_empty_rows_name_the_row_of_the_header(tmp_path):
    with pytest.raises(DataError, match=r"row 1 is empty.*row 3 begins with code, naam: say header = 3"):
        read(tmp_path, "  \n\ncode;naam\nc1;a\n")
    assert read(tmp_path, "\n\ncode;naam\nc1;a\n", header=3).frame.index.tolist() == [4]


def test_a_separator_must_be_one_sign(tmp_path):
    with pytest.raises(DataError, match="separator ';;', which must be one sign"):
        read(tmp_path, "code;;naam\nc1;;a\n", separator=";;")


def test_spaces_and_lines_in_names_make_no_difference_and_several_candidates_are_an_error(tmp_path):
    frame = read(tmp_path, 'code;"Aantal\nkinderen";0 jaar;1 jaar\nc1;3;1;2\n').frame
    assert find_column(frame, "aantal kinderen", where="t") == "Aantal\nkinderen"
    assert find_column(frame, ["TOTAL", "0 jaar"], where="t") == "0 jaar"
    with pytest.raises(DataError, match=r"t: '0 jaar', '1 jaar' are all there, and one is needed.*sum_of"):
        find_column(frame, ["0 jaar", "1 jaar"], where="t")
