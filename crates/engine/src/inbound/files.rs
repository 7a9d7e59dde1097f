//! The files that come with messages from outside: fetched where that is needed, and kept before the message
//! is, so that a message never waits for a file.

use std::sync::Arc;

use dwell_core::{MediaSid, Reason, Timestamp, media};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;

use super::InboundMedia;
use super::arrival::Arrival;
use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::hooks::{CallError, Reply};
use crate::media::{NewMedia, Wanted};

/// How long a message waits for its files altogether, in seconds: whoever brings it waits as well.
const PATIENCE_SECONDS: i64 = 8;
/// How often a file is asked for.
const ATTEMPTS_MAX: u32 = 2;
/// What stands for files that could not be had, and says so.
const NOTE: &str = "missing-files.txt";
/// The type of a file of which nobody says one.
const TYPE_UNKNOWN: &str = "application/octet-stream";

/// Why there is no file.
enum Missing {
    /// It is not to be had: the message goes without it. The text is for people.
    File(String),
    /// The server cannot keep it now: the message must be brought again.
    Place(Error),
}

impl From<Error> for Missing {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(reason) => Missing::File(reason.to_string()),
            error => Missing::Place(error),
        }
    }
}

impl Engine {
    /// Keeps the files of a message in a service, in order. For those that cannot be had there is a note, a file
    /// as well, at the end.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when they cannot be kept: the message should be brought again.
    pub(super) async fn bring_files(&self, scope: &Scope, arrival: &Arc<Arrival>) -> Result<Vec<MediaSid>, Error> {
        let count = arrival.files.len();
        if count == 0 {
            return Ok(Vec::new());
        }
        let until = self.now().plus_seconds(PATIENCE_SECONDS);
        let mut under_way = JoinSet::new();
        for place in 0..count {
            let (engine, scope, arrival) = (self.clone(), scope.clone(), arrival.clone());
            under_way.spawn(async move { (place, engine.bring(&scope, &arrival.files[place], until).await) });
        }
        let (mut kept, mut missing) = (Vec::new(), Vec::new());
        while let Some(done) = under_way.join_next().await {
            let (place, brought) = done.map_err(|error| Error::Internal(error.to_string()))?;
            match brought {
                Ok(sid) => kept.push((place, sid)),
                Err(Missing::Place(error)) => return Err(error),
                Err(Missing::File(why)) => missing.push((place, why)),
            }
        }
        kept.sort_unstable_by_key(|(place, _)| *place);
        missing.sort_unstable_by_key(|(place, _)| *place);
        let mut sids: Vec<_> = kept.into_iter().map(|(_, sid)| sid).collect();
        if missing.is_empty() {
            return Ok(sids);
        }
        metrics::counter!("dwell_inbound_files_missing_total").increment(missing.len() as u64);
        let account = arrival.account.as_str();
        for (place, why) in &missing {
            tracing::warn!(account, file = place + 1, why, "a file of a message from outside could not be had");
        }
        sids.push(self.keep_note(scope, &note(count, &missing)).await?);
        Ok(sids)
    }

    async fn bring(&self, scope: &Scope, file: &InboundMedia, until: Timestamp) -> Result<MediaSid, Missing> {
        // Also whoever brings the bytes along waits for a turn: so many are written at once.
        let turn = self.inner.media.inbound.clone().acquire_owned();
        let turn = tokio::select! {
            turn = turn => turn.map_err(|error| Missing::Place(Error::Internal(error.to_string())))?,
            () = self.inner.clock.sleep_until(until) => {
                return Err(Missing::File("there were too many files at once".to_owned()));
            }
        };
        match file {
            InboundMedia::Here { bytes, content_type, filename } => {
                self.keep_file(scope, content_type, filename.as_deref(), bytes, turn).await
            }
            InboundMedia::Remote { url, content_type, credentials } => {
                let reply = self.fetch_file(url, credentials.clone(), until).await?;
                // What the fetched file says of itself counts more than what was said of it before.
                let said = [reply.content_type.as_deref(), content_type.as_deref()].into_iter().flatten();
                let content_type = said.into_iter().find(|text| media::content_type(text).is_ok());
                self.keep_file(scope, content_type.unwrap_or(TYPE_UNKNOWN), None, &reply.body, turn).await
            }
        }
    }

    async fn fetch_file(
        &self,
        url: &str,
        credentials: Option<(String, String)>,
        until: Timestamp,
    ) -> Result<Reply, Missing> {
        let keeper = &self.inner.media;
        let mut why = "it took too long".to_owned();
        for _ in 0..ATTEMPTS_MAX {
            let Ok(left @ 1_000..) = u64::try_from(until.micros_since(self.now())) else { break };
            let wanted = Wanted {
                url: url.to_owned(),
                credentials: credentials.clone(),
                timeout_millis: left / 1_000,
                bytes_max: keeper.inbound_bytes_max,
            };
            match keeper.fetcher.fetch(wanted).await {
                Ok(reply) if reply.is_cut => {
                    return Err(Missing::File(format!("it is larger than {} bytes", keeper.inbound_bytes_max)));
                }
                Ok(reply) if (200..300).contains(&reply.status) => return Ok(reply),
                Ok(reply) => why = format!("its server answered {}", reply.status),
                Err(error @ CallError::Refused { .. }) => return Err(Missing::File(error.to_string())),
                Err(error) => why = error.to_string(),
            }
        }
        Err(Missing::File(why))
    }

    async fn keep_file(
        &self,
        scope: &Scope,
        content_type: &str,
        filename: Option<&str>,
        bytes: &[u8],
        turn: OwnedSemaphorePermit,
    ) -> Result<MediaSid, Missing> {
        if bytes.is_empty() {
            return Err(Missing::File("it is empty".to_owned()));
        }
        let content_type = media::content_type(content_type).unwrap_or_else(|_| TYPE_UNKNOWN.to_owned());
        // A name that breaks the rules is no reason to lose the file.
        let filename = filename.filter(|name| media::filename(name).is_ok()).map(str::to_owned);
        let request = NewMedia { content_type: Some(content_type), filename, ..NewMedia::default() };
        let mut upload = self.begin_upload_in(scope, &request, turn).await?;
        if let Err(error) = upload.put(bytes).await {
            upload.abandon().await;
            return Err(error.into());
        }
        Ok(upload.finish().await?.sid)
    }

    async fn keep_note(&self, scope: &Scope, text: &str) -> Result<MediaSid, Error> {
        let turn = self.inner.media.inbound.clone().acquire_owned().await;
        let turn = turn.map_err(|error| Error::Internal(error.to_string()))?;
        match self.keep_file(scope, "text/plain; charset=utf-8", Some(NOTE), text.as_bytes(), turn).await {
            Ok(sid) => Ok(sid),
            Err(Missing::Place(error)) => Err(error),
            Err(Missing::File(why)) => Err(Error::Refused(Reason::InvalidParameter { name: "Media", problem: why })),
        }
    }
}

/// What people are told of files that are not there.
fn note(count: usize, missing: &[(usize, String)]) -> String {
    let mut text = format!("{} of {count} files of this message could not be kept.\n", missing.len());
    for (place, why) in missing {
        text.push_str(&format!("File {}: {why}.\n", place + 1));
    }
    text
}
