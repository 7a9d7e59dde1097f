-- Whose word about a message it is: a channel's own names for messages are its own.
ALTER TABLE receipts ADD COLUMN channel_sid TEXT COLLATE "C";
CREATE INDEX receipts_channel ON receipts (channel_sid, channel_message_sid, sid) WHERE channel_message_sid IS NOT NULL;

-- What channels said of messages before it was known what they call them.
CREATE TABLE early_statuses (
    channel_sid TEXT COLLATE "C" NOT NULL,
    channel_message_sid TEXT COLLATE "C" NOT NULL,
    account_sid TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C", -- null while the name is being noted
    error_code BIGINT,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (channel_sid, channel_message_sid)
);
CREATE INDEX early_statuses_received ON early_statuses (received_at);

-- Deliveries are messages for addresses outside now, too: their method is CHANNEL, and each kind is listed by itself.
DROP INDEX webhook_deliveries_account;
DROP INDEX webhook_deliveries_stream;
DROP INDEX webhook_deliveries_failed;
CREATE INDEX webhook_deliveries_called ON webhook_deliveries (account_sid, sid) WHERE method <> 'CHANNEL';
CREATE INDEX webhook_deliveries_called_stream ON webhook_deliveries (account_sid, stream_sid, sid)
    WHERE method <> 'CHANNEL';
CREATE INDEX webhook_deliveries_called_failed ON webhook_deliveries (account_sid, sid)
    WHERE method <> 'CHANNEL' AND status = 'failed';
CREATE INDEX webhook_deliveries_carried ON webhook_deliveries (account_sid, sid) WHERE method = 'CHANNEL';
CREATE INDEX webhook_deliveries_carried_stream ON webhook_deliveries (account_sid, stream_sid, sid)
    WHERE method = 'CHANNEL';
CREATE INDEX webhook_deliveries_carried_failed ON webhook_deliveries (account_sid, sid)
    WHERE method = 'CHANNEL' AND status = 'failed';
