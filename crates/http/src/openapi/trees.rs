//! Schemas of the two trees. Some bodies name their service in the service tree only (contract
//! §1.1); their one struct becomes two schemas, so that each tree's is exact.

use std::collections::BTreeMap;

use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ArrayItems, Components, SchemaType};
use utoipa::openapi::{Ref, RefOr, Schema, Type};

use super::conventions::allows_null;
use super::{REFERENCE, answer_schemas};

const FIELD: &str = "chat_service_sid";

/// Splits the schemas, and returns the names of those of the service tree by those of the short one.
pub(super) fn split(components: &mut Components) -> BTreeMap<String, String> {
    let has_field = |schema: &Schema| {
        matches!(schema, Schema::Object(object) if !object.required.iter().any(|name| name == FIELD)
            && matches!(object.properties.get(FIELD), Some(RefOr::T(Schema::Object(field))) if allows_null(&field.schema_type)))
    };
    let mut names: BTreeMap<String, String> = components
        .schemas
        .iter()
        .filter(|(_, schema)| matches!(schema, RefOr::T(schema) if has_field(schema)))
        .map(|(name, _)| (name.clone(), format!("{name}InService")))
        .collect();
    for (name, service_name) in &names {
        let Some(RefOr::T(Schema::Object(short))) = components.schemas.get_mut(name) else { continue };
        let mut long = short.clone();
        short.properties.shift_remove(FIELD);
        if let Some(RefOr::T(Schema::Object(field))) = long.properties.get_mut(FIELD) {
            field.schema_type = SchemaType::Type(Type::String);
            long.required.push(FIELD.to_owned());
        }
        components.schemas.insert(service_name.clone(), RefOr::T(Schema::Object(long)));
    }
    let lists: Vec<_> =
        components.schemas.iter().filter_map(|(name, schema)| Some((name.clone(), list(schema, &names)?))).collect();
    for (name, list) in lists {
        components.schemas.insert(format!("{name}InService"), list);
        names.insert(name.clone(), format!("{name}InService"));
    }
    names
}

/// A list of the service tree, when the schema is a list of what was split.
fn list(schema: &RefOr<Schema>, names: &BTreeMap<String, String>) -> Option<RefOr<Schema>> {
    let RefOr::T(Schema::Object(list)) = schema else { return None };
    let mut list = list.clone();
    let is_changed = list.properties.values_mut().any(|property| {
        let RefOr::T(Schema::Array(array)) = property else { return false };
        let ArrayItems::RefOrSchema(items) = &mut array.items else { return false };
        let RefOr::Ref(reference) = &mut **items else { return false };
        rename(reference, names)
    });
    is_changed.then_some(RefOr::T(Schema::Object(list)))
}

/// Lets an operation of the service tree answer with the schemas of that tree.
pub(super) fn use_service_schemas(operation: &mut Operation, names: &BTreeMap<String, String>) {
    for schema in answer_schemas(operation) {
        if let RefOr::Ref(reference) = schema {
            rename(reference, names);
        }
    }
}

fn rename(reference: &mut Ref, names: &BTreeMap<String, String>) -> bool {
    let name = reference.ref_location.strip_prefix(REFERENCE).and_then(|name| names.get(name));
    if let Some(name) = name {
        reference.ref_location = format!("{REFERENCE}{name}");
    }
    name.is_some()
}
