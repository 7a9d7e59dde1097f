//! Every statement, prepared and explained by both engines: none has a mistake in it, and none reads
//! a whole table that grows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use dwell_store::{DatabaseUrl, Options, Store, all_statements, postgres_session, postgres_text, sqlite_text};
use dwell_testkit::postgres::Database;
use postgres::types::{Kind, Type};

/// Tables that grow with use.
const BIG: &[&str] = &[
    "conversations",
    "messages",
    "participants",
    "events",
    "transitions",
    "users",
    "purges",
    "services",
    "initializations",
    "roles",
    "credentials",
    "bindings",
    "receipts",
    "webhook_configurations",
    "webhooks",
    "address_configurations",
    "channels",
    "channel_addresses",
    "webhook_deliveries",
    "webhook_queues",
    "webhook_attempts",
    "last_calls",
    "early_statuses",
    "phone_messages",
    "media",
    "inbound_messages",
    "people",
    "sign_ins",
    "audit_log",
    "sessions",
    "session_log",
    "agents",
    "bulk_jobs",
    "bulk_parts",
    "bulk_results",
    "tallies",
    "state_samples",
];

/// Statements that read a whole table or index on purpose, each with its reason.
const WHOLE: &[(&str, &str)] = &[
    ("services::NEXT_DELETED", "the first row of an index over deleted services alone"),
    ("services::TAKE_DELETED", "the same"),
    ("credentials::NEXT_DELETED", "the first row of an index over deleted credentials alone"),
    ("credentials::TAKE_DELETED", "the same"),
    ("purges::NEXT", "the first row of the primary key"),
];

/// What the hot statements must find by index: the index, and for PostgreSQL what it is searched
/// by.
const HOT: &[(&str, &str, &str)] = &[
    ("conversations::BY_SID", "conversations_pkey", "sid ="),
    ("conversations::BY_SID_LOCKED", "conversations_pkey", "sid ="),
    ("conversations::BY_UNIQUE_NAME", "conversations_unique_name", "unique_name ="),
    ("conversations::LIST_BY_ACTIVITY", "conversations_activity", "ROW(activity_at, sid) <"),
    ("conversations::LIST_BY_CREATION", "conversations_created", "ROW(date_created, sid) <"),
    ("conversations::LIST_BY_ACTIVITY_BACK", "conversations_activity", "ROW(activity_at, sid) >"),
    ("conversations::LIST_BY_CREATION_BACK", "conversations_created", "ROW(date_created, sid) >"),
    ("conversations::timers::DUE", "conversations_wake", "wake_at <="),
    ("conversations::timers::NEXT_WAKE", "conversations_wake", "account_sid ="),
    ("conversations::timers::LIST_TIMERS", "conversations_wake", "ROW(wake_at, sid) >"),
    ("conversations::UPDATE_AFTER_MESSAGE", "conversations_pkey", "sid ="),
    ("conversations::timers::UPDATE_TIMERS", "conversations_pkey", "sid ="),
    ("conversations::timers::UPDATE_WAKE", "conversations_pkey", "sid ="),
    ("accounts::WAKES", "conversations_wake", "account_sid ="),
    ("participants::AUTHOR_BY_IDENTITY", "participants_identity", "identity ="),
    ("participants::AUTHOR_BY_ADDRESS", "participants_of_address", "address ="),
    ("participants::PAIR_HOLDER", "participants_pair", "proxy_address ="),
    ("participants::COUNT_OPEN", "participants_of_identity", "open ="),
    ("participants::OPEN_CONVERSATIONS", "participants_of_identity", "open ="),
    ("memberships::OF_IDENTITY", "participants_of_identity", "conversation_sid >"),
    ("memberships::OF_IDENTITY_BACK", "participants_of_identity", "conversation_sid <"),
    ("memberships::OF_USER", "participants_of_identity", "conversation_sid >"),
    ("memberships::OF_USER_BACK", "participants_of_identity", "conversation_sid <"),
    ("memberships::OF_ADDRESS", "participants_of_address", "ROW(conversation_sid, sid) >"),
    ("memberships::OF_ADDRESS_BACK", "participants_of_address", "ROW(conversation_sid, sid) <"),
    ("participants::RELEASE", "participants_pkey", "conversation_sid ="),
    ("messages::LIST_ASC", "messages_pkey", "message_index >"),
    ("messages::LIST_DESC", "messages_pkey", "message_index <"),
    ("messages::COUNT_AFTER", "messages_pkey", "message_index >"),
    ("receipts::LIST", "receipts_pkey", "sid >"),
    ("receipts::NAMED", "receipts_channel", "channel_message_sid ="),
    ("participants::BOUND", "participants_pkey", "conversation_sid ="),
    ("conversations::GROUP_HOLDER", "conversations_group", "group_key ="),
    ("participants::ANY_PROJECTED", "participants_projected", "conversation_sid ="),
    ("events::LIST", "events_pkey", "seq >"),
    ("bulk::LIST", "bulk_jobs_pkey", "sid <"),
    ("bulk::RUNNING", "bulk_jobs_running", "sid >"),
    ("bulk::OVER", "bulk_jobs_over", "changed_at <"),
    ("bulk::PART", "bulk_parts_pkey", "part ="),
    ("bulk::RESULTS", "bulk_results_pkey", "conversation_sid >"),
    ("bulk::RESULTS_BACK", "bulk_results_pkey", "conversation_sid <"),
    ("bulk::CONVERSATIONS", "conversations_activity", "ROW(activity_at, sid) >"),
    ("statistics::TRANSITIONS", "transitions_at", "ROW(at, conversation_sid, seq) >"),
    ("statistics::FIRST_REPLIES", "sessions_replied", "ROW(date_first_reply, sid) >"),
    ("statistics::TALLIES", "tallies_pkey", "hour >="),
    ("statistics::SAMPLES", "state_samples_pkey", "hour >="),
    ("statistics::LAST_SAMPLE", "state_samples_pkey", "hour <="),
    ("statistics::COUNT_STATE", "conversations_activity", "state ="),
    ("statistics::COUNT_OVERDUE", "conversations_wake", "wake_at <="),
    ("statistics::IDENTITIES", "participants_of_identity", "identity >"),
    ("roles::LIST", "roles_service", "sid >"),
    ("roles::LIST_BACK", "roles_service", "sid <"),
    ("credentials::LIST", "credentials_account", "sid >"),
    ("credentials::LIST_BACK", "credentials_account", "sid <"),
    ("bindings::LIST", "bindings_service", "sid >"),
    ("bindings::LIST_BACK", "bindings_service", "sid <"),
    ("bindings::LIST_OF_IDENTITY", "bindings_identity", "identity ="),
    ("bindings::LIST_OF_IDENTITY_BACK", "bindings_identity", "identity ="),
    ("bindings::DELETE_OF_CREDENTIAL", "bindings_credential", "credential_sid ="),
    ("webhook_configurations::BY_ACCOUNT_AND_SERVICE", "webhook_configurations_pkey", "owner_sid ="),
    ("webhooks::LIST", "webhooks_pkey", "conversation_sid ="),
    ("webhooks::OF_CONVERSATIONS", "webhooks_pkey", "conversation_sid ="),
    ("webhooks::ANY", "webhooks_account", "account_sid ="),
    ("deliveries::DUE", "webhook_queues_next", "next_at <="),
    ("deliveries::LOCK_QUEUE", "webhook_queues_pkey", "hook_sid ="),
    ("deliveries::TAKE_OUT", "webhook_queues_pkey", "hook_sid ="),
    ("deliveries::DELETE_QUEUE", "webhook_queues_pkey", "hook_sid ="),
    ("deliveries::PENDING", "webhook_deliveries_queue", "hook_sid ="),
    ("deliveries::UPDATE", "webhook_deliveries_pkey", "sid ="),
    ("deliveries::DELETE_ATTEMPTS", "webhook_deliveries_finished", "finished_at <"),
    ("deliveries::DELETE_FINISHED", "webhook_deliveries_finished", "finished_at <"),
    ("deliveries::lists::CALLED", "webhook_deliveries_called", "sid <"),
    ("deliveries::lists::CALLED_BACK", "webhook_deliveries_called", "sid >"),
    ("deliveries::lists::CALLED_OF_STREAM", "webhook_deliveries_called_stream", "stream_sid ="),
    ("deliveries::lists::CALLED_OF_STREAM_BACK", "webhook_deliveries_called_stream", "stream_sid ="),
    ("deliveries::lists::CARRIED", "webhook_deliveries_carried", "sid <"),
    ("deliveries::lists::CARRIED_BACK", "webhook_deliveries_carried", "sid >"),
    ("deliveries::lists::CARRIED_OF_STREAM", "webhook_deliveries_carried_stream", "stream_sid ="),
    ("deliveries::lists::CARRIED_OF_STREAM_BACK", "webhook_deliveries_carried_stream", "stream_sid ="),
    ("deliveries::lists::OF_HOOK", "webhook_deliveries_hook", "hook_sid ="),
    ("deliveries::lists::OF_HOOK_BACK", "webhook_deliveries_hook", "hook_sid ="),
    ("deliveries::lists::CALLED_FAILED", "webhook_deliveries_called_failed", "sid <"),
    ("deliveries::lists::CALLED_FAILED_BACK", "webhook_deliveries_called_failed", "sid >"),
    ("deliveries::lists::CARRIED_FAILED", "webhook_deliveries_carried_failed", "sid <"),
    ("deliveries::lists::CARRIED_FAILED_BACK", "webhook_deliveries_carried_failed", "sid >"),
    ("early_statuses::PRUNE", "early_statuses_received", "received_at <"),
    ("early_statuses::COUNT", "early_statuses_pkey", "channel_sid ="),
    ("last_calls::ANY_UNASKED", "conversations_wake", "wake_at <="),
    ("last_calls::UNASKED", "conversations_wake", "wake_at <="),
    ("last_calls::NEWEST", "last_calls_pkey", "conversation_sid ="),
    ("phones::LIST", "phone_messages_pkey", "sid <"),
    ("phones::LIST_BACK", "phone_messages_pkey", "sid >"),
    ("phones::PRUNE", "phone_messages_account", "sid <"),
    ("media::BY_SID_LOCKED", "media_pkey", "sid ="),
    ("media::DOOM_OF_CONVERSATION", "media_conversation", "conversation_sid ="),
    ("media::DOOM_OVERDUE", "media_collect", "collect_at <="),
    ("media::DOOMED", "media_collect", "collect_at ="),
    ("address_configurations::BY_TYPE_AND_ADDRESS", "address_configurations_address", "address ="),
    ("channels::OF_ADDRESS", "channel_addresses_address", "address ="),
    ("channels::ADDRESSES", "channel_addresses_channel", "channel_sid ="),
    ("channels::OF_PROVIDER", "channels_provider", "sid >"),
    ("sign_ins::BY_TOKEN", "sign_ins_pkey", "token_hash ="),
    ("sign_ins::DELETE_OF_PERSON", "sign_ins_person", "person_sid ="),
    ("sign_ins::DELETE_OLDEST", "sign_ins_person", "person_sid ="),
    ("sign_ins::ANY_UNUSED", "sign_ins_used", "date_used <"),
    ("sign_ins::DELETE_UNUSED", "sign_ins_used", "date_used <"),
    ("audit_log::LIST", "audit_log_account", "sid <"),
    ("audit_log::LIST_BACK", "audit_log_account", "sid >"),
    ("audit_log::OF_ACTOR", "audit_log_actor", "actor ="),
    ("audit_log::OF_ACTOR_BACK", "audit_log_actor", "actor ="),
    ("audit_log::ANY_BEFORE", "audit_log_at", "at <"),
    ("audit_log::DELETE_BEFORE", "audit_log_at", "at <"),
    ("people::BY_EMAIL", "people_email", "email ="),
    ("people::BY_IDENTITY", "people_identity", "identity ="),
    ("people::LIST", "people_account", "sid >"),
    ("people::LIST_BACK", "people_account", "sid <"),
    ("sessions::LATEST", "sessions_conversation", "conversation_sid ="),
    ("sessions::LATEST_LOCKED", "sessions_conversation", "conversation_sid ="),
    ("sessions::WAITING", "sessions_waiting", "queue ="),
    ("sessions::lists::BY_UPDATE", "sessions_updated", "ROW(date_updated, sid) <"),
    ("sessions::lists::BY_UPDATE_BACK", "sessions_updated", "ROW(date_updated, sid) >"),
    ("sessions::lists::OF_STATUS", "sessions_status", "ROW(date_updated, sid) <"),
    ("sessions::lists::OF_STATUS_BACK", "sessions_status", "ROW(date_updated, sid) >"),
    ("sessions::lists::OF_OWNER", "sessions_owner", "ROW(date_updated, sid) <"),
    ("sessions::lists::OF_OWNER_BACK", "sessions_owner", "ROW(date_updated, sid) >"),
    ("sessions::lists::CHANGED", "sessions_changed", "ROW(changed_at, sid) >"),
    ("address_configurations::LIST_OF_TYPE", "address_configurations_type", "sid >"),
];

fn short(name: &str) -> &str {
    name.strip_prefix("dwell_store::").unwrap_or(name)
}

fn hot(name: &str) -> Option<(&'static str, &'static str)> {
    HOT.iter().find(|(hot, ..)| *hot == short(name)).map(|(_, index, condition)| (*index, *condition))
}

fn is_whole(name: &str) -> bool {
    WHOLE.iter().any(|(whole, _)| *whole == short(name))
}

fn sqlite() -> (tempfile::TempDir, rusqlite::Connection) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("dwell.db");
    drop(Store::open(&DatabaseUrl::Sqlite(path.clone()), &Options::default()).unwrap());
    let connection = rusqlite::Connection::open(path).unwrap();
    (directory, connection)
}

fn postgres() -> (Database, postgres::Client) {
    let database = Database::create().unwrap();
    let options = Options { postgres_connections: 1, ..Options::default() };
    drop(Store::open(&database.url().parse().unwrap(), &options).unwrap());
    let client = postgres::Client::connect(database.url(), postgres::NoTls).unwrap();
    (database, client)
}

#[test]
fn the_lists_of_this_test_name_statements_that_exist() {
    let names: Vec<_> = all_statements().map(|stmt| short(stmt.name)).collect();
    for name in HOT.iter().map(|(name, ..)| name).chain(WHOLE.iter().map(|(name, _)| name)) {
        assert!(names.contains(name), "{name}");
    }
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), names.len(), "two statements share a name");
}

#[test]
fn sqlite_prepares_every_statement() {
    let (_directory, connection) = sqlite();
    for stmt in all_statements() {
        let text = sqlite_text(stmt);
        assert!(!text.contains(['{', '}']), "{}: {text}", stmt.name);
        connection.prepare(&text).unwrap_or_else(|error| panic!("{}: {error}", stmt.name));
    }
}

#[test]
fn postgres_prepares_every_statement() {
    let (_database, mut client) = postgres();
    for stmt in all_statements() {
        let text = postgres_text(stmt);
        assert!(!text.contains(['{', '}', '?']), "{}: {text}", stmt.name);
        let prepared = client.prepare(&text).unwrap_or_else(|error| panic!("{}: {error}\n{text}", stmt.name));
        let simple = |ty: &Type| *ty == Type::INT8 || *ty == Type::TEXT;
        for ty in prepared.params() {
            let element = if let Kind::Array(element) = ty.kind() { element } else { ty };
            assert!(simple(element), "{}: a parameter of type {ty}", stmt.name);
        }
        for column in prepared.columns() {
            assert!(simple(column.type_()), "{}: column {} of type {}", stmt.name, column.name(), column.type_());
        }
    }
}

#[test]
fn sqlite_scans_no_big_table() {
    let (_directory, connection) = sqlite();
    let mut wrong = Vec::new();
    for stmt in all_statements() {
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", sqlite_text(stmt))).unwrap();
        let plan: Vec<String> = explain.raw_query().mapped(|row| row.get(3)).map(Result::unwrap).collect();
        let scans = |step: &String| {
            let table = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
            table.is_some_and(|table| ["c", "p", "m", "u"].contains(&table) || BIG.contains(&table))
        };
        let scanned = !is_whole(stmt.name) && plan.iter().any(scans);
        let sorted = plan.iter().any(|step| step.contains("TEMP B-TREE"));
        let missed = hot(stmt.name).is_some_and(|(index, _)| {
            let found = if index.ends_with("_pkey") { "PRIMARY KEY" } else { index };
            !plan.iter().any(|step| step.contains("SEARCH") && step.contains(found))
        });
        if scanned || sorted || missed {
            wrong.push(format!("{}:\n    {}", stmt.name, plan.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// So many rows that reading all of them is never the better plan.
const PLENTY: &str = "
    INSERT INTO accounts SELECT 'AC' || i, '', '', 0, 0, NULL, NULL, 0, '', '', NULL, NULL FROM generate_series(1, 20) i;
    INSERT INTO services SELECT 'IS' || i, 'AC' || i % 20, '', '', '', '', CASE WHEN i % 50 = 0 THEN i END, 0, 0
        FROM generate_series(1, 2000) i;
    INSERT INTO conversations (sid, account_sid, service_sid, messaging_service_sid, unique_name, attributes, state,
            armed_kind, due_at, wake_at, date_created, date_updated, activity_at, last_event_at, event_seq,
            next_message_index, chat_participants, non_chat_participants, created_by)
        SELECT 'CH' || i, 'AC' || i % 20, 'IS' || i % 20, '', 'name' || i, '{}',
            (ARRAY['active', 'inactive', 'closed'])[1 + i % 3], 'inactive', i, CASE WHEN i % 3 < 2 THEN i END,
            i, i, i, i, 1, 0, 0, 0, 'system'
        FROM generate_series(1, 20000) i;
    INSERT INTO participants (conversation_sid, sid, account_sid, service_sid, identity, address, proxy_address,
            attributes, open, date_created, date_updated)
        SELECT 'CH' || i % 10000, 'MB' || i, 'AC' || i % 20, 'IS' || i % 20, CASE WHEN i % 2 = 0 THEN 'id' || i % 3000 + i / 10000 END,
            CASE WHEN i % 2 = 1 THEN '+1' || i END, CASE WHEN i % 2 = 1 THEN '+2' END, '{}', CASE WHEN i % 3 < 2 THEN 1 ELSE 0 END, i, i
        FROM generate_series(1, 20000) i;
    INSERT INTO messages (conversation_sid, message_index, sid, account_sid, author, attributes, date_created, date_updated)
        SELECT 'CH' || i % 500, i / 500, 'IM' || i, 'AC' || i % 20, 'system', '{}', i, i FROM generate_series(1, 20000) i;
    INSERT INTO events SELECT 'CH' || i % 500, i / 500, 'AC' || i % 20, 'k', i, 'API', 'x', 1, '{}' FROM generate_series(1, 20000) i;
    INSERT INTO transitions SELECT 'CH' || i % 500, i / 500, 'AC' || i % 20, 'active', 'closed', 'API', i, 'API', 'x', 1, 'IS', 'MG', NULL, NULL, NULL, NULL
        FROM generate_series(1, 20000) i;
    INSERT INTO bulk_jobs SELECT 'AC' || i % 20, 'BJ' || i, 'end', '{}', CASE WHEN i % 50 = 0 THEN 'running' ELSE 'done' END, 1, 1, 0,
            'AC', i, i, i FROM generate_series(1, 20000) i;
    INSERT INTO bulk_parts SELECT 'BJ' || i / 4, i % 4, '' FROM generate_series(1, 20000) i;
    INSERT INTO bulk_results SELECT 'BJ' || i / 40, 'CH' || i, NULL, NULL FROM generate_series(1, 20000) i;
    INSERT INTO tallies SELECT 'AC' || i % 20, i, 'lateness', 1, 1, '' FROM generate_series(1, 20000) i;
    INSERT INTO state_samples SELECT 'AC' || i % 20, i, 1, 1, 1 FROM generate_series(1, 20000) i;
    INSERT INTO users SELECT 'US' || i, 'AC' || i % 20, 'IS' || i % 20, 'id' || i, NULL, '{}', 'RL', 1, i, i FROM generate_series(1, 20000) i;
    INSERT INTO receipts SELECT 'CH' || i % 500, i / 500, 'DY' || i, 'AC' || i % 20, 'IM' || i, 'MB' || i, NULL, 'sent', NULL, i, i
        FROM generate_series(1, 20000) i;
    INSERT INTO initializations SELECT 'CH' || i, 'AC' || i % 20, 'IS', 'active', '[]', i, 'SK', 0, 0 FROM generate_series(1, 5000) i;
    INSERT INTO roles SELECT 'RL' || i, 'AC' || i % 20, 'IS' || i % 20, '', '', '[]', i, i FROM generate_series(1, 20000) i;
    INSERT INTO credentials (sid, account_sid, push_type, sandbox, deleted_at, date_created, date_updated)
        SELECT 'CR' || i, 'AC' || i % 20, 'apn', 0, CASE WHEN i % 50 = 0 THEN i END, i, i FROM generate_series(1, 20000) i;
    INSERT INTO bindings SELECT 'BS' || i, 'AC' || i % 20, 'IS' || i % 20, 'id' || i % 3000, 'apn', 'CR' || i % 500, '', '[]', i, i
        FROM generate_series(1, 20000) i;
    INSERT INTO purges SELECT 'CH' || i, 'AC', 1 FROM generate_series(1, 5000) i;
    INSERT INTO webhook_configurations SELECT 'AC' || i % 20, 'IS' || i, NULL, NULL, 'POST', '[]', 'webhook' FROM generate_series(1, 5000) i;
    INSERT INTO webhooks SELECT 'CH' || i / 3, 'WH' || i, 'AC' || i % 20, 'webhook', '', 'POST', '[]', NULL, NULL, NULL, i, i
        FROM generate_series(1, 20000) i;
    INSERT INTO address_configurations SELECT 'IG' || i, 'AC' || i % 20, (ARRAY['sms', 'whatsapp', 'chat'])[1 + i % 3], '+1' || i, NULL, NULL,
        0, 'default', NULL, NULL, NULL, NULL, NULL, NULL, i, i FROM generate_series(1, 20000) i;
    INSERT INTO channels SELECT 'CN' || i, 'AC' || i % 20, (ARRAY['twilio', 'smpp', 'http'])[1 + i % 3], NULL, 1, '', i, i
        FROM generate_series(1, 20000) i;
    INSERT INTO channel_addresses SELECT 'AC' || i % 20, '+1' || i / 2, 'CN' || i, 0 FROM generate_series(1, 20000) i;
    INSERT INTO webhook_deliveries SELECT 'WD' || i, 'AC' || i % 20, 'WH' || i % 300, 'CH' || i % 1000, i, 'onMessageAdded', '', 'POST', '{}',
            (ARRAY['pending', 'delivered', 'failed'])[1 + i % 3], 1, NULL, NULL, i, CASE WHEN i % 3 > 0 THEN i END
        FROM generate_series(1, 20000) i;
    UPDATE webhook_deliveries SET method = 'CHANNEL' WHERE seq % 2 = 0;
    UPDATE receipts SET channel_sid = 'CN' || message_index % 50, channel_message_sid = sid;
    INSERT INTO early_statuses SELECT 'CN' || i % 50, 'SM' || i, 'AC' || i % 20, 'sent', NULL, i FROM generate_series(1, 20000) i;
    INSERT INTO inbound_messages SELECT 'AC' || i % 20, 'CN' || i % 50, 'SM' || i, 'created', 'CH' || i % 1000, 'IM' || i, i
        FROM generate_series(1, 20000) i;
    INSERT INTO webhook_queues SELECT 'WH' || i, 'CH' || i % 1000, 'AC' || i % 20, 1, i, NULL, NULL FROM generate_series(1, 20000) i;
    INSERT INTO webhook_attempts SELECT 'WD' || i / 3, i % 3 + 1, i, 1, 200, NULL, NULL FROM generate_series(1, 20000) i;
    INSERT INTO last_calls SELECT 'CH' || i / 3, i, 'AC' || i % 20, 'inactive', i, 'go', i, NULL, NULL FROM generate_series(1, 20000) i;
    INSERT INTO phone_messages SELECT 'AC' || i % 20, '+1' || i % 500, 'SM' || i, '+2', NULL, 'received', NULL, NULL, NULL, '[]', NULL, NULL,
            NULL, NULL, NULL, i, i
        FROM generate_series(1, 20000) i;
    INSERT INTO people SELECT 'PE' || i, 'AC' || i % 20, i || '@example.com', '', 'id' || i, 'agent', NULL, NULL, i, i, NULL
        FROM generate_series(1, 20000) i;
    INSERT INTO sign_ins SELECT 'h' || i, 'AC' || i % 20, 'PE' || i / 3, i, i FROM generate_series(1, 20000) i;
    INSERT INTO audit_log SELECT 'AE' || i, 'AC' || i % 20, i, 'PE' || i % 500, '', 'POST', '/', 200, NULL FROM generate_series(1, 20000) i;
    INSERT INTO sessions SELECT 'DS' || i, 'AC' || i % 20, 'IS' || i % 20, 'CH' || i, 1,
            (ARRAY['waiting', 'active', 'paused', 'inactive', 'ended'])[1 + i % 5], 'id' || i % 300, 'q' || i % 100,
            'inbound', NULL, NULL, 'queue', 0, i, i, i, i, i, i, CASE WHEN i % 5 = 4 THEN i END, i, 0, 0, NULL, NULL,
            CASE WHEN i % 50 = 0 THEN i END, NULL, 1, 1, i
        FROM generate_series(1, 20000) i;
    INSERT INTO session_log SELECT 'CH' || i / 3, 1, i, 'AC' || i % 20, i, 'accepted', NULL, 'active', 'agent', 'PE', NULL, NULL
        FROM generate_series(1, 20000) i;
    INSERT INTO agents SELECT 'AC' || i % 20, 'id' || i, i % 2, NULL, '[]', NULL FROM generate_series(1, 20000) i;
    -- This schema only: the others belong to tests that are dropping theirs.
    DO $$ BEGIN EXECUTE (
        SELECT 'ANALYZE ' || string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = current_schema()
    ); END $$;
";

/// The plan that serves every call, whatever its parameters.
fn postgres_plan(client: &mut postgres::Client, text: &str) -> Vec<String> {
    let types: Vec<String> = client.prepare(text).unwrap().params().iter().map(ToString::to_string).collect();
    let types: Vec<String> =
        types.iter().map(|ty| ty.strip_prefix('_').map_or(ty.clone(), |ty| format!("{ty}[]"))).collect();
    let (list, nulls) = if types.is_empty() {
        (String::new(), String::new())
    } else {
        (format!("({})", types.join(", ")), format!("({})", vec!["NULL"; types.len()].join(", ")))
    };
    client.batch_execute(&format!("PREPARE explained {list} AS {text}")).unwrap();
    let rows = client.query(&format!("EXPLAIN EXECUTE explained {nulls}"), &[]).unwrap();
    client.batch_execute("DEALLOCATE explained").unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[test]
fn postgres_scans_no_big_table() {
    let (_database, mut client) = postgres();
    client.batch_execute(PLENTY).unwrap();
    client.batch_execute(postgres_session()).unwrap();
    let mut wrong = Vec::new();
    for stmt in all_statements() {
        let plan = postgres_plan(&mut client, &postgres_text(stmt));
        let has = |text: &str| plan.iter().any(|line| line.contains(text));
        let scanned = BIG.iter().any(|table| has(&format!("Seq Scan on {table}")));
        let missed = hot(stmt.name).is_some_and(|(index, condition)| {
            let searched = plan.iter().any(|line| line.contains("Index Cond") && line.contains(condition));
            !has(&format!("using {index}")) && !has(&format!("on {index}")) || !searched
        });
        let sorted = has("Sort Key");
        if scanned || missed || sorted {
            wrong.push(format!("{}:\n    {}", stmt.name, plan.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
