"""Raw files and services to a city pack: readers, recipes, derivations and checks."""
