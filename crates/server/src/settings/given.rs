//! What is given of the settings, by flags and the environment or by the file.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use dwell_store::DatabaseUrl;
use serde::{Deserialize, Deserializer};

use super::{LogFormat, MetricsListen};
use crate::media_store::MediaStore;

/// The flags of commands that need every setting.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Flags {
    /// The settings file; without it dwell.toml in the working directory, if there is one
    #[arg(long, env = "DWELL_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) given: Given,
}

/// The flags of commands that need the database only.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct DatabaseFlags {
    /// The settings file; without it dwell.toml in the working directory, if there is one
    #[arg(long, global = true, env = "DWELL_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME
    #[arg(long, global = true, env = "DWELL_DATABASE", hide_env_values = true, value_name = "URL")]
    pub(crate) database: Option<DatabaseUrl>,
    /// The file with the key that encrypts secrets
    #[arg(long, global = true, env = "DWELL_KEY_FILE", value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
}

/// Settings, as far as they are given in one place.
#[derive(Debug, Default, PartialEq, Eq, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Given {
    /// Where the API listens
    #[arg(long, env = "DWELL_LISTEN", value_name = "ADDRESS:PORT")]
    #[serde(deserialize_with = "parsed")]
    pub(crate) listen: Option<SocketAddr>,
    /// sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME
    #[arg(long, env = "DWELL_DATABASE", hide_env_values = true, value_name = "URL")]
    #[serde(deserialize_with = "parsed")]
    pub(crate) database: Option<DatabaseUrl>,
    /// The file with the key that encrypts secrets
    #[arg(long, env = "DWELL_KEY_FILE", value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// How the outside calls this server, for the URLs in its answers
    #[arg(long, env = "DWELL_PUBLIC_BASE_URL", value_name = "URL")]
    pub(crate) public_base_url: Option<String>,
    /// Where the links of errors lead: `twilio`, `own` for this server's documentation, or a URL
    #[arg(long, env = "DWELL_ERROR_DOCS", value_name = "twilio|own|URL")]
    pub(crate) error_docs: Option<String>,
    /// Proxies whose X-Forwarded-* headers are believed, separated by commas
    #[arg(long, env = "DWELL_TRUSTED_PROXIES", value_delimiter = ',', value_name = "IP,IP")]
    pub(crate) trusted_proxies: Option<Vec<IpAddr>>,
    /// Longest request body, in bytes
    #[arg(long, env = "DWELL_BODY_BYTES_MAX", value_name = "BYTES")]
    pub(crate) body_bytes_max: Option<usize>,
    /// Where media is kept: file:DIRECTORY or s3://BUCKET/PREFIX
    #[arg(long, env = "DWELL_MEDIA_STORE", value_name = "PLACE")]
    #[serde(deserialize_with = "parsed")]
    pub(crate) media_store: Option<MediaStore>,
    /// Largest media, in bytes
    #[arg(long, env = "DWELL_MEDIA_BYTES_MAX", value_name = "BYTES")]
    pub(crate) media_bytes_max: Option<u64>,
    /// Largest file of a message from outside that is fetched, in bytes
    #[arg(long, env = "DWELL_INBOUND_MEDIA_BYTES_MAX", value_name = "BYTES")]
    pub(crate) inbound_media_bytes_max: Option<usize>,
    /// Uploads of media at once; more are answered with 503
    #[arg(long, env = "DWELL_MEDIA_UPLOADS_MAX", value_name = "UPLOADS")]
    pub(crate) media_uploads_max: Option<usize>,
    /// Longest wait for the head of a request, and then for its body, in seconds
    #[arg(long, env = "DWELL_REQUEST_READ_SECONDS_MAX", value_name = "SECONDS")]
    pub(crate) request_read_seconds_max: Option<u32>,
    /// Connections open at once; more wait to be accepted
    #[arg(long, env = "DWELL_CONNECTIONS_MAX", value_name = "CONNECTIONS")]
    pub(crate) connections_max: Option<u32>,
    /// Writes a second of each kind and in each conversation or service; 0 for any number
    #[arg(long, env = "DWELL_WRITES_PER_SECOND_MAX", value_name = "WRITES")]
    pub(crate) writes_per_second_max: Option<u32>,
    /// Let MCP tools write with an account's own credentials; API keys with all rights always may
    #[arg(long, env = "DWELL_MCP_WRITES", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) mcp_writes: Option<bool>,
    /// Host names under which the MCP server may be called, separated by commas
    #[arg(long, env = "DWELL_MCP_HOSTS", value_delimiter = ',', value_name = "HOST,HOST")]
    pub(crate) mcp_hosts: Option<Vec<String>>,
    /// The issuer of OpenID Connect with which people may sign in
    #[arg(long, env = "DWELL_OPENID_ISSUER", value_name = "URL")]
    pub(crate) openid_issuer: Option<String>,
    /// As whom the issuer knows this server
    #[arg(long, env = "DWELL_OPENID_CLIENT_ID", value_name = "ID")]
    pub(crate) openid_client_id: Option<String>,
    /// The file with the secret that the issuer gave this server
    #[arg(long, env = "DWELL_OPENID_CLIENT_SECRET_FILE", value_name = "FILE")]
    pub(crate) openid_client_secret_file: Option<PathBuf>,
    /// What people know the issuer by
    #[arg(long, env = "DWELL_OPENID_NAME", value_name = "NAME")]
    pub(crate) openid_name: Option<String>,
    /// Networks that webhooks may call although they are not public, separated by commas
    #[arg(long, env = "DWELL_WEBHOOK_NETWORKS_ALLOWED", value_delimiter = ',', value_name = "CIDR,CIDR")]
    pub(crate) webhook_networks_allowed: Option<Vec<String>>,
    /// Calls of webhooks at once
    #[arg(long, env = "DWELL_WEBHOOK_CALLS_MAX", value_name = "CALLS")]
    pub(crate) webhook_calls_max: Option<u32>,
    /// Calls of webhooks at once to one scheme, host and port
    #[arg(long, env = "DWELL_WEBHOOK_CALLS_PER_ENDPOINT_MAX", value_name = "CALLS")]
    pub(crate) webhook_calls_per_endpoint_max: Option<u32>,
    /// How long after its event a webhook is tried, in hours
    #[arg(long, env = "DWELL_WEBHOOK_RETRY_HOURS_MAX", value_name = "HOURS")]
    pub(crate) webhook_retry_hours_max: Option<u32>,
    /// How long a message for an address outside is tried, in hours
    #[arg(long, env = "DWELL_MESSAGE_RETRY_HOURS_MAX", value_name = "HOURS")]
    pub(crate) message_retry_hours_max: Option<u32>,
    /// How long the log of deliveries is kept, in hours
    #[arg(long, env = "DWELL_WEBHOOK_LOG_HOURS", value_name = "HOURS")]
    pub(crate) webhook_log_hours: Option<u32>,
    /// error, warn, info, debug or trace; also by target, such as warn,dwell_http=debug
    #[arg(long, env = "DWELL_LOG_LEVEL", value_name = "LEVEL")]
    pub(crate) log_level: Option<String>,
    /// The form of logs
    #[arg(long, env = "DWELL_LOG_FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
    /// Where metrics are served, or `off`
    #[arg(long, env = "DWELL_METRICS_LISTEN", value_name = "ADDRESS:PORT")]
    #[serde(deserialize_with = "parsed")]
    pub(crate) metrics_listen: Option<MetricsListen>,
    /// Longest wait for requests in flight when the server stops, in seconds
    #[arg(long, env = "DWELL_DRAIN_SECONDS", value_name = "SECONDS")]
    pub(crate) drain_seconds: Option<u32>,
    /// Units of work that may wait for the database; more are answered with 503
    #[arg(long, env = "DWELL_STORE_QUEUE_JOBS_MAX", value_name = "JOBS")]
    pub(crate) store_queue_jobs_max: Option<usize>,
    /// Units of work that SQLite may commit together
    #[arg(long, env = "DWELL_STORE_BATCH_JOBS_MAX", value_name = "JOBS")]
    pub(crate) store_batch_jobs_max: Option<usize>,
    /// Threads that read from SQLite
    #[arg(long, env = "DWELL_STORE_READER_THREADS", value_name = "THREADS")]
    pub(crate) store_reader_threads: Option<usize>,
    /// Connections to PostgreSQL
    #[arg(long, env = "DWELL_STORE_POSTGRES_CONNECTIONS", value_name = "CONNECTIONS")]
    pub(crate) store_postgres_connections: Option<usize>,
    /// Memory for SQLite's page cache, in bytes
    #[arg(long, env = "DWELL_STORE_CACHE_BYTES", value_name = "BYTES")]
    pub(crate) store_cache_bytes: Option<usize>,
}

impl Given {
    /// These settings, and `other` for those not given here.
    pub(crate) fn or(self, other: Given) -> Given {
        Given {
            listen: self.listen.or(other.listen),
            database: self.database.or(other.database),
            key_file: self.key_file.or(other.key_file),
            public_base_url: self.public_base_url.or(other.public_base_url),
            error_docs: self.error_docs.or(other.error_docs),
            trusted_proxies: self.trusted_proxies.or(other.trusted_proxies),
            body_bytes_max: self.body_bytes_max.or(other.body_bytes_max),
            media_store: self.media_store.or(other.media_store),
            media_bytes_max: self.media_bytes_max.or(other.media_bytes_max),
            inbound_media_bytes_max: self.inbound_media_bytes_max.or(other.inbound_media_bytes_max),
            media_uploads_max: self.media_uploads_max.or(other.media_uploads_max),
            request_read_seconds_max: self.request_read_seconds_max.or(other.request_read_seconds_max),
            connections_max: self.connections_max.or(other.connections_max),
            writes_per_second_max: self.writes_per_second_max.or(other.writes_per_second_max),
            mcp_writes: self.mcp_writes.or(other.mcp_writes),
            mcp_hosts: self.mcp_hosts.or(other.mcp_hosts),
            openid_issuer: self.openid_issuer.or(other.openid_issuer),
            openid_client_id: self.openid_client_id.or(other.openid_client_id),
            openid_client_secret_file: self.openid_client_secret_file.or(other.openid_client_secret_file),
            openid_name: self.openid_name.or(other.openid_name),
            webhook_networks_allowed: self.webhook_networks_allowed.or(other.webhook_networks_allowed),
            webhook_calls_max: self.webhook_calls_max.or(other.webhook_calls_max),
            webhook_calls_per_endpoint_max: self
                .webhook_calls_per_endpoint_max
                .or(other.webhook_calls_per_endpoint_max),
            webhook_retry_hours_max: self.webhook_retry_hours_max.or(other.webhook_retry_hours_max),
            message_retry_hours_max: self.message_retry_hours_max.or(other.message_retry_hours_max),
            webhook_log_hours: self.webhook_log_hours.or(other.webhook_log_hours),
            log_level: self.log_level.or(other.log_level),
            log_format: self.log_format.or(other.log_format),
            metrics_listen: self.metrics_listen.or(other.metrics_listen),
            drain_seconds: self.drain_seconds.or(other.drain_seconds),
            store_queue_jobs_max: self.store_queue_jobs_max.or(other.store_queue_jobs_max),
            store_batch_jobs_max: self.store_batch_jobs_max.or(other.store_batch_jobs_max),
            store_reader_threads: self.store_reader_threads.or(other.store_reader_threads),
            store_postgres_connections: self.store_postgres_connections.or(other.store_postgres_connections),
            store_cache_bytes: self.store_cache_bytes.or(other.store_cache_bytes),
        }
    }
}

/// A value of the file that is a text with a form of its own.
fn parsed<'de, D: Deserializer<'de>, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: FromStr,
    T::Err: std::fmt::Display,
{
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(serde::de::Error::custom)
}
