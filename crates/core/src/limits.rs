//! Every bound of the product, with its unit in its name (contract §12, §18 M4, U10, U20).

/// Longest friendly name of a conversation, service, user or address, in characters.
pub const FRIENDLY_NAME_CHARS_MAX: usize = 256;
/// Longest e-mail address that a person signs in with, in characters.
pub const EMAIL_CHARS_MAX: usize = 254;
/// Shortest password of a person, in characters.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Longest password of a person, in bytes of UTF-8.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// Longest unique name of a conversation, in characters.
pub const UNIQUE_NAME_CHARS_MAX: usize = 256;
/// Longest identity, address or proxy address, in characters.
pub const IDENTITY_CHARS_MAX: usize = 256;
/// Longest author of a message, in characters.
pub const AUTHOR_CHARS_MAX: usize = 256;
/// Longest e-mail subject of a message, in characters.
pub const SUBJECT_CHARS_MAX: usize = 256;
/// Largest attributes of a conversation, in bytes of UTF-8.
pub const CONVERSATION_ATTRIBUTES_BYTES_MAX: usize = 16 * 1024;
/// Largest attributes of a message, participant or user, in bytes of UTF-8.
pub const ATTRIBUTES_BYTES_MAX: usize = 4 * 1024;
/// Longest name that a channel has for a message, in bytes of UTF-8: as long as a line of an e-mail may be.
pub const CHANNEL_MESSAGE_SID_BYTES_MAX: usize = 1_000;
/// Most files that come with one message from outside.
pub const INBOUND_MEDIA_MAX: usize = 10;
/// Most messages that one from outside says it answers.
pub const INBOUND_REFERENCES_MAX: usize = 100;
/// Largest body of a message, in bytes of UTF-8.
pub const MESSAGE_BODY_BYTES_MAX: usize = 32 * 1024;
/// Longest text that leaves as a text message or through WhatsApp, in characters.
pub const OUTBOUND_TEXT_CHARS_MAX: usize = 1_600;
/// Most participants with an identity in one conversation.
pub const CHAT_PARTICIPANTS_MAX: i64 = 1_000;
/// Most participants without an identity in one conversation.
pub const NON_CHAT_PARTICIPANTS_MAX: i64 = 50;
/// Most participants that a conversation is created with (contract §5.2).
pub const PARTICIPANTS_AT_CREATION_MAX: usize = 10;
/// Most active and inactive conversations of one identity in one service.
pub const CONVERSATIONS_PER_IDENTITY_MAX: i64 = 1_000;
/// Most unread messages that are counted (contract §8).
pub const UNREAD_MESSAGES_MAX: i64 = 1_000;
/// Shortest inactive timer, in seconds (contract §6.2).
pub const INACTIVE_TIMER_SECONDS_MIN: i64 = 60;
/// Shortest closed timer, in seconds (contract §6.2).
pub const CLOSED_TIMER_SECONDS_MIN: i64 = 600;
/// Longest timer, in seconds: a hundred years.
pub const TIMER_SECONDS_MAX: i64 = 36_525 * 86_400;
/// Longest text of a duration, in bytes.
pub const TIMER_TEXT_BYTES_MAX: usize = 64;
/// Longest address of a webhook, in characters.
pub const WEBHOOK_URL_CHARS_MAX: usize = 512;
/// Longest friendly name of a role or credential, in characters.
pub const SHORT_FRIENDLY_NAME_CHARS_MAX: usize = 64;
/// Longest template of a notification, in characters. What is made of it is cut by the push service.
pub const NOTIFICATION_TEMPLATE_CHARS_MAX: usize = 2_048;
/// Longest name of a notification's sound, in characters.
pub const NOTIFICATION_SOUND_CHARS_MAX: usize = 256;
/// Largest certificate, key or other secret of a push credential, in bytes of UTF-8.
pub const CREDENTIAL_SECRET_BYTES_MAX: usize = 16 * 1024;
/// Most identities by which a list of bindings is filtered.
pub const BINDING_IDENTITIES_MAX: usize = 50;
/// Most content variables of a message (contract §7.10).
pub const CONTENT_VARIABLES_MAX: usize = 100;
/// Longest name of a content variable, in characters.
pub const CONTENT_VARIABLE_KEY_CHARS_MAX: usize = 16;
/// Longest value of a content variable, in characters.
pub const CONTENT_VARIABLE_VALUE_CHARS_MAX: usize = 256;
/// Largest text of all content variables, in characters.
pub const CONTENT_VARIABLES_CHARS_MAX: usize = 27_801;
/// Longest MIME type of media, in bytes.
pub const MEDIA_TYPE_BYTES_MAX: usize = 255;
/// Longest name of media, in characters.
pub const FILENAME_CHARS_MAX: usize = 255;
/// How long media may go without a message, in seconds (contract §7.9).
pub const UNATTACHED_MEDIA_SECONDS_MAX: i64 = 300;
/// How long a link to media without credentials is valid, in seconds (contract §7.9).
pub const MEDIA_LINK_SECONDS: i64 = 300;
/// Most conversations of one bulk job.
pub const BULK_CONVERSATIONS_MAX: usize = 100_000;
/// Most conversations that a bulk job is given one by one.
pub const BULK_LISTED_MAX: usize = 1_000;
/// Most bulk jobs of one account that are under way at once.
pub const BULK_JOBS_MAX: i64 = 10;
/// How long a bulk job that is over is kept, in days.
pub const BULK_KEPT_DAYS: i64 = 30;
/// Most saved views of one account.
pub const VIEWS_MAX: i64 = 200;
/// Largest filter of a saved view, in bytes of UTF-8.
pub const VIEW_FILTER_BYTES_MAX: usize = 4 * 1024;
/// Most webhooks of one conversation.
pub const CONVERSATION_WEBHOOKS_MAX: i64 = 5;
/// Most keywords of one webhook.
pub const WEBHOOK_TRIGGERS_MAX: usize = 5;
/// Longest keyword of a webhook, in characters.
pub const WEBHOOK_TRIGGER_CHARS_MAX: usize = 248;
/// Most repetitions of a failed call to a Studio flow.
pub const STUDIO_RETRIES_MAX: i64 = 3;
/// Shortest time before a timer ends at which a last call asks about it, in seconds.
pub const LAST_CALL_LEAD_SECONDS_MIN: i64 = 5;
/// Longest time before a timer ends at which a last call asks about it, in seconds: half of the shortest timer, so
/// that no timer is too short to be asked about.
pub const LAST_CALL_LEAD_SECONDS_MAX: i64 = 30;
/// Shortest time by which a last call puts a timer off, in seconds.
pub const POSTPONEMENT_SECONDS_MIN: i64 = 60;
/// Fewest participants of a group text among whom messages go (contract §11.8).
pub const GROUP_PARTICIPANTS_MIN: usize = 3;
/// Most participants of a group text (contract §12).
pub const GROUP_PARTICIPANTS_MAX: usize = 10;
/// Most addresses of one channel.
pub const CHANNEL_ADDRESSES_MAX: usize = 100;
/// Largest settings of a channel, in bytes of UTF-8.
pub const CHANNEL_SETTINGS_BYTES_MAX: usize = 4 * 1024;
/// Longest text among the settings of a channel, in characters.
pub const CHANNEL_SETTING_CHARS_MAX: usize = 256;
/// Longest name of a host, in characters.
pub const HOST_NAME_CHARS_MAX: usize = 253;
/// Longest system id of SMPP 3.4, in characters; so for the next two.
pub const SMPP_SYSTEM_ID_CHARS_MAX: usize = 15;
/// Longest password.
pub const SMPP_PASSWORD_CHARS_MAX: usize = 8;
/// Longest system type.
pub const SMPP_SYSTEM_TYPE_CHARS_MAX: usize = 12;
/// Longest name of a time zone, in characters.
pub const TIME_ZONE_CHARS_MAX: usize = 64;
/// Least time in which a clock with business hours runs, in minutes a week.
pub const BUSINESS_MINUTES_A_WEEK_MIN: i64 = 60;
/// Most stretches of business hours in a day.
pub const BUSINESS_STRETCHES_A_DAY_MAX: usize = 8;
/// Longest idle clock that runs in business hours only, in seconds of them.
pub const BUSINESS_IDLE_SECONDS_MAX: i64 = 30 * 86_400;
/// Days that are looked through for the end of a clock with business hours: enough for the longest at the fewest hours,
/// put off once by as much.
pub const BUSINESS_DAYS_AHEAD_MAX: usize = 2 * 7 * 720 + 14;
/// Most warnings before a policy's clock ends.
pub const POLICY_WARNINGS_MAX: usize = 3;
/// Longest text of a warning or a farewell, in characters: one that can leave on any channel.
pub const POLICY_TEXT_CHARS_MAX: usize = OUTBOUND_TEXT_CHARS_MAX;
/// Shortest idle clock of a policy, in seconds.
pub const POLICY_IDLE_SECONDS_MIN: i64 = INACTIVE_TIMER_SECONDS_MIN;
/// Shortest time before the end of a policy's clock at which it warns, in seconds.
pub const POLICY_WARNING_SECONDS_MIN: i64 = 5;
/// How many sessions an agent has room for, as long as nobody says otherwise.
pub const SESSIONS_OF_AGENT_DEFAULT: i64 = 5;
/// Most sessions that an agent can be given room for.
pub const SESSIONS_OF_AGENT_MAX: i64 = 1_000;
/// Most queues that an agent serves.
pub const QUEUES_OF_AGENT_MAX: usize = 50;
/// Longest name of a queue, in characters.
pub const QUEUE_CHARS_MAX: usize = 64;
/// Longest reason for parking or ending a session, in characters.
pub const SESSION_REASON_CHARS_MAX: usize = 500;
/// By how much a running timer can be put off at most, in seconds: 30 days.
pub const EXTEND_SECONDS_MAX: i64 = 30 * 86_400;
/// Most policies of an account.
pub const POLICIES_MAX: i64 = 200;
/// Largest hours of a policy, in bytes of UTF-8.
pub const POLICY_HOURS_BYTES_MAX: usize = 4 * 1024;
/// Largest warnings of a policy as they are given, in bytes of UTF-8: each text may be escaped throughout.
pub const POLICY_WARNINGS_BYTES_MAX: usize = 64 * 1024;
