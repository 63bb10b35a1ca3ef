"""The invented theme of samples.py, for tests of map, page and atlas."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture(scope="session")
def samples() -> ModuleType:
    """The module samples.py."""
    found = importlib.util.spec_from_file_location("mapping_samples", Path(__file__).parent / "samples.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module
