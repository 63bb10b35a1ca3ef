"""Norms of a theme: by id, the one that holds by default, the one that it is compared with, or a number of the user."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import Field

from kortrijk_geo.errors import OptionError, did_you_mean
from kortrijk_geo.rules import Id, Local, Rules, Tables, Text

# Origin of what the user gave, which is no rule of a file and has no date.
GIVEN: dict[str, Any] = {"source": "opgegeven door de gebruiker", "date": "", "standing": "optie"}


class AnyNorm(Local):
    """A norm: its own class says how much is wanted; ``label_elsewhere`` is what other municipalities call it."""

    id: Id
    label: Text
    label_elsewhere: Text = ""

    def _elsewhere(self) -> dict[str, str]:
        return {**super()._elsewhere(), "label": self.label_elsewhere or self.label}


class DefaultNorms(Rules):
    """The ids of the norm that holds unless another is asked for, and of the one that it is compared with."""

    norm: Text
    reference: Text


N = TypeVar("N", bound=AnyNorm)


class NormSet(Rules, Generic[N]):
    """The norms of a file; ``wanted`` is the field of a norm that is its number, of ``unit``, ``most`` at most."""

    wanted: ClassVar[str]
    unit: ClassVar[str]
    most: ClassVar[float]

    norms: Annotated[dict[str, N], Tables("id")] = Field(alias="norm")
    default: DefaultNorms

    def model_post_init(self, _: object) -> None:
        """Refuse defaults that are no norm."""
        for key, name in self.default:
            if name not in self.norms:
                choices = f"{', '.join(self.norms)}{did_you_mean(name, self.norms)}"
                raise ValueError(f"default.{key}: {name!r} must be one of {choices}")

    def find(self, value: float | str | None, *, reference: bool = False) -> N:
        """Return the norm that a caller means: an id, a number, or None for the default.

        Raises
        ------
        OptionError
            When there is no such norm, or the number is not above 0 or more than can be.
        """
        if value is None:
            return self.norms[self.default.reference if reference else self.default.norm]
        if isinstance(value, str):
            if value not in self.norms:
                hint = did_you_mean(value, self.norms, otherwise="the norms are")
                raise OptionError(f"there is no norm {value!r}{hint}; a number may be given too")
            return self.norms[value]
        if isinstance(value, bool) or not math.isfinite(value) or not 0 < value <= self.most:
            raise OptionError(f"the norm is {value!r}, must be a number of {self.unit} above 0, up to {self.most:g}")
        same = [norm for norm in self.norms.values() if getattr(norm, self.wanted) == value]
        own = {"id": "given", "label": "Opgegeven norm", self.wanted: float(value), **GIVEN, "nis_code": ""}
        return same[0] if same else next(iter(self.norms.values())).model_copy(update=own)
