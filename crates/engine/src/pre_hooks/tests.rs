use super::*;

fn reply(status: u16, body: &str) -> Result<Reply, CallError> {
    Ok(Reply { status, body: body.as_bytes().to_vec(), is_cut: false, content_type: None, micros: 1_000 })
}

#[test]
fn answers_mean_what_the_contract_says() {
    for body in ["", " \r\n", "<Response/>", "[1]", "{\"body\":", "null", "\u{feff}{}"] {
        assert!(matches!(judge(reply(200, body)), Verdict::Proceed | Verdict::ProceedAfter(50_057, _)), "{body}");
        for status in [400, 403, 404, 410, 429, 500, 503, 599] {
            assert_eq!(judge(reply(status, body)), Verdict::Reject, "{status}");
        }
    }
    assert_eq!(judge(reply(200, "")), Verdict::Proceed);
    assert_eq!(judge(reply(200, "{}")), Verdict::Proceed);
    let altered = reply(200, "{\"body\": \"x\"}");
    for status in [201, 202, 204, 206, 299] {
        let reply = altered.clone().map(|reply| Reply { status, ..reply });
        assert_eq!(judge(reply), Verdict::Proceed, "{status} alters nothing");
    }
    for status in [301, 302, 304, 307, 600, 999] {
        assert_eq!(judge(reply(status, "")), Verdict::Reject, "{status}");
    }
    assert!(matches!(judge(altered.clone()), Verdict::Alter(answer) if answer["body"] == "x"));
    let cut = altered.map(|reply| Reply { is_cut: true, ..reply });
    assert!(matches!(judge(cut), Verdict::ProceedAfter(50_057, _)), "half an answer is none");
}

#[test]
fn no_answer_lets_the_request_go_on() {
    let what = || "it".to_owned();
    for (error, code) in [
        (CallError::Timeout { millis: 5_000 }, 50_076),
        (CallError::Refused { what: what() }, 50_057),
        (CallError::Dns { what: what() }, 50_057),
        (CallError::Connect { what: what() }, 50_057),
        (CallError::Tls { what: what() }, 50_057),
        (CallError::Protocol { what: what() }, 50_057),
    ] {
        assert_eq!(judge(Err(error.clone())), Verdict::ProceedAfter(code, error.to_string()));
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Post {
    body: Option<String>,
    attributes: Option<String>,
}

impl Request for Post {
    fn alterable(&mut self) -> Vec<Alterable<'_>> {
        vec![
            Alterable { member: "body", parameter: "Body", place: &mut self.body },
            Alterable { member: "attributes", parameter: "Attributes", place: &mut self.attributes },
        ]
    }
}

#[test]
fn an_answer_takes_the_place_of_what_was_sent() {
    let sent = Post { body: Some("sent".to_owned()), attributes: None };
    let altered = |answer: Value| {
        let mut post = sent.clone();
        alter(&mut post, answer.as_object().unwrap()).map(|()| post)
    };
    let post = |body: &str, attributes: Option<&str>| {
        Ok(Post { body: Some(body.to_owned()), attributes: attributes.map(str::to_owned) })
    };
    use serde_json::json;
    assert_eq!(altered(json!({})), post("sent", None));
    assert_eq!(altered(json!({"body": null, "attributes": null, "Body": "x", "author": 5})), post("sent", None));
    assert_eq!(altered(json!({"body": ""})), post("", None));
    assert_eq!(altered(json!({"attributes": "{\"a\": 1}"})), post("sent", Some("{\"a\": 1}")));
    assert_eq!(altered(json!({"body": "x", "attributes": {"a": [1]}})), post("x", Some("{\"a\":[1]}")));
    assert_eq!(altered(json!({"attributes": "no JSON"})), post("sent", Some("no JSON")), "for others to refuse");
    for answer in [json!({"body": 5}), json!({"body": {"a": 1}}), json!({"body": "\0"}), json!({"attributes": "\0"})] {
        assert!(matches!(altered(answer), Err(Reason::InvalidParameter { .. })));
    }
}
