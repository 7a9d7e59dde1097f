//! `multipart/form-data` with one part, as pages send a file.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Bytes;
use multer::{Constraints, Field, Multipart, SizeLimit};

use crate::errors::Failure;
use crate::incoming::Incoming;

/// Most bytes between the files: boundaries and the heads of parts, which are held in memory.
const AROUND_BYTES_MAX: usize = 16 * 1024;

/// The one part of a body.
pub(crate) struct Part {
    form: Multipart<'static>,
    field: Field<'static>,
    /// Bytes that may still be read outside of the file.
    around: Arc<AtomicUsize>,
}

/// Why a body cannot be read, on its way through the parser.
#[derive(Debug)]
struct Broken(Failure);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body cannot be read")
    }
}

impl std::error::Error for Broken {}

/// What a type of body says of its parts, when it is `multipart/form-data`.
pub(crate) fn boundary(content_type: &str) -> Option<String> {
    multer::parse_boundary(content_type).ok()
}

impl Part {
    /// Reads up to the beginning of the file. A body may hold `bytes_max` bytes of it.
    pub(crate) async fn open(body: Incoming, boundary: String, bytes_max: u64) -> Result<Self, Failure> {
        let around = Arc::new(AtomicUsize::new(AROUND_BYTES_MAX));
        let whole = bytes_max.saturating_add(2 * AROUND_BYTES_MAX as u64);
        let constraints = Constraints::new().size_limit(SizeLimit::new().whole_stream(whole));
        let pieces = futures_util::stream::try_unfold((body, around.clone()), next_piece);
        let mut form = Multipart::with_constraints(pieces, boundary, constraints);
        let field = form.next_field().await.map_err(failure)?;
        let field = field.ok_or_else(|| Failure::Malformed("The form has no part".to_owned()))?;
        around.store(usize::MAX, Ordering::Relaxed);
        Ok(Part { form, field, around })
    }

    /// The type of the file; `application/octet-stream` when the part does not say.
    pub(crate) fn content_type(&self) -> String {
        self.field.content_type().map_or_else(|| "application/octet-stream".to_owned(), ToString::to_string)
    }

    /// The name of the file: some clients say it as that of the field.
    pub(crate) fn filename(&self) -> Option<String> {
        self.field.file_name().or(self.field.name()).map(str::to_owned)
    }

    /// The next bytes of the file; `None` after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        self.field.chunk().await.map_err(failure)
    }

    /// Makes sure that nothing follows.
    pub(crate) async fn end(self) -> Result<(), Failure> {
        let Part { mut form, field, around } = self;
        drop(field);
        around.store(AROUND_BYTES_MAX, Ordering::Relaxed);
        match form.next_field().await.map_err(failure)? {
            None => Ok(()),
            Some(_) => Err(Failure::Malformed("The form must have one part, the file".to_owned())),
        }
    }
}

/// The next piece of a body, counted while it is none of the file.
async fn next_piece(
    (mut body, around): (Incoming, Arc<AtomicUsize>),
) -> Result<Option<(Bytes, (Incoming, Arc<AtomicUsize>))>, Broken> {
    if around.load(Ordering::Relaxed) == 0 {
        return Err(Broken(Failure::Malformed("The heads of the form's parts are too long".to_owned())));
    }
    let Some(bytes) = body.next().await.map_err(Broken)? else { return Ok(None) };
    let left = around.load(Ordering::Relaxed);
    if left != usize::MAX {
        // One piece may end it; it is no longer than what the connection reads at once.
        around.store(left.saturating_sub(bytes.len()), Ordering::Relaxed);
    }
    Ok(Some((bytes, (body, around))))
}

fn failure(error: multer::Error) -> Failure {
    match error {
        multer::Error::StreamReadFailed(error) => match error.downcast::<Broken>() {
            Ok(broken) => broken.0,
            Err(error) => Failure::Malformed(format!("The form cannot be read: {error}")),
        },
        multer::Error::StreamSizeExceeded { .. } => Failure::BodyTooLarge,
        error => Failure::Malformed(format!("The form cannot be read: {error}")),
    }
}
