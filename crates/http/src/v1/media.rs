//! `/Services/{ChatServiceSid}/Media`: the Media Content Service, which the real one has on a host of its own
//! (contract §7.9).

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::response::Response;
use dwell_core::{MediaSid, limits};
use dwell_engine::Engine;
use dwell_engine::media::{NewMedia, Upload};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::errors::Failure;
use crate::form::{Query, form, read_body};
use crate::incoming::Incoming;
use crate::multipart::{self, Part};
use crate::outgoing;
use crate::reply::{Answer, Created, date};
use crate::request::InService;
use crate::tree::Tree;

/// Most media that is asked for at once.
const SET_MAX: usize = 100;

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(fetch)).routes(routes!(content)).routes(routes!(set))
}

/// A file for a message.
#[derive(Debug, Serialize, ToSchema)]
struct Media {
    /// Its name for ever.
    sid: String,
    /// The conversation service that it was uploaded to.
    service_sid: String,
    /// The conversation of the message that has it; null while none has.
    channel_sid: Option<String>,
    /// The message that has it; null while none has. Five minutes without one, and it is removed.
    message_sid: Option<String>,
    /// When its upload began, in whole seconds of UTC.
    date_created: String,
    /// When its upload ended, in whole seconds of UTC.
    date_upload_updated: String,
    /// When it last changed, in whole seconds of UTC.
    date_updated: String,
    /// How long it is, in bytes.
    size: i64,
    /// Its MIME type.
    content_type: String,
    /// Its name; null when none was given.
    filename: Option<String>,
    /// What it is to a message: `media`, or of an e-mail `body` or `history`.
    category: &'static str,
    /// Who uploaded it.
    author: String,
    /// False: uploads come in one request.
    is_multipart_upstream: bool,
    /// Where it is found.
    url: String,
    /// Where its bytes are found.
    links: MediaLinks,
}

#[derive(Debug, Serialize, ToSchema)]
struct MediaLinks {
    /// Its bytes, for whoever shows credentials.
    content: String,
    /// Its bytes, for whoever has this link, for five minutes.
    content_direct_temporary: String,
}

impl Media {
    fn show(m: dwell_core::Media, engine: &Engine, tree: &Tree) -> Self {
        let url = tree.url(&format!("/Media/{}", m.sid));
        let link = engine.media_link(&m.account_sid, &m.sid, limits::MEDIA_LINK_SECONDS);
        let (channel_sid, message_sid) = m.holder.unzip();
        Media {
            sid: m.sid.to_string(),
            service_sid: m.service_sid.to_string(),
            channel_sid: channel_sid.map(|sid| sid.to_string()),
            message_sid: message_sid.map(|sid| sid.to_string()),
            date_created: date(m.date_created),
            date_upload_updated: date(m.date_uploaded),
            date_updated: date(m.date_updated),
            size: m.size,
            content_type: m.content_type,
            filename: m.filename,
            category: m.category.as_str(),
            author: m.author,
            is_multipart_upstream: false,
            links: MediaLinks {
                content: format!("{url}/Content"),
                content_direct_temporary: format!("{}{link}", tree.base),
            },
            url,
        }
    }
}

form! {
    /// The query of `POST /Services/{ChatServiceSid}/Media`.
    UploadMedia => NewMedia {
        /// The name of the file, at most 255 characters. Of a form, that of its part by default.
        filename = "Filename",
        /// What it is to a message: `media`, or of an e-mail `body` or `history`. `media` by default.
        category = "Category" one_of["media", "body", "history"],
    }
}

/// Where the bytes of an upload come from.
enum Source {
    /// The body is the file.
    Raw(Incoming),
    /// The body is a form, and the file its part.
    Form(Box<Part>),
}

/// Upload a file: as the body of the request, with its type as Content-Type, or as the one part of a form.
#[utoipa::path(
    post,
    path = "/Media",
    tag = "Media",
    params(UploadMedia),
    request_body(content = String, content_type = "application/octet-stream", description = "The file"),
    responses((status = 201, body = Media))
)]
async fn create(
    State(engine): State<Engine>,
    request: InService,
    Query(UploadMedia(mut input)): Query<UploadMedia>,
    body: Request,
) -> Answer<Created<Media>> {
    let (parts, body) = body.into_parts();
    check_length(&parts.headers, &engine)?;
    let body = Incoming::new(&parts, body, &engine);
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut source = match content_type.and_then(multipart::boundary) {
        None => {
            input.content_type = content_type.map(str::to_owned);
            Source::Raw(body)
        }
        Some(boundary) => {
            let part = Part::open(body, boundary, engine.media_bytes_max()).await?;
            input.content_type = Some(part.content_type());
            input.filename = input.filename.or(part.filename());
            Source::Form(Box::new(part))
        }
    };
    let mut upload = engine.begin_upload(&request.scope, &input).await?;
    let media = match receive(&mut source, &mut upload).await {
        Ok(()) => end(source, upload).await?,
        Err(failure) => {
            upload.abandon().await;
            return Err(failure);
        }
    };
    Ok(Created(Media::show(media, &engine, &request.tree)))
}

/// Whoever says how much will come need not send it in vain.
fn check_length(headers: &HeaderMap, engine: &Engine) -> Result<(), Failure> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    // A form is a little longer than its file.
    let bytes_max = engine.media_bytes_max();
    match length {
        Some(length) if length > bytes_max.saturating_add(1 << 16) => Err(engine.media_too_large().into()),
        _ => Ok(()),
    }
}

async fn receive(source: &mut Source, upload: &mut Upload) -> Result<(), Failure> {
    loop {
        let bytes = match source {
            Source::Raw(body) => body.next().await?,
            Source::Form(part) => part.next().await?,
        };
        match bytes {
            Some(bytes) => upload.put(&bytes).await?,
            None => return Ok(()),
        }
    }
}

async fn end(source: Source, upload: Upload) -> Answer<dwell_core::Media> {
    if let Source::Form(part) = source
        && let Err(failure) = part.end().await
    {
        upload.abandon().await;
        return Err(failure);
    }
    Ok(upload.finish().await?)
}

/// Fetch what is known of a file.
#[utoipa::path(get, path = "/Media/{Sid}", tag = "Media", responses((status = 200, body = Media)))]
async fn fetch(State(engine): State<Engine>, request: InService) -> Answer<Json<Media>> {
    let media = engine.fetch_media(&request.scope, request.segment("Sid")).await?;
    Ok(Json(Media::show(media, &engine, &request.tree)))
}

/// Fetch a file.
#[utoipa::path(
    get,
    path = "/Media/{Sid}/Content",
    tag = "Media",
    responses((status = 200, body = String, content_type = "application/octet-stream", description = "The file."))
)]
async fn content(
    State(engine): State<Engine>,
    request: InService,
    method: Method,
    headers: HeaderMap,
) -> Answer<Response> {
    let media = engine.fetch_media(&request.scope, request.segment("Sid")).await?;
    outgoing::serve(&engine, &media, &method, &headers).await
}

/// What is asked of several files.
#[derive(Debug, Deserialize, ToSchema)]
struct MediaSetRequest {
    /// `get`.
    command: String,
    /// The files, at most 100.
    list: Vec<MediaName>,
}

/// The name of a file.
#[derive(Debug, Deserialize, ToSchema)]
struct MediaName {
    /// Its SID.
    media_sid: String,
}

/// What came of one of several files.
#[derive(Debug, Serialize, ToSchema)]
struct MediaSetItem {
    /// 200, or 404 when there is none.
    code: u16,
    /// The file; null when there is none.
    media_record: Option<Media>,
}

/// Fetch what is known of several files, in the order in which they are asked for.
#[utoipa::path(
    post,
    path = "/MediaSet",
    tag = "Media",
    request_body(content = MediaSetRequest, content_type = "application/json"),
    responses((status = 200, body = Vec<MediaSetItem>))
)]
async fn set(State(engine): State<Engine>, request: InService, body: Request) -> Answer<Json<Vec<MediaSetItem>>> {
    let (parts, body) = body.into_parts();
    let body = read_body(&parts, body, &engine).await?;
    let malformed = |problem: String| Failure::Malformed(problem);
    let wanted: MediaSetRequest = serde_json::from_slice(&body)
        .map_err(|_| malformed("The body must be a JSON object with `command` and `list`".to_owned()))?;
    if wanted.command != "get" {
        return Err(malformed("The command must be `get`".to_owned()));
    }
    if wanted.list.len() > SET_MAX {
        return Err(malformed(format!("At most {SET_MAX} media at once")));
    }
    let sids: Vec<_> = wanted.list.iter().map(|name| MediaSid::parse(&name.media_sid)).collect();
    let found = engine.fetch_media_set(&request.scope, sids.iter().copied().flatten().collect()).await?;
    let mut found = found.into_iter();
    let items = sids.into_iter().map(|sid| {
        let media = sid.and_then(|_| found.next().flatten());
        let code = if media.is_some() { 200 } else { 404 };
        MediaSetItem { code, media_record: media.map(|media| Media::show(media, &engine, &request.tree)) }
    });
    Ok(Json(items.collect()))
}

/// What a link without credentials leads to.
pub(crate) async fn linked(
    State(engine): State<Engine>,
    Query(LinkedMedia(mut link)): Query<LinkedMedia>,
    request: Request,
) -> Answer<Response> {
    let segments = request.uri().path().rsplit('/');
    let mut names = segments.map(str::to_owned);
    (link.media_sid, link.account_sid) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    let media = engine.linked_media(&link, engine.now()).await?;
    outgoing::serve(&engine, &media, request.method(), request.headers()).await
}

form! {
    /// The query of a link.
    LinkedMedia => dwell_engine::media::Link {
        /// Until when it is valid, in seconds since the epoch.
        expires = "Expires",
        /// The signature.
        signature = "Signature",
    }
}
