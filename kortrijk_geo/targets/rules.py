"""The city's targets as data, read strictly from ``targets.toml``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    TypeAdapter,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)

from kortrijk_geo.catalogue import measured
from kortrijk_geo.errors import did_you_mean
from kortrijk_geo.figure import Goal, GoalKind
from kortrijk_geo.rules import (
    UNKNOWN,
    Day,
    Flag,
    Id,
    Number,
    Rules,
    Share,
    Sourced,
    Tables,
    Text,
    Whole,
    Year,
    read_rules,
)

NOT_MEASURED = "not measured by this toolkit"
STANDING = "standing"
SHARE = "aandeel"
By = dt.date | Literal["standing", "unknown"]
_YEAR = TypeAdapter(Year)


def _last_day(value: object) -> object:
    return dt.date(_YEAR.validate_python(value), 12, 31) if isinstance(value, int) else value


LastDay = Annotated[
    Day, BeforeValidator(_last_day, json_schema_input_type=Year | dt.date)
]  # a date, or a year, which means its last day
_DAY = TypeAdapter(LastDay)


def _by(value: object) -> object:
    if isinstance(value, str) and value not in {STANDING, UNKNOWN}:
        raise ValueError(f'{value!r} must be a year, a date, "{STANDING}" or "{UNKNOWN}"')
    return value if isinstance(value, str) else _DAY.validate_python(value)


def _or_unknown(value: object, read: ValidatorFunctionWrapHandler) -> Any:
    return None if value == UNKNOWN else read(value)


def _measured(value: object, read: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, str) and value != NOT_MEASURED:
        raise ValueError(f'{value!r} must be a table of theme and column, or "{NOT_MEASURED}"')
    return None if value == NOT_MEASURED else read(value)


Figure = Annotated[float, Number(-1e15, 1e15)]
_Unknown = Literal["unknown"]
FigureOrUnknown = Annotated[Figure | None, WrapValidator(_or_unknown, json_schema_input_type=Figure | _Unknown)]
ShareOrUnknown = Annotated[Share | None, WrapValidator(_or_unknown, json_schema_input_type=Share | _Unknown)]


@dataclass(frozen=True)
class Point:
    """A figure on a day: published by somebody, or found by a run of this toolkit."""

    date: dt.date
    value: float
    source: str
    published: bool = True
    day_known: bool = True

    @property
    def iso(self) -> str:
        """Its day, or its year alone where nobody told the day."""
        return self.date.isoformat() if self.day_known else str(self.date.year)


@dataclass(frozen=True)
class Undated:
    """A figure of this run's data, of which nobody told the day."""

    value: float
    source: str
    date: None = None
    day_known: bool = False


def _theme_that_measures(name: str) -> str:
    if name not in measured():
        raise ValueError(f"{name!r} must be one of {', '.join(measured())}{did_you_mean(name, measured())}")
    return name


# Asked of the catalogue when a file is read: a theme is one line there, and nothing here.
_NAMES = {"type": "string", "enum": list(measured())}
MeasuredTheme = Annotated[str, AfterValidator(_theme_that_measures), WithJsonSchema(_NAMES)]


class Column(Rules):
    """A column of the city row (and of the areas) of a theme's result."""

    theme: MeasuredTheme
    column: Id


class Possible(Column):
    """A column that tells what a map finds room for, with its Dutch label."""

    label: Text


class Published(Rules):
    """A figure that was published, in the goal's own measure; of its year alone where nobody told the day."""

    date: LastDay
    day_known: Flag = True
    value: Figure
    source: Text


class PublishedShare(Published):
    """A published share of 0-1."""

    value: Share


class Target(Sourced):
    """One promise of the city.

    Parameters
    ----------
    key, label, subject
        English name; Dutch label; Dutch heading under which it stands.
    goal, unit
        The number promised, None when none was; its Dutch unit, "aandeel" for a share of 0-1.
    kind
        What the number is worth: "adopted", an "aim", a "guideline" or only a "comparison".
    direction
        Whether the goal is reached from below ("at_least") or from above ("reduce").
    counted
        Whether the figure itself ("level") is held against the goal, or what was added to the baseline ("change").
    by
        Last day; "standing" when it holds now and stays, "unknown" when no date was published.
    baseline_level, baseline_date
        The figure where the count began, None when unknown, and its day.
    measured, area_goal
        The figure of a theme that measures it, None when no theme does; whether the goal holds per area too.
    area_source, area_standing
        Who says that it holds per area, and what that is worth; empty where that is who set the goal.
    possible
        What a map finds room for; no progress.
    figures
        Published figures in the goal's own measure.
    source, date, standing, remark
        Who promised it, when, what it is worth, and what a reader must know.
    """

    key: Id
    label: Text
    subject: Text
    goal: FigureOrUnknown
    unit: Text
    kind: GoalKind = "adopted"
    direction: Literal["at_least", "reduce"]
    counted: Literal["level", "change"]
    by: Annotated[By, BeforeValidator(_by, json_schema_input_type=Year | By)]
    baseline_level: FigureOrUnknown = Field(alias="baseline")
    baseline_date: LastDay | None = None
    measured: Annotated[
        Column | None, WrapValidator(_measured, json_schema_input_type=Column | Literal["not measured by this toolkit"])
    ]
    area_goal: Flag | None = None
    area_source: Text = ""
    area_standing: Text = ""
    possible: Possible | None = None
    figures: Annotated[tuple[Published, ...], Tables()] = Field((), alias="published")
    remark: Text = ""

    @property
    def promised(self) -> bool:
        """Whether there is a number to reach: without one, or with one to compare with, nothing is promised."""
        return self.goal is not None and self.kind != "comparison"

    def model_post_init(self, _: Any) -> None:
        """Refuse keys that do not go together."""
        if self.change and self.reduce:
            raise ValueError("counted: a change can only be counted towards a goal of at_least")
        if self.change and self.baseline_level is None:
            raise ValueError("baseline: a change must be counted from a baseline that is known")
        if self.baseline_level is None and self.baseline_date is not None:
            raise ValueError("baseline_date: stands there although the baseline is unknown; leave it out")
        if self.baseline_level is not None and self.baseline_date is None:
            raise ValueError("baseline_date is missing")
        if self.measured is None and self.area_goal is not None:
            raise ValueError("area_goal: stands there although no theme measures the target; leave it out")
        if self.measured is not None and self.area_goal is None:
            raise ValueError("area_goal is missing")
        if (self.area_source or self.area_standing) and not self.area_goal:
            raise ValueError("area_source: stands there although the goal does not hold per area; leave it out")
        if bool(self.area_source) != bool(self.area_standing):
            raise ValueError("area_source and area_standing: both or none")
        if len({figure.date for figure in self.figures}) < len(self.figures):
            raise ValueError("published: two figures are of the same date")

    @property
    def reduce(self) -> bool:
        """Whether the goal is reached from above."""
        return self.direction == "reduce"

    @property
    def change(self) -> bool:
        """Whether what was added to the baseline is held against the goal, instead of the figure itself."""
        return self.counted == "change"

    @property
    def baseline(self) -> Point | None:
        """Where the count began, as a point in the goal's own measure (for a change: 0); None when unknown."""
        if self.baseline_level is None or self.baseline_date is None:
            return None
        return Point(self.baseline_date, 0.0 if self.change else self.baseline_level, self.source)

    @property
    def published(self) -> tuple[Point, ...]:
        """Published figures, oldest first."""
        points = [
            Point(figure.date, figure.value, figure.source, day_known=figure.day_known) for figure in self.figures
        ]
        return tuple(sorted(points, key=lambda point: point.date))


class ShareTarget(Target):
    """A promise in shares of 0-1."""

    goal: ShareOrUnknown
    baseline_level: ShareOrUnknown = Field(alias="baseline")
    figures: Annotated[tuple[PublishedShare, ...], Tables()] = Field((), alias="published")


def _of_unit(value: object, read: ValidatorFunctionWrapHandler) -> Any:
    shares = isinstance(value, dict) and value.get("unit") == SHARE
    return ShareTarget.model_validate(value) if shares else read(value)


class Municipality(Rules):
    """Whose targets they are."""

    name: Text
    nis_code: Text


class Pace(Sourced):
    """A pace over less than ``least_days`` days is not told."""

    least_days: Annotated[int, Whole(1, 3_650)]


class Targets(Rules):
    """The whole of ``targets.toml``."""

    city: Municipality
    pace: Pace
    targets: Annotated[tuple[Annotated[Target, WrapValidator(_of_unit)], ...], Tables("key")] = Field(
        (), alias="target"
    )

    def model_post_init(self, _: Any) -> None:
        """Refuse a file without targets."""
        if not self.targets:
            raise ValueError("target is missing; write one or more [[target]]")


def load_targets(path: Path | None = None) -> Targets:
    """Read a file as ``targets.toml``; by default the package's own, Kortrijk's.

    Raises
    ------
    MissingFileError
        When there is no such file.
    DataError
        When a key is missing, unknown or of the wrong kind; the message names file and key.
    """
    return read_rules(Targets, path or Path(__file__).with_name("targets.toml"))


def goals_of(theme: str, nis_code: str | None, path: Path | None = None) -> dict[str, Goal]:
    """Return what a city wants of the figures of a theme, by column; nothing where these targets are another city's.

    A change that is wanted is the goal of the figure ``<column>_added``.

    Parameters
    ----------
    theme
        English name of the theme that measures the figures.
    nis_code
        Of the city's municipality.
    path
        Its own file of targets; None for the package's, Kortrijk's.
    """
    known = load_targets(path)
    if nis_code != known.city.nis_code:
        return {}
    return {
        f"{target.measured.column}_added" if target.change else target.measured.column: Goal(
            target.goal, target.kind, target.source
        )
        for target in known.targets
        if target.measured is not None and target.measured.theme == theme and target.goal is not None
    }  # fmt: skip
