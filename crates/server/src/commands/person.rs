//! `dwell person`: people who sign in to the console, in the database.

use std::io::Read;

use dwell_core::{AccountSid, Person, PersonRole};
use dwell_engine::people::Request;
use dwell_engine::{Engine, Error, PageRequest};
use serde::Serialize;

use super::account::{named, only_account};
use super::{JsonArray, account_sid, friendly_name, json};
use crate::console::say;
use crate::failure::Failure;
use crate::opening;
use crate::settings::{self, DatabaseFlags};

/// People read at once.
const PAGE_SIZE: usize = 1_000;
/// Most bytes of a password on standard input that are read: more than a password may have.
const INPUT_BYTES_MAX: u64 = 4 * 1_024;

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
    /// Create a person who can sign in to the console, and print the password, which is not shown again
    Create {
        /// The e-mail address to sign in with
        email: String,
        /// What the person may do: admin, supervisor, agent or viewer
        #[arg(long, value_parser = role)]
        role: PersonRole,
        /// The account; the only one when not given
        #[arg(long, value_name = "SID", value_parser = account_sid)]
        account: Option<AccountSid>,
        /// A name for people; the e-mail address when not given
        #[arg(long, default_value = "", hide_default_value = true, value_parser = friendly_name)]
        name: String,
        /// Under which the person writes messages; the e-mail address when not given
        #[arg(long, default_value = "", hide_default_value = true)]
        identity: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
        /// Give no password: sign-in with OpenID Connect alone
        #[arg(long, conflicts_with = "password_stdin")]
        no_password: bool,
    },
    /// List the people of an account
    List {
        /// The account; the only one when not given
        #[arg(long, value_name = "SID", value_parser = account_sid)]
        account: Option<AccountSid>,
    },
    /// Sign a person out everywhere, and in no more
    Disable {
        /// The e-mail address to sign in with
        email: String,
    },
    /// Let a person sign in again
    Enable {
        /// The e-mail address to sign in with
        email: String,
    },
    /// Give a person another password and print it; the person is signed out everywhere
    Password {
        /// The e-mail address to sign in with
        email: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
}

/// Reads a role.
fn role(text: &str) -> Result<PersonRole, String> {
    PersonRole::parse(text).ok_or_else(|| "a role is admin, supervisor, agent or viewer".to_owned())
}

/// A person as it is printed.
#[derive(Serialize)]
struct View {
    person_sid: String,
    account_sid: AccountSid,
    email: String,
    /// Unless it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    friendly_name: String,
    identity: String,
    role: &'static str,
    disabled: bool,
}

impl View {
    fn of(person: Person, password: Option<String>) -> Self {
        View {
            person_sid: person.sid.to_string(),
            account_sid: person.account_sid,
            email: person.email,
            password,
            friendly_name: person.friendly_name,
            identity: person.identity,
            role: person.role.as_str(),
            disabled: person.disabled_at.is_some(),
        }
    }

    fn print(&self, as_json: bool) {
        if as_json {
            return say(json(self));
        }
        say(format_args!("Person SID: {}", self.person_sid));
        say(format_args!("Account SID: {}", self.account_sid));
        say(format_args!("Email: {}", self.email));
        if let Some(password) = &self.password {
            say(format_args!("Password: {password}"));
        }
        say(format_args!("Name: {}", self.friendly_name));
        say(format_args!("Identity: {}", self.identity));
        say(format_args!("Role: {}", self.role));
        say(format_args!("Disabled: {}", self.disabled));
    }
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let (database, key_file) = settings::load_database(arguments.database)?;
    let engine = opening::open_beside(&database, &key_file, false)?;
    opening::block_on(act(&engine, arguments.action, arguments.json))?
}

async fn act(engine: &Engine, action: Action, as_json: bool) -> Result<(), Failure> {
    match action {
        Action::Create { email, role, account, name, identity, password_stdin, no_password } => {
            let account = one(engine, account).await?;
            let (password, shown) = if no_password { (None, None) } else { password(engine, password_stdin)? };
            let request = Request {
                email: Some(email),
                friendly_name: Some(name),
                identity: Some(identity),
                role: Some(role.as_str().to_owned()),
                password,
                disabled: None,
            };
            let person = engine.create_person(account, request).await.map_err(|error| named(&account, error))?;
            View::of(person, shown).print(as_json);
            Ok(())
        }
        Action::List { account } => list(engine, one(engine, account).await?, as_json).await,
        Action::Disable { email } => {
            update(engine, &email, Request { disabled: Some("true".to_owned()), ..Request::default() }, None, as_json)
                .await
        }
        Action::Enable { email } => {
            update(engine, &email, Request { disabled: Some("false".to_owned()), ..Request::default() }, None, as_json)
                .await
        }
        Action::Password { email, password_stdin } => {
            let (password, shown) = password(engine, password_stdin)?;
            update(engine, &email, Request { password, ..Request::default() }, shown, as_json).await
        }
    }
}

/// The account that was named, or the only one.
async fn one(engine: &Engine, account: Option<AccountSid>) -> Result<AccountSid, Failure> {
    match account {
        Some(account) => Ok(account),
        None => Ok(only_account(engine).await?.sid),
    }
}

/// The password: from standard input, or a new one, which is to be shown.
fn password(engine: &Engine, is_on_stdin: bool) -> Result<(Option<String>, Option<String>), Failure> {
    if !is_on_stdin {
        let made = engine.new_password();
        return Ok((Some(made.clone()), Some(made)));
    }
    let mut text = String::new();
    let read = std::io::stdin().lock().take(INPUT_BYTES_MAX).read_to_string(&mut text);
    read.map_err(|error| Failure::new(format_args!("no password on standard input: {error}")))?;
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(Failure::new("no password on standard input"));
    }
    Ok((Some(password.to_owned()), None))
}

async fn update(
    engine: &Engine,
    email: &str,
    request: Request,
    shown: Option<String>,
    as_json: bool,
) -> Result<(), Failure> {
    let person = engine.person_of_email(email).await.map_err(|error| match error {
        Error::NotFound => Failure::new(format_args!("nobody signs in as {email}")),
        error => error.into(),
    })?;
    let person = engine.update_person(person.account_sid, &person.sid, request, None).await?;
    View::of(person, shown).print(as_json);
    Ok(())
}

async fn list(engine: &Engine, account: AccountSid, as_json: bool) -> Result<(), Failure> {
    let mut array = JsonArray::begin();
    let mut after = None;
    loop {
        let page = engine.list_people(account, PageRequest { size: PAGE_SIZE, after }).await?;
        for view in page.items.into_iter().map(|person| View::of(person, None)) {
            if as_json {
                array.item(&view);
            } else {
                let View { person_sid, role, email, friendly_name, disabled, .. } = &view;
                let disabled = if *disabled { "  disabled" } else { "" };
                say(format_args!("{person_sid}  {role:<10}  {email}  {friendly_name}{disabled}"));
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
