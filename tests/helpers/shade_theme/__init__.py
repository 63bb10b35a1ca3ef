"""A theme of the common shape, small enough to read at once: how much green a wijk has per inhabitant.

The shape that every theme has: this face, ``analysis``, ``options``, ``rules`` with its TOML, ``columns``, ``notes``
and ``map``. A test adds it with one line, its entry in the catalogue.
"""

from shade_theme.analysis import analyse
from shade_theme.map import draw, spec
from shade_theme.options import Options, check_options

__all__ = ["Options", "analyse", "check_options", "draw", "spec"]
