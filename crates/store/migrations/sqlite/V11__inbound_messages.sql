-- What became of messages from outside, by the name that whoever brought them has for them: one that comes
-- again is answered with it. Kept as long as deliveries that are over.
CREATE TABLE inbound_messages (
    account_sid TEXT NOT NULL,
    source_sid TEXT NOT NULL, -- the channel that brought it, or the account itself
    channel_message_sid TEXT NOT NULL,
    outcome TEXT NOT NULL, -- appended, created or rejected
    conversation_sid TEXT,
    message_sid TEXT,
    received_at BIGINT NOT NULL, -- in real time
    PRIMARY KEY (account_sid, source_sid, channel_message_sid)
) WITHOUT ROWID;
CREATE INDEX inbound_messages_received ON inbound_messages (received_at);
