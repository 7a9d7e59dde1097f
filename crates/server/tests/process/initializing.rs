//! Participants that are added after the answer: also when the process is killed in between.

use serde_json::Value;

use crate::api::{Api, text};
use crate::server::{Home, eventually};

const CONVERSATIONS: usize = 20;
const CHANNELS: &str = "/dwell/v1/Channels";
const TOGETHER: &str = "/v1/ConversationWithParticipants";

#[tokio::test]
async fn a_kill_after_the_answer_loses_no_participant_on_sqlite() {
    survive(Home::new()).await;
}

#[tokio::test]
async fn a_kill_after_the_answer_loses_no_participant_on_postgres() {
    survive(Home::on_postgres()).await;
}

async fn survive(home: Home) {
    let mut server = home.start();
    let api = server.new_account(&home, &[]);
    // The proxy address has to be the account's.
    let channel: Value = api.post(CHANNELS, &[("Provider", "loopback"), ("Addresses", "+15017122660")]).await;
    assert_eq!(channel["enabled"], true);
    let requests = (0..CONVERSATIONS).map(|n| {
        let api = api.clone();
        tokio::spawn(async move { create(&api, n).await })
    });
    let requests: Vec<_> = requests.collect();
    let mut sids = Vec::new();
    for request in requests {
        sids.push(request.await.unwrap());
    }
    server.kill();

    let server = home.start();
    let api = api.at(&server.url);
    for (n, sid) in sids.iter().enumerate() {
        let path = format!("/v1/Conversations/{sid}");
        eventually(async || (text(&api.fetch(&path).await, "state") == "active").then_some(())).await;
        let people = api.fetch(&format!("{path}/Participants")).await;
        let people = people["participants"].as_array().unwrap();
        let identities: Vec<_> = people.iter().map(|person| person["identity"].as_str()).collect();
        assert_eq!(identities, [Some(format!("user {n}").as_str()), Some("everywhere"), None]);
        let life = api.fetch(&format!("/dwell/v1/Conversations/{sid}/Lifecycle")).await;
        let moves: Vec<_> = life["history"].as_array().unwrap().iter().map(|entry| text(entry, "to")).collect();
        assert_eq!(moves, ["initializing", "active"], "once");
    }
}

async fn create(api: &Api, n: usize) -> String {
    let phone = format!(r#"{{"messaging_binding": {{"address": "+1501712{n:04}", "proxy_address": "+15017122660"}}}}"#);
    let user = format!(r#"{{"identity": "user {n}"}}"#);
    let participants = [user.as_str(), r#"{"identity": "everywhere"}"#, &phone];
    let (status, made) = api.try_post(TOGETHER, &participants.map(|text| ("Participant", text))).await.unwrap();
    assert_eq!((status, text(&made, "state")), (202, "initializing"), "{made}");
    text(&made, "sid").to_owned()
}

#[tokio::test]
async fn a_failure_is_told_to_those_who_run_the_server() {
    let home = Home::new();
    let mut server = home.start();
    let api = server.new_account(&home, &[]);
    let ann = ("Participant", r#"{"identity": "ann"}"#);
    let made: Value = api.post(TOGETHER, &[ann, ann]).await;
    let told = server.wait_for_log("participants not added; conversation closed");
    assert_eq!((told["level"].as_str(), told["fields"]["code"].as_i64()), (Some("WARN"), Some(50_427)), "{told}");
    assert_eq!(told["fields"]["conversation"], made["sid"]);
    assert_eq!(told["fields"]["problem"], "The participants could not be added: participant exists");
    assert_eq!(api.fetch(&format!("/v1/Conversations/{}", text(&made, "sid"))).await["state"], "closed");
}
