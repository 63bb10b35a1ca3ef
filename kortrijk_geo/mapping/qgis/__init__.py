"""What a page shows, as QGIS reads it: styles for its GeoPackage, and a project with a print layout of all pages."""
