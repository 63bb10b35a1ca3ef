"""A dossier that is forgotten: nothing personal in the bytes of the file, and every figure still proven."""

from __future__ import annotations

from pathlib import Path

from small_city import PLACES

from kortrijk_geo.desk.dossiers import Desk, verify
from kortrijk_geo.desk.ledger import Ledger, backup

from .conftest import APPLICANT, BO, CONTACT, REMARK, ask, granted

# A point that no other figure of the city is written as, two metres from the place of the shared application.
X, Y = PLACES["45"][0] + 1.4142, PLACES["45"][1] + 1.7321
PERSONAL = (
    *(*APPLICANT.values(), "Geheimstraat", "Verzonnen", CONTACT, REMARK),
    *("verhuisde naar de Geheimlaan", "Alles is nagekeken"),
    *(f"{X:.4f}", f"{Y:.4f}", f"{X:.1f}", f"{Y:.1f}"),
)


def content_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def test_nothing_personal_is_left_in_the_file_and_all_is_still_proven(desk: Desk, ledger: Ledger) -> None:
    folder = ledger.database.path.parent
    number = granted(desk, ask(x=X, y=Y)).number
    dossier = desk.dossier(number)
    desk.correct(
        number, ask(x=X, y=Y, new_places=20), reason="verhuisde naar de Geheimlaan", who=BO, expect_last=dossier.last
    )
    desk.advice(number, who=BO, expect_last=desk.dossier(number).last)
    last = desk.dossier(number).last
    desk.decide(number, granted=False, motivation="Alles is nagekeken, en toch niet.", who=BO, expect_last=last)
    ledger.save_draft("An", {"applicant": APPLICANT["applicant"], "x": f"{X:.4f}"}, dossier=number)
    kept = [text for text in PERSONAL if text.encode() in content_of(folder)]
    assert {"Verzonnen", CONTACT, REMARK, f"{X:.4f}"} <= set(kept)
    before, head = verify(ledger), ledger.head()
    assert before.whole, before.findings
    assert (before.advices, before.rulings) == (3, 2)

    desk.forget(number, who=BO, expect_last=desk.dossier(number).last)

    assert [text for text in PERSONAL if text.encode() in content_of(folder)] == []
    after = verify(ledger, head)
    assert after.whole, after.findings
    assert (after.advices, after.rulings) == (3, 2)
    backup(folder, folder.with_name("backup.sqlite"))
    assert [text for text in PERSONAL if text.encode() in folder.with_name("backup.sqlite").read_bytes()] == []
