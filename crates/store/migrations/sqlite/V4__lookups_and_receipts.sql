-- Lookups by identity and by address find closed conversations too. Each of these indexes takes the place of
-- one, so that a participant costs no more to add: the first still counts the open conversations of an identity
-- by itself, and the second still finds an address in its conversation.
CREATE INDEX participants_of_identity ON participants (service_sid, identity, open, conversation_sid) WHERE identity IS NOT NULL;
CREATE INDEX participants_of_address ON participants (service_sid, address, conversation_sid, sid) WHERE address IS NOT NULL;
DROP INDEX participants_open_identity;
DROP INDEX participants_address;

ALTER TABLE participants ADD COLUMN notification_level TEXT NOT NULL DEFAULT 'default';

-- 1 from its first receipt on: until then nobody need look for any.
ALTER TABLE conversations ADD COLUMN has_receipts BIGINT NOT NULL DEFAULT 0;

-- What became of a message on its way to a participant outside the chat: the latest status alone.
CREATE TABLE receipts (
    conversation_sid TEXT NOT NULL,
    message_index BIGINT NOT NULL, -- not the message's SID, so that the receipts of a page of messages lie together
    sid TEXT NOT NULL,
    account_sid TEXT NOT NULL,
    message_sid TEXT NOT NULL,
    participant_sid TEXT NOT NULL,
    channel_message_sid TEXT,
    status TEXT, -- null until a channel says something
    error_code BIGINT,
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL,
    PRIMARY KEY (conversation_sid, message_index, sid)
) WITHOUT ROWID;
CREATE UNIQUE INDEX receipts_participant ON receipts (conversation_sid, message_index, participant_sid);
