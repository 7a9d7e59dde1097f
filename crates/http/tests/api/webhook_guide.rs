//! The table of events in `docs/webhooks.md` against the log of what really happened.

use std::collections::{BTreeMap, BTreeSet};

use dwell_core::webhook::POST_EVENTS;
use dwell_testkit::TestApp;

use crate::support::{conversation, say, sid};

type Names = BTreeSet<String>;

/// The events of the guide with their parameters, `the same` and `those of` filled in.
fn documented() -> BTreeMap<String, Names> {
    let guide = include_str!("../../../../docs/webhooks.md");
    let (_, table) = guide.split_once("<!-- events: after -->").unwrap();
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let mut events: BTreeMap<String, Names> = BTreeMap::new();
    let mut before = Names::new();
    for row in table.lines().skip_while(|line| line.is_empty()).take_while(|line| line.starts_with('|')).skip(2) {
        let cells: Vec<_> = row.trim_matches('|').split('|').collect();
        let [event, _, parameters] = cells.as_slice() else { panic!("three columns: {row}") };
        let mut names: Names = quoted(parameters).into_iter().collect();
        if parameters.contains("the same") {
            names.extend(before.iter().cloned());
        }
        let others: Vec<_> = names.iter().filter(|name| events.contains_key(*name)).cloned().collect();
        for other in others {
            names.remove(&other);
            names.extend(events[&other].iter().cloned());
        }
        before.clone_from(&names);
        events.insert(quoted(event).remove(0), names);
    }
    events
}

#[tokio::test]
async fn the_guide_names_every_event_and_parameter() {
    let documented = documented();
    let names: BTreeSet<_> = documented.keys().map(String::as_str).collect();
    assert_eq!(names, POST_EVENTS.iter().copied().collect(), "every event has a row");

    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[("UniqueName", "room"), ("FriendlyName", "Room")]).await;
    let ann = app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
    let message = app.made(&format!("{path}/Messages"), &[("Author", "ann"), ("Body", "x")]).await;
    say(&app, &path, "stays").await;
    let pair = [("MessagingBinding.Address", "+15017122661"), ("MessagingBinding.ProxyAddress", "+15017122662")];
    let phone = app.made(&format!("{path}/Participants"), &pair).await;
    let ann = format!("{path}/Participants/{}", sid(&ann));
    let phone = format!("{path}/Participants/{}", sid(&phone));
    app.new_channel(&app.account, &["+15017122662"]).await;
    say(&app, &path, "leaves").await;
    app.deliver().await;
    app.made(&ann, &[("LastReadMessageIndex", "0")]).await;
    app.made(&phone, &[("Attributes", "{\"n\":1}")]).await;
    let user = app.made("/v1/Users", &[("Identity", "bob"), ("FriendlyName", "Bob")]).await;
    app.made("/v1/Users/bob", &[("FriendlyName", "Robert")]).await;
    let message = format!("{path}/Messages/{}", sid(&message));
    app.made(&message, &[("Body", "y")]).await;
    assert_eq!(app.delete(&message).await.status, 204);
    assert_eq!(app.delete(&ann).await.status, 204);
    assert_eq!(app.delete(&phone).await.status, 204);
    let (group, texts) = conversation(&app, &[]).await;
    let projected = [("MessagingBinding.ProjectedAddress", "+15017122663")];
    let desk = app.made(&format!("{texts}/Participants"), &projected).await;
    let desk = format!("{texts}/Participants/{}", sid(&desk));
    app.made(&desk, &[("Attributes", "{\"n\":1}")]).await;
    assert_eq!(app.delete(&desk).await.status, 204);
    app.made(&path, &[("FriendlyName", "Hall"), ("State", "inactive")]).await;
    assert_eq!(app.delete(&path).await.status, 204);

    let mut seen: BTreeMap<String, Names> = BTreeMap::new();
    for stream in [sid(&c), sid(&user), sid(&group)] {
        for event in app.events(stream).await {
            let payload: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&event.payload).unwrap();
            seen.entry(event.kind).or_default().extend(payload.into_iter().map(|(name, _)| name));
        }
    }
    for (event, names) in &documented {
        let seen = seen.remove(event).unwrap_or_default();
        assert_eq!(*names, seen, "the guide, and the log, of {event}");
    }
    assert!(seen.is_empty(), "{seen:?}");
}
