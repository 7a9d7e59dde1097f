//! Example requests as programs that run as they stand: curl, Python, Node and the `dwell` command line.

use std::fmt::Write as _;

use crate::names;
use crate::operation::{Operation, Parameter};

/// A language of examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// The shell, with curl.
    Curl,
    /// Python, with the official package.
    Python,
    /// Node, with the official package.
    Node,
    /// The shell, with Dwell's own command line.
    Cli,
}

impl Language {
    /// All of them, as they are shown.
    pub const ALL: [Language; 4] = [Language::Curl, Language::Python, Language::Node, Language::Cli];

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Language::Curl => "curl",
            Language::Python => "Python",
            Language::Node => "Node",
            Language::Cli => "dwell",
        }
    }

    /// Its name in addresses and after a fence.
    pub fn name(self) -> &'static str {
        match self {
            Language::Curl => "curl",
            Language::Python => "python",
            Language::Node => "node",
            Language::Cli => "cli",
        }
    }
}

/// The example of an operation in a language, for the server at `base`.
pub fn example(operation: &Operation, language: Language, base: &str) -> String {
    match language {
        Language::Curl => curl(operation, base),
        Language::Python if !operation.is_in_libraries() => own_python(operation, base),
        Language::Python => python(operation, base),
        Language::Node if !operation.is_in_libraries() => own_node(operation, base),
        Language::Node => node(operation, base),
        Language::Cli => cli(operation, base),
    }
}

/// The variables that an example of this operation needs, beside the credentials: the segment of the path
/// that each is of, if any, and its name.
pub fn variables(operation: &Operation) -> Vec<(String, String)> {
    let path = names::variables(operation.path()).into_iter().map(|(segment, name)| (segment.to_owned(), name));
    let form = operation.request.iter().filter_map(|(_, value)| value.strip_prefix('$'));
    path.chain(form.map(|name| (String::new(), name.to_owned()))).collect()
}

/// The path with each variable as `write` has it.
fn path_with(operation: &Operation, write: impl Fn(&str) -> String) -> String {
    let mut names = names::variables(operation.path()).into_iter().map(|(_, name)| name);
    let segments = operation.path().split('/').map(|segment| match segment.starts_with('{') {
        true => names.next().map_or_else(String::new, |name| write(&name)),
        false => segment.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}

/// A word of a shell: variables are put in, everything else stands for itself.
fn shell_word(name: &str, value: &str) -> String {
    match value.starts_with('$') {
        true => format!("\"{name}={value}\""),
        false => format!("'{name}={}'", value.replace('\'', r"'\''")),
    }
}

/// What stands behind the path when the body is JSON.
fn query(operation: &Operation) -> String {
    let members = operation.request.iter().filter(|_| operation.request_json.is_some());
    let query = members.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    if query.is_empty() { query } else { format!("?{query}") }
}

fn curl(operation: &Operation, base: &str) -> String {
    let path = path_with(operation, |name| format!("${name}"));
    let mut text = match operation.method.as_str() {
        "GET" if operation.request.is_empty() => "curl -fsS".to_owned(),
        "GET" => "curl -fsS -G".to_owned(),
        method => format!("curl -fsS -X {method}"),
    };
    let query = query(operation);
    let _ = write!(text, " \"{base}{path}{query}\" \\\n  -u \"$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN\"");
    if let Some(json) = operation.request_json {
        let _ = write!(text, " \\\n  -H 'Content-Type: application/json' -d '{json}'");
        return text;
    }
    for (name, value) in &operation.request {
        let _ = write!(text, " \\\n  --data-urlencode {}", shell_word(name, value));
    }
    text
}

fn cli(operation: &Operation, base: &str) -> String {
    let path = path_with(operation, |name| format!("${name}"));
    let mut text = format!("dwell api --url {base} {} \"{path}{}\"", operation.method, query(operation));
    if let Some(json) = operation.request_json {
        let _ = write!(text, " \\\n  --json '{json}'");
        return text;
    }
    for (name, value) in &operation.request {
        let _ = write!(text, " \\\n  {}", shell_word(name, value));
    }
    text
}

/// What a library calls the collection of a segment, where it is not the segment's own name.
fn library_name<'a>(before: &[&str], segment: &'a str) -> &'a str {
    match (before, segment) {
        (["Configuration"], "Addresses") => "AddressConfigurations",
        (["Users", ..], "Conversations") => "UserConversations",
        (_, "Receipts") => "DeliveryReceipts",
        _ => segment,
    }
}

/// How the libraries spell the way to an operation's resource.
struct Way {
    name: fn(&str) -> String,
    variable: fn(&str) -> String,
}

impl Way {
    fn to(&self, operation: &Operation) -> String {
        let mut way = "client.conversations.v1".to_owned();
        let mut variables = names::variables(operation.path()).into_iter().map(|(_, name)| name);
        let segments: Vec<_> = operation.path().split('/').skip(2).collect();
        let mut fixed: Vec<&str> = Vec::new();
        for (place, segment) in segments.iter().enumerate() {
            if segment.starts_with('{') {
                let name = variables.next().unwrap_or_default();
                let _ = write!(way, "({})", (self.variable)(&name));
                continue;
            }
            let library = library_name(&fixed, segment);
            fixed.push(segment);
            // The account's addresses are a collection of their own.
            if *segment == "Configuration" && segments.get(place + 1) == Some(&"Addresses") {
                continue;
            }
            let _ = write!(way, ".{}", (self.name)(library));
        }
        // There is one of each of these: it is called to be had.
        let is_single = segments.last().is_some_and(|last| !last.starts_with('{'));
        if is_single && matches!(operation.verb.as_str(), "fetch" | "update") {
            way.push_str("()");
        }
        way
    }
}

/// What a value is in a program.
enum Literal<'a> {
    Variable(&'a str),
    Text(&'a str),
    /// A number, as it stands.
    Number(&'a str),
    Bool(bool),
}

fn literal<'a>(parameter: Option<&Parameter>, value: &'a str) -> (Literal<'a>, bool) {
    let kind = parameter.map_or("string", |parameter| parameter.shape.kind.as_str());
    let literal = match (value.strip_prefix('$'), kind.trim_end_matches("[]")) {
        (Some(name), _) => Literal::Variable(name),
        (None, "boolean") => Literal::Bool(value == "true"),
        (None, "integer") => Literal::Number(value),
        (None, _) => Literal::Text(value),
    };
    (literal, kind.ends_with("[]"))
}

/// A text in quotes; JSON's are those of both languages.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn python_value(parameter: Option<&Parameter>, value: &str) -> String {
    let (value, is_list) = literal(parameter, value);
    let text = match value {
        Literal::Variable(name) => format!("os.environ[\"{name}\"]"),
        Literal::Text(text) => quoted(text),
        Literal::Number(number) => number.to_owned(),
        Literal::Bool(value) => if value { "True" } else { "False" }.to_owned(),
    };
    if is_list { format!("[{text}]") } else { text }
}

fn node_value(parameter: Option<&Parameter>, value: &str) -> String {
    let (value, is_list) = literal(parameter, value);
    let text = match value {
        Literal::Variable(name) => format!("process.env.{name}"),
        Literal::Text(text) => quoted(text),
        Literal::Number(number) => number.to_owned(),
        Literal::Bool(value) => value.to_string(),
    };
    if is_list { format!("[{text}]") } else { text }
}

/// The field of the answer that examples print.
fn shown(operation: &Operation) -> &'static str {
    let list = operation.answer.fields.iter().find(|field| field.name != "meta" && field.shape.kind.ends_with("[]"));
    let inside = match list {
        Some(list) if operation.verb == "list" => format!("{}[].", list.name),
        _ => String::new(),
    };
    let has = |name: &&&str| operation.answer.fields.iter().any(|field| field.name == format!("{inside}{name}"));
    ["sid", "conversation_sid", "default_inactive_timer", "url"].iter().find(has).copied().unwrap_or("url")
}

fn needs_os(operation: &Operation) -> bool {
    !variables(operation).is_empty()
}

fn python(operation: &Operation, base: &str) -> String {
    let way = Way { name: names::snake, variable: |name| format!("os.environ[\"{name}\"]") }.to(operation);
    let mut text = if needs_os(operation) { "import os\n" } else { "" }.to_owned();
    let _ = write!(text, "from twilio.rest import Client\n\nclient = Client()\n");
    let _ = writeln!(text, "client.conversations.base_url = \"{base}\"\n");
    let given = operation.request.iter().filter(|(name, _)| name != "PageSize");
    let mut arguments: Vec<_> = given
        .map(|(name, value)| format!("{}={}", names::snake(name), python_value(operation.parameter(name), value)))
        .collect();
    let shown = shown(operation);
    let _ = match operation.verb.as_str() {
        "list" => {
            arguments.push("limit=20".to_owned());
            write!(text, "for item in {way}.list({}):\n    print(item.{shown})", arguments.join(", "))
        }
        "delete" => write!(text, "{way}.delete()"),
        verb if arguments.is_empty() => write!(text, "answer = {way}.{verb}()\nprint(answer.{shown})"),
        verb => {
            let _ = writeln!(text, "answer = {way}.{verb}(");
            arguments.iter().for_each(|argument| _ = writeln!(text, "    {argument},"));
            write!(text, ")\nprint(answer.{shown})")
        }
    };
    text
}

fn node(operation: &Operation, base: &str) -> String {
    let way = Way { name: names::uncapitalized, variable: |name| format!("process.env.{name}") }.to(operation);
    let mut text = "import twilio from \"twilio\";\n\nconst client = twilio();\n".to_owned();
    let _ = writeln!(text, "client.conversations.baseUrl = \"{base}\";\n");
    let given = operation.request.iter().filter(|(name, _)| name != "PageSize");
    let mut members: Vec<_> = given
        .map(|(name, value)| {
            let key = names::camel(name);
            let key = if key.contains('.') { quoted(&key) } else { key };
            format!("{key}: {}", node_value(operation.parameter(name), value))
        })
        .collect();
    let shown = camel_of(shown(operation));
    let _ = match operation.verb.as_str() {
        "list" => {
            members.push("limit: 20".to_owned());
            let list = format!("await {way}.list({{ {} }})", members.join(", "));
            write!(text, "for (const item of {list}) {{\n  console.log(item.{shown});\n}}")
        }
        "delete" => write!(text, "await {way}.remove();"),
        verb if members.is_empty() => {
            write!(text, "const answer = await {way}.{verb}();\nconsole.log(answer.{shown});")
        }
        verb => {
            let _ = writeln!(text, "const answer = await {way}.{verb}({{");
            members.iter().for_each(|member| _ = writeln!(text, "  {member},"));
            write!(text, "}});\nconsole.log(answer.{shown});")
        }
    };
    text
}

/// `conversation_sid` as `conversationSid`.
fn camel_of(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| {
        let mut chars = word.chars();
        let first = chars.next().map(|first| first.to_ascii_uppercase());
        text + &first.into_iter().chain(chars).collect::<String>()
    })
}

/// Dwell's own resources are asked for through the same client, which brings the credentials.
fn own_python(operation: &Operation, base: &str) -> String {
    let path = path_with(operation, |name| format!("{{os.environ['{name}']}}"));
    let mark = if path.contains('{') { "f" } else { "" };
    let mut text = if needs_os(operation) { "import os\n" } else { "" }.to_owned();
    let _ = write!(
        text,
        "from twilio.rest import Client\n\nclient = Client()\nurl = {mark}\"{base}{path}{}\"\n",
        query(operation)
    );
    let kind = if operation.method == "GET" { "params" } else { "data" };
    let members = operation.request.iter().map(|(name, value)| format!("\"{name}\": {}", python_value(None, value)));
    let members = members.collect::<Vec<_>>().join(", ");
    let given = match operation.request_json {
        Some(json) => format!(", data={json}, headers={{\"Content-Type\": \"application/json\"}}"),
        None if members.is_empty() => String::new(),
        None => format!(", {kind}={{{members}}}"),
    };
    let _ = write!(
        text,
        "answer = client.request(\"{}\", url{given})\nprint(answer.status_code, answer.text)",
        operation.method
    );
    text
}

fn own_node(operation: &Operation, base: &str) -> String {
    let path = path_with(operation, |name| format!("${{process.env.{name}}}"));
    let mark = if path.contains('$') { '`' } else { '"' };
    let mut text = "import twilio from \"twilio\";\n\nconst client = twilio();\n".to_owned();
    let _ = writeln!(text, "const uri = {mark}{base}{path}{}{mark};", query(operation));
    let kind = if operation.method == "GET" { "params" } else { "data" };
    let members = operation.request.iter().map(|(name, value)| format!("{name}: {}", node_value(None, value)));
    let members = members.collect::<Vec<_>>().join(", ");
    let given = match operation.request_json {
        Some(json) => format!(", data: {json}, headers: {{ \"Content-Type\": \"application/json\" }}"),
        None if members.is_empty() => String::new(),
        None => format!(", {kind}: {{ {members} }}"),
    };
    let method = operation.method.to_lowercase();
    let _ = writeln!(text, "const answer = await client.request({{ method: \"{method}\", uri{given} }});");
    text.push_str("console.log(answer.statusCode, answer.body);");
    text
}
