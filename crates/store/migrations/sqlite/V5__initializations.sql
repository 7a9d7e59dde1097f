-- Conversations created together with participants, who are still to be added.
CREATE TABLE initializations (
    conversation_sid TEXT NOT NULL PRIMARY KEY,
    account_sid TEXT NOT NULL,
    service_sid TEXT NOT NULL,
    state TEXT NOT NULL, -- that the conversation is to get
    participants TEXT NOT NULL, -- a JSON array
    created_at BIGINT NOT NULL, -- of the conversation, on the account's clock
    actor TEXT NOT NULL, -- who asked
    notify BIGINT NOT NULL, -- 1 when post-event webhooks are to hear of it
    attempts BIGINT NOT NULL -- that ended in an internal error
) WITHOUT ROWID;

-- The error that brought a change of state about.
ALTER TABLE transitions ADD COLUMN error_code BIGINT;
ALTER TABLE transitions ADD COLUMN error_message TEXT;
