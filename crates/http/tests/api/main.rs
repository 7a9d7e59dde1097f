//! The HTTP API as its clients see it: the real router, engine and database, on a clock that the
//! tests turn.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod access_tokens;
mod address_configurations;
mod bad_input;
mod bad_paths;
mod channel_status;
mod channels;
mod checks;
mod checks_of_rest;
mod checks_of_webhooks;
mod checks_of_whole;
mod clock_order;
mod concurrency;
mod contract;
mod conversation_with_participants;
mod credentials;
mod deliveries;
mod docs;
mod fixtures;
mod fuzz;
mod groups;
mod headers;
mod inbound;
mod key_rights;
mod last_calls;
mod last_calls_crowd;
mod lifecycle;
mod lists;
mod media;
mod openapi;
mod outbound;
mod overdue;
mod paging;
mod participant_conversations;
mod phones;
mod pre_hooks;
mod push;
mod rates;
mod receipts;
mod refusals;
mod roles;
mod samples;
mod scenarios;
mod service_settings;
mod shapes;
mod support;
mod test_clock;
mod timers_list;
mod urls;
mod user_conversations;
mod webhook_configurations;
mod webhook_deliveries;
mod webhook_guide;
mod webhooks;
