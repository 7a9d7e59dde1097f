//! The library over a small document of its own; the server's own is tested where it is made, in dwell-http.

use super::*;

const DOCUMENT: &str = r##"{
  "paths": {
    "/v1/Conversations/{ConversationSid}/Messages": {
      "post": {
        "tags": ["Message"], "summary": "Add a message; it reactivates.", "operationId": "postV1Messages",
        "parameters": [{"name": "ConversationSid", "in": "path", "description": "Which.", "required": true,
                        "schema": {"type": "string"}}],
        "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/Create"}}}},
        "responses": {"201": {"description": "Made.", "content": {"application/json":
          {"schema": {"$ref": "#/components/schemas/Message"}}}}}
      }
    },
    "/v1/Services/{ChatServiceSid}/Conversations/{ConversationSid}/Messages": {
      "post": {
        "tags": ["Message"], "summary": "Add a message; it reactivates.", "operationId": "postV1ServicesMessages",
        "parameters": [],
        "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/Create"}}}},
        "responses": {"201": {"description": "Made."}}
      }
    }
  },
  "components": {"schemas": {
    "Create": {"type": "object", "required": ["Body"], "properties": {
      "Author": {"type": "string", "description": "Who\n writes. `system` by default."},
      "Body": {"type": "string", "description": "What it says."}}},
    "Message": {"type": "object", "properties": {
      "sid": {"type": "string", "description": "Its name.", "pattern": "^IM[0-9a-fA-F]{32}$"},
      "body": {"type": ["string", "null"], "description": "What it says."},
      "delivery": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Delivery", "description": "Where it is."}]}}},
    "Delivery": {"type": "object", "properties": {"total": {"type": "integer", "description": "How many."}}}
  }}
}"##;

fn library() -> Library {
    Library::new(DOCUMENT, "1.2.3").unwrap()
}

#[test]
fn both_trees_are_one_operation_with_three_names() {
    let library = library();
    let [operation] = library.operations() else { panic!("one operation") };
    assert_eq!(operation.paths.len(), 2);
    for name in
        ["conversations/messages/create", "postV1ServicesMessages", "post /v1/Conversations/{ConversationSid}/Messages"]
    {
        assert_eq!(library.operation(name).map(|one| &one.slug), Some(&operation.slug), "{name}");
    }
    assert!(library.operation("messages").is_none());
}

#[test]
fn an_operation_says_what_it_takes_and_answers() {
    let library = library();
    let operation = &library.operations()[0];
    assert_eq!((operation.title.as_str(), operation.verb.as_str()), ("Add a message", "create"));
    let names: Vec<_> = operation.parameters.iter().map(|one| (one.name.as_str(), one.place)).collect();
    assert_eq!(names, [("ConversationSid", Place::Path), ("Body", Place::Form), ("Author", Place::Form)]);
    let author = operation.parameter("Author").unwrap();
    assert_eq!(
        (author.description.as_str(), author.default.as_deref()),
        ("Who writes. `system` by default.", Some("`system`"))
    );
    let fields: Vec<_> = operation.answer.fields.iter().map(|one| (one.name.as_str(), one.shape.text())).collect();
    let told = [
        ("sid", "string, SID (IM…)"),
        ("body", "string or null"),
        ("delivery", "object or null"),
        ("delivery.total", "integer"),
    ];
    assert_eq!(fields, told.map(|(name, text)| (name, text.to_owned())));
    assert_eq!(operation.answer.fields[2].description, "Where it is.");
    assert!(operation.codes.contains(&50377) && operation.codes.contains(&20404) && !operation.codes.contains(&50353));
}

#[test]
fn examples_speak_to_the_readers_server() {
    let library = library();
    let page = library.markdown("api/conversations/messages/create", "https://a.example").unwrap();
    for part in [
        "curl -fsS -X POST \"https://a.example/v1/Conversations/$CONVERSATION_SID/Messages\"",
        "client.conversations.v1.conversations(os.environ[\"CONVERSATION_SID\"]).messages.create(",
        "dwell api --url https://a.example POST \"/v1/Conversations/$CONVERSATION_SID/Messages\"",
        "client.conversations.v1.conversations(process.env.CONVERSATION_SID).messages.create({",
        "\"sid\": \"IM0123456789abcdef0123456789abcdef\"",
        "[50377](https://a.example/docs/errors/50377)",
    ] {
        assert!(page.contains(part), "{part} in\n{page}");
    }
}

#[test]
fn every_page_has_a_text_and_an_address_of_its_own() {
    let library = library();
    let pages = library.pages();
    for page in &pages {
        let text = library.markdown(&page.address, "http://x").unwrap_or_else(|| panic!("{}", page.address));
        assert!(text.starts_with("# "), "{}", page.address);
        assert!(super::text(&text).len() > 40, "{}", page.address);
        let is_listed = library.llms("http://x").contains(&format!("http://x/docs/{}.md", page.address));
        assert!(is_listed || page.address.is_empty() || page.address.starts_with("errors/"), "{}", page.address);
    }
    let mut addresses: Vec<_> = pages.iter().map(|page| &page.address).collect();
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), pages.len());
    for unknown in ["guides", "guides/none", "errors/1", "errors/x", "api/none", "none"] {
        assert!(library.markdown(unknown, "").is_none(), "{unknown}");
    }
}

#[test]
fn search_finds_what_is_meant_first() {
    let library = library();
    for (query, address) in [
        ("add message", "api/conversations/messages/create"),
        ("50353", "errors/50353"),
        ("drain_seconds", "settings#drain_seconds"),
        ("signatures", "guides/webhooks#signatures"),
        ("unique name exists", "errors/50353"),
        ("postV1Messages", "api/conversations/messages/create"),
    ] {
        let hits = library.search(query, 5);
        assert_eq!(hits.first().map(|hit| hit.address.as_str()), Some(address), "{query}: {hits:?}");
    }
    assert!(library.search("no such word anywhere zzz", 5).is_empty());
    assert!(library.search("", 5).is_empty());
    assert_eq!(library.search("conversation", 3).len(), 3);
}

#[test]
fn guides_lead_to_pages_of_this_server() {
    let page = library().markdown("guides/webhooks", "https://a.example").unwrap();
    assert!(page.contains("](https://a.example/docs/guides/configuration)"), "{page}");
    assert!(!page.contains("](../") && !page.contains(".md)"));
}

#[test]
fn the_table_of_errors_is_in_order() {
    assert!(errors::ALL.windows(2).all(|pair| pair[0].code < pair[1].code));
    for error in errors::ALL {
        assert!(
            error.cause.ends_with('.') && error.cure.ends_with('.') && !error.title.ends_with('.'),
            "{}",
            error.code
        );
    }
}
