//! The parameter reader: URL-encoded names and values, as bodies and as queries (contract §1.3).
//!
//! A parameter is absent, blank or has a text; commands tell these apart. A list is a repeated name.
//! Unknown names are passed over (contract §18 U12).

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, header, request::Parts};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, SchemaFormat};
use utoipa::openapi::{ObjectBuilder, RefOr, Required, Schema, Type};

use dwell_engine::Engine;

use crate::Options;
use crate::errors::Failure;
use crate::request::received_at;

/// A parameter of a form or query.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its name on the wire.
    pub(crate) name: &'static str,
    /// What it means, for readers of the OpenAPI document.
    pub(crate) description: &'static str,
    /// What it may hold.
    pub(crate) kind: Kind,
    /// Whether the command refuses to go without it.
    pub(crate) is_required: bool,
}

/// What a parameter may hold, as the OpenAPI document says it. Commands read the texts themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// An ISO 8601 date and time.
    DateTime,
    /// Any number of texts: the name is repeated.
    List,
    /// One of these, in any case.
    OneOf(&'static [&'static str]),
}

/// Where a parameter's value goes: an optional text, or an optional list of texts.
pub(crate) trait Slot {
    /// Adds a value.
    fn put(&mut self, value: String);
    /// The values that were put.
    fn values(&self) -> impl Iterator<Item = &String>;
}

impl Slot for Option<String> {
    fn put(&mut self, value: String) {
        *self = Some(value);
    }

    fn values(&self) -> impl Iterator<Item = &String> {
        self.iter()
    }
}

impl Slot for Option<Vec<String>> {
    fn put(&mut self, value: String) {
        self.get_or_insert_default().push(value);
    }

    fn values(&self) -> impl Iterator<Item = &String> {
        self.iter().flatten()
    }
}

/// A command's input in terms of parameters; made by [`form!`].
pub(crate) trait Parameters: Sized + Send {
    /// Every parameter that is known.
    const FIELDS: &'static [Field];

    /// Sets a parameter by its place in `FIELDS`, or adds to it when it is a list.
    fn set(&mut self, field: usize, value: String);

    /// The parameters that were given, by name, as URLs of pages repeat them.
    fn given(&self) -> Vec<(&'static str, String)>;

    /// Without any parameter.
    fn empty() -> Self;
}

/// The parameters in a request's body.
pub(crate) struct Form<T>(pub(crate) T);

/// The parameters in a request's query.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: Parameters> FromRequest<Engine> for Form<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, engine: &Engine) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let bytes = read_body(&parts, body, engine).await?;
        if !bytes.is_empty() {
            check_content_type(&parts.headers)?;
        }
        read(&bytes).map(Form)
    }
}

/// Reads a body to its end, which must come in time and before it is too large.
pub(crate) async fn read_body(parts: &Parts, body: Body, engine: &Engine) -> Result<Bytes, Failure> {
    let options = parts.extensions.get::<Arc<Options>>().cloned().unwrap_or_default();
    let (clock, until) =
        (engine.clock(), received_at(parts, engine).plus_seconds(options.request_read_seconds_max.into()));
    tokio::select! {
        biased;
        read = axum::body::to_bytes(body, options.body_bytes_max) => read.map_err(|_| Failure::BodyTooLarge),
        () = clock.sleep_until(until) => Err(Failure::BodyTooSlow),
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

/// Whether the body is a form.
///
/// # Errors
/// [`Failure::Malformed`], which says what it should be.
pub(crate) fn check_content_type(headers: &HeaderMap) -> Result<(), Failure> {
    const FORM: &str = "application/x-www-form-urlencoded";
    if is_of_type(headers, FORM) {
        return Ok(());
    }
    let sent = content_type(headers);
    let sent = if sent.is_empty() { "of no type" } else { sent };
    Err(Failure::Malformed(format!("Send the parameters as a body of type {FORM}; this one is {sent}")))
}

/// Whether the body is of a media type.
pub(crate) fn is_of_type(headers: &HeaderMap, media_type: &str) -> bool {
    content_type(headers).split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(media_type)
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Reads parameters and reports every one that cannot be read, not just the first.
pub(crate) fn read<T: Parameters>(encoded: &[u8]) -> Result<T, Failure> {
    if percent_encoding::percent_decode(encoded).decode_utf8().is_err() {
        return Err(Failure::Malformed("The parameters are not valid UTF-8".to_owned()));
    }
    let mut parameters = T::empty();
    let mut seen = vec![false; T::FIELDS.len()];
    let mut problems = Vec::new();
    for (name, value) in form_urlencoded::parse(encoded) {
        let Some(field) = T::FIELDS.iter().position(|field| field.name == name) else { continue };
        if std::mem::replace(&mut seen[field], true) && T::FIELDS[field].kind != Kind::List {
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
        let object = object.property(field.name, field.schema(Some(field.description)));
        if field.is_required { object.required(field.name) } else { object }
    });
    object.into()
}

/// The parameters of a query, for the OpenAPI document.
pub(crate) fn query_parameters<T: Parameters>() -> Vec<Parameter> {
    let parameter = |field: &Field| {
        ParameterBuilder::new()
            .name(field.name)
            .parameter_in(ParameterIn::Query)
            .description(Some(field.description))
            .required(if field.is_required { Required::True } else { Required::False })
            .schema(Some(field.schema(None)))
            .build()
    };
    T::FIELDS.iter().map(parameter).collect()
}

impl Field {
    fn schema(&self, description: Option<&str>) -> RefOr<Schema> {
        let object = ObjectBuilder::new().description(description);
        match self.kind {
            Kind::Text => object.schema_type(Type::String).into(),
            // No parameter of the API is a negative number.
            Kind::Integer => object.schema_type(Type::Integer).minimum(Some(0)).into(),
            Kind::Boolean => object.schema_type(Type::Boolean).into(),
            Kind::DateTime => {
                let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
                object.schema_type(Type::String).format(Some(format)).into()
            }
            Kind::OneOf(values) => object.schema_type(Type::String).enum_values(Some(values.to_vec())).into(),
            Kind::List => {
                let item = ObjectBuilder::new().schema_type(Type::String);
                ArrayBuilder::new().description(description).items(item).into()
            }
        }
    }
}

/// Says which parameters make up a command's input. The command's field is an `Option<String>`, or
/// an `Option<Vec<String>>` for a `list`:
///
/// ```text
/// form! {
///     /// The body of `POST /Roles`.
///     CreateRole => roles::Create {
///         /// A name for people, at most 64 characters.
///         friendly_name = "FriendlyName" required,
///         /// A right that the role grants.
///         permission = "Permission" required list,
///         /// What the role governs.
///         role_type = "Type" required one_of["conversation", "service"],
///     }
/// }
/// ```
macro_rules! form {
    ($(#[$doc:meta])* $form:ident => $input:ty {
        $($(#[doc = $description:literal])* $field:ident = $name:literal
            $($word:ident $([$($value:literal),* $(,)?])?)*),* $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default)]
        pub(crate) struct $form(pub(crate) $input);

        impl $crate::form::Parameters for $form {
            const FIELDS: &'static [$crate::form::Field] = &[$($crate::form::form!(
                @field
                $crate::form::Field {
                    name: $name,
                    description: concat!($($description, "\n"),*).trim_ascii(),
                    kind: $crate::form::Kind::Text,
                    is_required: false,
                };
                $($word $([$($value),*])?)*
            )),*];

            fn set(&mut self, field: usize, value: String) {
                // The places count up in the order of FIELDS.
                let mut place = 0..;
                $(if place.next() == Some(field) {
                    $crate::form::Slot::put(&mut self.0.$field, value);
                    return;
                })*
            }

            fn given(&self) -> Vec<(&'static str, String)> {
                let mut given = Vec::new();
                $(given.extend($crate::form::Slot::values(&self.0.$field).map(|value| ($name, value.clone())));)*
                given
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

        impl utoipa::IntoParams for $form {
            fn into_params(
                _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
            ) -> Vec<utoipa::openapi::path::Parameter> {
                $crate::form::query_parameters::<Self>()
            }
        }
    };
    (@field $field:expr;) => { $field };
    (@field $field:expr; required $($rest:tt)*) => {
        $crate::form::form!(@field $crate::form::Field { is_required: true, ..$field }; $($rest)*)
    };
    (@field $field:expr; list $($rest:tt)*) => {
        $crate::form::form!(@field $crate::form::Field { kind: $crate::form::Kind::List, ..$field }; $($rest)*)
    };
    (@field $field:expr; integer $($rest:tt)*) => {
        $crate::form::form!(@field $crate::form::Field { kind: $crate::form::Kind::Integer, ..$field }; $($rest)*)
    };
    (@field $field:expr; boolean $($rest:tt)*) => {
        $crate::form::form!(@field $crate::form::Field { kind: $crate::form::Kind::Boolean, ..$field }; $($rest)*)
    };
    (@field $field:expr; date_time $($rest:tt)*) => {
        $crate::form::form!(@field $crate::form::Field { kind: $crate::form::Kind::DateTime, ..$field }; $($rest)*)
    };
    (@field $field:expr; one_of [$($value:literal),*] $($rest:tt)*) => {
        $crate::form::form!(
            @field $crate::form::Field { kind: $crate::form::Kind::OneOf(&[$($value),*]), ..$field }; $($rest)*
        )
    };
}
pub(crate) use form;

/// `X-Twilio-Webhook-Enabled`, for the OpenAPI document; [`crate::request`] reads it.
pub(crate) struct WebhookHeader;

impl utoipa::IntoParams for WebhookHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let values = ["true", "false"];
        let parameter = ParameterBuilder::new()
            .name("X-Twilio-Webhook-Enabled")
            .parameter_in(ParameterIn::Header)
            .description(Some("Whether webhooks are to hear of the change; without it they do not."))
            .required(Required::False)
            .schema(Some(ObjectBuilder::new().schema_type(Type::String).enum_values(Some(values))))
            .build();
        vec![parameter]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub(crate) struct Input {
        name: Option<String>,
        timer: Option<String>,
        filters: Option<Vec<String>>,
    }

    form! {
        /// A form of the tests.
        Sample => Input {
            /// A name.
            name = "Name",
            timer = "Timers.Inactive" required one_of["PT1M", "PT2M"],
            filters = "Filters" list,
        }
    }

    #[test]
    fn fields_say_what_they_are() {
        let [name, timer, filters] = Sample::FIELDS else { panic!("three fields") };
        assert_eq!((name.description, name.kind, name.is_required), ("A name.", Kind::Text, false));
        assert_eq!((timer.kind, timer.is_required), (Kind::OneOf(&["PT1M", "PT2M"]), true));
        assert_eq!(filters.kind, Kind::List);
    }

    #[test]
    fn a_list_is_a_repeated_name() {
        let sample = read::<Sample>(b"Filters=a&Name=n&Filters=b&Filters=").unwrap();
        assert_eq!(sample.0.filters, Some(vec!["a".to_owned(), "b".to_owned(), String::new()]));
        let given = sample.given();
        let given: Vec<_> = given.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(given, [("Name", "n"), ("Filters", "a"), ("Filters", "b"), ("Filters", "")]);
    }

    fn message(failure: Failure) -> String {
        failure.to_body("/", &crate::ErrorDocs::Twilio, "").1.message
    }

    #[test]
    fn absent_blank_and_given_are_three_things() {
        let Sample(input) = read(b"Name=&Other=1&Timers.Inactive=PT1M").unwrap();
        assert_eq!(input, Input { name: Some(String::new()), timer: Some("PT1M".into()), filters: None });
        let Sample(input) = read(b"").unwrap();
        assert_eq!(input, Input::default());
    }

    #[test]
    fn names_and_values_are_decoded() {
        let Sample(input) = read(b"Name=a+b%20%2B%C3%A9%F0%9F%98%80&Timers%2EInactive=x").unwrap();
        assert_eq!(input, Input { name: Some("a b +é😀".into()), timer: Some("x".into()), filters: None });
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
