-- What simulated telephones received and sent: the newest of each account, for development.
CREATE TABLE phone_messages (
    account_sid TEXT COLLATE "C" NOT NULL,
    phone TEXT COLLATE "C" NOT NULL, -- the address of the phone
    sid TEXT COLLATE "C" NOT NULL,
    other TEXT COLLATE "C" NOT NULL, -- the account's address
    channel_sid TEXT COLLATE "C",
    way TEXT COLLATE "C" NOT NULL, -- received or sent, as the phone sees it
    author TEXT COLLATE "C",
    subject TEXT COLLATE "C",
    body TEXT COLLATE "C",
    files TEXT COLLATE "C" NOT NULL, -- a JSON list
    status TEXT COLLATE "C",
    error_code BIGINT,
    conversation_sid TEXT COLLATE "C",
    message_sid TEXT COLLATE "C",
    receipt_sid TEXT COLLATE "C",
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL,
    PRIMARY KEY (account_sid, phone, sid)
);
CREATE INDEX phone_messages_account ON phone_messages (account_sid, sid);
