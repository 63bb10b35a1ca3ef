"""Capacity against people: who reaches how many places, and where the next ones do most good; knows no theme."""
