"""The city of a desk: opened behind while the first pages are served already."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from kortrijk_geo.errors import KortrijkGeoError

if TYPE_CHECKING:
    from kortrijk_geo.desk.settings import Settings
    from kortrijk_geo.pack.city import City

_LOG = logging.getLogger(__name__)


class PackSource:
    """Gives the city once it is there.

    ``city`` is None while it is loading and where it cannot be read; ``failure`` then says why.
    """

    def __init__(self, settings: Settings, city: City | None = None) -> None:
        self.city = city
        self.failure = ""
        self._settings = settings
        self._done = threading.Event()
        if city is not None:
            self._done.set()

    def start(self) -> None:
        """Begin to open the pack, in a thread of its own; once."""
        if self.city is None and not self._done.is_set():
            threading.Thread(target=self._open, name="pack", daemon=True).start()

    def wait(self, seconds: float) -> City | None:
        """Return the city when it is there within so many seconds."""
        self._done.wait(seconds)
        return self.city

    def _open(self) -> None:
        try:
            city = self._opened()
            prepare(city)
            self.city = city
        except KortrijkGeoError as error:
            self.failure = str(error)
            _LOG.error("the pack cannot be opened: %s", error)
        except Exception:  # noqa: BLE001 - a thread has nobody above it; the page says that it stopped
            self.failure = "onverwachte fout; zie het logboek van het loket"
            _LOG.exception("the pack cannot be opened")
        finally:
            self._done.set()

    def _opened(self) -> City:
        if self._settings.pack is not None:
            from kortrijk_geo.pack.city import open_city

            return open_city(self._settings.pack)
        from kortrijk_geo.demo import demo_city

        return demo_city(self._settings.demo)


def prepare(city: City) -> None:
    """Read what an advice needs of a pack, so that the first officer does not wait for it."""
    from kortrijk_geo.pack.addresses import AddressBook, addresses_of

    for name in ("boundary", "areas", "childcare"):
        if city.has(name):
            _ = city.layer(name).sindex
    if city.has("addresses"):
        AddressBook(addresses_of(city))
