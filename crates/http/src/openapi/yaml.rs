//! JSON values as YAML: blocks for what has members, JSON's own spelling for the rest, which YAML 1.2 reads.

use serde_json::Value;

/// A document.
pub(crate) fn text(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out
}

/// Writes a value, which begins on a line of its own and ends its last one.
fn write(value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                out.push_str(&format!("{indent}{}:", Value::from(name.as_str())));
                nested(member, depth + 1, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                out.push_str(&format!("{indent}-"));
                nested(item, depth + 1, out);
            }
        }
        flat => out.push_str(&format!("{indent}{flat}\n")),
    }
}

/// Writes a value behind a name or a dash.
fn nested(value: &Value, depth: usize, out: &mut String) {
    let is_block = match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    if is_block {
        out.push('\n');
        write(value, depth, out);
    } else {
        out.push_str(&format!(" {value}\n"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn members_are_blocks_and_texts_are_quoted() {
        let value = json!({"a": {"b": [1, "x: y\n", {"c": null}], "d": {}}, "e": []});
        let told = "\"a\":\n  \"b\":\n    - 1\n    - \"x: y\\n\"\n    -\n      \"c\": null\n  \"d\": {}\n\"e\": []\n";
        assert_eq!(super::text(&value), told);
    }
}
