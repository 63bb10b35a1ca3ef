"""Dossiers: what the entries of the ledger mean, who may do what when, and the proof of every decision."""

from kortrijk_geo.desk.dossiers.allowed import ACT_LABELS, Act, NotAllowedError, allowed, waits_for, why_not
from kortrijk_geo.desk.dossiers.books import Proposal, TrialRow
from kortrijk_geo.desk.dossiers.desk import Desk
from kortrijk_geo.desk.dossiers.dossier import STATUS_LABELS, Advice, Dossier, Payment, Ruling, Version
from kortrijk_geo.desk.dossiers.findings import CAUSE_LABELS, Finding
from kortrijk_geo.desk.dossiers.inputs import Inputs
from kortrijk_geo.desk.dossiers.overview import Filter, Overview, csv_text, export_rows, overview, write_export
from kortrijk_geo.desk.dossiers.terms import Term
from kortrijk_geo.desk.dossiers.verifying import Proof, verify
from kortrijk_geo.desk.dossiers.views import Control, NotReadyError

__all__ = [
    "ACT_LABELS",
    "CAUSE_LABELS",
    "STATUS_LABELS",
    "Act",
    "Advice",
    "Control",
    "Desk",
    "Dossier",
    "Filter",
    "Finding",
    "Inputs",
    "NotAllowedError",
    "NotReadyError",
    "Overview",
    "Payment",
    "Proof",
    "Proposal",
    "Ruling",
    "Term",
    "TrialRow",
    "Version",
    "allowed",
    "csv_text",
    "export_rows",
    "overview",
    "verify",
    "waits_for",
    "why_not",
    "write_export",
]
