//! The parameter reader: URL-encoded names and values, as bodies and as queries (contract §1.3).
//!
//! A parameter is absent, blank or has a text; commands tell these apart. A list is a repeated name.
//! Unknown names are passed over (contract §18 U12).

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, header, request::Parts};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

use crate::Options;
use crate::errors::Failure;

/// A parameter of a form or query.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its name on the wire.
    pub(crate) name: &'static str,
    /// Whether the command refuses to go without it.
    pub(crate) is_required: bool,
}

/// A command's input in terms of parameters; made by [`form!`].
pub(crate) trait Parameters: Sized + Send {
    /// Every parameter that is known.
    const FIELDS: &'static [Field];

    /// Sets a parameter by its place in `FIELDS`.
    fn set(&mut self, field: usize, value: String);

    /// Without any parameter.
    fn empty() -> Self;
}

/// The parameters in a request's body.
pub(crate) struct Form<T>(pub(crate) T);

/// The parameters in a request's query.
pub(crate) struct Query<T>(pub(crate) T);

impl<S, T: Parameters> FromRequest<S> for Form<T>
where
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let bytes_max = request.extensions().get::<std::sync::Arc<Options>>().map_or(0, |o| o.body_bytes_max);
        let (parts, body) = request.into_parts();
        let bytes = axum::body::to_bytes(body, bytes_max).await.map_err(|_| Failure::BodyTooLarge)?;
        if !bytes.is_empty() {
            check_content_type(&parts.headers)?;
        }
        read(&bytes).map(Form)
    }
}

impl<S, T: Parameters> FromRequestParts<S> for Query<T>
where
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        read(parts.uri.query().unwrap_or_default().as_bytes()).map(Query)
    }
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Failure> {
    const FORM: &str = "application/x-www-form-urlencoded";
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = sent.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case(FORM) {
        return Ok(());
    }
    Err(Failure::Malformed(format!("The body must be of type {FORM}")))
}

/// Reads parameters and reports every one that cannot be read, not just the first.
fn read<T: Parameters>(encoded: &[u8]) -> Result<T, Failure> {
    if percent_encoding::percent_decode(encoded).decode_utf8().is_err() {
        return Err(Failure::Malformed("The parameters are not valid UTF-8".to_owned()));
    }
    let mut parameters = T::empty();
    let mut seen = vec![false; T::FIELDS.len()];
    let mut problems = Vec::new();
    for (name, value) in form_urlencoded::parse(encoded) {
        let Some(field) = T::FIELDS.iter().position(|field| field.name == name) else { continue };
        if std::mem::replace(&mut seen[field], true) {
            problems.push(format!("{name} is given more than once"));
        } else if value.contains('\0') {
            problems.push(format!("{name} contains a null character"));
        } else {
            parameters.set(field, value.into_owned());
        }
    }
    if problems.is_empty() { Ok(parameters) } else { Err(Failure::Malformed(problems.join("; "))) }
}

/// The schema of a form, for the OpenAPI document.
pub(crate) fn schema<T: Parameters>() -> RefOr<Schema> {
    let object = T::FIELDS.iter().fold(ObjectBuilder::new().schema_type(Type::Object), |object, field| {
        let object = object.property(field.name, ObjectBuilder::new().schema_type(Type::String));
        if field.is_required { object.required(field.name) } else { object }
    });
    object.into()
}

/// Says which parameters make up a command's input:
///
/// ```text
/// form! {
///     /// The body of `POST /Services`.
///     CreateService => services::Create { friendly_name = "FriendlyName" required }
/// }
/// ```
macro_rules! form {
    ($(#[$doc:meta])* $form:ident => $input:ty { $($field:ident = $name:literal $($required:ident)?),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub(crate) struct $form(pub(crate) $input);

        impl $crate::form::Parameters for $form {
            const FIELDS: &'static [$crate::form::Field] = &[$($crate::form::Field {
                name: $name,
                is_required: $crate::form::form!(@required $($required)?),
            }),*];

            fn set(&mut self, field: usize, value: String) {
                // The places count up in the order of FIELDS.
                let mut place = 0..;
                $(if place.next() == Some(field) {
                    self.0.$field = Some(value);
                    return;
                })*
            }

            fn empty() -> Self {
                Self::default()
            }
        }

        impl utoipa::PartialSchema for $form {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                $crate::form::schema::<Self>()
            }
        }

        impl utoipa::ToSchema for $form {}
    };
    (@required required) => { true };
    (@required) => { false };
}
pub(crate) use form;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Eq)]
    pub(crate) struct Input {
        name: Option<String>,
        timer: Option<String>,
    }

    form! {
        /// A form of the tests.
        Sample => Input { name = "Name", timer = "Timers.Inactive" required }
    }

    fn message(failure: Failure) -> String {
        failure.to_body("/").1.message
    }

    #[test]
    fn absent_blank_and_given_are_three_things() {
        let Sample(input) = read(b"Name=&Other=1&Timers.Inactive=PT1M").unwrap();
        assert_eq!(input, Input { name: Some(String::new()), timer: Some("PT1M".into()) });
        let Sample(input) = read(b"").unwrap();
        assert_eq!(input, Input::default());
    }

    #[test]
    fn names_and_values_are_decoded() {
        let Sample(input) = read(b"Name=a+b%20%2B%C3%A9%F0%9F%98%80&Timers%2EInactive=x").unwrap();
        assert_eq!(input, Input { name: Some("a b +é😀".into()), timer: Some("x".into()) });
    }

    #[test]
    fn every_problem_is_told() {
        let failure = read::<Sample>(b"Name=a&Name=b&Timers.Inactive=x%00y").unwrap_err();
        assert_eq!(message(failure), "Name is given more than once; Timers.Inactive contains a null character");
        for bad in [&b"Name=%FF"[..], b"Name=\xff", b"Name=%C3"] {
            assert_eq!(message(read::<Sample>(bad).unwrap_err()), "The parameters are not valid UTF-8");
        }
    }
}
