-- What an account or a service has set up for its webhooks. A service with a row of its own no longer
-- follows its account.
CREATE TABLE webhook_configurations (
    account_sid TEXT COLLATE "C" NOT NULL,
    owner_sid TEXT COLLATE "C" NOT NULL, -- the account itself, or a service
    pre_url TEXT COLLATE "C",
    post_url TEXT COLLATE "C",
    method TEXT COLLATE "C" NOT NULL,
    filters TEXT COLLATE "C" NOT NULL, -- a JSON array
    routing TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_sid, owner_sid)
);

CREATE TABLE webhooks (
    conversation_sid TEXT COLLATE "C" NOT NULL,
    sid TEXT COLLATE "C" NOT NULL,
    account_sid TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    url TEXT COLLATE "C", -- for the targets webhook and trigger, with method and filters
    method TEXT COLLATE "C",
    filters TEXT COLLATE "C", -- a JSON array
    triggers TEXT COLLATE "C", -- for the target trigger: a JSON array
    flow_sid TEXT COLLATE "C", -- for the target studio
    replay_after BIGINT,
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL,
    PRIMARY KEY (conversation_sid, sid)
);

CREATE TABLE address_configurations (
    sid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_sid TEXT COLLATE "C" NOT NULL,
    address_type TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    friendly_name TEXT COLLATE "C",
    address_country TEXT COLLATE "C",
    auto_enabled BIGINT NOT NULL,
    auto_type TEXT COLLATE "C" NOT NULL,
    auto_service_sid TEXT COLLATE "C",
    url TEXT COLLATE "C", -- for the type webhook, with method and filters
    method TEXT COLLATE "C",
    filters TEXT COLLATE "C", -- a JSON array
    flow_sid TEXT COLLATE "C", -- for the type studio, with retry_count
    retry_count BIGINT,
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL
);
CREATE UNIQUE INDEX address_configurations_address ON address_configurations (account_sid, address);
CREATE INDEX address_configurations_account ON address_configurations (account_sid, sid);
CREATE INDEX address_configurations_type ON address_configurations (account_sid, address_type, sid);
