//! `/dwell/v1/People` and what their roles allow besides.

use dwell_core::PersonRole;
use dwell_testkit::TestApp;
use serde_json::{Value, json};

use crate::support::{sid, text};

const PEOPLE: &str = "/dwell/v1/People";
const PERMISSIONS: &str = "/dwell/v1/RolePermissions";

/// Refusals that these tests provoke.
pub(crate) const REASONS: &[&str] = &["PersonExists", "RoleForbids"];

async fn made(app: &TestApp, email: &str) -> Value {
    app.made(PEOPLE, &[("Email", email), ("Role", "agent")]).await
}

fn path_of(person: &Value) -> String {
    format!("{PEOPLE}/{}", sid(person))
}

#[tokio::test]
async fn a_person_is_created_shown_changed_and_deleted() {
    let app = TestApp::new().await;
    let form = [
        ("Email", "Ada@Example.com"),
        ("FriendlyName", "Ada"),
        ("Identity", "agent-ada"),
        ("Role", "agent"),
        ("Password", "correct horse battery"),
    ];
    let ada = app.made(PEOPLE, &form).await;
    let expected = json!({
        "sid": sid(&ada),
        "account_sid": app.account.sid,
        "email": "ada@example.com",
        "friendly_name": "Ada",
        "identity": "agent-ada",
        "role": "agent",
        "disabled": false,
        "has_password": true,
        "date_created": "2026-01-01T00:00:00.000000Z",
        "date_updated": "2026-01-01T00:00:00.000000Z",
        "date_last_sign_in": null,
        "url": format!("http://dwell.test{}", path_of(&ada)),
    });
    assert_eq!(ada, expected);
    assert_eq!(app.fetched(&path_of(&ada)).await, ada);

    app.clock.advance(5);
    let form = [("FriendlyName", "Ada of parcels"), ("Role", "Supervisor"), ("Disabled", "true"), ("Identity", "")];
    let changed = app.made(&path_of(&ada), &form).await;
    assert_eq!(changed["friendly_name"], "Ada of parcels");
    assert_eq!(changed["role"], "supervisor");
    assert_eq!(changed["identity"], "agent-ada");
    assert_eq!(changed["disabled"], true);
    assert_eq!(changed["date_updated"], "2026-01-01T00:00:05.000000Z");
    assert_eq!(app.fetched(&path_of(&ada)).await, changed);

    assert_eq!(app.delete(&path_of(&ada)).await.status, 204);
    assert_eq!(app.get(&path_of(&ada)).await.refusal(), (404, 20404));
    assert_eq!(app.delete(&path_of(&ada)).await.refusal(), (404, 20404));
}

#[tokio::test]
async fn a_person_without_a_name_is_known_by_its_address() {
    let app = TestApp::new().await;
    let ada = made(&app, "ada@example.com").await;
    assert_eq!(ada["friendly_name"], "ada@example.com");
    assert_eq!(ada["identity"], "ada@example.com");
    assert_eq!(ada["has_password"], false);
}

#[tokio::test]
async fn addresses_are_unique_on_the_server_and_identities_in_the_account() {
    let app = TestApp::new().await;
    let ada = made(&app, "ada@example.com").await;
    let other = app.new_account().await;
    let create = [("Email", "ADA@example.com"), ("Role", "viewer")];
    assert_eq!(app.send("POST", PEOPLE, &create, Some(&other)).await.refusal(), (409, 20409));
    let same_identity = [("Email", "bob@example.com"), ("Role", "agent"), ("Identity", text(&ada, "identity"))];
    let answer = app.post(PEOPLE, &same_identity).await;
    assert_eq!(answer.refusal(), (409, 20409));
    assert_eq!(answer.body["message"], "Another person has the Identity already");
    let bob = made(&app, "bob@example.com").await;
    assert_eq!(app.post(&path_of(&bob), &[("Email", "ada@example.com")]).await.refusal(), (409, 20409));
    assert_eq!(app.send("POST", PEOPLE, &same_identity_of("eve@example.com"), Some(&other)).await.status, 201);
}

fn same_identity_of(email: &'static str) -> [(&'static str, &'static str); 3] {
    [("Email", email), ("Role", "agent"), ("Identity", "ada@example.com")]
}

#[tokio::test]
async fn bad_parameters_change_nothing() {
    let app = TestApp::new().await;
    let ada = made(&app, "ada@example.com").await;
    let long = "x".repeat(257);
    for (name, value) in [
        ("Email", "ada"),
        ("Role", "owner"),
        ("Password", "short"),
        ("Password", long.as_str()),
        ("Disabled", "perhaps"),
        ("Identity", long.as_str()),
        ("FriendlyName", long.as_str()),
    ] {
        let form = [("Email", "bob@example.com"), ("Role", "agent"), (name, value)];
        let form: Vec<_> = form.into_iter().filter(|(other, given)| *other != name || *given == value).collect();
        assert_eq!(app.post(PEOPLE, &form).await.status, 400, "{name}");
        assert_eq!(app.post(&path_of(&ada), &[(name, value)]).await.status, 400, "{name}");
    }
    for missing in [[("Role", "agent")], [("Email", "bob@example.com")]] {
        assert_eq!(app.post(PEOPLE, &missing).await.refusal(), (400, 20001));
    }
    assert_eq!(app.fetched(PEOPLE).await["people"], json!([ada]));
}

#[tokio::test]
async fn people_are_listed_in_pages_and_for_their_account_alone() {
    let app = TestApp::new().await;
    for n in 1..=3 {
        made(&app, &format!("person{n}@example.com")).await;
    }
    let other = app.new_account().await;
    let first = app.fetched(&format!("{PEOPLE}?PageSize=2")).await;
    let emails =
        |page: &Value| page["people"].as_array().unwrap().iter().map(|p| text(p, "email").to_owned()).collect();
    let found: Vec<String> = emails(&first);
    assert_eq!(found, ["person1@example.com", "person2@example.com"]);
    let next: Vec<String> = emails(&app.fetched(crate::support::path(&first["meta"]["next_page_url"])).await);
    assert_eq!(next, ["person3@example.com"]);
    let foreign = app.send("GET", PEOPLE, &[], Some(&other)).await;
    assert_eq!(foreign.body["people"], json!([]));
    let path = path_of(&first["people"][0]);
    for method in ["GET", "POST", "DELETE"] {
        assert_eq!(app.send(method, &path, &[], Some(&other)).await.refusal(), (404, 20404), "{method}");
    }
}

#[tokio::test]
async fn nobody_takes_their_own_role_or_disables_or_deletes_themselves() {
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Admin).await;
    let path = format!("{PEOPLE}/{}", ada.sid());
    for (name, value) in [("Role", "viewer"), ("Disabled", "true")] {
        assert_eq!(ada.post(&path, &[(name, value)]).await.refusal(), (403, 20403), "{name}");
    }
    assert_eq!(ada.delete(&path).await.refusal(), (403, 20403));
    assert_eq!(ada.made(&path, &[("FriendlyName", "Ada"), ("Role", "admin")]).await["friendly_name"], "Ada");
    let bob = app.person(PersonRole::Admin).await;
    assert_eq!(bob.delete(&path).await.status, 204);
}

#[tokio::test]
async fn what_a_person_writes_by_the_api_is_its_own_act() {
    let app = TestApp::new().await;
    let ada = app.person(PersonRole::Supervisor).await;
    let made = ada.made("/v1/Conversations", &[]).await;
    let events = app.events(sid(&made)).await;
    assert_eq!(events[0].actor, ada.sid());
}

#[tokio::test]
async fn the_switches_of_roles_are_set_by_the_account() {
    let app = TestApp::new().await;
    let row = |role: &str, can: [bool; 4]| {
        let [can_inactivate, can_end, can_end_others, can_bulk] = can;
        json!({
            "role": role,
            "can_inactivate": can_inactivate,
            "can_end": can_end,
            "can_end_others": can_end_others,
            "can_bulk": can_bulk,
            "url": format!("http://dwell.test{PERMISSIONS}/{role}"),
        })
    };
    let list = async || app.fetched(PERMISSIONS).await["role_permissions"].clone();
    let [viewer, supervisor, admin] =
        [("viewer", false), ("supervisor", true), ("admin", true)].map(|(role, can)| row(role, [can; 4]));
    let agent = row("agent", [true, true, false, false]);
    assert_eq!(list().await, json!([viewer, agent, supervisor, admin]));

    let agent = app.made(&format!("{PERMISSIONS}/agent"), &[("CanEnd", "false"), ("CanBulk", "true")]).await;
    assert_eq!(agent, row("agent", [true, false, false, true]));
    let agent = app.made(&format!("{PERMISSIONS}/agent"), &[("CanEndOthers", "true")]).await;
    assert_eq!(agent, row("agent", [true, false, true, true]));
    assert_eq!(list().await, json!([viewer, agent, supervisor, admin]));
    let ada = app.person(PersonRole::Agent).await;
    assert_eq!(ada.fetched("/console/session").await["permissions"]["can_end"], false);

    for role in ["admin", "viewer"] {
        let answer = app.post(&format!("{PERMISSIONS}/{role}"), &[("CanEnd", "false")]).await;
        assert_eq!(answer.refusal(), (400, 20001), "{role}");
    }
    assert_eq!(app.post(&format!("{PERMISSIONS}/owner"), &[]).await.refusal(), (404, 20404));
    assert_eq!(app.post(&format!("{PERMISSIONS}/agent"), &[("CanEnd", "1")]).await.refusal(), (400, 20001));
    let other = app.new_account().await;
    let foreign = app.send("GET", PERMISSIONS, &[], Some(&other)).await;
    assert_eq!(foreign.body["role_permissions"][1], row("agent", [true, true, false, false]));
}
