-- What webhooks are to be told, and were. Instants are real time, also for test accounts: the other side lives in it.
CREATE TABLE webhook_deliveries (
    sid TEXT NOT NULL PRIMARY KEY,
    account_sid TEXT NOT NULL,
    hook_sid TEXT NOT NULL, -- the account's, the service's or the conversation's own webhook: AC…, IS… or WH…
    stream_sid TEXT NOT NULL, -- the conversation or user that the event is about
    seq BIGINT NOT NULL, -- the number of the event in its stream
    event TEXT NOT NULL,
    url TEXT NOT NULL,
    method TEXT NOT NULL,
    params TEXT NOT NULL, -- a JSON object of texts: what is sent, but for RetryCount
    status TEXT NOT NULL, -- pending, delivered or failed
    attempts BIGINT NOT NULL,
    last_status BIGINT, -- the HTTP status of the last attempt that was answered
    last_error TEXT, -- why the last attempt had no answer
    created_at BIGINT NOT NULL, -- of the event, or of the request to send it again
    finished_at BIGINT -- when it was delivered or given up
) WITHOUT ROWID;
CREATE INDEX webhook_deliveries_queue ON webhook_deliveries (hook_sid, stream_sid, seq, sid) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_account ON webhook_deliveries (account_sid, sid);
CREATE INDEX webhook_deliveries_stream ON webhook_deliveries (account_sid, stream_sid, sid);
CREATE INDEX webhook_deliveries_hook ON webhook_deliveries (account_sid, hook_sid, sid);
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (account_sid, sid) WHERE status = 'failed';
CREATE INDEX webhook_deliveries_finished ON webhook_deliveries (finished_at) WHERE finished_at IS NOT NULL;

-- Who waits: one row for each hook and stream with pending deliveries, which go out one after another.
CREATE TABLE webhook_queues (
    hook_sid TEXT NOT NULL,
    stream_sid TEXT NOT NULL,
    account_sid TEXT NOT NULL,
    pending BIGINT NOT NULL, -- how many wait
    next_at BIGINT NOT NULL, -- when to look at it; while somebody works on it, when that claim ends
    replay_next BIGINT, -- the index of the next message to tell a new hook of, and
    replay_end BIGINT, -- that of the first message it hears of by itself
    PRIMARY KEY (hook_sid, stream_sid)
) WITHOUT ROWID;
CREATE INDEX webhook_queues_next ON webhook_queues (next_at, hook_sid, stream_sid);

CREATE TABLE webhook_attempts (
    delivery_sid TEXT NOT NULL,
    number BIGINT NOT NULL, -- from 1
    at BIGINT NOT NULL,
    micros BIGINT NOT NULL, -- how long it took
    status BIGINT, -- the HTTP status, when there was an answer
    error TEXT, -- why there was none
    excerpt TEXT, -- the beginning of the answer's body
    PRIMARY KEY (delivery_sid, number)
) WITHOUT ROWID;

-- Whether any conversation of an account has a webhook: timers that come due together ask once.
CREATE INDEX webhooks_account ON webhooks (account_sid, sid);
