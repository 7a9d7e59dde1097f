-- Filters over conversations that the people of an account have saved.
CREATE TABLE views (
    account_sid TEXT NOT NULL,
    sid TEXT NOT NULL,
    friendly_name TEXT NOT NULL,
    filter TEXT NOT NULL, -- a JSON object, for the pages that saved it
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL,
    PRIMARY KEY (account_sid, sid)
) WITHOUT ROWID;
