"""How a desk is run: its pack, its data folder, its address, and the rules of ``desk.toml``."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated

from kortrijk_geo.errors import OptionError
from kortrijk_geo.rules import Money, Rules, Sourced, Whole, as_rules, read_rules, read_toml

DESK_FILE = "desk.toml"
DEMO_PACK = Path("data/demo")
_OURS = Path(__file__).with_name(DESK_FILE)
_MOST_PORT = 65_535


class Retention(Sourced):
    """How many years personal data are kept after the last step of a dossier, and how many days a draft."""

    years: Annotated[int, Whole(1, 100)]
    draft_days: Annotated[int, Whole(1, 3_650)]


class YearlyBudget(Sourced):
    """What may be granted in a calendar year; None is unknown."""

    yearly_eur: Money


class Limits(Sourced):
    """What one visitor may ask of a desk."""

    body_bytes: Annotated[int, Whole(10_000, 100_000_000)]
    requests_per_minute: Annotated[int, Whole(10, 1_000_000)]
    failed_tries: Annotated[int, Whole(1, 100)]
    lock_minutes: Annotated[int, Whole(1, 10_000)]
    session_hours: Annotated[int, Whole(1, 24)]


class DeskRules(Rules):
    """The whole of ``desk.toml``."""

    retention: Retention
    budget: YearlyBudget
    limits: Limits


@cache
def shipped_rules() -> DeskRules:
    """Return the package's own ``desk.toml``."""
    return read_rules(DeskRules, _OURS)


def read_desk_rules(data: Path) -> DeskRules:
    """Read the rules of a desk: the package's own, with the keys that ``desk.toml`` in its data folder replaces.

    Raises
    ------
    DataError
        When that file breaks the rules; the message names the key.
    """
    own = data / DESK_FILE
    if not own.is_file():
        return shipped_rules()
    merged: dict[str, object] = dict(read_toml(_OURS)[0])
    for table, values in read_toml(own)[0].items():
        before = merged.get(table)
        merged[table] = {**before, **values} if isinstance(before, dict) and isinstance(values, dict) else values
    return as_rules(DeskRules, merged, str(own))


@dataclass(frozen=True)
class Settings:
    """How one desk is run.

    Parameters
    ----------
    pack
        Folder of the city pack; None is the synthetic demo city, which every page then says.
    data
        Folder of the ledger, the drafts and the atlas.
    host, port
        Where it listens.
    hosts
        Names by which a reverse proxy may ask for it, beside those of ``host``.
    rules
        Those of ``desk.toml``.
    demo
        Folder of the demo pack, built when absent.
    proxies
        Addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; none by default.

    Raises
    ------
    OptionError
        When the port is none.
    """

    pack: Path | None
    data: Path
    host: str = "127.0.0.1"
    port: int = 8765
    hosts: tuple[str, ...] = ()
    rules: DeskRules = field(default_factory=shipped_rules)
    demo: Path = DEMO_PACK
    proxies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.port <= _MOST_PORT:
            raise OptionError(f"port {self.port} must be a whole number from 0 to {_MOST_PORT}")

    @property
    def on_loopback(self) -> bool:
        """Whether nobody but this machine can reach the desk."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False
