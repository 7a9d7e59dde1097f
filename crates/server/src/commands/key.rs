//! `dwell key`: API keys, in the database.

use dwell_core::{AccountSid, KeySid, Rights};
use dwell_engine::{Engine, Error, PageRequest};
use dwell_store::accounts::Key;
use serde::Serialize;

use super::account::named;
use super::{JsonArray, account_sid, friendly_name, json, key_sid};
use crate::console::say;
use crate::failure::Failure;
use crate::opening;
use crate::settings::{self, DatabaseFlags};

/// Keys read at once.
const PAGE_SIZE: usize = 1_000;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: DatabaseFlags,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Create a key and print its secret, which is not shown again
    Create {
        /// The account it stands for
        #[arg(long, value_name = "SID", value_parser = account_sid)]
        account: AccountSid,
        /// A name for people
        #[arg(long, default_value = "", hide_default_value = true, value_parser = friendly_name)]
        name: String,
        /// Let it look and change nothing
        #[arg(long)]
        read_only: bool,
    },
    /// List the keys of an account
    List {
        /// The account
        #[arg(long, value_name = "SID", value_parser = account_sid)]
        account: AccountSid,
    },
    /// Delete a key; it is refused within seconds
    Delete {
        #[arg(value_parser = key_sid)]
        sid: KeySid,
        /// The account it stands for
        #[arg(long, value_name = "SID", value_parser = account_sid)]
        account: AccountSid,
    },
}

/// A key as it is printed.
#[derive(Serialize)]
struct View {
    key_sid: KeySid,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_secret: Option<String>,
    account_sid: AccountSid,
    friendly_name: String,
    /// `all` or `read`.
    rights: &'static str,
    date_created: String,
}

impl View {
    fn of(key: Key, key_secret: Option<String>) -> Self {
        View {
            key_sid: key.sid,
            key_secret,
            account_sid: key.account_sid,
            friendly_name: key.friendly_name,
            rights: key.rights.as_str(),
            date_created: key.date_created.to_rfc3339_seconds(),
        }
    }
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let (database, key_file) = settings::load_database(arguments.database)?;
    let engine = opening::open_beside(&database, &key_file, false)?;
    opening::block_on(act(&engine, arguments.action, arguments.json))?
}

async fn act(engine: &Engine, action: Action, as_json: bool) -> Result<(), Failure> {
    match action {
        Action::Create { account, name, read_only } => {
            let rights = if read_only { Rights::Read } else { Rights::All };
            let (key, secret) =
                engine.create_key(account, name, rights).await.map_err(|error| named(&account, error))?;
            let view = View::of(key, Some(secret));
            if as_json {
                say(json(&view));
            } else {
                say(format_args!("Key SID: {}", view.key_sid));
                say(format_args!("Key Secret: {}", view.key_secret.unwrap_or_default()));
                say(format_args!("Account SID: {}", view.account_sid));
                say(format_args!("Name: {}", view.friendly_name));
                say(format_args!("Rights: {}", view.rights));
            }
            Ok(())
        }
        Action::List { account } => list(engine, account, as_json).await,
        Action::Delete { sid, account } => match engine.delete_key(account, sid).await {
            Err(Error::NotFound) => Err(Failure::new(format_args!("account {account} has no key {sid}"))),
            deleted => Ok(deleted?),
        },
    }
}

async fn list(engine: &Engine, account: AccountSid, as_json: bool) -> Result<(), Failure> {
    let mut array = JsonArray::begin();
    let mut after = None;
    loop {
        let page = engine.list_keys(account, PageRequest { size: PAGE_SIZE, after }).await;
        let page = page.map_err(|error| named(&account, error))?;
        for view in page.items.into_iter().map(|key| View::of(key, None)) {
            if as_json {
                array.item(&view);
            } else {
                let View { key_sid, date_created, rights, friendly_name, .. } = &view;
                say(format!("{key_sid}  {date_created}  {rights:<4}  {friendly_name}").trim_end());
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if as_json {
        array.end();
    }
    Ok(())
}
