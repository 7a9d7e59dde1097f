//! Receipts of messages, and the summary that a message shows of them.

use dwell_core::receipt::Status::{Delivered, Failed, Read, Sent, Undelivered};
use dwell_testkit::{Carrying, TestApp};
use serde_json::{Value, json};

use crate::support::{CONVERSATIONS, all_items, at, both_ways, conversation, not_found, path, say, sid, text};

const PROXY: &str = "+15017122700";

/// A conversation with people on the telephone, whose channel takes messages and says nothing by itself: it, its
/// path and their SIDs.
async fn furnished(app: &TestApp, people: usize) -> (Value, String, Vec<String>) {
    let (c, inside) = conversation(app, &[("UniqueName", "room")]).await;
    app.new_channel(&app.account, &[PROXY]).await;
    app.carriers.behave(PROXY, Carrying::Accept(None));
    let mut phones = Vec::new();
    for number in 0..people {
        let address = format!("+150171226{number:02}");
        let pair = [("MessagingBinding.Address", address.as_str()), ("MessagingBinding.ProxyAddress", PROXY)];
        phones.push(sid(&app.made(&format!("{inside}/Participants"), &pair).await).to_owned());
    }
    (c, inside, phones)
}

#[tokio::test]
async fn every_member() {
    let app = TestApp::new().await;
    let (c, inside, phones) = furnished(&app, 1).await;
    let message = say(&app, &inside, "x").await;
    let name = app.carriers.next_name();
    let receipt = app.told(&message, &phones[0], None).await;
    let receipts = path(&message["links"]["delivery_receipts"]).to_owned();
    assert_eq!(receipts, format!("{inside}/Messages/{}/Receipts", sid(&message)));
    let mut expected = json!({
        "sid": receipt,
        "account_sid": c["account_sid"],
        "conversation_sid": c["sid"],
        "message_sid": message["sid"],
        "channel_message_sid": name,
        "participant_sid": phones[0],
        "status": null,
        "error_code": 0,
        "date_created": at(0),
        "date_updated": at(0),
        "url": format!("http://dwell.test{receipts}/{receipt}"),
    });
    assert_eq!(app.fetched(&format!("{receipts}/{receipt}")).await, expected);
    app.advance(7).await;
    app.told(&message, &phones[0], Some(Undelivered)).await;
    expected["status"] = json!("undelivered");
    expected["error_code"] = json!(30_003);
    expected["date_updated"] = json!(at(7));
    let page = app.fetched(&format!("{CONVERSATIONS}/room/Messages/{}/Receipts", sid(&message))).await;
    let url = format!("http://dwell.test{receipts}?PageSize=50&Page=0");
    let meta = json!({
        "page": 0,
        "page_size": 50,
        "first_page_url": url,
        "previous_page_url": null,
        "url": url,
        "next_page_url": null,
        "key": "delivery_receipts",
    });
    assert_eq!(page, json!({"meta": meta, "delivery_receipts": [expected]}));
    // The other tree names the service and has URLs of its own.
    let tree = format!("/v1/Services/{}", text(&c, "chat_service_sid"));
    let in_tree = |path: &str| path.replacen("/v1", &tree, 1);
    expected["chat_service_sid"] = c["chat_service_sid"].clone();
    expected["url"] = json!(format!("http://dwell.test{}/{receipt}", in_tree(&receipts)));
    assert_eq!(app.fetched(&format!("{}/{receipt}", in_tree(&receipts))).await, expected);
    let page = app.fetched(&in_tree(&receipts)).await;
    assert_eq!(page["delivery_receipts"], json!([expected]));
    assert_eq!(page["meta"]["url"], json!(in_tree(&url)));
    let app = app.restart().await;
    assert_eq!(app.fetched(&in_tree(&receipts)).await, page);
}

#[tokio::test]
async fn a_message_sums_its_receipts_up() {
    let app = TestApp::new().await;
    let (_, inside, phones) = furnished(&app, 3).await;
    let messages = format!("{inside}/Messages");
    let mut said = Vec::new();
    let summary = |shares: &str| {
        let [sent, delivered, read, failed, undelivered] =
            <[&str; 5]>::try_from(shares.split(' ').collect::<Vec<_>>()).unwrap();
        json!({
            "total": 3,
            "sent": sent,
            "delivered": delivered,
            "read": read,
            "failed": failed,
            "undelivered": undelivered,
        })
    };
    let nothing = summary("none none none none none");
    for body in ["a", "b", "c", "d"] {
        said.push(say(&app, &inside, body).await);
        assert_eq!(said[said.len() - 1]["delivery"], nothing);
    }
    for (message, phone, status, shares) in [
        (1, 0, None, "none none none none none"),
        (1, 1, Some(Sent), "some none none none none"),
        (1, 0, Some(Delivered), "some some none none none"),
        (1, 0, Some(Sent), "some some none none none"),
        (1, 1, Some(Read), "some some some none none"),
        (1, 2, Some(Failed), "some some some some none"),
        (2, 0, Some(Sent), "some none none none none"),
        (2, 1, Some(Delivered), "some some none none none"),
        (2, 2, Some(Read), "all some some none none"),
        (3, 0, Some(Undelivered), "none none none none some"),
        (3, 0, Some(Delivered), "none none none none some"),
        (3, 1, Some(Undelivered), "none none none none some"),
        (3, 2, Some(Undelivered), "none none none none all"),
    ] {
        let expected = summary(shares);
        app.told(&said[message], &phones[phone], status).await;
        let path = format!("{messages}/{}", sid(&said[message]));
        let fetched = app.fetched(&path).await;
        assert_eq!(fetched["delivery"], expected, "{message} {phone} {status:?}");
        assert_eq!(app.made(&path, &[]).await, fetched, "an empty update shows it too");
        assert_eq!(app.made(&path, &[("Attributes", "{}")]).await["delivery"], expected, "and any other");
        for query in ["", "?PageSize=2", "?Order=desc&PageSize=3"] {
            let listed = all_items(&app, &format!("{messages}{query}")).await;
            let found = listed.iter().find(|item| item["sid"] == fetched["sid"]).unwrap();
            assert_eq!(found["delivery"], expected, "{query}");
        }
    }
    let untouched = all_items(&app, &messages).await;
    assert_eq!(untouched[0]["delivery"], nothing);
    // Whoever leaves leaves the receipts of what was said before.
    let before = app.fetched(&format!("{messages}/{}", sid(&said[1]))).await;
    for phone in &phones {
        assert_eq!(app.delete(&format!("{inside}/Participants/{phone}")).await.status, 204);
    }
    assert_eq!(app.fetched(&format!("{messages}/{}", sid(&said[1]))).await, before);
    app.made(&inside, &[("State", "closed")]).await;
    let receipts = all_items(&app, path(&said[1]["links"]["delivery_receipts"])).await;
    assert_eq!(receipts.len(), 3, "and a closed conversation shows them");
}

#[tokio::test]
async fn pages_lead_both_ways() {
    let app = TestApp::new().await;
    let (_, inside, phones) = furnished(&app, 7).await;
    let message = say(&app, &inside, "x").await;
    let other = say(&app, &inside, "y").await;
    let mut expected = Vec::new();
    for phone in &phones {
        expected.push(app.told(&message, phone, Some(Sent)).await);
        app.told(&other, phone, None).await;
    }
    let receipts = path(&message["links"]["delivery_receipts"]);
    for size in [1, 2, 3, 7, 50] {
        assert_eq!(both_ways(&app, &format!("{receipts}?PageSize={size}"), "sid").await, expected, "{size}");
    }
    let clamped = app.fetched(&format!("{receipts}?PageSize=51")).await;
    assert_eq!(clamped["meta"]["page_size"], 50);
    assert_eq!(app.get(&format!("{receipts}?PageSize=0")).await.refusal(), (400, 20001));
}

#[tokio::test]
async fn receipts_go_with_the_message() {
    let app = TestApp::new().await;
    let (_, inside, phones) = furnished(&app, 2).await;
    let (message, kept) = (say(&app, &inside, "x").await, say(&app, &inside, "y").await);
    for phone in &phones {
        app.told(&message, phone, Some(Sent)).await;
        app.told(&kept, phone, Some(Sent)).await;
    }
    let count = async |app: &TestApp| app.sql("UPDATE receipts SET error_code = NULL").await;
    assert_eq!(count(&app).await, 4);
    app.delete(&format!("{inside}/Messages/{}", sid(&message))).await;
    assert_eq!(app.get(path(&message["links"]["delivery_receipts"])).await.refusal(), (404, 20404));
    assert_eq!(count(&app).await, 2);
    app.delete(&inside).await;
    assert_eq!(app.get(path(&kept["links"]["delivery_receipts"])).await.refusal(), (404, 20404));
    while app.engine.sweep().await.unwrap() {}
    assert_eq!(count(&app).await, 0);
}

#[tokio::test]
async fn receipts_go_with_the_service() {
    let app = TestApp::new().await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let list = format!("/v1/Services/{}/Conversations", sid(&service));
    let inside = format!("{list}/{}", sid(&app.made(&list, &[]).await));
    let pair = [("MessagingBinding.Address", "+15017122661"), ("MessagingBinding.ProxyAddress", "+15017122662")];
    let phone = app.made(&format!("{inside}/Participants"), &pair).await;
    let message = say(&app, &inside, "x").await;
    app.told(&message, sid(&phone), None).await;
    app.delete(&format!("/v1/Services/{}", sid(&service))).await;
    while app.engine.sweep().await.unwrap() {}
    assert_eq!(app.sql("UPDATE receipts SET error_code = NULL").await, 0);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let app = TestApp::new().await;
    let (c, inside, phones) = furnished(&app, 1).await;
    let (message, other) = (say(&app, &inside, "x").await, say(&app, &inside, "y").await);
    let receipt = app.told(&message, &phones[0], Some(Sent)).await;
    let (elsewhere, _) = conversation(&app, &[]).await;
    let below =
        |conversation: &str, message: &str| format!("{CONVERSATIONS}/{conversation}/Messages/{message}/Receipts");
    let mine = [
        below("none", sid(&message)),
        below(sid(&elsewhere), sid(&message)),
        below("room", "IM00000000000000000000000000000000"),
        below("room", "0"),
        format!("{}/{receipt}", below("none", sid(&message))),
        format!("{}/{receipt}", below("room", sid(&other))),
        format!("{}/DY00000000000000000000000000000000", below("room", sid(&message))),
        format!("{}/x", below("room", sid(&message))),
    ];
    let theirs = [
        below(sid(&c), sid(&message)),
        format!("{}/{receipt}", below(sid(&c), sid(&message))),
        format!("/v1/Services/{}{}", text(&c, "chat_service_sid"), &below(sid(&c), sid(&message))[3..]),
    ];
    let stranger = app.new_account().await;
    let each = mine.iter().map(|path| (path, &app.account)).chain(theirs.iter().map(|path| (path, &stranger)));
    for (path, account) in each {
        let answer = app.send("GET", path, &[], Some(account)).await;
        assert_eq!(answer.refusal(), (404, 20404), "{path}");
        assert_eq!(text(&answer.body, "message"), not_found(path));
    }
}
