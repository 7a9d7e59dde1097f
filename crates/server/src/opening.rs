//! Opens the database together with the key file that its secrets are encrypted with.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use dwell_engine::carriers::Carrier;
use dwell_engine::hooks::{Transport, Unconnected};
use dwell_engine::media;
use dwell_engine::{Engine, PageRequest, Parts, SecretKey, SystemClock, SystemRandom};
use dwell_store::{DatabaseUrl, Options, Store, StoreError, accounts, migration_status};

use crate::failure::Failure;

/// What the engine reaches outside, and through what.
pub(crate) struct Outside<'a> {
    /// Calls webhooks.
    pub(crate) transport: Arc<dyn Transport>,
    /// Hands messages over to channels.
    pub(crate) carrier: Arc<dyn Carrier>,
    /// Opens the place where media is kept, once the database is open: a start that fails makes nothing.
    pub(crate) media: Box<dyn FnOnce() -> Result<media::Options, Failure> + 'a>,
    /// Whether participants may have any proxy address, and those that no channel serves lead to simulated phones.
    pub(crate) is_development: bool,
}

impl Outside<'_> {
    /// For a process that reaches nobody.
    fn unconnected() -> Self {
        Outside {
            transport: Arc::new(Unconnected),
            carrier: Arc::new(Unconnected),
            media: Box::new(|| Ok(media::Options::in_memory())),
            is_development: false,
        }
    }
}

/// Opens the database, makes or migrates it where needed, and reads or makes the key file.
///
/// Not to be called from an async task: the engines block.
pub(crate) fn open(
    database: &DatabaseUrl,
    key_file: &Path,
    options: &Options,
    outside: Outside<'_>,
) -> Result<Engine, Failure> {
    make_private_directory(database)?;
    let store = Store::open(database, options)?;
    let has_accounts = has_accounts(&store)?;
    if has_accounts && !key_file.exists() {
        return Err(missing(key_file));
    }
    let secret_key = SecretKey::load_or_create(key_file, &SystemRandom)?;
    let engine = Engine::new(Parts {
        store,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        secret_key,
        transport: outside.transport,
        carrier: outside.carrier,
        media: (outside.media)()?,
        accepts_any_proxy: outside.is_development,
        simulates_phones: outside.is_development,
    });
    if has_accounts {
        check_key(&engine, key_file)?;
    }
    Ok(engine)
}

/// [`open`] for a command that works beside a running server, perhaps of another version: it takes
/// little memory and never migrates a database that is in use.
pub(crate) fn open_beside(database: &DatabaseUrl, key_file: &Path, may_create: bool) -> Result<Engine, Failure> {
    let status = migration_status(database)?;
    if status.applied == 0 && !may_create {
        return Err(Failure::new(format_args!("there is no Dwell database at {database} yet")));
    }
    if 0 < status.applied && status.applied < status.known {
        return Err(Failure::new(format_args!(
            "the database is at schema version {} and this Dwell needs {}; run `dwell migrate`",
            status.applied, status.known
        )));
    }
    open(database, key_file, &beside(), Outside::unconnected())
}

/// Makes sure that a database of this version and its key file belong together. A key file that is
/// not needed yet may be missing.
pub(crate) fn check_pair(database: &DatabaseUrl, key_file: &Path) -> Result<(), Failure> {
    if key_file.exists() {
        return open_beside(database, key_file, false).map(|_| ());
    }
    if has_accounts(&Store::open(database, &beside())?)? { Err(missing(key_file)) } else { Ok(()) }
}

/// Options of a store beside that of a server.
fn beside() -> Options {
    Options { reader_threads: 1, postgres_connections: 1, cache_bytes: 8 << 20, ..Options::default() }
}

/// Makes the directory of an embedded database, for its owner only.
fn make_private_directory(database: &DatabaseUrl) -> Result<(), Failure> {
    let DatabaseUrl::Sqlite(path) = database else { return Ok(()) };
    let Some(directory) = path.parent().filter(|path| !path.as_os_str().is_empty()) else { return Ok(()) };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(|error| Failure::new(format_args!("cannot make the directory {}: {error}", directory.display())))
}

fn has_accounts(store: &Store) -> Result<bool, StoreError> {
    store.read_blocking(|tx| accounts::list(tx, None, 1).map(|list| !list.is_empty()))
}

fn missing(key_file: &Path) -> Failure {
    Failure::new(format_args!(
        "key file {} is missing, and the database holds secrets encrypted with it; restore it from a back-up",
        key_file.display()
    ))
}

/// Runs the async part of a command on this thread.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::new)?;
    Ok(runtime.block_on(work))
}

/// Makes sure that the key file is the one that the database was made with.
fn check_key(engine: &Engine, key_file: &Path) -> Result<(), Failure> {
    let opened = block_on(async {
        let first = engine.list_accounts(PageRequest { size: 1, after: None }).await?;
        match first.items.first() {
            Some(account) => engine.reveal_account(account.sid).await.map(|_| ()),
            None => Ok(()),
        }
    })?;
    opened.map_err(|error| Failure::new(format_args!("{error} ({})", key_file.display())))
}
