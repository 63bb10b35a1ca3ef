-- Officers and who is signed in. The key is the name without capitals and accents of writing, so that two officers
-- cannot have names that look the same; accounts are locked, never deleted: a name in the ledger is one person for good.
CREATE TABLE accounts (
    key TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('reader', 'officer', 'manager')),
    password TEXT NOT NULL, -- argon2id, its parameters and salt in it
    locked INTEGER NOT NULL DEFAULT 0 CHECK (locked IN (0, 1))
) STRICT, WITHOUT ROWID;

-- The token itself is only in the officer's browser: who reads this table cannot sign in with it.
CREATE TABLE sessions (
    digest TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (key),
    ends REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_account ON sessions (account);
