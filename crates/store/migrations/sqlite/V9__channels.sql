-- How messages leave for addresses outside and come from there.
CREATE TABLE channels (
    sid TEXT NOT NULL PRIMARY KEY,
    account_sid TEXT NOT NULL,
    provider TEXT NOT NULL, -- twilio, smpp, email, http or loopback
    friendly_name TEXT,
    enabled BIGINT NOT NULL,
    settings TEXT NOT NULL, -- a JSON object, encrypted: there are passwords in it
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX channels_account ON channels (account_sid, sid);
CREATE INDEX channels_provider ON channels (provider, sid);

-- The addresses of an account that a channel serves: each belongs to one channel.
CREATE TABLE channel_addresses (
    account_sid TEXT NOT NULL,
    address TEXT NOT NULL,
    channel_sid TEXT NOT NULL,
    position BIGINT NOT NULL, -- in the list as it was given
    PRIMARY KEY (account_sid, address)
) WITHOUT ROWID;
CREATE INDEX channel_addresses_channel ON channel_addresses (channel_sid, position);
-- Whose a message is that shows no credentials of Dwell's: candidates, each of which must have signed it.
CREATE INDEX channel_addresses_address ON channel_addresses (address, account_sid);

-- The address under which a chat participant of a group text writes, and what e-mail says beside an address.
ALTER TABLE participants ADD COLUMN projected_address TEXT;
ALTER TABLE participants ADD COLUMN address_name TEXT;
ALTER TABLE participants ADD COLUMN address_level TEXT;
