"""What an officer reads when something goes wrong: what it is, what to do, and nothing of the machine behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from kortrijk_geo.desk.ledger import BusyError, ConflictError, UnknownDossierError
from kortrijk_geo.errors import KortrijkGeoError, OptionError, OutputError

_TYPED_IS_BELOW = " Wat u typte, is niet bewaard; het staat hieronder, zodat u het kunt overnemen."


@dataclass(frozen=True)
class Fault:
    """An answer that is an error.

    Parameters
    ----------
    status
        HTTP status.
    title, text
        What it is, and what to do.
    keeps_typed
        Whether the page shows what was typed, as nothing else kept it.
    """

    status: int
    title: str
    text: str
    keeps_typed: bool = False


_BY_REASON = {
    "token": Fault(
        403,
        "Dit formulier is niet meer geldig",
        "Het formulier is te oud, of u hebt zich intussen aan- of afgemeld. Open de pagina opnieuw en doe het nog eens."
        + _TYPED_IS_BELOW,
        keeps_typed=True,
    ),
    "origin": Fault(
        403,
        "Dit komt niet van een pagina van het loket",
        "Het loket neemt een wijziging alleen aan van zijn eigen pagina's. Ziet u dit na elk formulier, dan weet het "
        "loket niet onder welk adres de proxy ervoor staat: zie het hoofdstuk over de proxy in docs/desk.md.",
    ),
    "signs": Fault(
        400,
        "Er staan onleesbare tekens in",
        "In het adres of in een veld staat een teken dat niet te typen is. Typ het veld opnieuw; plak het niet.",
    ),
}
_BY_STATUS = {
    400: ("Dit kan het loket niet lezen", "De vraag is onvolledig of voor een ander adres bedoeld. Begin opnieuw."),
    401: ("U bent niet aangemeld", "Meld u aan en doe het daarna opnieuw." + _TYPED_IS_BELOW),
    403: ("Dat mag u niet doen", "Uw rol laat dit niet toe. Vraag het aan een beheerder van het loket."),
    404: ("Deze pagina bestaat niet", "Kijk het adres na, of zoek het dossier op in de lijst."),
    405: ("Dat kan hier niet", "Deze pagina neemt zo'n vraag niet aan."),
    408: (
        "Het versturen duurde te lang",
        "De verbinding is te traag of viel weg. Er is niets bewaard; probeer opnieuw.",
    ),
    409: ("Intussen is er iets gewijzigd", "Bekijk wat er veranderde en doe het opnieuw."),
    413: ("Dit is te groot", "Het bestand of formulier is groter dan het loket aanneemt. Er is niets bewaard."),
    422: ("Dit kan het loket niet lezen", "Een waarde in het adres of het formulier is niet van de juiste soort."),
    429: ("Te veel vragen na elkaar", "Wacht een minuut en probeer dan opnieuw."),
    500: ("Er ging iets mis", "Dat ligt aan het loket, niet aan u. Wat eerder bewaard is, staat er nog."),
    503: ("Het loket is even bezet", "Er is niets bewaard. Wacht even en probeer dan opnieuw."),
    507: (
        "Het loket kan niets bewaren",
        "De schijf is vol of kan niet worden beschreven. Wat eerder bewaard is, staat er nog. Verwittig de beheerder.",
    ),
}


# The first that fits holds. Their own sentence is shown; that of an OutputError names folders of this machine.
_BY_KIND: tuple[tuple[type[Exception], int], ...] = (
    (UnknownDossierError, 404),
    (ConflictError, 409),
    (BusyError, 503),
    (PermissionError, 403),
    (OptionError, 400),
)


def fault_of(error: Exception) -> Fault:
    """Return what an officer reads of an error."""
    if isinstance(error, HTTPException):
        return _BY_REASON.get(error.detail) or _of_status(error.status_code)
    if isinstance(error, KortrijkGeoError):
        for kind, status in _BY_KIND:
            if isinstance(error, kind):
                return replace(_of_status(status), text=str(error), keeps_typed=True)
    if isinstance(error, OutputError):
        return _of_status(507)
    return _of_status(422 if isinstance(error, RequestValidationError) else 500)


def _of_status(status: int) -> Fault:
    title, text = _BY_STATUS.get(status) or _BY_STATUS[400 if status < 500 else 500]
    return Fault(status, title, text, keeps_typed=status in {401, 500, 503, 507})
