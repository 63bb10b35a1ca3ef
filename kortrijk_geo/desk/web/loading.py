"""The city of a desk: opened and counted behind, while the first pages are served already."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from kortrijk_geo.errors import KortrijkGeoError

if TYPE_CHECKING:
    from kortrijk_geo.desk.counsel import Counsel
    from kortrijk_geo.desk.dossiers import Desk
    from kortrijk_geo.desk.settings import Settings
    from kortrijk_geo.pack.city import City

_LOG = logging.getLogger(__name__)


class PackSource:
    """Gives the city, and the counsel on it, once they are there.

    Both are None while they are loading and where the pack cannot be read; ``failure`` then says why. ``digest`` and
    ``warnings`` are those of the city as it was opened.
    """

    def __init__(self, settings: Settings, desk: Desk, city: City | None = None) -> None:
        self.city: City | None = None
        self.counsel: Counsel | None = None
        self.failure = ""
        self.digest = ""
        self.warnings: tuple[str, ...] = ()
        self._settings = settings
        self._desk = desk
        self._done = threading.Event()
        if city is not None:
            self._take(city)
            self._done.set()

    def start(self) -> None:
        """Begin to open the pack, in a thread of its own; once."""
        if not self._done.is_set():
            threading.Thread(target=self._open, name="pack", daemon=True).start()

    def wait(self, seconds: float) -> City | None:
        """Return the city when it is there within so many seconds."""
        self._done.wait(seconds)
        return self.city

    def _open(self) -> None:
        try:
            self._take(self._opened())
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

    def _take(self, city: City) -> None:
        """Read and count what an advice needs, so that the first officer does not wait for it."""
        from kortrijk_geo.desk.counsel import Counsel

        self._desk.use(city)
        counsel = Counsel(self._desk)
        counsel.warm(self._desk.now().date())
        self.digest, self.warnings = city.digest, tuple(city.warnings)
        self.city, self.counsel = city, counsel
