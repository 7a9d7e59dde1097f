-- What simulated telephones received and sent: the newest of each account, for development.
CREATE TABLE phone_messages (
    account_sid TEXT NOT NULL,
    phone TEXT NOT NULL, -- the address of the phone
    sid TEXT NOT NULL,
    other TEXT NOT NULL, -- the account's address
    channel_sid TEXT,
    way TEXT NOT NULL, -- received or sent, as the phone sees it
    author TEXT,
    subject TEXT,
    body TEXT,
    files TEXT NOT NULL, -- a JSON list
    status TEXT,
    error_code BIGINT,
    conversation_sid TEXT,
    message_sid TEXT,
    receipt_sid TEXT,
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL,
    PRIMARY KEY (account_sid, phone, sid)
) WITHOUT ROWID;
CREATE INDEX phone_messages_account ON phone_messages (account_sid, sid);
