ALTER TABLE services ADD COLUMN reachability_enabled BIGINT NOT NULL DEFAULT 0;

-- A service without a row has the defaults.
CREATE TABLE notifications (
    service_sid TEXT NOT NULL PRIMARY KEY,
    account_sid TEXT NOT NULL,
    settings TEXT NOT NULL -- a JSON object
) WITHOUT ROWID;

CREATE TABLE credentials (
    sid TEXT NOT NULL PRIMARY KEY,
    account_sid TEXT NOT NULL,
    friendly_name TEXT,
    push_type TEXT NOT NULL,
    sandbox BIGINT NOT NULL,
    certificate TEXT, -- this and the three below encrypted with the key file
    private_key TEXT,
    api_key TEXT,
    secret TEXT,
    deleted_at BIGINT, -- its bindings are purged in the background
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX credentials_account ON credentials (account_sid, sid);
CREATE INDEX credentials_deleted ON credentials (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE bindings (
    sid TEXT NOT NULL PRIMARY KEY,
    account_sid TEXT NOT NULL,
    service_sid TEXT NOT NULL,
    identity TEXT NOT NULL,
    binding_type TEXT NOT NULL,
    credential_sid TEXT,
    endpoint TEXT NOT NULL,
    message_types TEXT NOT NULL, -- a JSON array
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX bindings_service ON bindings (service_sid, sid);
CREATE INDEX bindings_identity ON bindings (service_sid, identity, sid);
CREATE INDEX bindings_credential ON bindings (credential_sid, sid) WHERE credential_sid IS NOT NULL;
