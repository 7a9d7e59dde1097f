//! `dwell token`: access tokens for client SDKs, signed with the API keys in the database.

use std::sync::Arc;

use dwell_core::{AccountSid, KeySid, Rights};
use dwell_engine::access_tokens::{Create, Grant};
use dwell_engine::{Caller, Engine, PageRequest, SOURCE_API};
use serde::Serialize;

use super::account::{named, only_account};
use super::{account_sid, json, key_sid};
use crate::console::say;
use crate::failure::Failure;
use crate::opening;
use crate::settings::{self, DatabaseFlags};

/// Keys looked at for one that may sign.
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
    /// Make a token and print it
    Create {
        /// Whom it stands for
        #[arg(long)]
        identity: String,
        /// The service that it is for; without it the account's default one
        #[arg(long, value_name = "SID")]
        service: Option<String>,
        /// How long it is valid, in seconds, at most a day
        #[arg(long, value_name = "SECONDS", default_value = "3600")]
        ttl: String,
        /// The API key that signs it; without it the account's first one that may write
        #[arg(long, value_name = "SID", value_parser = key_sid)]
        key: Option<KeySid>,
        /// The account; may be left out when there is only one
        #[arg(long, value_name = "SID", value_parser = account_sid)]
        account: Option<AccountSid>,
    },
    /// Say what a token grants, or why it is refused
    Inspect {
        /// The token
        token: String,
    },
}

/// A token as it is printed.
#[derive(Serialize)]
struct View {
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    account_sid: AccountSid,
    key_sid: KeySid,
    identity: String,
    chat_service_sid: String,
    date_expires: String,
}

impl View {
    fn of(grant: Grant, token: Option<String>) -> Self {
        View {
            token,
            account_sid: grant.account_sid,
            key_sid: grant.key_sid,
            identity: grant.identity,
            chat_service_sid: grant.service_sid.to_string(),
            date_expires: grant.expires_at.to_rfc3339_seconds(),
        }
    }

    fn print(&self, as_json: bool) {
        if as_json {
            return say(json(self));
        }
        if let Some(token) = &self.token {
            say(format_args!("Token: {token}"));
        }
        say(format_args!("Account SID: {}", self.account_sid));
        say(format_args!("Key SID: {}", self.key_sid));
        say(format_args!("Identity: {}", self.identity));
        say(format_args!("Service SID: {}", self.chat_service_sid));
        say(format_args!("Expires: {}", self.date_expires));
    }
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let (database, key_file) = settings::load_database(arguments.database)?;
    let engine = opening::open_beside(&database, &key_file, false)?;
    opening::block_on(act(&engine, arguments.action, arguments.json))?
}

async fn act(engine: &Engine, action: Action, as_json: bool) -> Result<(), Failure> {
    let view = match action {
        Action::Create { identity, service, ttl, key, account } => {
            let account = match account {
                Some(sid) => engine.reveal_account(sid).await.map_err(|error| named(&sid, error))?.0,
                None => only_account(engine).await?,
            };
            let key = match key {
                Some(key) => key,
                None => first_key(engine, account.sid).await?,
            };
            let caller = Caller {
                credential: account.sid.to_string(),
                person: None,
                account: Arc::new(account),
                rights: Rights::All,
                received_at: engine.now(),
                webhooks: false,
                notifier: engine.notifier(),
                source: SOURCE_API,
                accepts_any_proxy: false,
            };
            let request = Create {
                identity: Some(identity),
                chat_service_sid: service,
                ttl: Some(ttl),
                key_sid: Some(key.to_string()),
            };
            let (token, grant) = engine.create_access_token(&caller, request).await?;
            View::of(grant, Some(token))
        }
        Action::Inspect { token } => View::of(engine.verify_access_token(&token, engine.now()).await?, None),
    };
    view.print(as_json);
    Ok(())
}

async fn first_key(engine: &Engine, account: AccountSid) -> Result<KeySid, Failure> {
    let mut after = None;
    loop {
        let page = engine
            .list_keys(account, PageRequest { size: PAGE_SIZE, after })
            .await
            .map_err(|error| named(&account, error))?;
        if let Some(key) = page.items.iter().find(|key| key.rights == Rights::All) {
            return Ok(key.sid);
        }
        after = page.next;
        if after.is_none() {
            let problem = "has no API key to sign a token with; make one with `dwell key create`";
            return Err(Failure::new(format_args!("account {account} {problem}")));
        }
    }
}
