"""The table ``[timetable]`` of a recipe: the feeds of public transport."""

from __future__ import annotations

from kortrijk_geo.ingest.recipe_tables import FileOrTiles, Table, _Record


class GtfsFeeds(Table, _Record):
    """One GTFS feed (a ZIP archive) or several, whose ids are kept apart by the names of their files."""

    file: FileOrTiles
