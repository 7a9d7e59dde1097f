-- Sessions: stints of work on conversations. Instants are the account's, but for changed_at.
CREATE TABLE sessions (
    sid TEXT NOT NULL PRIMARY KEY,
    account_sid TEXT NOT NULL,
    service_sid TEXT NOT NULL,
    conversation_sid TEXT NOT NULL,
    number BIGINT NOT NULL, -- which of the conversation's it is
    status TEXT NOT NULL,
    owner TEXT,
    queue TEXT NOT NULL, -- '' for the one that everybody serves
    origin TEXT NOT NULL,
    reason TEXT,
    ended_by TEXT,
    on_return TEXT NOT NULL,
    held BIGINT NOT NULL, -- 1 while the clocks of the conversation stand still
    date_created BIGINT NOT NULL,
    date_waiting BIGINT,
    date_accepted BIGINT,
    date_first_reply BIGINT,
    date_inactive BIGINT,
    date_returned BIGINT,
    date_ended BIGINT, -- NULL while it is open
    date_updated BIGINT NOT NULL,
    agent_messages BIGINT NOT NULL,
    customer_messages BIGINT NOT NULL,
    date_last_agent_message BIGINT,
    date_last_customer_message BIGINT,
    error_code BIGINT,
    error_message TEXT,
    revision BIGINT NOT NULL,
    log_seq BIGINT NOT NULL, -- how many rows session_log has of it
    changed_at BIGINT NOT NULL -- in real time: what live streams follow
) WITHOUT ROWID;
CREATE UNIQUE INDEX sessions_conversation ON sessions (account_sid, conversation_sid, number);
CREATE UNIQUE INDEX sessions_open ON sessions (account_sid, conversation_sid) WHERE date_ended IS NULL;
CREATE INDEX sessions_updated ON sessions (account_sid, date_updated, sid);
CREATE INDEX sessions_status ON sessions (account_sid, status, date_updated, sid);
CREATE INDEX sessions_owner ON sessions (account_sid, owner, status, date_updated, sid);
CREATE INDEX sessions_load ON sessions (account_sid, status, owner, queue) WHERE date_ended IS NULL;
CREATE INDEX sessions_waiting ON sessions (account_sid, queue, date_waiting, sid) WHERE status = 'waiting';
CREATE INDEX sessions_changed ON sessions (account_sid, changed_at, sid);

-- What was done with each session, kept as long as its conversation.
CREATE TABLE session_log (
    conversation_sid TEXT NOT NULL,
    number BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    account_sid TEXT NOT NULL,
    at BIGINT NOT NULL,
    act TEXT NOT NULL,
    from_status TEXT, -- NULL for its beginning
    to_status TEXT NOT NULL,
    cause TEXT NOT NULL, -- api, timer, message, agent or system
    actor TEXT NOT NULL,
    actor_name TEXT,
    detail TEXT,
    PRIMARY KEY (conversation_sid, number, seq)
) WITHOUT ROWID;

-- How work is handed out in an account, from when somebody has set it up or the first is.
CREATE TABLE desk_settings (
    account_sid TEXT NOT NULL PRIMARY KEY,
    routing TEXT NOT NULL, -- automatic or manual
    count_inactive BIGINT NOT NULL, -- 1 when parked sessions take room too
    limit_default BIGINT NOT NULL
) WITHOUT ROWID;

-- Those who work, from when they have first said whether they are available.
CREATE TABLE agents (
    account_sid TEXT NOT NULL,
    identity TEXT NOT NULL,
    available BIGINT NOT NULL,
    limit_own BIGINT, -- how many sessions at a time; NULL for limit_default
    queues TEXT NOT NULL, -- a JSON list
    assigned_at BIGINT, -- when routing last gave them a session
    PRIMARY KEY (account_sid, identity)
) WITHOUT ROWID;

-- 1 once a conversation has had a session: only then it is looked for one. Written by a statement of its own.
ALTER TABLE conversations ADD COLUMN has_sessions BIGINT NOT NULL DEFAULT 0;
