//! `dwell account`: accounts, in the database.

use dwell_core::{Account, AccountSid};
use dwell_engine::accounts::Create;
use dwell_engine::{Engine, Error, PageRequest};
use serde::Serialize;

use super::{JsonArray, account_sid, friendly_name, json};
use crate::console::say;
use crate::failure::Failure;
use crate::opening;
use crate::settings::{self, DatabaseFlags};

/// Accounts read at once.
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
    /// Create an account and print its auth token
    Create {
        /// A name for people
        #[arg(long, default_value = "", hide_default_value = true, value_parser = friendly_name)]
        name: String,
        /// Give it a clock of its own, which its users may turn
        #[arg(long)]
        test: bool,
    },
    /// List accounts
    List,
    /// Show an account
    Show {
        #[arg(value_parser = account_sid)]
        sid: AccountSid,
        /// With its auth token
        #[arg(long)]
        reveal: bool,
    },
    /// Give an account a new auth token and print it; the old one is refused within seconds
    RotateToken {
        #[arg(value_parser = account_sid)]
        sid: AccountSid,
    },
    /// Refuse an account's credentials within seconds; its timers run on
    Disable {
        #[arg(value_parser = account_sid)]
        sid: AccountSid,
    },
    /// Accept an account's credentials again
    Enable {
        #[arg(value_parser = account_sid)]
        sid: AccountSid,
    },
}

/// An account as it is printed.
#[derive(Serialize)]
struct View {
    account_sid: AccountSid,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_token: Option<String>,
    friendly_name: String,
    test: bool,
    disabled: bool,
    date_created: String,
}

impl View {
    fn of(account: &Account, auth_token: Option<String>) -> Self {
        View {
            account_sid: account.sid,
            auth_token,
            friendly_name: account.friendly_name.clone(),
            test: account.test_clock.is_some(),
            disabled: account.disabled_at.is_some(),
            date_created: account.date_created.to_rfc3339_seconds(),
        }
    }

    fn print(&self, as_json: bool) {
        if as_json {
            return say(json(self));
        }
        say(format_args!("Account SID: {}", self.account_sid));
        if let Some(token) = &self.auth_token {
            say(format_args!("Auth Token: {token}"));
        }
        say(format_args!("Name: {}", self.friendly_name));
        say(format_args!("Kind: {}", self.kind()));
        say(format_args!("Created: {}", self.date_created));
    }

    fn kind(&self) -> &'static str {
        match (self.test, self.disabled) {
            (false, false) => "live",
            (true, false) => "test",
            (false, true) => "live, disabled",
            (true, true) => "test, disabled",
        }
    }
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let (database, key_file) = settings::load_database(arguments.database)?;
    let may_create = matches!(arguments.action, Action::Create { .. });
    let engine = opening::open_beside(&database, &key_file, may_create)?;
    opening::block_on(act(&engine, arguments.action, arguments.json))?
}

async fn act(engine: &Engine, action: Action, as_json: bool) -> Result<(), Failure> {
    let (account, token) = match action {
        Action::List => return list(engine, as_json).await,
        Action::Create { name, test } => {
            let created = engine.create_account(Create { friendly_name: name, is_test: test, adopt: None }).await?;
            let (account, token) = created.ok_or_else(|| Failure::new("the new SID is taken; try again"))?;
            (account, Some(token))
        }
        Action::Show { sid, reveal } => {
            let (account, token) = engine.reveal_account(sid).await.map_err(|error| named(&sid, error))?;
            (account, reveal.then_some(token))
        }
        Action::RotateToken { sid } => {
            engine.rotate_auth_token(sid, None).await.map_err(|error| named(&sid, error))?;
            let (account, token) = engine.reveal_account(sid).await?;
            (account, Some(token))
        }
        Action::Disable { sid } => {
            (engine.set_account_disabled(sid, true).await.map_err(|error| named(&sid, error))?, None)
        }
        Action::Enable { sid } => {
            (engine.set_account_disabled(sid, false).await.map_err(|error| named(&sid, error))?, None)
        }
    };
    View::of(&account, token).print(as_json);
    Ok(())
}

/// Says which account it is that is not there.
pub(super) fn named(sid: &AccountSid, error: Error) -> Failure {
    match error {
        Error::NotFound => Failure::new(format_args!("there is no account {sid}")),
        error => error.into(),
    }
}

/// The account, as long as there is only one.
pub(super) async fn only_account(engine: &Engine) -> Result<Account, Failure> {
    let mut accounts = engine.list_accounts(PageRequest { size: 2, after: None }).await?.items;
    match (accounts.pop(), accounts.is_empty()) {
        (Some(account), true) => Ok(account),
        (Some(_), false) => Err(Failure::new("there are several accounts; say which with --account")),
        (None, _) => Err(Failure::new("there is no account")),
    }
}

async fn list(engine: &Engine, as_json: bool) -> Result<(), Failure> {
    let mut array = JsonArray::begin();
    let mut after = None;
    loop {
        let page = engine.list_accounts(PageRequest { size: PAGE_SIZE, after }).await?;
        for view in page.items.iter().map(|account| View::of(account, None)) {
            if as_json {
                array.item(&view);
            } else {
                let View { account_sid, date_created, friendly_name, .. } = &view;
                let line = format!("{account_sid}  {date_created}  {:<14}  {friendly_name}", view.kind());
                say(line.trim_end());
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
