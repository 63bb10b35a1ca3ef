"""The layers and columns of a pack as a reader of recipes needs them: generated from the contract and the aliases."""

from __future__ import annotations

from kortrijk_geo.ingest.aliases import load_aliases
from kortrijk_geo.pack.layers import DUTCH_NAMES, LAYERS, RASTERS, Column

BEGIN = "<!-- layers and columns, as `kortrijk-geo pack start --columns` prints them -->"
END = "<!-- end of layers and columns -->"
_KINDS = {
    "id": "text, each once", "text": "text", "flag": "true or false", "number": "number", "count": "whole number",
    "money": "number", "date": "date",
}  # fmt: skip


def columns_text() -> str:
    """Return a table, in Markdown, of each layer and raster of a pack with its columns.

    The Dutch name of a column is the first by which `pack start` knows it.
    """
    lines = [
        "`*`: may be left out. `?`: must be there, and may be unknown on a row. Geometry comes from the file.",
        "",
        "| layer | Dutch | column | Dutch | what it holds |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, layer in LAYERS.items():
        shape = "table" if layer.shape == "none" else layer.shape
        lines.append(f"| **`{name}`** | {DUTCH_NAMES[name]} | | | {shape}: {layer.about} |")
        for column, spec in layer.columns.items():
            dutch = load_aliases().of_column(name, column)[0]
            lines.append(f"| | | `{column}`{_mark(spec)} | {dutch} | {_holds(spec)} |")
    lines += ["", "| raster | Dutch | unit | what it holds |", "| --- | --- | --- | --- |"]
    lines += [
        f"| `{name}` | {DUTCH_NAMES[name]} | {raster.unit} | {raster.about} |" for name, raster in RASTERS.items()
    ]
    return "\n".join(lines)


def _mark(spec: Column) -> str:
    return "*" if not spec.required else "?" if spec.nullable else ""


def _holds(spec: Column) -> str:
    unit = f" ({spec.unit})" if spec.unit else ""
    choice = f": {', '.join(spec.allowed)}" if spec.allowed else ""
    return f"{_KINDS[spec.kind]}{unit}{choice}"
