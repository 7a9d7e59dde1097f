//! Settings. Each has one name in three spellings: `--drain-seconds` as a flag, `DWELL_DRAIN_SECONDS`
//! in the environment, `drain_seconds` in the file. A flag counts more than the environment, that
//! more than the file, and the file more than the default.

mod file;
mod given;
mod openid;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use dwell_delivery::{Files, Guard};
use dwell_http::ErrorDocs;
use dwell_store::DatabaseUrl;

use crate::failure::Failure;
use crate::media_store::MediaStore;
pub(crate) use file::{DEFAULT_FILE, Source};
pub(crate) use given::{DatabaseFlags, Flags, Given};
pub(crate) use openid::OpenIdSettings;

/// Where the database is when nobody says otherwise.
const DATABASE: &str = "./dwell-data/dwell.db";
/// Where the key file of a PostgreSQL database is when nobody says otherwise.
const POSTGRES_KEY_FILE: &str = "./dwell-data/secret.key";
/// What the real service allows (contract §12).
const WRITES_PER_SECOND_MAX: u32 = 30;
/// The key file beside an SQLite database.
const KEY_FILE_NAME: &str = "secret.key";
/// The directory of media beside the SQLite database.
const MEDIA_NAME: &str = "media";
/// The machine itself.
const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1/128"];

/// The settings of a server, all of them known and checked.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Where the API listens.
    pub(crate) listen: SocketAddr,
    /// The database.
    pub(crate) database: DatabaseUrl,
    /// The file with the key that encrypts secrets.
    pub(crate) key_file: PathBuf,
    /// How the outside calls this server, without a slash at the end.
    pub(crate) public_base_url: Option<String>,
    /// Where `more_info` of errors leads.
    pub(crate) error_docs: ErrorDocs,
    /// Whose `X-Forwarded-*` headers are believed.
    pub(crate) trusted_proxies: Vec<IpAddr>,
    /// Longest request body.
    pub(crate) body_bytes_max: usize,
    /// Where media is kept.
    pub(crate) media_store: MediaStore,
    /// Largest media, in bytes.
    pub(crate) media_bytes_max: u64,
    /// Most uploads of media at once.
    pub(crate) media_uploads_max: usize,
    /// Largest file of a message from outside, in bytes.
    pub(crate) inbound_media_bytes_max: usize,
    /// Longest wait for the head of a request, and then for its body.
    pub(crate) request_read_seconds_max: u32,
    /// Most connections open at once.
    pub(crate) connections_max: u32,
    /// Whether MCP tools may write with an account's own credentials.
    pub(crate) mcp_writes: bool,
    /// Host names under which the MCP server may be called, besides this machine's and that of `public_base_url`.
    pub(crate) mcp_hosts: Vec<String>,
    /// With whom people may sign in besides.
    pub(crate) openid: Option<OpenIdSettings>,
    /// Most writes a second of each kind and in each conversation or service, if given.
    writes_per_second_max: Option<u32>,
    /// Networks that webhooks may call although they are not public, if given.
    webhook_networks_allowed: Option<Vec<String>>,
    /// How deliveries to webhooks are carried out.
    pub(crate) deliveries: dwell_engine::DispatcherOptions,
    /// What is logged.
    pub(crate) log_level: String,
    /// How it is logged.
    pub(crate) log_format: LogFormat,
    /// Where metrics are served.
    pub(crate) metrics_listen: MetricsListen,
    /// Longest wait for requests in flight when the server stops.
    pub(crate) drain_seconds: u32,
    /// How the store runs.
    pub(crate) store: dwell_store::Options,
}

/// The form of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// Lines for people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// Where metrics are served, if at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MetricsListen {
    /// Nowhere.
    Off,
    /// On this address.
    At(SocketAddr),
}

impl FromStr for MetricsListen {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "off" => Ok(MetricsListen::Off),
            address => address.parse().map(MetricsListen::At).map_err(|_| "neither address:port nor `off`"),
        }
    }
}

impl fmt::Display for MetricsListen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MetricsListen::Off => f.write_str("off"),
            MetricsListen::At(address) => address.fmt(f),
        }
    }
}

impl Settings {
    /// What `flags` (with the environment) and the file say, and where the file was.
    pub(crate) fn load(flags: Flags) -> Result<(Self, Source), Failure> {
        let (file, source) = file::load(flags.config.as_deref())?;
        Ok((Settings::of(flags.given.or(file))?, source))
    }

    /// The settings that are given, and the defaults of the others.
    pub(crate) fn of(given: Given) -> Result<Self, Failure> {
        let openid = OpenIdSettings::of(&given)?;
        let store = dwell_store::Options::default();
        let http = dwell_http::Options::default();
        let deliveries = dwell_engine::DispatcherOptions::default();
        let (database, key_file) = database_of(given.database, given.key_file);
        let media = dwell_engine::media::Options::in_memory();
        let settings = Settings {
            media_store: given.media_store.unwrap_or_else(|| media_store_of(&database)),
            media_bytes_max: within("media_bytes_max", given.media_bytes_max, media.bytes_max, 1 << 10, 5_000_000_000)?,
            inbound_media_bytes_max: within(
                "inbound_media_bytes_max",
                given.inbound_media_bytes_max,
                media.inbound_bytes_max,
                1 << 10,
                100_000_000,
            )?,
            media_uploads_max: within("media_uploads_max", given.media_uploads_max, media.uploads_max, 1, 1_000)?,
            listen: given.listen.unwrap_or_else(|| local(8080)),
            database,
            key_file,
            public_base_url: given
                .public_base_url
                .as_deref()
                .map(|url| base_url("public_base_url", url))
                .transpose()?,
            error_docs: given.error_docs.as_deref().map_or(Ok(ErrorDocs::Twilio), error_docs)?,
            trusted_proxies: given.trusted_proxies.unwrap_or_default(),
            body_bytes_max: within("body_bytes_max", given.body_bytes_max, http.body_bytes_max, 1 << 10, 64 << 20)?,
            request_read_seconds_max: within(
                "request_read_seconds_max",
                given.request_read_seconds_max,
                http.request_read_seconds_max,
                1,
                3_600,
            )?,
            connections_max: within("connections_max", given.connections_max, http.connections_max, 1, 1_000_000)?,
            mcp_writes: given.mcp_writes.unwrap_or(false),
            mcp_hosts: given.mcp_hosts.unwrap_or_default(),
            openid,
            writes_per_second_max: given
                .writes_per_second_max
                .map(|given| within("writes_per_second_max", Some(given), given, 0, 1_000_000))
                .transpose()?,
            webhook_networks_allowed: given.webhook_networks_allowed,
            deliveries: dwell_engine::DispatcherOptions {
                calls_max: within("webhook_calls_max", given.webhook_calls_max, deliveries.calls_max, 1, 10_000)?,
                calls_per_endpoint_max: within(
                    "webhook_calls_per_endpoint_max",
                    given.webhook_calls_per_endpoint_max,
                    deliveries.calls_per_endpoint_max,
                    1,
                    10_000,
                )?,
                retry_hours_max: within(
                    "webhook_retry_hours_max",
                    given.webhook_retry_hours_max,
                    deliveries.retry_hours_max,
                    0,
                    720,
                )?,
                message_retry_hours_max: within(
                    "message_retry_hours_max",
                    given.message_retry_hours_max,
                    deliveries.message_retry_hours_max,
                    1,
                    720,
                )?,
                log_hours: within("webhook_log_hours", given.webhook_log_hours, deliveries.log_hours, 1, 8_760)?,
            },
            log_level: given.log_level.unwrap_or_else(|| "info".to_owned()),
            log_format: given.log_format.unwrap_or(LogFormat::Pretty),
            metrics_listen: given.metrics_listen.unwrap_or_else(|| MetricsListen::At(local(9464))),
            drain_seconds: within("drain_seconds", given.drain_seconds, 30, 0, 3_600)?,
            store: dwell_store::Options {
                queue_jobs_max: within(
                    "store_queue_jobs_max",
                    given.store_queue_jobs_max,
                    store.queue_jobs_max,
                    1,
                    1_000_000,
                )?,
                batch_jobs_max: within(
                    "store_batch_jobs_max",
                    given.store_batch_jobs_max,
                    store.batch_jobs_max,
                    1,
                    10_000,
                )?,
                reader_threads: within(
                    "store_reader_threads",
                    given.store_reader_threads,
                    store.reader_threads,
                    1,
                    64,
                )?,
                postgres_connections: within(
                    "store_postgres_connections",
                    given.store_postgres_connections,
                    store.postgres_connections,
                    1,
                    500,
                )?,
                cache_bytes: within("store_cache_bytes", given.store_cache_bytes, store.cache_bytes, 1 << 20, 1 << 40)?,
                ..store
            },
        };
        crate::log::filter(&settings.log_level)
            .map_err(|error| Failure::new(format_args!("log_level `{}`: {error}", settings.log_level)))?;
        settings.webhook_guard(false)?;
        Ok(settings)
    }
}

impl Settings {
    /// Most writes a second of each kind and in each conversation or service; 0 for any number. Whoever
    /// develops is not held up unless they ask to be.
    pub(crate) fn writes_per_second_max(&self, is_development: bool) -> u32 {
        self.writes_per_second_max.unwrap_or(if is_development { 0 } else { WRITES_PER_SECOND_MAX })
    }
}

impl Settings {
    /// Opens the place where media is kept, with what fetches that of messages from outside.
    pub(crate) fn media(&self, is_development: bool) -> Result<dwell_engine::media::Options, Failure> {
        let (bytes_max, uploads_max) = (self.media_bytes_max, self.media_uploads_max);
        Ok(dwell_engine::media::Options {
            store: self.media_store.open()?,
            bytes_max,
            uploads_max,
            fetcher: Arc::new(Files::new(self.webhook_guard(is_development)?)?),
            inbound_bytes_max: self.inbound_media_bytes_max,
        })
    }

    /// Which networks webhooks may call. Whoever develops has the receiver on the same machine.
    pub(crate) fn webhook_guard(&self, is_development: bool) -> Result<Guard, Failure> {
        let allowed = match &self.webhook_networks_allowed {
            Some(networks) => networks.clone(),
            None if is_development => LOOPBACK.map(str::to_owned).to_vec(),
            None => Vec::new(),
        };
        Guard::from_allow_list(&allowed)
            .map_err(|error| Failure::new(format_args!("webhook_networks_allowed: {error}")))
    }

    /// Whether webhooks may call this machine only because it is used for development.
    pub(crate) fn opens_loopback(&self, is_development: bool) -> bool {
        is_development && self.webhook_networks_allowed.is_none()
    }
}

/// The database and the key file, for the commands that need no more.
pub(crate) fn load_database(flags: DatabaseFlags) -> Result<(DatabaseUrl, PathBuf), Failure> {
    let (file, _) = file::load(flags.config.as_deref())?;
    Ok(database_of(flags.database.or(file.database), flags.key_file.or(file.key_file)))
}

fn database_of(database: Option<DatabaseUrl>, key_file: Option<PathBuf>) -> (DatabaseUrl, PathBuf) {
    let database = database.unwrap_or_else(|| DatabaseUrl::Sqlite(DATABASE.into()));
    let key_file = key_file.unwrap_or_else(|| match &database {
        DatabaseUrl::Sqlite(path) => path.with_file_name(KEY_FILE_NAME),
        DatabaseUrl::Postgres(_) => Path::new(POSTGRES_KEY_FILE).to_owned(),
    });
    (database, key_file)
}

/// The directory of media when nobody says otherwise: beside the SQLite database.
fn media_store_of(database: &DatabaseUrl) -> MediaStore {
    MediaStore::Directory(match database {
        DatabaseUrl::Sqlite(path) => path.with_file_name(MEDIA_NAME),
        DatabaseUrl::Postgres(_) => Path::new(DATABASE).with_file_name(MEDIA_NAME),
    })
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// What is given, or the default, if it is within the bounds.
fn within<T>(name: &str, given: Option<T>, default: T, min: T, max: T) -> Result<T, Failure>
where
    T: PartialOrd + Copy + fmt::Display,
{
    let value = given.unwrap_or(default);
    if (min..=max).contains(&value) {
        return Ok(value);
    }
    Err(Failure::new(format_args!("{name} is {value}; it must be between {min} and {max}")))
}

fn error_docs(text: &str) -> Result<ErrorDocs, Failure> {
    match text {
        "twilio" => Ok(ErrorDocs::Twilio),
        "own" => Ok(ErrorDocs::Own),
        url => base_url("error_docs", url).map(ErrorDocs::At),
    }
}

fn base_url(name: &str, text: &str) -> Result<String, Failure> {
    let refuse = |problem: &str| Failure::new(format_args!("{name} `{text}`: {problem}"));
    let url = reqwest::Url::parse(text).map_err(|error| refuse(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse("it must begin with http:// or https://"));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("it must be a scheme, a host and perhaps a path, no more"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// The settings in force, in the form of the file and without passwords.
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &dyn fmt::Display| toml::Value::String(text.to_string());
        let proxies = self.trusted_proxies.iter().map(|ip| quoted(ip)).collect();
        writeln!(f, "listen = {}", quoted(&self.listen))?;
        writeln!(f, "database = {}", quoted(&self.database))?;
        writeln!(f, "key_file = {}", quoted(&self.key_file.display()))?;
        if let Some(url) = &self.public_base_url {
            writeln!(f, "public_base_url = {}", quoted(url))?;
        }
        let docs: &dyn fmt::Display = match &self.error_docs {
            ErrorDocs::Twilio => &"twilio",
            ErrorDocs::Own => &"own",
            ErrorDocs::At(url) => url,
        };
        writeln!(f, "error_docs = {}", quoted(docs))?;
        writeln!(f, "trusted_proxies = {}", toml::Value::Array(proxies))?;
        writeln!(f, "body_bytes_max = {}", self.body_bytes_max)?;
        writeln!(f, "media_store = {}", quoted(&self.media_store))?;
        writeln!(f, "media_bytes_max = {}", self.media_bytes_max)?;
        writeln!(f, "inbound_media_bytes_max = {}", self.inbound_media_bytes_max)?;
        writeln!(f, "media_uploads_max = {}", self.media_uploads_max)?;
        writeln!(f, "request_read_seconds_max = {}", self.request_read_seconds_max)?;
        writeln!(f, "connections_max = {}", self.connections_max)?;
        if let Some(networks) = &self.webhook_networks_allowed {
            let networks = networks.iter().map(|network| quoted(network)).collect();
            writeln!(f, "webhook_networks_allowed = {}", toml::Value::Array(networks))?;
        }
        writeln!(f, "webhook_calls_max = {}", self.deliveries.calls_max)?;
        writeln!(f, "webhook_calls_per_endpoint_max = {}", self.deliveries.calls_per_endpoint_max)?;
        writeln!(f, "webhook_retry_hours_max = {}", self.deliveries.retry_hours_max)?;
        writeln!(f, "message_retry_hours_max = {}", self.deliveries.message_retry_hours_max)?;
        writeln!(f, "webhook_log_hours = {}", self.deliveries.log_hours)?;
        writeln!(f, "writes_per_second_max = {}", self.writes_per_second_max(false))?;
        writeln!(f, "mcp_writes = {}", self.mcp_writes)?;
        if let Some(openid) = &self.openid {
            openid.fmt(f)?;
        }
        let hosts = self.mcp_hosts.iter().map(|host| quoted(host)).collect();
        writeln!(f, "mcp_hosts = {}", toml::Value::Array(hosts))?;
        writeln!(f, "log_level = {}", quoted(&self.log_level))?;
        let format = if self.log_format == LogFormat::Json { "json" } else { "pretty" };
        writeln!(f, "log_format = {}", quoted(&format))?;
        writeln!(f, "metrics_listen = {}", quoted(&self.metrics_listen))?;
        writeln!(f, "drain_seconds = {}", self.drain_seconds)?;
        writeln!(f, "store_queue_jobs_max = {}", self.store.queue_jobs_max)?;
        writeln!(f, "store_batch_jobs_max = {}", self.store.batch_jobs_max)?;
        writeln!(f, "store_reader_threads = {}", self.store.reader_threads)?;
        writeln!(f, "store_postgres_connections = {}", self.store.postgres_connections)?;
        write!(f, "store_cache_bytes = {}", self.store.cache_bytes)
    }
}

#[cfg(test)]
mod tests;
