"""The city pack: its contract, its files, and one opened pack."""
