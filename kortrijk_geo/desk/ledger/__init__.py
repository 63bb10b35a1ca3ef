"""The ledger: one SQLite file with a chain of entries that cannot be changed unseen, people and drafts beside it.

It knows SQLite and hashes; what an entry means is for whoever writes it.
"""

from kortrijk_geo.desk.ledger.backup import backup, restore
from kortrijk_geo.desk.ledger.chain import Entry, Head, canonical, read_head, write_head
from kortrijk_geo.desk.ledger.checking import ChainReport, Fault, check_chain
from kortrijk_geo.desk.ledger.drafts import Draft
from kortrijk_geo.desk.ledger.errors import BusyError, ConflictError, LedgerFileError, UnknownDossierError
from kortrijk_geo.desk.ledger.store import Ledger, Writing

__all__ = [
    "BusyError",
    "ChainReport",
    "ConflictError",
    "Draft",
    "Entry",
    "Fault",
    "Head",
    "Ledger",
    "LedgerFileError",
    "UnknownDossierError",
    "Writing",
    "backup",
    "canonical",
    "check_chain",
    "read_head",
    "restore",
    "write_head",
]
