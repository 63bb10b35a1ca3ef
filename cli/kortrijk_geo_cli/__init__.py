"""The command line of kortrijk_geo: one module per command group."""
