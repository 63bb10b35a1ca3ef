"""Tables as colleagues, Excel and services write them: the figures that are right stay so, or become unknown."""

from __future__ import annotations

import datetime as dt
import math
import re

from mutations import Draft, mutation


def people(draft: Draft):
    name = draft.recipe["layers"]["areas"]["tables"][0]["file"]
    return name, draft.sheets[name]


@mutation
def other_separator(draft, rng):
    name, sheet = draft.any_sheet(rng)
    sheet.separator = rng.choice([",", "\t", "|", ";", ":", "^"])
    if sheet.separator in ":^":
        draft.table(name)["separator"] = sheet.separator


@mutation
def other_encoding(draft, rng):
    name, sheet = draft.any_sheet(rng)
    sheet.encoding = rng.choice(
        ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1", "cp850", "utf-16-be"]
    )
    if rng.random() < 0.6:
        draft.table(name)["encoding"] = sheet.encoding


@mutation
def other_line_ends(draft, rng):
    draft.any_sheet(rng)[1].newline = rng.choice(["\r\n", "\r", "\n\n"])


@mutation
def everything_quoted(draft, rng):
    draft.any_sheet(rng)[1].quoted = True


@mutation
def columns_in_another_order(draft, rng):
    _, sheet = draft.any_sheet(rng)
    order = rng.sample(range(len(sheet.header)), len(sheet.header))
    sheet.header = [sheet.header[place] for place in order]
    sheet.rows = [[row[place] for place in order] for row in sheet.rows]


@mutation
def rows_in_another_order(draft, rng):
    rng.shuffle(draft.any_sheet(rng)[1].rows)


@mutation
def names_in_capitals_or_with_spaces(draft, rng):
    _, sheet = draft.any_sheet(rng)
    sheet.header = [rng.choice([name.upper(), f" {name} ", name.title(), f"{name}\u00a0"]) for name in sheet.header]


@mutation
def a_column_of_remarks(draft, rng):
    _, sheet = draft.any_sheet(rng)
    sheet.header.append(rng.choice(["opmerking", "Naam wijk", "fid", "x_oud", "bron;datum", "geometry"]))
    for row in sheet.rows:
        row.append(rng.choice(["", "zie nota", "1.234", 'de "oude" school', "a;b", "regel\neen"]))


@mutation
def a_column_name_twice(draft, rng):
    _, sheet = draft.any_sheet(rng)
    sheet.header.append(rng.choice(sheet.header[1:]))
    for row in sheet.rows:
        row.append(7)


@mutation
def a_column_alike(draft, rng):
    """A column of another year, named like the one that is read but for capitals or spaces."""
    _, sheet = draft.any_sheet(rng)
    sheet.header.append(rng.choice([sheet.header[-1].upper(), f"{sheet.header[-1]} ", sheet.header[-1].title()]))
    for row in sheet.rows:
        row.append(9)


@mutation
def thousands_marked(draft, rng):
    name, sheet = draft.any_sheet(rng)
    sheet.thousands = rng.choice([".", " ", "\u00a0", "\u202f", "'"])
    if rng.random() < 0.3:
        draft.table(name).pop("decimal", None)


@mutation
def english_numbers(draft, rng):
    """A thousand written 1,234 in a file of which the recipe says that the comma is decimal: three decimals."""
    name, sheet = draft.any_sheet(rng)
    sheet.decimal, sheet.thousands = ".", rng.choice([",", ""])
    choice = rng.random()
    if choice < 0.4:
        draft.table(name)["decimal"] = "."
    elif choice < 0.7:
        draft.table(name).pop("decimal", None)


@mutation
def decimals_after_whole_numbers(draft, rng):
    _, sheet = draft.any_sheet(rng)
    sheet.rows = [[float(cell) if isinstance(cell, int) else cell for cell in row] for row in sheet.rows]


@mutation
def numbers_as_text(draft, rng):
    _, sheet = draft.any_sheet(rng)
    mark = rng.choice(
        ["{}", "'{}", "{} ", "\u200e{}", "+{}", "={}", "{}\u00a0", "{} p.", "ca. {}", "<{}", "{}*", "{}%"]
    )
    sheet.rows = [
        [row[0], *(mark.format(cell) if isinstance(cell, int) else cell for cell in row[1:])] for row in sheet.rows
    ]


@mutation
def in_thousands(draft, rng):
    """Counts in thousands, as a statistical office prints them: 1,234 for 1234 and 2,345 for 2345."""
    _, sheet = people(draft)
    sheet.rows = [[row[0], row[1] / 1000 if isinstance(row[1], int) else row[1], *row[2:]] for row in sheet.rows]


@mutation
def a_value_missing(draft, rng):
    _, sheet = people(draft)
    if "wijk" not in sheet.header or draft.right is None:
        return draft.nobody_knows()
    row = rng.choice(sheet.rows)
    row[sheet.column("inwoners")] = rng.choice([None, "-", "?", "x", "..", " ", "n/a", "\u2013", ":"])
    draft.right["population"][str(row[sheet.column("wijk")])] = math.nan
    return None


@mutation
def a_value_that_is_no_number(draft, rng):
    _, sheet = draft.any_sheet(rng)
    row = rng.choice(sheet.rows)
    place = rng.randrange(1, len(row))
    row[place] = rng.choice(
        [
            "nan",
            "inf",
            "-inf",
            "1e400",
            "9" * 30,
            "1e300",
            "-5",
            "#N/A",
            "#REF!",
            "NULL",
            "None",
            "1/2",
            "0x10",
            "\u0661\u0662",
            "1_000",
            "12abc",
            "TRUE",
            "\u2212 3",
            "1-2",
            "31-12-2024",
            "\u00bd",
            "1.2.3",
            "1,2,3",
            "--",
            "1e",
            "NA",
            "geheim",
            1e300,
            10**30,
        ]
    )
    draft.nobody_knows()


@mutation
def a_row_missing(draft, rng):
    _, sheet = people(draft)
    if "wijk" not in sheet.header or draft.right is None or len(sheet.rows) < 2:
        return draft.nobody_knows()
    row = sheet.rows.pop(rng.randrange(len(sheet.rows)))
    for name in ("population", "children"):
        draft.right[name][str(row[sheet.column("wijk")])] = math.nan
    return None


@mutation
def a_row_twice(draft, rng):
    name, sheet = draft.any_sheet(rng)
    sheet.rows.insert(rng.randrange(len(sheet.rows)), list(rng.choice(sheet.rows)))
    if rng.random() < 0.3 and "key" in draft.table(name):
        draft.table(name)["sum"] = True
        draft.nobody_knows()


@mutation
def a_total_row(draft, rng):
    _, sheet = people(draft)
    total = [sum(row[place] or 0 for row in sheet.rows if isinstance(row[place], (int, float))) for place in (1, 2)]
    code = rng.choice(["Totaal", "TOTAL", "Totaal stad", "99", "34022", "Kortrijk", "tot.", "Som", "Eindtotaal", "0"])
    sheet.rows.insert(rng.choice([0, len(sheet.rows)]), [code, *total, *[None] * (len(sheet.header) - 3)])
    if rng.random() < 0.5:
        draft.recipe["layers"]["areas"]["tables"][0]["sum"] = True


@mutation
def split_by_sex_and_total(draft, rng):
    """Rows of men, women and both per area, added up by the recipe."""
    _, sheet = people(draft)
    if len(sheet.header) != 3:
        return draft.nobody_knows()
    words = rng.choice([("M", "V", "T"), ("1", "2", "0"), ("man", "vrouw", "Totaal"), ("mannen", "vrouwen", "m+v")])
    rows = []
    for code, *counts in sheet.rows:
        men = [cell // 3 if isinstance(cell, int) else cell for cell in counts]
        women = [cell - part if isinstance(cell, int) else cell for cell, part in zip(counts, men, strict=True)]
        rows += [[code, *men, words[0]], [code, *women, words[1]], [code, *counts, words[2]]]
    sheet.header, sheet.rows = [*sheet.header, "geslacht"], rows
    join = draft.recipe["layers"]["areas"]["tables"][0]
    join["sum"] = True
    if rng.random() < 0.3:
        join["where"] = {"geslacht": list(words[:2])}
    return None


@mutation
def zeros_lost(draft, rng):
    _, sheet = people(draft)
    sheet.rows = [[int(row[0]) if str(row[0]).isdecimal() else row[0], *row[1:]] for row in sheet.rows]
    if rng.random() < 0.5:
        draft.recipe["layers"]["areas"]["tables"][0]["pad"] = {"wijk": 2}


@mutation
def keys_written_otherwise(draft, rng):
    _, sheet = people(draft)
    form = rng.choice([" {}", "{} ", "W{}", "{}.0", "'{}", "{}\u00a0", "0{}", "\ufeff{}", "{}-"])
    sheet.rows = [[form.format(row[0]), *row[1:]] for row in sheet.rows]


@mutation
def one_key_misspelt(draft, rng):
    _, sheet = people(draft)
    row = rng.choice(sheet.rows)
    key, row[0] = str(row[0]), rng.choice(["O1", "1", "011", "05", "Centrum"])
    if draft.right and key in draft.right["population"]:
        draft.right["population"][key] = draft.right["children"][key] = math.nan


@mutation
def lines_above_the_header(draft, rng):
    name, sheet = draft.any_sheet(rng)
    sheet.above = [["Bevolking per wijk", "Bron: stad"], ["sep=;"], [""], ["Lijst op 1/1/2025"], ["# a;b;c"]][
        rng.randrange(5)
    ]
    if rng.random() < 0.5:
        draft.table(name)["header"] = len(sheet.above) + 1


@mutation
def a_note_below(draft, rng):
    _, sheet = draft.any_sheet(rng)
    sheet.rows += [
        [None] * len(sheet.header),
        [rng.choice(["Bron: stad", "* voorlopig"]), *[None] * (len(sheet.header) - 1)],
    ]


@mutation
def empty_rows(draft, rng):
    _, sheet = draft.any_sheet(rng)
    sheet.rows.insert(rng.randrange(len(sheet.rows) + 1), [None] * len(sheet.header))


@mutation
def a_field_too_many(draft, rng):
    _, sheet = draft.any_sheet(rng)
    rng.choice(sheet.rows).append(rng.choice([None, "", "x", 3]))


@mutation
def a_field_too_few(draft, rng):
    _, sheet = draft.any_sheet(rng)
    rng.choice(sheet.rows).pop()
    draft.nobody_knows()


@mutation
def dates_of_another_form(draft, rng):
    if "creches.csv" not in draft.sheets or "opening" not in draft.sheets["creches.csv"].header:
        return draft.nobody_knows()
    form = rng.choice(
        [
            "%d/%m/%Y",
            "%Y/%m/%d",
            "%d-%m-%Y",
            "%Y%m%d",
            "%Y-%m-%dT00:00:00+02:00",
            "%Y-%m-%d 23:30:00Z",
            "%d/%m/%y",
            "%d.%m.%Y",
            "%Y-W%V-%u",
            "%Y-%j",
            "%m/%d/%Y",
        ]
    )
    sheet = draft.sheets["creches.csv"]
    place = sheet.column("opening")
    for row in sheet.rows:
        if isinstance(row[place], str) and re.fullmatch(r"\d{4}-\d\d-\d\d", row[place]):
            row[place] = dt.date.fromisoformat(row[place]).strftime(form)
    if rng.random() < 0.5 and "T" not in form and "Z" not in form:
        draft.table("creches.csv")["date_format"] = form
    return None


@mutation
def counts_of_other_columns(draft, rng):
    """Two columns change places under their names: no reader can know, so only the manner of the answer counts."""
    _, sheet = draft.any_sheet(rng)
    one, other = rng.sample(range(len(sheet.header)), 2)
    sheet.header[one], sheet.header[other] = sheet.header[other], sheet.header[one]
    draft.nobody_knows()


@mutation
def a_location_twice(draft, rng):
    """The same crèche under another id: its places would count twice."""
    name = next((name for name in draft.sheets if name.startswith("creches")), None)
    if name is None or "id" not in draft.sheets[name].header:
        return draft.nobody_knows()
    sheet = draft.sheets[name]
    again = list(sheet.rows[0])
    again[sheet.column("id")] = "k9"
    sheet.rows.append(again)
    return None
