//! The OpenAPI document, made from the same registrations as the routes.

use std::sync::Arc;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    Content, InfoBuilder, ObjectBuilder, OpenApi, RefOr, Required, ResponseBuilder, SecurityRequirement, Type,
};

const SECURITY: &str = "accountSid_authToken";

/// The document as JSON text.
pub fn openapi_json() -> String {
    render(crate::routes::operations().split_for_parts().1)
}

pub(crate) fn render(mut document: OpenApi) -> String {
    document.info = InfoBuilder::new()
        .title("Dwell")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "A self-hosted server for the Conversations (classic) v1 API. Paths under /dwell are Dwell's own.",
        ))
        .build();
    let components = document.components.get_or_insert_default();
    let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Basic));
    components.schemas.insert("ErrorBody".to_owned(), <crate::ErrorBody as utoipa::PartialSchema>::schema());
    components.security_schemes.insert(SECURITY.to_owned(), RefOr::T(scheme));
    document.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>(SECURITY, [])]);
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations_of(item) {
            complete(operation, method, path);
        }
    }
    document.to_pretty_json().unwrap_or_default()
}

fn operations_of(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [("get", &mut item.get), ("post", &mut item.post), ("delete", &mut item.delete)]
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Gives an operation a name of its own in each tree, and the answer that any of them can give.
fn complete(operation: &mut Operation, method: &str, path: &str) {
    let words = path.split(['/', '{', '}']).filter(|word| !word.is_empty());
    let name: String = words.map(capitalized).collect();
    operation.operation_id = Some(format!("{method}{name}"));
    let body = utoipa::openapi::schema::Ref::from_schema_name("ErrorBody");
    let error = ResponseBuilder::new()
        .description("Refused; nothing was changed.")
        .content("application/json", Content::new(Some(RefOr::<utoipa::openapi::Schema>::Ref(body))))
        .build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(error));
    for variable in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
        let parameter = ParameterBuilder::new()
            .name(variable)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .build();
        operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
    }
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

pub(crate) async fn serve(document: Arc<str>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], document.to_string())
}
