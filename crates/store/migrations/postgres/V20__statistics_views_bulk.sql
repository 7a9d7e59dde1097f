-- Filters over conversations that the people of an account have saved.
CREATE TABLE views (
    account_sid TEXT COLLATE "C" NOT NULL,
    sid TEXT COLLATE "C" NOT NULL,
    friendly_name TEXT COLLATE "C" NOT NULL,
    filter TEXT COLLATE "C" NOT NULL, -- a JSON object, for the pages that saved it
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL,
    PRIMARY KEY (account_sid, sid)
);

-- How long after its due time a timer was carried out, in microseconds of real time; NULL for what no timer did.
ALTER TABLE transitions ADD COLUMN late_micros BIGINT;
CREATE INDEX transitions_at ON transitions (account_sid, at, conversation_sid, seq);

-- Sessions in order of their first replies.
CREATE INDEX sessions_replied ON sessions (account_sid, date_first_reply, sid) WHERE date_first_reply IS NOT NULL;

-- What happened in each hour of the account's clock, counted once and for all.
CREATE TABLE tallies (
    account_sid TEXT COLLATE "C" NOT NULL,
    hour BIGINT NOT NULL, -- its beginning
    figure TEXT COLLATE "C" NOT NULL, -- what is counted
    count BIGINT NOT NULL,
    max_micros BIGINT NOT NULL,
    buckets TEXT COLLATE "C" NOT NULL, -- how durations spread
    PRIMARY KEY (account_sid, hour, figure)
);

-- How far into each source an account's tallies go: the last row counted.
CREATE TABLE tally_marks (
    account_sid TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL, -- transitions or replies
    at BIGINT NOT NULL,
    sid TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (account_sid, source)
);

-- How many conversations were in each state when an hour of the account's clock began.
CREATE TABLE state_samples (
    account_sid TEXT COLLATE "C" NOT NULL,
    hour BIGINT NOT NULL,
    active BIGINT NOT NULL,
    inactive BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    PRIMARY KEY (account_sid, hour)
);

-- One act on many conversations. Instants are the account's, but for changed_at.
CREATE TABLE bulk_jobs (
    account_sid TEXT COLLATE "C" NOT NULL,
    sid TEXT COLLATE "C" NOT NULL,
    act TEXT COLLATE "C" NOT NULL,
    instructions TEXT COLLATE "C" NOT NULL, -- a JSON object: what the act needs to know
    state TEXT COLLATE "C" NOT NULL, -- running, done or stopped
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    refused BIGINT NOT NULL, -- with done: how far it is
    created_by TEXT COLLATE "C" NOT NULL,
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL,
    changed_at BIGINT NOT NULL, -- in real time
    PRIMARY KEY (account_sid, sid)
);
CREATE INDEX bulk_jobs_running ON bulk_jobs (sid) WHERE state = 'running';
CREATE INDEX bulk_jobs_over ON bulk_jobs (changed_at) WHERE state <> 'running';

-- The conversations of a job in the order in which it goes through them, a thousand in a row.
CREATE TABLE bulk_parts (
    job_sid TEXT COLLATE "C" NOT NULL,
    part BIGINT NOT NULL,
    sids TEXT COLLATE "C" NOT NULL, -- with blanks between
    PRIMARY KEY (job_sid, part)
);

-- What became of each: written with what was done.
CREATE TABLE bulk_results (
    job_sid TEXT COLLATE "C" NOT NULL,
    conversation_sid TEXT COLLATE "C" NOT NULL,
    code BIGINT, -- of the refusal; NULL when it was done
    message TEXT COLLATE "C",
    PRIMARY KEY (job_sid, conversation_sid)
);
