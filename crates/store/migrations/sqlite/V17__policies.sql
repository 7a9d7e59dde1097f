-- What conversations live by. A version is never changed: conversations that began under it go on with it.
CREATE TABLE policies (
    sid TEXT NOT NULL PRIMARY KEY,
    account_sid TEXT NOT NULL,
    service_sid TEXT, -- for conversations of this service only
    channel_type TEXT, -- for those with a participant of this type only
    address TEXT, -- for those reached at this address of the account only
    friendly_name TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    specificity BIGINT NOT NULL, -- of two that match, the higher one governs
    version BIGINT NOT NULL,
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX policies_account ON policies (account_sid, sid);
CREATE INDEX policies_governing ON policies (account_sid, specificity, sid) WHERE enabled = 1;

CREATE TABLE policy_versions (
    policy_sid TEXT NOT NULL,
    version BIGINT NOT NULL,
    account_sid TEXT NOT NULL,
    rules TEXT NOT NULL, -- a JSON object
    PRIMARY KEY (policy_sid, version)
) WITHOUT ROWID;

ALTER TABLE conversations ADD COLUMN policy_sid TEXT;
ALTER TABLE conversations ADD COLUMN policy_version BIGINT;
ALTER TABLE conversations ADD COLUMN warned BIGINT NOT NULL DEFAULT 0; -- warnings behind the running clock
ALTER TABLE conversations ADD COLUMN held BIGINT NOT NULL DEFAULT 0; -- 1 while its clocks are held
ALTER TABLE conversations ADD COLUMN held_kind TEXT;
ALTER TABLE conversations ADD COLUMN held_micros BIGINT; -- what is left of the held clock
ALTER TABLE conversations ADD COLUMN own_timers BIGINT; -- 1 when they were set on itself; null: unknown, from before
CREATE INDEX conversations_policy ON conversations (policy_sid, policy_version, sid) WHERE policy_sid IS NOT NULL AND state <> 'closed';
