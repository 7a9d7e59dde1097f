-- Who is asked before a timer moves a conversation.
CREATE TABLE last_call_settings (
    account_sid TEXT NOT NULL PRIMARY KEY,
    url TEXT, -- NULL for nobody
    method TEXT NOT NULL,
    lead_seconds BIGINT NOT NULL -- how long before the timer ends
) WITHOUT ROWID;

-- What was asked, and what came of it: one row for each deadline that somebody was asked about, which is written before
-- the question goes out. Instants are the account's.
CREATE TABLE last_calls (
    conversation_sid TEXT NOT NULL,
    due_at BIGINT NOT NULL, -- when the timer was to end
    account_sid TEXT NOT NULL,
    timer TEXT NOT NULL, -- inactive or closed
    asked_at BIGINT NOT NULL,
    outcome TEXT, -- go, postponed, held, late, invalid or none; NULL while nothing has come of it
    ended_at BIGINT, -- when that was clear
    postponed_to BIGINT,
    problem TEXT, -- why there was no valid answer
    PRIMARY KEY (conversation_sid, due_at)
) WITHOUT ROWID;
