ALTER TABLE services ADD COLUMN reachability_enabled BIGINT NOT NULL DEFAULT 0;

-- A service without a row has the defaults.
CREATE TABLE notifications (
    service_sid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_sid TEXT COLLATE "C" NOT NULL,
    settings TEXT COLLATE "C" NOT NULL -- a JSON object
);

CREATE TABLE credentials (
    sid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_sid TEXT COLLATE "C" NOT NULL,
    friendly_name TEXT COLLATE "C",
    push_type TEXT COLLATE "C" NOT NULL,
    sandbox BIGINT NOT NULL,
    certificate TEXT COLLATE "C", -- this and the three below encrypted with the key file
    private_key TEXT COLLATE "C",
    api_key TEXT COLLATE "C",
    secret TEXT COLLATE "C",
    deleted_at BIGINT, -- its bindings are purged in the background
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL
);
CREATE INDEX credentials_account ON credentials (account_sid, sid);
CREATE INDEX credentials_deleted ON credentials (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE bindings (
    sid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_sid TEXT COLLATE "C" NOT NULL,
    service_sid TEXT COLLATE "C" NOT NULL,
    identity TEXT COLLATE "C" NOT NULL,
    binding_type TEXT COLLATE "C" NOT NULL,
    credential_sid TEXT COLLATE "C",
    endpoint TEXT COLLATE "C" NOT NULL,
    message_types TEXT COLLATE "C" NOT NULL, -- a JSON array
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL
);
CREATE INDEX bindings_service ON bindings (service_sid, sid);
CREATE INDEX bindings_identity ON bindings (service_sid, identity, sid);
CREATE INDEX bindings_credential ON bindings (credential_sid, sid) WHERE credential_sid IS NOT NULL;
