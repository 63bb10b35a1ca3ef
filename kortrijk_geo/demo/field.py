"""Smooth random fields: what bends straight lines and makes borders irregular, the same on each build."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Waves:
    """A sum of plane waves, a smooth field over the plane.

    Parameters
    ----------
    kx, ky
        Wave numbers, radians per metre.
    phase
        Radians.
    amplitude
        In the unit of the field.
    """

    kx: np.ndarray
    ky: np.ndarray
    phase: np.ndarray
    amplitude: np.ndarray

    @classmethod
    def draw(cls, rng: np.random.Generator, octaves: tuple[tuple[float, float], ...], *, per_octave: int = 5) -> Waves:
        """Draw waves in random directions; ``octaves`` are (wavelength in m, amplitude) pairs."""
        lengths = np.repeat([length for length, _ in octaves], per_octave) * rng.uniform(
            0.8, 1.25, len(octaves) * per_octave
        )
        angles = rng.uniform(0, 2 * np.pi, len(lengths))
        amplitude = np.repeat([height for _, height in octaves], per_octave) * np.sqrt(2 / per_octave)
        turns = 2 * np.pi / lengths
        return cls(turns * np.cos(angles), turns * np.sin(angles), rng.uniform(0, 2 * np.pi, len(lengths)), amplitude)

    def at(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Value of the field at the points; arrays of one shape."""
        total = np.zeros(np.shape(x))
        for kx, ky, phase, amplitude in zip(self.kx, self.ky, self.phase, self.amplitude, strict=True):
            wave = kx * x
            wave += ky * y
            wave += phase
            total += np.multiply(np.sin(wave, out=wave), amplitude, out=wave)
        return total


@dataclass(frozen=True)
class Warp:
    """A bending of the plane: each point moves by two wave fields."""

    dx: Waves
    dy: Waves

    @classmethod
    def draw(cls, rng: np.random.Generator, octaves: tuple[tuple[float, float], ...]) -> Warp:
        """Draw both fields; ``octaves`` are (wavelength in m, typical movement in m) pairs."""
        return cls(Waves.draw(rng, octaves), Waves.draw(rng, octaves))

    def __call__(self, xy: np.ndarray) -> np.ndarray:
        """Move the points, an (n, 2) array in metres."""
        x, y = xy[:, 0], xy[:, 1]
        return np.column_stack([x + self.dx.at(x, y), y + self.dy.at(x, y)])

    def back(self, xy: np.ndarray) -> np.ndarray:
        """Undo the movement, to well under a metre, by fixed-point iteration."""
        source = xy
        for _ in range(12):
            source = source + xy - self(source)
        return source


@dataclass(frozen=True)
class Grid:
    """Square cells over a rectangle, rows from the north.

    Parameters
    ----------
    left, top
        Metres.
    step
        Side of a cell, metres.
    rows, columns
        Number of cells.
    """

    left: float
    top: float
    step: float
    rows: int
    columns: int

    @classmethod
    def over(cls, bounds: tuple[float, float, float, float], step: float) -> Grid:
        """Cells of ``step`` metres that cover ``bounds`` (left, bottom, right, top)."""
        left, bottom, right, top = bounds
        return cls(left, top, step, int(np.ceil((top - bottom) / step)), int(np.ceil((right - left) / step)))

    def centres(self) -> tuple[np.ndarray, np.ndarray]:
        """Coordinates of the cells' centres, two (rows, columns) arrays."""
        x = self.left + self.step * (np.arange(self.columns) + 0.5)
        y = self.top - self.step * (np.arange(self.rows) + 0.5)
        xx, yy = np.meshgrid(x, y)
        return xx, yy

    def look_up(self, values: np.ndarray, xy: np.ndarray) -> np.ndarray:
        """Value of the cell under each point; points outside take the nearest cell."""
        column = np.clip(((xy[:, 0] - self.left) / self.step).astype(int), 0, self.columns - 1)
        row = np.clip(((self.top - xy[:, 1]) / self.step).astype(int), 0, self.rows - 1)
        return np.asarray(values[row, column])
