-- A mail that goes out names those that came in.
CREATE INDEX inbound_messages_message ON inbound_messages (message_sid) WHERE message_sid IS NOT NULL;
