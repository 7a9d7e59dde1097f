-- Files that come with messages. Their bytes are in the object store, named by account and SID: a row is there before
-- its object, and until after it.
CREATE TABLE media (
    sid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_sid TEXT COLLATE "C" NOT NULL,
    service_sid TEXT COLLATE "C" NOT NULL,
    conversation_sid TEXT COLLATE "C", -- of the message that has it; NULL while none has
    message_sid TEXT COLLATE "C",
    author TEXT COLLATE "C" NOT NULL,
    category TEXT COLLATE "C" NOT NULL, -- media, body or history
    content_type TEXT COLLATE "C" NOT NULL,
    filename TEXT COLLATE "C",
    size BIGINT, -- in bytes; NULL while it is being uploaded
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL,
    date_uploaded BIGINT,
    collect_at BIGINT -- when it is to be removed, in real time; 0 once that has begun; NULL while a message has it
);
CREATE INDEX media_collect ON media (collect_at, sid) WHERE collect_at IS NOT NULL;
CREATE INDEX media_conversation ON media (conversation_sid, sid) WHERE collect_at IS NULL;

-- What a message tells of its files, a JSON list; NULL for none.
ALTER TABLE messages ADD COLUMN media TEXT COLLATE "C";
