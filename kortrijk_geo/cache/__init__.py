"""Nothing computed twice: answers of themes, kept by what they hang on, in one folder of one user.

The folder is the user's cache folder of this platform, another one in ``KORTRIJK_GEO_CACHE``, or none where that is
"off". An answer is that of the content of the pack, all options and their files, every file of this package and the
versions of what it computes with; it comes back exactly as it was, and a pack that was changed has none. The files of
an atlas are kept beside them, see `kortrijk_geo.atlas.kept`.
"""

from __future__ import annotations

import logging
import os
import time
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kortrijk_geo.cache.store import Store

__all__ = ["VARIABLE", "cache_folder", "has_kept", "keep", "kept", "kept_under", "without_cache"]

F = TypeVar("F", bound="Callable[..., Any]")

VARIABLE = "KORTRIJK_GEO_CACHE"
_OFF = "off"
_ANSWERS = "answers"
# What is sooner computed than this is not worth a file.
_LEAST_S = 0.25
_used: ContextVar[bool] = ContextVar("used", default=True)
_log = logging.getLogger(__name__)


def cache_folder() -> Path | None:
    """Return the folder that answers are kept in, or None where nothing is kept."""
    named = os.environ.get(VARIABLE, "")
    if not _used.get() or named == _OFF:
        return None
    if named:
        return Path(named) / _ANSWERS
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("kortrijk-geo", appauthor=False)) / _ANSWERS


@contextmanager
def without_cache() -> Iterator[None]:
    """Compute everything anew, and keep nothing, as long as the block lasts."""
    token = _used.set(False)
    try:
        yield
    finally:
        _used.reset(token)


def kept(analyse: F) -> F:
    """Let an ``analyse(city, **options)`` answer from the cache what it answered before.

    It stands below `kortrijk_geo.options.takes`, so that it sees every option; ``city`` may be outcomes of themes.
    Errors are not kept.
    """

    @wraps(analyse)
    def answering(city: Any, **options: Any) -> Any:
        folder = cache_folder()
        if folder is None:
            return analyse(city, **options)
        from kortrijk_geo.cache.codec import NotKeptError
        from kortrijk_geo.cache.question import figures_alone, key_of
        from kortrijk_geo.cache.store import Store

        city = figures_alone(city)
        try:
            key = key_of(analyse, city, options)
        except NotKeptError:  # asked with something of the caller's own, of which nobody knows what it hangs on
            key = None
        if key is None:
            return analyse(city, **options)
        store = Store(folder)
        with store.alone(key) as possible:
            return _answer(store, key, lambda: analyse(city, **options)) if possible else analyse(city, **options)

    return answering  # type: ignore[return-value]


def has_kept(key: str | None) -> bool:
    """Whether a value is kept under the hash of a question; it may turn out to be damaged."""
    folder = cache_folder()
    if folder is None or key is None:
        return False
    from kortrijk_geo.cache.store import Store

    return Store(folder).has(key)


def kept_under(key: str | None) -> Any:
    """Return the value that is kept under the hash of a question; None where there is none, or nothing is kept."""
    folder = cache_folder()
    if folder is None or key is None:
        return None
    from kortrijk_geo.cache.store import Store

    store = Store(folder)
    with store.alone(key) as possible:
        return _read(store, key) if possible else None


def keep(key: str | None, value: Any) -> None:
    """Keep a value under the hash of a question."""
    folder = cache_folder()
    if folder is None or key is None:
        return
    from kortrijk_geo.cache.store import Store

    store = Store(folder)
    with store.alone(key) as possible:
        if possible:
            _write(store, key, value)


def _answer(store: Store, key: str, compute: Callable[[], Any]) -> Any:
    """Return what is kept, or compute and keep it."""
    answer = _read(store, key)
    if answer is None:
        started = time.perf_counter()
        answer = compute()
        if time.perf_counter() - started >= _LEAST_S:
            _write(store, key, answer)
    return answer


def _read(store: Store, key: str) -> Any:
    from kortrijk_geo.cache.codec import DamagedError, from_bytes

    content = store.read(key)
    if content is None:
        return None
    try:
        return from_bytes(content)
    except DamagedError as error:
        store.remove(key, str(error))
        return None


def _write(store: Store, key: str, value: Any) -> None:
    from kortrijk_geo.cache.codec import NotKeptError, to_bytes

    try:
        store.write(key, to_bytes(value))
    except NotKeptError as error:
        _log.warning("an answer is not kept: %s", error)
