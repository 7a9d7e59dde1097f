-- Filters over conversations that the people of an account have saved.
CREATE TABLE views (
    account_sid TEXT NOT NULL,
    sid TEXT NOT NULL,
    friendly_name TEXT NOT NULL,
    filter TEXT NOT NULL, -- a JSON object, for the pages that saved it
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL,
    PRIMARY KEY (account_sid, sid)
) WITHOUT ROWID;

-- How long after its due time a timer was carried out, in microseconds of real time; NULL for what no timer did.
ALTER TABLE transitions ADD COLUMN late_micros BIGINT;
CREATE INDEX transitions_at ON transitions (account_sid, at, conversation_sid, seq);

-- Sessions in order of their first replies.
CREATE INDEX sessions_replied ON sessions (account_sid, date_first_reply, sid) WHERE date_first_reply IS NOT NULL;

-- What happened in each hour of the account's clock, counted once and for all.
CREATE TABLE tallies (
    account_sid TEXT NOT NULL,
    hour BIGINT NOT NULL, -- its beginning
    figure TEXT NOT NULL, -- what is counted
    count BIGINT NOT NULL,
    max_micros BIGINT NOT NULL,
    buckets TEXT NOT NULL, -- how durations spread
    PRIMARY KEY (account_sid, hour, figure)
) WITHOUT ROWID;

-- How far into each source an account's tallies go: the last row counted.
CREATE TABLE tally_marks (
    account_sid TEXT NOT NULL,
    source TEXT NOT NULL, -- transitions or replies
    at BIGINT NOT NULL,
    sid TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (account_sid, source)
) WITHOUT ROWID;

-- How many conversations were in each state when an hour of the account's clock began.
CREATE TABLE state_samples (
    account_sid TEXT NOT NULL,
    hour BIGINT NOT NULL,
    active BIGINT NOT NULL,
    inactive BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    PRIMARY KEY (account_sid, hour)
) WITHOUT ROWID;
