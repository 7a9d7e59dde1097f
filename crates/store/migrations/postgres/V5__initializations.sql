-- Conversations created together with participants, who are still to be added.
CREATE TABLE initializations (
    conversation_sid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_sid TEXT COLLATE "C" NOT NULL,
    service_sid TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL, -- that the conversation is to get
    participants TEXT COLLATE "C" NOT NULL, -- a JSON array
    created_at BIGINT NOT NULL, -- of the conversation, on the account's clock
    actor TEXT COLLATE "C" NOT NULL, -- who asked
    notify BIGINT NOT NULL, -- 1 when post-event webhooks are to hear of it
    attempts BIGINT NOT NULL -- that ended in an internal error
);

-- The error that brought a change of state about.
ALTER TABLE transitions ADD COLUMN error_code BIGINT;
ALTER TABLE transitions ADD COLUMN error_message TEXT COLLATE "C";
