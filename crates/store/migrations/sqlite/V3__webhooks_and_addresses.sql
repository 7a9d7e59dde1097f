-- What an account or a service has set up for its webhooks. A service with a row of its own no longer
-- follows its account.
CREATE TABLE webhook_configurations (
    account_sid TEXT NOT NULL,
    owner_sid TEXT NOT NULL, -- the account itself, or a service
    pre_url TEXT,
    post_url TEXT,
    method TEXT NOT NULL,
    filters TEXT NOT NULL, -- a JSON array
    routing TEXT NOT NULL,
    PRIMARY KEY (account_sid, owner_sid)
) WITHOUT ROWID;

CREATE TABLE webhooks (
    conversation_sid TEXT NOT NULL,
    sid TEXT NOT NULL,
    account_sid TEXT NOT NULL,
    target TEXT NOT NULL,
    url TEXT, -- for the targets webhook and trigger, with method and filters
    method TEXT,
    filters TEXT, -- a JSON array
    triggers TEXT, -- for the target trigger: a JSON array
    flow_sid TEXT, -- for the target studio
    replay_after BIGINT,
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL,
    PRIMARY KEY (conversation_sid, sid)
) WITHOUT ROWID;

CREATE TABLE address_configurations (
    sid TEXT NOT NULL PRIMARY KEY,
    account_sid TEXT NOT NULL,
    address_type TEXT NOT NULL,
    address TEXT NOT NULL,
    friendly_name TEXT,
    address_country TEXT,
    auto_enabled BIGINT NOT NULL,
    auto_type TEXT NOT NULL,
    auto_service_sid TEXT,
    url TEXT, -- for the type webhook, with method and filters
    method TEXT,
    filters TEXT, -- a JSON array
    flow_sid TEXT, -- for the type studio, with retry_count
    retry_count BIGINT,
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX address_configurations_address ON address_configurations (account_sid, address);
CREATE INDEX address_configurations_account ON address_configurations (account_sid, sid);
CREATE INDEX address_configurations_type ON address_configurations (account_sid, address_type, sid);
