//! A Messages API as Twilio's: one POST for each message.

use dwell_core::channel::TwilioSettings;
use dwell_core::receipt::Status;
use dwell_engine::carriers::{Accepted, CarryError, Parcel};
use dwell_engine::hooks::Reply;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use url::Url;

use super::answer::{Answer, BYTES_MAX};
use super::{Options, refused, unanswered};
use crate::client::HttpClient;

/// Errors of the account and of the API, not of the message (20003 authenticate, 20404 not found, 20429 too many
/// requests): an operator or time mends them, and the message waits.
const ACCOUNT_ERRORS: std::ops::Range<i64> = 20_000..21_000;
/// "The From number has exceeded the maximum number of queued messages".
const QUEUE_IS_FULL: i64 = 21_611;

pub(super) async fn carry(
    http: &HttpClient,
    options: &Options,
    settings: &TwilioSettings,
    parcel: &Parcel,
) -> Result<Accepted, CarryError> {
    let form = form(options, parcel)?;
    let target = http.target(&settings.url).map_err(|error| unanswered(&error))?;
    let url = messages_of(target.url, &settings.account_sid)?;
    let credentials = (settings.account_sid.clone(), Some(settings.auth_token.reveal().to_owned()));
    let request = http
        .post(url, Some(credentials))
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("I-Twilio-Idempotency-Token", &parcel.idempotency_token)
        .body(form);
    let reply = http.exchange(request, parcel.timeout_millis, BYTES_MAX).await;
    judged(&reply.map_err(|error| unanswered(&error))?, options)
}

/// The resource below whatever path the API has.
fn messages_of(mut url: Url, account_sid: &str) -> Result<Url, CarryError> {
    match url.path_segments_mut() {
        Ok(mut path) => _ = path.pop_if_empty().extend(["2010-04-01", "Accounts", account_sid, "Messages.json"]),
        // Never so with http and https.
        Err(()) => return Err(refused("the URL of the API has no path".to_owned())),
    }
    Ok(url)
}

fn form(options: &Options, parcel: &Parcel) -> Result<String, CarryError> {
    let [to] = parcel.to.as_slice() else {
        return Err(refused("the Messages API takes one address at a time".to_owned()));
    };
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("To", to).append_pair("From", &parcel.from);
    if let Some(body) = &parcel.body {
        form.append_pair("Body", body);
    }
    for file in &parcel.media {
        let Some(base) = &options.public_base_url else {
            let what = "media can only be sent when `public_base_url` is set";
            return Err(CarryError::Later { what: what.to_owned() });
        };
        form.append_pair("MediaUrl", &format!("{base}{}", file.link));
    }
    if let Some(base) = &options.public_base_url {
        form.append_pair("StatusCallback", &callback(base, parcel));
    }
    Ok(form.finish())
}

/// Where the API tells what became of the message: with the place of its receipt, so that even what is told
/// before the name of the message is known finds it.
fn callback(base: &str, parcel: &Parcel) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("Conversation", parcel.conversation_sid.as_str())
        .append_pair("Message", parcel.message_sid.as_str());
    for receipt in &parcel.receipts {
        query.append_pair("Receipt", receipt.as_str());
    }
    format!("{base}/dwell/v1/Channels/{}/Status?{}", parcel.channel.sid, query.finish())
}

fn judged(reply: &Reply, options: &Options) -> Result<Accepted, CarryError> {
    let answer = Answer::of(reply);
    let later = |what: String| Err(CarryError::Later { what });
    match (reply.status, answer.code("code")) {
        (200..=299, _) => match answer.name("sid") {
            Some(sid) => {
                // `queued`, `accepted`, `sending` say that more will follow, unless nobody knows where to.
                let status = answer.status().or(options.public_base_url.is_none().then_some(Status::Sent));
                answer.accepted(Some(sid), status)
            }
            None => later(format!("HTTP {} without the SID of a message: is this a Messages API?", reply.status)),
        },
        (408 | 429, _) | (_, Some(QUEUE_IS_FULL)) => later(format!("HTTP {}: too much at once", reply.status)),
        (401 | 403 | 404, Some(code)) if ACCOUNT_ERRORS.contains(&code) => {
            later(format!("HTTP {}, error {code}: are the account and its token right?", reply.status))
        }
        (400..=499, Some(code)) => Err(CarryError::Never {
            status: Status::Failed,
            error_code: Some(code),
            what: format!("HTTP {}, error {code}", reply.status),
        }),
        (status, Some(code)) => later(format!("HTTP {status}, error {code}")),
        (status, None) => later(format!("HTTP {status}")),
    }
}
