//! An engine on a fresh database, and conversations put straight into the store.

use std::sync::Arc;

use dwell_core::lifecycle::Timers;
use dwell_core::{Account, AccountSid, Conversation, ConversationSid, Lifecycle, State, Timestamp};
use dwell_engine::hooks::Unconnected;
use dwell_engine::{Caller, Engine, Parts, SOURCE_API, Scope, SecretKey, SystemClock, SystemRandom, accounts};
use dwell_store::{DatabaseUrl, Options, Store, StoreError, conversations};
use tempfile::TempDir;

use crate::server::{ACCOUNT_SID, AUTH_TOKEN};

/// An engine with one account, on the machine's clock.
pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) account: Arc<Account>,
    pub(crate) directory: TempDir,
}

/// Opens a database: the given one, or a new SQLite file.
pub(crate) async fn bench(database: Option<&str>) -> Bench {
    let directory = tempfile::tempdir_in(".").expect("a directory on a real disk");
    let url = match database {
        Some(text) => text.parse().expect("a database URL"),
        None => DatabaseUrl::Sqlite(directory.path().join("dwell.db")),
    };
    let store = Store::open(&url, &Options::default()).expect("the database opens");
    let engine = Engine::new(Parts {
        store,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        secret_key: SecretKey::load_or_create(&directory.path().join("secret.key"), &SystemRandom)
            .expect("a key file beside the database"),
        transport: Arc::new(Unconnected),
        carrier: Arc::new(Unconnected),
        media: dwell_engine::media::Options::in_memory(),
        accepts_any_proxy: true,
        simulates_phones: false,
    });
    // The one that a server adopts which is started on this database.
    let adopt = Some((AccountSid::parse(ACCOUNT_SID).expect("an account SID"), AUTH_TOKEN.to_owned()));
    let request = accounts::Create { friendly_name: "Bench".to_owned(), is_test: false, adopt };
    let (account, _) = engine.create_account(request).await.expect("an account").expect("a new account");
    Bench { engine, account: Arc::new(account), directory }
}

impl Bench {
    /// A request of the account, now.
    pub(crate) fn scope(&self) -> Scope {
        Scope {
            service_sid: self.account.default_service_sid,
            caller: Caller {
                account: self.account.clone(),
                credential: self.account.sid.to_string(),
                person: None,
                rights: dwell_core::Rights::All,
                received_at: self.engine.now(),
                webhooks: false,
                notifier: self.engine.notifier(),
                source: SOURCE_API,
                accepts_any_proxy: true,
            },
        }
    }

    /// Arms timers straight in the store, `due(i)` for each of `count`, a thousand a transaction.
    pub(crate) async fn arm(&self, count: u64, due: impl Fn(u64) -> Timestamp) {
        const CHUNK: u64 = 1_000;
        for start in (0..count).step_by(CHUNK as usize) {
            let rows: Vec<Conversation> =
                (start..count.min(start + CHUNK)).map(|i| self.conversation(due(i))).collect();
            self.engine
                .store()
                .write(move |tx| {
                    for row in &rows {
                        conversations::insert(tx, row)?;
                    }
                    Ok::<_, StoreError>(())
                })
                .await
                .expect("conversations are inserted");
        }
    }

    /// A conversation with both timers whose inactive timer ends at `due`.
    fn conversation(&self, due: Timestamp) -> Conversation {
        const INACTIVE_SECONDS: i64 = 300;
        let timers = Timers { inactive: Some(INACTIVE_SECONDS), closed: Some(86_400) };
        let created = due.plus_seconds(-INACTIVE_SECONDS);
        Conversation {
            sid: ConversationSid::new(self.engine.sid()),
            account_sid: self.account.sid,
            service_sid: self.account.default_service_sid,
            messaging_service_sid: self.account.default_messaging_service_sid,
            friendly_name: None,
            unique_name: None,
            attributes: "{}".to_owned(),
            email_address: None,
            email_name: None,
            lifecycle: Lifecycle::created(State::Active, timers, created).expect("an active conversation"),
            date_created: created,
            date_updated: created,
            activity_at: created,
            last_event_at: created,
            event_seq: 1,
            next_message_index: 0,
            chat_participants: 0,
            non_chat_participants: 0,
            has_receipts: false,
            has_sessions: false,
            created_by: "system".to_owned(),
        }
    }
}
