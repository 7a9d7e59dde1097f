//! The OpenAPI document, made from the same registrations as the routes.

mod conventions;
mod trees;
pub(crate) mod yaml;

use std::sync::Arc;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ArrayItems, Components};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    Content, InfoBuilder, ObjectBuilder, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder, Schema,
    SecurityRequirement, Type,
};

const SECURITY: &str = "accountSid_authToken";

/// What references to schemas begin with.
const REFERENCE: &str = "#/components/schemas/";

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
    conventions::name_fields(components);
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations_of(item) {
            complete(operation, method, path);
            conventions::name_answer(operation, path, components);
        }
    }
    let names = trees::split(components);
    let in_service = |path: &str| path.starts_with("/v1/Services/{ChatServiceSid}/");
    for (_, item) in document.paths.paths.iter_mut().filter(|(path, _)| in_service(path)) {
        operations_of(item).for_each(|(_, operation)| trees::use_service_schemas(operation, &names));
    }
    document.to_pretty_json().unwrap_or_default()
}

fn operations_of(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [("get", &mut item.get), ("post", &mut item.post), ("delete", &mut item.delete)]
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Gives an operation a name of its own in each tree, its path's variables, and the answers that
/// any of them can give.
fn complete(operation: &mut Operation, method: &str, path: &str) {
    let words = path.split(['/', '{', '}']).filter(|word| !word.is_empty());
    let name: String = words.map(capitalized).collect();
    operation.operation_id = Some(format!("{method}{name}"));
    operation.summary = operation.summary.as_deref().map(|summary| summary.replace('\n', " "));
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            success(status).clone_into(&mut response.description);
        }
    }
    let has_variables = path.contains('{');
    for (status, description) in [
        ("400", "A parameter is refused; nothing was changed."),
        ("401", "The credentials are missing or wrong."),
        ("404", "What the path names is not there."),
        ("default", "Refused; nothing was changed."),
    ] {
        if status != "404" || has_variables {
            operation.responses.responses.insert(status.to_owned(), RefOr::T(refusal(description)));
        }
    }
    for variable in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
        let parameter = ParameterBuilder::new()
            .name(variable)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .build();
        operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
    }
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter {
            conventions::name_parameter(parameter, path);
        }
    }
}

fn success(status: &str) -> &'static str {
    match status {
        "201" => "What was created.",
        "202" => "What was created; the rest follows.",
        "204" => "Done; there is nothing to show.",
        _ => "What was asked for, as it is now.",
    }
}

fn refusal(description: &str) -> Response {
    let body = Ref::from_schema_name("ErrorBody");
    ResponseBuilder::new()
        .description(description)
        .content("application/json", Content::new(Some(RefOr::<Schema>::Ref(body))))
        .build()
}

/// The schemas of what an operation answers with when it succeeds.
fn answer_schemas(operation: &mut Operation) -> impl Iterator<Item = &mut RefOr<Schema>> {
    let successes = operation.responses.responses.iter_mut().filter(|(status, _)| status.starts_with('2'));
    let responses = successes.filter_map(|(_, response)| match response {
        RefOr::T(response) => Some(response),
        RefOr::Ref(_) => None,
    });
    let contents = responses.flat_map(|response| response.content.values_mut());
    contents.filter_map(|content| match content {
        RefOr::T(content) => content.schema.as_mut(),
        RefOr::Ref(_) => None,
    })
}

/// The name of the schema of the resource that an operation answers with, alone or in a list.
fn item_schema(operation: &mut Operation, components: &Components) -> Option<String> {
    let Some(RefOr::Ref(answer)) = answer_schemas(operation).next() else { return None };
    let name = answer.ref_location.strip_prefix(REFERENCE)?;
    let Some(RefOr::T(Schema::Object(schema))) = components.schemas.get(name) else { return None };
    if !schema.properties.contains_key("meta") {
        return Some(name.to_owned());
    }
    schema.properties.values().find_map(|property| {
        let RefOr::T(Schema::Array(array)) = property else { return None };
        let ArrayItems::RefOrSchema(items) = &array.items else { return None };
        let RefOr::Ref(item) = &**items else { return None };
        item.ref_location.strip_prefix(REFERENCE).map(str::to_owned)
    })
}

/// The names in a path, without its variables: `v1/Conversations/Messages`.
fn fixed_part(path: &str) -> String {
    path.split('/').filter(|segment| !segment.is_empty() && !segment.starts_with('{')).collect::<Vec<_>>().join("/")
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

pub(crate) async fn serve(document: Arc<str>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], document.to_string())
}
