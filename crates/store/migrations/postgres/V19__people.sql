-- Who signs in to the console.
CREATE TABLE people (
    sid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_sid TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C" NOT NULL, -- in lower case
    friendly_name TEXT COLLATE "C" NOT NULL,
    identity TEXT COLLATE "C" NOT NULL, -- under which they write
    role TEXT COLLATE "C" NOT NULL, -- viewer, agent, supervisor or admin
    password_hash TEXT COLLATE "C", -- of Argon2id, with its parameters; null for those who sign in elsewhere
    disabled_at BIGINT,
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL,
    date_last_sign_in BIGINT
);
CREATE UNIQUE INDEX people_email ON people (email);
CREATE UNIQUE INDEX people_identity ON people (account_sid, identity);
CREATE INDEX people_account ON people (account_sid, sid);

-- What the roles of an account may do, where it is not as for everybody.
CREATE TABLE role_permissions (
    account_sid TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL, -- agent or supervisor
    can_inactivate BIGINT NOT NULL,
    can_end BIGINT NOT NULL,
    can_end_others BIGINT NOT NULL,
    can_bulk BIGINT NOT NULL,
    date_updated BIGINT NOT NULL,
    PRIMARY KEY (account_sid, role)
);

-- Who is signed in. The token itself is in the browser alone.
CREATE TABLE sign_ins (
    token_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY, -- SHA-256, in hexadecimal digits
    account_sid TEXT COLLATE "C" NOT NULL,
    person_sid TEXT COLLATE "C" NOT NULL,
    date_created BIGINT NOT NULL,
    date_used BIGINT NOT NULL -- to the minute
);
CREATE INDEX sign_ins_person ON sign_ins (person_sid, date_created);
CREATE INDEX sign_ins_used ON sign_ins (date_used);

-- What people did.
CREATE TABLE audit_log (
    sid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_sid TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL, -- the SID of a person
    actor_name TEXT COLLATE "C" NOT NULL, -- as it was called then
    act TEXT COLLATE "C" NOT NULL, -- method and template of the operation
    target TEXT COLLATE "C" NOT NULL, -- the path that was asked for
    status BIGINT, -- null until the answer is known
    remote_address TEXT COLLATE "C"
);
CREATE INDEX audit_log_account ON audit_log (account_sid, sid);
CREATE INDEX audit_log_actor ON audit_log (account_sid, actor, sid);
CREATE INDEX audit_log_at ON audit_log (at);
