-- Parts of long messages from outside that came one by one. They stay for a while after the last of them has come,
-- so that it may come again.
CREATE TABLE message_parts (
    account_sid TEXT NOT NULL,
    channel_sid TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    reference BIGINT NOT NULL, -- what the parts of a message have in common
    total BIGINT NOT NULL,
    number BIGINT NOT NULL,
    data_coding BIGINT NOT NULL,
    octets TEXT NOT NULL, -- base64
    received_at BIGINT NOT NULL, -- in real time
    PRIMARY KEY (account_sid, channel_sid, sender, recipient, reference, total, number)
) WITHOUT ROWID;
CREATE INDEX message_parts_received ON message_parts (received_at);
