-- Instants are microseconds since the epoch, UTC; durations are seconds. Flags are 0 or 1.
CREATE TABLE accounts (
    sid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    friendly_name TEXT COLLATE "C" NOT NULL,
    auth_token TEXT COLLATE "C" NOT NULL, -- encrypted with the key file
    is_test BIGINT NOT NULL,
    clock_offset BIGINT NOT NULL, -- test accounts: microseconds ahead of real time
    clock_frozen_at BIGINT,
    disabled_at BIGINT,
    date_created BIGINT NOT NULL,
    default_service_sid TEXT COLLATE "C" NOT NULL,
    default_messaging_service_sid TEXT COLLATE "C" NOT NULL,
    default_inactive_timer TEXT COLLATE "C",
    default_closed_timer TEXT COLLATE "C"
);

CREATE TABLE api_keys (
    sid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_sid TEXT COLLATE "C" NOT NULL,
    friendly_name TEXT COLLATE "C" NOT NULL,
    secret TEXT COLLATE "C" NOT NULL, -- encrypted with the key file
    date_created BIGINT NOT NULL
);
CREATE INDEX api_keys_account ON api_keys (account_sid, sid);

CREATE TABLE services (
    sid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_sid TEXT COLLATE "C" NOT NULL,
    friendly_name TEXT COLLATE "C" NOT NULL,
    default_chat_service_role_sid TEXT COLLATE "C" NOT NULL,
    default_conversation_role_sid TEXT COLLATE "C" NOT NULL,
    default_conversation_creator_role_sid TEXT COLLATE "C" NOT NULL,
    deleted_at BIGINT, -- its rows are purged in the background
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL
);
CREATE INDEX services_account ON services (account_sid, sid);
CREATE INDEX services_deleted ON services (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE roles (
    sid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_sid TEXT COLLATE "C" NOT NULL,
    service_sid TEXT COLLATE "C" NOT NULL,
    friendly_name TEXT COLLATE "C" NOT NULL,
    role_type TEXT COLLATE "C" NOT NULL,
    permissions TEXT COLLATE "C" NOT NULL, -- a JSON array
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL
);
CREATE INDEX roles_service ON roles (service_sid, sid);

CREATE TABLE users (
    sid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_sid TEXT COLLATE "C" NOT NULL,
    service_sid TEXT COLLATE "C" NOT NULL,
    identity TEXT COLLATE "C" NOT NULL,
    friendly_name TEXT COLLATE "C",
    attributes TEXT COLLATE "C" NOT NULL,
    role_sid TEXT COLLATE "C" NOT NULL,
    event_seq BIGINT NOT NULL,
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_identity ON users (service_sid, identity);
CREATE INDEX users_service ON users (service_sid, sid);

CREATE TABLE conversations (
    sid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_sid TEXT COLLATE "C" NOT NULL,
    service_sid TEXT COLLATE "C" NOT NULL,
    messaging_service_sid TEXT COLLATE "C" NOT NULL,
    friendly_name TEXT COLLATE "C",
    unique_name TEXT COLLATE "C",
    attributes TEXT COLLATE "C" NOT NULL,
    email_address TEXT COLLATE "C",
    email_name TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL,
    timer_inactive BIGINT,
    timer_closed BIGINT,
    armed_kind TEXT COLLATE "C",
    due_at BIGINT, -- when the armed timer ends
    wake_at BIGINT, -- when to look at it: at or before due_at, so that a message need not move the index
    inactive_at BIGINT,
    closed_at BIGINT,
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL,
    activity_at BIGINT NOT NULL,
    last_event_at BIGINT NOT NULL,
    event_seq BIGINT NOT NULL,
    next_message_index BIGINT NOT NULL,
    chat_participants BIGINT NOT NULL,
    non_chat_participants BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX conversations_unique_name ON conversations (service_sid, unique_name) WHERE unique_name IS NOT NULL;
CREATE INDEX conversations_activity ON conversations (service_sid, state, activity_at, sid);
CREATE INDEX conversations_created ON conversations (service_sid, date_created, sid);
CREATE INDEX conversations_wake ON conversations (account_sid, wake_at, sid) WHERE wake_at IS NOT NULL;

CREATE TABLE messages (
    conversation_sid TEXT COLLATE "C" NOT NULL,
    message_index BIGINT NOT NULL,
    sid TEXT COLLATE "C" NOT NULL,
    account_sid TEXT COLLATE "C" NOT NULL,
    author TEXT COLLATE "C" NOT NULL,
    participant_sid TEXT COLLATE "C",
    body TEXT COLLATE "C",
    attributes TEXT COLLATE "C" NOT NULL,
    content_sid TEXT COLLATE "C",
    content_variables TEXT COLLATE "C",
    subject TEXT COLLATE "C",
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL,
    event_seq BIGINT, -- the event of its addition, until that has a row of its own in events
    event_at BIGINT,
    event_source TEXT COLLATE "C",
    event_actor TEXT COLLATE "C",
    event_notify BIGINT,
    PRIMARY KEY (conversation_sid, message_index)
);
CREATE UNIQUE INDEX messages_sid ON messages (sid);

CREATE TABLE participants (
    conversation_sid TEXT COLLATE "C" NOT NULL,
    sid TEXT COLLATE "C" NOT NULL,
    account_sid TEXT COLLATE "C" NOT NULL,
    service_sid TEXT COLLATE "C" NOT NULL,
    identity TEXT COLLATE "C",
    binding_type TEXT COLLATE "C",
    address TEXT COLLATE "C",
    proxy_address TEXT COLLATE "C",
    role_sid TEXT COLLATE "C",
    attributes TEXT COLLATE "C" NOT NULL,
    last_read_message_index BIGINT,
    last_read_timestamp BIGINT,
    open BIGINT NOT NULL, -- 1 until the conversation closes: holds the address pair, counts for the identity
    date_created BIGINT NOT NULL,
    date_updated BIGINT NOT NULL,
    PRIMARY KEY (conversation_sid, sid)
);
CREATE UNIQUE INDEX participants_identity ON participants (conversation_sid, identity) WHERE identity IS NOT NULL;
CREATE INDEX participants_address ON participants (conversation_sid, address, sid) WHERE address IS NOT NULL;
CREATE UNIQUE INDEX participants_pair ON participants (account_sid, address, proxy_address) WHERE open = 1 AND proxy_address IS NOT NULL;
CREATE INDEX participants_open_identity ON participants (service_sid, identity, conversation_sid) WHERE open = 1 AND identity IS NOT NULL;

CREATE TABLE events (
    stream_sid TEXT COLLATE "C" NOT NULL, -- a conversation, or a user
    seq BIGINT NOT NULL,
    account_sid TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    notify BIGINT NOT NULL, -- 1 when post-event webhooks are to hear of it
    payload TEXT COLLATE "C" NOT NULL, -- a JSON object
    PRIMARY KEY (stream_sid, seq)
);

-- Every change of state; each is an event of the log as well, with no row of its own in events.
CREATE TABLE transitions (
    conversation_sid TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    account_sid TEXT COLLATE "C" NOT NULL,
    from_state TEXT COLLATE "C" NOT NULL,
    to_state TEXT COLLATE "C" NOT NULL,
    cause TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    notify BIGINT NOT NULL,
    service_sid TEXT COLLATE "C" NOT NULL,
    messaging_service_sid TEXT COLLATE "C" NOT NULL,
    message_sid TEXT COLLATE "C", -- the message that reactivated it
    PRIMARY KEY (conversation_sid, seq)
);

CREATE TABLE purges (
    conversation_sid TEXT COLLATE "C" NOT NULL PRIMARY KEY, -- deleted; its messages and events wait to be removed
    account_sid TEXT COLLATE "C" NOT NULL,
    event_seq BIGINT NOT NULL -- of the removal, which stays in the log
);
