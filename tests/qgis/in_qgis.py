"""Run by the Python that has QGIS, not by that of the tests: opens a project, draws it, and tells how it paints values.

Takes a JSON document with ``project``, ``pictures`` (a folder) and ``probes`` (layer id: rows of attributes by name),
and prints one with what QGIS makes of it.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsExpressionContextUtils,
    QgsFeature,
    QgsLayoutExporter,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRenderContext,
)
from qgis.PyQt.QtCore import NULL, QSize
from qgis.PyQt.QtGui import QImage


def main() -> None:
    asked = json.loads(sys.stdin.read())
    application = QgsApplication([], False)
    QgsApplication.setPrefixPath("/usr", True)
    application.initQgis()
    said: list[str] = []
    QgsApplication.messageLog().messageReceived[str, str, Qgis.MessageLevel].connect(
        lambda text, tag, level: said.append(f"{tag}: {text}") if level in (Qgis.Warning, Qgis.Critical) else None
    )
    project = QgsProject.instance()
    answer = {"read": project.read(asked["project"]), "title": project.title(), "crs": project.crs().authid()}
    answer["layers"] = {key: _layer(layer) for key, layer in project.mapLayers().items()}
    answer["groups"] = {group.name(): _group(group) for group in project.layerTreeRoot().children()}
    answer["painted"] = {
        key: [_painted(project.mapLayer(key), row) for row in rows] for key, rows in asked["probes"].items()
    }
    pictures = Path(asked["pictures"])
    pictures.mkdir(parents=True, exist_ok=True)
    themes = project.mapThemeCollection()
    answer["themes"] = {name: _draw(project, name, pictures) for name in themes.mapThemes()}
    answer["layouts"] = {layout.name(): _print(layout, pictures) for layout in project.layoutManager().printLayouts()}
    answer["said"] = said
    project.clear()
    del project
    application.exitQgis()
    sys.stdout.write("ANSWER" + json.dumps(answer))


def _layer(layer) -> dict:
    return {
        "name": layer.name(),
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "crs_valid": layer.crs().isValid(),
        "rows": layer.featureCount(),
        "aliases": {field.name(): field.alias() for field in layer.fields()},
        "tip": layer.mapTipTemplate(),
        "legend": [item.label() for item in layer.renderer().legendSymbolItems()],
        "title": layer.metadata().title(),
    }


def _group(group) -> dict:
    return {
        "seen": group.itemVisibilityChecked(),
        "layers": [each.layerId() for each in group.findLayers()],
        "radio": [child.name() for child in group.children() if getattr(child, "isMutuallyExclusive", bool)()],
        "shown": [each.layerId() for each in group.findLayers() if each.itemVisibilityChecked()],
    }


def _painted(layer, row: dict) -> list[list[str]]:
    """Return label and colour of the legend's rows by which a feature with these attributes is drawn."""
    fields = layer.fields()
    feature = QgsFeature(fields)
    for name, value in row.items():
        place = fields.indexFromName(name)
        if place < 0:
            raise ValueError(f"{layer.name()} has no column {name}")
        feature.setAttribute(place, NULL if value is None else value)
    context = QgsRenderContext()
    context.expressionContext().appendScopes(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setRendererScale(10_000)
    context.expressionContext().setFeature(feature)
    renderer = layer.renderer().clone()
    renderer.startRender(context, fields)
    keys = renderer.legendKeysForFeature(feature, context)
    items = [item for item in renderer.legendSymbolItems() if item.ruleKey() in keys and item.symbol() is not None]
    found = [
        [item.label(), item.symbol().symbolLayer(0).color().name(), _edge(item.symbol().symbolLayer(0))]
        for item in items
    ]
    renderer.stopRender(context)
    return found


def _edge(symbol_layer) -> str:
    return symbol_layer.strokeColor().name() if hasattr(symbol_layer, "strokeColor") else ""


def _draw(project, theme: str, folder: Path) -> dict:
    layers = project.mapThemeCollection().mapThemeVisibleLayers(theme)
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(project.crs())
    settings.setExtent(project.viewSettings().defaultViewExtent())
    settings.setOutputSize(QSize(1200, 900))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    path = folder / f"groep_{_slug(theme)}.png"
    job.renderedImage().save(str(path))
    return {
        "picture": _look(path),
        "layers": [layer.id() for layer in layers],
        "errors": [e.message for e in job.errors()],
    }


def _print(layout, folder: Path) -> dict:
    path = folder / f"blad_{_slug(layout.name())}.png"
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = 110
    done = QgsLayoutExporter(layout).exportToImage(str(path), settings)
    return {
        "picture": _look(path),
        "done": done == QgsLayoutExporter.Success,
        "items": sorted(
            type(item).__name__ for item in layout.items() if type(item).__name__.startswith("QgsLayoutItem")
        ),
        "right_mm": max(
            item.pagePos().x() + item.rect().width() for item in layout.items() if hasattr(item, "pagePos")
        ),
        "texts": [item.currentText() for item in layout.items() if type(item).__name__ == "QgsLayoutItemLabel"],
    }


def _look(path: Path) -> dict:
    """Tell of a picture how many colours it has, and how much of it is white."""
    image = QImage(str(path)).convertToFormat(QImage.Format_RGB32)
    pixels = image.constBits().asstring(image.sizeInBytes())
    counts = Counter(pixels[at : at + 3] for at in range(0, len(pixels), 4))
    return {"colours": len(counts), "white": counts[b"\xff\xff\xff"] / sum(counts.values())}


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name.lower())[:40]


main()
