-- How messages leave for addresses outside and come from there.
CREATE TABLE channels (
    sid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_sid TEXT COLLATE "C" NOT NULL,
    provider TEXT COLLATE "C" NOT NULL, -- twilio, smpp, email, http or loopback
    friendly_name TEXT COLLATE "C",
    enabled BIGINT NOT NULL,
    settings TEXT COLLATE "C" NOT NULL, -- a JSON object, encrypted: there are passwords in it
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL
);
CREATE INDEX channels_account ON channels (account_sid, sid);
CREATE INDEX channels_provider ON channels (provider, sid);

-- The addresses of an account that a channel serves: each belongs to one channel.
CREATE TABLE channel_addresses (
    account_sid TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    channel_sid TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL, -- in the list as it was given
    PRIMARY KEY (account_sid, address)
);
CREATE INDEX channel_addresses_channel ON channel_addresses (channel_sid, position);
-- Whose a message is that shows no credentials of Dwell's: candidates, each of which must have signed it.
CREATE INDEX channel_addresses_address ON channel_addresses (address, account_sid);

-- The address under which a chat participant of a group text writes, and what e-mail says beside an address.
ALTER TABLE participants ADD COLUMN projected_address TEXT COLLATE "C";
ALTER TABLE participants ADD COLUMN address_name TEXT COLLATE "C";
ALTER TABLE participants ADD COLUMN address_level TEXT COLLATE "C";
