-- Entries are a chain: each holds the hash of the one before it. Nobody changes or removes one, not even by REPLACE,
-- which deletes without the trigger of DELETE: so an entry must also follow the last.
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

-- Rulebooks and figures, under the hash of their content.
CREATE TABLE texts (
    sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
    content TEXT NOT NULL
) STRICT;
CREATE TRIGGER texts_once BEFORE INSERT ON texts WHEN EXISTS (SELECT 1 FROM texts WHERE sha256 = NEW.sha256)
BEGIN SELECT RAISE(ABORT, 'a text is kept once'); END;
CREATE TRIGGER texts_stay BEFORE DELETE ON texts
BEGIN SELECT RAISE(ABORT, 'texts are never removed'); END;
CREATE TRIGGER texts_stand BEFORE UPDATE ON texts
BEGIN SELECT RAISE(ABORT, 'texts are never changed'); END;

-- Personal data outside the chain, which holds their salted hash: without row and salt the hash says nothing.
CREATE TABLE people (
    digest TEXT PRIMARY KEY CHECK (length(digest) = 64),
    dossier TEXT NOT NULL CHECK (dossier <> ''),
    salt BLOB NOT NULL CHECK (length(salt) = 32),
    content TEXT NOT NULL
) STRICT;
CREATE INDEX people_of_dossier ON people (dossier);
CREATE TRIGGER people_once BEFORE INSERT ON people WHEN EXISTS (SELECT 1 FROM people WHERE digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'a person is kept once under a digest'); END;
CREATE TRIGGER people_stand BEFORE UPDATE ON people
BEGIN SELECT RAISE(ABORT, 'personal data are never changed, only forgotten'); END;

-- What somebody typed and did not hand in yet.
CREATE TABLE drafts (
    draft TEXT PRIMARY KEY,
    owner TEXT NOT NULL CHECK (owner <> ''),
    dossier TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    fields TEXT NOT NULL
) STRICT;
CREATE INDEX drafts_of_owner ON drafts (owner, saved_at);
CREATE INDEX drafts_of_dossier ON drafts (dossier);
