-- A ledger of version 1, as it was written then. It is never changed: every later version must read it.
BEGIN TRANSACTION;
CREATE TABLE drafts (
    draft TEXT PRIMARY KEY,
    owner TEXT NOT NULL CHECK (owner <> ''),
    dossier TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    fields TEXT NOT NULL
) STRICT;
INSERT INTO "drafts" VALUES('LVEKTxajEROnT110ucNc7w','An','','2026-11-27T09:30:00.000Z','{"places":"18"}');
CREATE TABLE entries (
    number INTEGER PRIMARY KEY CHECK (number > 0),
    at TEXT NOT NULL,
    who TEXT NOT NULL CHECK (who <> ''),
    kind TEXT NOT NULL CHECK (kind <> ''),
    dossier TEXT NOT NULL,
    body TEXT NOT NULL,
    previous TEXT NOT NULL CHECK (length(previous) = 64),
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64)
) STRICT;
INSERT INTO "entries" VALUES(1,'2026-11-27T09:30:00.000Z','An','opened','2026-0001','{}','0000000000000000000000000000000000000000000000000000000000000000','73f2e7657ad1390265240e3691bdb024efba1f418c09ca635b8fac2c95931a70');
INSERT INTO "entries" VALUES(2,'2026-11-27T09:30:00.000Z','An','submitted','2026-0001','{"person":"00e208dfd96e461c9af35875091a337eb89e11fb4f4307f258e05b71fd350828","places":18,"rate":0.1,"rulebook":"cd00c54dc1191a1af2eda47d52b3900ae4f908d469a8ef20c2ce465e7b794d9b","street":"Doorniksewijk \u00e9"}','73f2e7657ad1390265240e3691bdb024efba1f418c09ca635b8fac2c95931a70','15aa6829a3ee619095e747aefbaf328b4181d0a03cd2853f885788c6149b68f3');
INSERT INTO "entries" VALUES(3,'2026-11-27T09:30:00.000Z','An','advised','2026-0001','{"cents":null}','15aa6829a3ee619095e747aefbaf328b4181d0a03cd2853f885788c6149b68f3','bc885f43d9f0db9a05444121e6c9d16665cb98d09c867a771c0d42a51bbf11bf');
CREATE TABLE people (
    digest TEXT PRIMARY KEY CHECK (length(digest) = 64),
    dossier TEXT NOT NULL CHECK (dossier <> ''),
    salt BLOB NOT NULL CHECK (length(salt) = 32),
    content TEXT NOT NULL
) STRICT;
INSERT INTO "people" VALUES('00e208dfd96e461c9af35875091a337eb89e11fb4f4307f258e05b71fd350828','2026-0001',X'D9118F6A64D83FB03BD06B5D0345B93731F8E2131F1B78BAD00E856801403F69','{"name":"Jan Peeters"}');
CREATE TABLE texts (
    sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
    content TEXT NOT NULL
) STRICT;
INSERT INTO "texts" VALUES('cd00c54dc1191a1af2eda47d52b3900ae4f908d469a8ef20c2ce465e7b794d9b','naam = "Kortrijk"
');
CREATE INDEX entries_of_dossier ON entries (dossier, number);
CREATE INDEX entries_of_kind ON entries (kind, number);
CREATE UNIQUE INDEX dossiers_opened ON entries (dossier) WHERE kind = 'opened';
CREATE TRIGGER entries_follow BEFORE INSERT ON entries
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM entries)
    OR NEW.previous <> coalesce(
        (SELECT hash FROM entries ORDER BY number DESC LIMIT 1),
        '0000000000000000000000000000000000000000000000000000000000000000'
    )
BEGIN SELECT RAISE(ABORT, 'an entry must follow the last one'); END;
CREATE TRIGGER entries_stay BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END;
CREATE TRIGGER entries_stand BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER texts_once BEFORE INSERT ON texts WHEN EXISTS (SELECT 1 FROM texts WHERE sha256 = NEW.sha256)
BEGIN SELECT RAISE(ABORT, 'a text is kept once'); END;
CREATE TRIGGER texts_stay BEFORE DELETE ON texts
BEGIN SELECT RAISE(ABORT, 'texts are never removed'); END;
CREATE TRIGGER texts_stand BEFORE UPDATE ON texts
BEGIN SELECT RAISE(ABORT, 'texts are never changed'); END;
CREATE INDEX people_of_dossier ON people (dossier);
CREATE TRIGGER people_once BEFORE INSERT ON people WHEN EXISTS (SELECT 1 FROM people WHERE digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'a person is kept once under a digest'); END;
CREATE TRIGGER people_stand BEFORE UPDATE ON people
BEGIN SELECT RAISE(ABORT, 'personal data are never changed, only forgotten'); END;
CREATE INDEX drafts_of_owner ON drafts (owner, saved_at);
CREATE INDEX drafts_of_dossier ON drafts (dossier);
COMMIT;
PRAGMA user_version = 1;
PRAGMA application_id = 1262963780;
