"""The version of the toolkit, in a room of its own so that every room may name it."""

__version__ = "0.1.0"
