"""What the sieve leaves out of stop_times.txt is never of a trip near by, however the table is written."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from kortrijk_geo.ingest import gtfs_sieve
from kortrijk_geo.ingest.gtfs_sieve import sieve
from kortrijk_geo.ingest.gtfs_tables import stripped

HEADER = b"trip_id,stop_headsign,stop_id,n\n"


def kept_of(table: bytes, stops: list[str]) -> bytes:
    kept = io.BytesIO()
    sieve(lambda: io.BytesIO(table), 0, 2, stops, kept)
    return kept.getvalue()


def rows_near(table: bytes, stops: list[str]) -> pd.DataFrame:
    """Rows of the trips that call at some of the stops, by pandas alone."""
    rows = pd.read_csv(io.BytesIO(table), dtype=object, keep_default_na=False, skipinitialspace=True, index_col=False)
    for column in ("trip_id", "stop_id"):
        rows[column] = rows[column].str.strip()
    return rows[rows["trip_id"].isin(rows.loc[rows["stop_id"].isin(stops), "trip_id"])].reset_index(drop=True)


WAYS = (
    "{}", " {}", "{} ", '"{}"', ' "{}"', '"{} "',
)  # fmt: skip
SIGNS = ("", "Kortrijk", '"Gent, Zuid"', '"a ""b"", c"', '"two\nlines"', 'Rue 5"', '"shut"open', '"x" ')
EACH = some.tuples(
    some.sampled_from(["t1", "t2", "t3", "té", "ta"]), some.sampled_from(WAYS), some.sampled_from(SIGNS),
    some.sampled_from(["s1", "s2", "s3", "sé"]), some.sampled_from(WAYS),
)  # fmt: skip


@settings(max_examples=300)
@given(
    rows=some.lists(EACH, max_size=25), end=some.sampled_from(["\n", "\r\n", "\n\n"]), last=some.booleans(),
    block=some.sampled_from([1, 7, 40, 10_000]), stops=some.sampled_from([["s1"], ["s2", "sé"], []]),
)  # fmt: skip
def test_the_rows_of_trips_near_by_are_all_kept(rows, end, last, block, stops):
    lines = [f"{a.format(trip)},{sign},{b.format(stop)},{n}" for n, (trip, a, sign, stop, b) in enumerate(rows)]
    table = HEADER + (end.join(lines) + end * (last and bool(lines))).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gtfs_sieve, "BLOCK", block)
        kept = kept_of(table, stops)
    pd.testing.assert_frame_equal(rows_near(kept, stops), rows_near(table, stops))


def test_trips_elsewhere_are_left_out_also_where_calls_of_trips_are_mixed():
    together = HEADER + b"a,,far,0\na,,near,1\nb,,far,2\nb,,far,3\n"
    assert kept_of(together, ["near"]) == HEADER + b"a,,far,0\na,,near,1\n"
    mixed = HEADER + b"a,,far,0\nb,,far,2\na,,near,1\nb,,far,3\n"
    assert kept_of(mixed, ["near"]) == HEADER + b"a,,far,0\na,,near,1\n"
    assert kept_of(mixed, ["nowhere"]) == HEADER


def test_a_trip_longer_than_a_block_is_kept_whole(monkeypatch):
    monkeypatch.setattr(gtfs_sieve, "BLOCK", 50)
    calls = [f"long,,s{n},{n}\n" for n in range(200)]
    table = HEADER + b"x,,y,0\n" + "".join(calls).encode() + b"z,,y,0\n"
    assert kept_of(table, ["s150"]) == HEADER + "".join(calls).encode()


def test_a_quote_that_is_never_closed_and_endless_lines_are_refused(monkeypatch):
    with pytest.raises(ValueError, match="ends between quotes"):
        kept_of(HEADER + b'a,"oops,near,0\nb,,near,1\n', ["near"])
    monkeypatch.setattr(gtfs_sieve, "BLOCK", 50)
    monkeypatch.setattr(gtfs_sieve, "_LONGEST", 200)
    with pytest.raises(ValueError, match="a line or a trip of more than"):
        kept_of(HEADER + b"a" * 1000, ["near"])


def test_ids_with_one_key_are_told_apart_by_who_reads_on():
    """Letters beyond ASCII are in no key, so that these two trips have one: both are kept, none is lost."""
    table = HEADER + "té,,near,0\ntè,,far,1\n".encode()
    assert kept_of(table, ["near"]) == table
    assert np.array_equal(rows_near(table, ["near"])["trip_id"], ["té"])


@pytest.mark.parametrize("dtype", [object, str])
@pytest.mark.parametrize("texts", [[" a", "b ", "a", "", " a", "\tb c "], []])
def test_texts_lose_the_spaces_around_them_as_one_by_one(texts, dtype):
    column = pd.Series(texts, index=range(7, 7 + len(texts)), dtype=dtype)
    pd.testing.assert_series_equal(stripped(column), column.str.strip())
