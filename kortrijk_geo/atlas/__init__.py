"""The atlas: pages, files and index of a whole city, and two states of a city compared."""
