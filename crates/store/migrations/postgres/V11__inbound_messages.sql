-- What became of messages from outside, by the name that whoever brought them has for them: one that comes
-- again is answered with it. Kept as long as deliveries that are over.
CREATE TABLE inbound_messages (
    account_sid TEXT COLLATE "C" NOT NULL,
    source_sid TEXT COLLATE "C" NOT NULL, -- the channel that brought it, or the account itself
    channel_message_sid TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL, -- appended, created or rejected
    conversation_sid TEXT COLLATE "C",
    message_sid TEXT COLLATE "C",
    received_at BIGINT NOT NULL, -- in real time
    PRIMARY KEY (account_sid, source_sid, channel_message_sid)
);
CREATE INDEX inbound_messages_received ON inbound_messages (received_at);
