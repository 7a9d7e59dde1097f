//! A program of the account's own: one POST of JSON for each message, signed as Twilio signs JSON.

use aws_lc_rs::digest;
use dwell_core::channel::HttpSettings;
use dwell_core::receipt::Status;
use dwell_engine::carriers::{Accepted, CarryError, Parcel};
use dwell_engine::hooks::Reply;
use dwell_engine::signature::signature;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde::Serialize;
use url::Url;

use super::answer::{Answer, BYTES_MAX};
use super::{Options, refused, unanswered};
use crate::client::HttpClient;

/// What the program is told. `docs/channels.md` shows it.
#[derive(Serialize)]
struct Told<'a> {
    account_sid: &'a str,
    channel_sid: &'a str,
    conversation_sid: &'a str,
    message_sid: &'a str,
    message_index: i64,
    /// In the order of `to`.
    receipt_sids: Vec<&'a str>,
    from: &'a str,
    to: &'a [String],
    /// The account's other addresses in a group text.
    others: &'a [String],
    author: &'a str,
    body: Option<&'a str>,
    subject: Option<&'a str>,
    references: &'a [String],
    media: Vec<File<'a>>,
}

#[derive(Serialize)]
struct File<'a> {
    sid: &'a str,
    url: String,
    content_type: &'a str,
    filename: Option<&'a str>,
    size: i64,
}

impl<'a> Told<'a> {
    fn of(parcel: &'a Parcel, options: &Options) -> Self {
        // A program beside the server knows where the server is.
        let base = options.public_base_url.as_deref().unwrap_or_default();
        let media = parcel.media.iter().map(|file| File {
            sid: file.sid.as_str(),
            url: format!("{base}{}", file.link),
            content_type: &file.content_type,
            filename: file.filename.as_deref(),
            size: file.size,
        });
        Told {
            account_sid: parcel.channel.account_sid.as_str(),
            channel_sid: parcel.channel.sid.as_str(),
            conversation_sid: parcel.conversation_sid.as_str(),
            message_sid: parcel.message_sid.as_str(),
            message_index: parcel.message_index,
            receipt_sids: parcel.receipts.iter().map(|receipt| receipt.as_str()).collect(),
            from: &parcel.from,
            to: &parcel.to,
            others: &parcel.others,
            author: &parcel.author,
            body: parcel.body.as_deref(),
            subject: parcel.subject.as_deref(),
            references: &parcel.references,
            media: media.collect(),
        }
    }
}

pub(super) async fn carry(
    http: &HttpClient,
    options: &Options,
    settings: &HttpSettings,
    parcel: &Parcel,
) -> Result<Accepted, CarryError> {
    if parcel.to.len() > 1 && !settings.groups {
        return Err(refused("the channel takes one address at a time".to_owned()));
    }
    let body = serde_json::to_vec(&Told::of(parcel, options)).map_err(|error| refused(error.to_string()))?;
    let target = http.target(&settings.url).map_err(|error| unanswered(&error))?;
    let url = with_digest(target.url, &body);
    let signature = signature(parcel.auth_token.reveal(), url.as_str(), &[]);
    let request = http
        .post(url, target.credentials)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/json")
        .header("X-Twilio-Signature", signature)
        .header("I-Twilio-Idempotency-Token", &parcel.idempotency_token)
        .body(body);
    let reply = http.exchange(request, parcel.timeout_millis, BYTES_MAX).await;
    judged(&reply.map_err(|error| unanswered(&error))?)
}

/// The URL with the digest of the body in its query, which is how a signature of URLs covers it (contract §10.4).
fn with_digest(mut url: Url, body: &[u8]) -> Url {
    let digest = digest::digest(&digest::SHA256, body);
    let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let own = url.query().map(|query| format!("{query}&")).unwrap_or_default();
    url.set_query(Some(&format!("{own}bodySHA256={hex}")));
    url
}

fn judged(reply: &Reply) -> Result<Accepted, CarryError> {
    let answer = Answer::of(reply);
    match reply.status {
        200..=299 => {
            // Whoever says nothing has sent it; `queued` and the like promise more.
            let status = if answer.has_status() { answer.status() } else { Some(Status::Sent) };
            answer.accepted(answer.name("message_id"), status)
        }
        status if status == 408 || status == 429 || !(400..=499).contains(&status) => {
            Err(CarryError::Later { what: format!("HTTP {status}") })
        }
        status => Err(CarryError::Never {
            status: Status::Failed,
            error_code: answer.code("error_code"),
            what: format!("HTTP {status}"),
        }),
    }
}
