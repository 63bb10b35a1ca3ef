"""The pages of the desk, a module for each part of the work."""
