"""A copy of the ledger while the desk runs, and back from it; both are checked before they count."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from kortrijk_geo.desk.ledger.checking import check_file
from kortrijk_geo.desk.ledger.database import FILE, check_vacant
from kortrijk_geo.desk.ledger.errors import LedgerFileError, told_in_dutch
from kortrijk_geo.desk.ledger.store import Ledger
from kortrijk_geo.errors import MissingFileError, OutputError
from kortrijk_geo.files import file_replacing, folder_locked

if TYPE_CHECKING:
    from kortrijk_geo.desk.ledger.chain import Head


def backup(folder: str | Path, to: str | Path) -> Head:
    """Copy the ledger of a folder to a new file, as it is at one moment, while others write; return its head.

    What was deleted is not in the copy, and the copy is checked before it takes its name.

    Raises
    ------
    MissingFileError
        When the folder holds no ledger.
    OutputError
        When ``to`` exists or cannot be written.
    LedgerFileError
        When the chain does not hold: a copy of a broken ledger is made by hand, knowingly.
    """
    target = Path(to)
    if os.path.lexists(target):
        raise OutputError(f"{target} bestaat al en wordt niet overschreven; kies een andere naam")
    with Ledger(Path(folder), create=False) as ledger, told_in_dutch(target), file_replacing(target) as building:
        place = building.with_name("copy")
        place.mkdir()
        copy = place / FILE
        copy.touch(mode=0o600)
        with ledger.database.reading() as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        head = _checked(copy, ledger.database.path)
        _sync(copy)
        copy.rename(building)
    _sync(target.absolute().parent)
    return head


def restore(file: str | Path, folder: str | Path) -> Head:
    """Put a backup in a folder that holds no ledger, after its chain was checked; return its head.

    Raises
    ------
    MissingFileError
        When there is no such file.
    OutputError
        When the folder holds a ledger already, or cannot be written.
    LedgerFileError
        When the file is no ledger, or its chain does not hold; nothing is put in the folder.
    """
    source, target = Path(file), Path(folder)
    if not source.is_file():
        raise MissingFileError(f"{source} bestaat niet")
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError.of(target, error) from error
    with folder_locked(target, lambda _: None):
        check_vacant(target)
        with file_replacing(target / FILE) as building:
            place = building.with_name("copy")
            place.mkdir()
            for end in ("", "-wal"):  # a file that was copied by hand may have its last entries beside it
                if (beside := source.with_name(source.name + end)).exists():
                    shutil.copyfile(beside, place / f"{FILE}{end}")
            (place / FILE).chmod(0o600)
            try:
                Ledger(place, create=False).close()  # brings it to this version
            except LedgerFileError as error:
                raise LedgerFileError(str(error).replace(str(place / FILE), str(source))) from error
            head = _checked(place / FILE, source)
            _sync(place / FILE)
            (place / FILE).rename(building)
        _sync(target)
    return head


def _checked(file: Path, origin: Path) -> Head:
    """Return the head of a ledger; what is wrong with it is told of the file it comes from."""
    report = check_file(file)
    if not report.ok:
        raise LedgerFileError(f"{origin}: {report.faults[0].sentence}")
    return report.head


def _sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
