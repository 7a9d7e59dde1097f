use dwell_core::{AuditSid, Timestamp};
use dwell_store::Store;
use dwell_store::audit_log::{self, Entry, Filter};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    entries_are_listed_newest_first_by_actor_and_time,
    the_oldest_entries_are_removed,
}

/// Entry `n` of an account.
fn entry(account: i64, n: i64, actor: &str) -> Entry {
    Entry {
        sid: AuditSid::new(bytes(n)),
        account_sid: account_sid(account),
        at: at(n),
        actor: actor.to_owned(),
        actor_name: "Zürich 🕰".to_owned(),
        act: "POST /v1/Conversations/{Sid}".to_owned(),
        target: "/v1/Conversations/x".to_owned(),
        status: None,
        remote_address: (n % 2 == 0).then(|| "::1".to_owned()),
    }
}

const EVER: Filter = Filter { actor: None, from: Timestamp::MIN, before: Timestamp::MAX };

fn list(store: &Store, filter: Filter, bound: i64, is_back: bool) -> Vec<i64> {
    let found = read(store, move |tx| {
        let bound = (bound > 0).then(|| AuditSid::new(bytes(bound)).to_string());
        audit_log::list(tx, &account_sid(1), &filter, bound.as_deref(), is_back, 3)
    });
    found.into_iter().map(|entry| entry.at.as_micros() / 1_000_000).collect()
}

fn insert(store: &Store, entries: &[Entry]) {
    let entries = entries.to_vec();
    write(store, move |tx| entries.iter().try_for_each(|entry| audit_log::insert(tx, entry)));
}

fn entries_are_listed_newest_first_by_actor_and_time(store: &Store) {
    let entries = [(1, 1, "a"), (1, 2, "b"), (2, 3, "a"), (1, 4, "a"), (1, 5, "b")];
    let entries = entries.map(|(account, n, actor)| entry(account, n, actor));
    insert(store, &entries);
    assert_eq!(list(store, EVER, 0, false), [5, 4, 2]);
    assert_eq!(list(store, EVER, 2, false), [1]);
    assert_eq!(list(store, EVER, 2, true), [4, 5]);
    let of_a = Filter { actor: Some("a".to_owned()), ..EVER };
    assert_eq!(list(store, of_a.clone(), 0, false), [4, 1]);
    assert_eq!(list(store, of_a, 1, true), [4]);
    assert_eq!(list(store, Filter { from: at(2), before: at(5), ..EVER }, 0, false), [4, 2]);

    write(store, |tx| audit_log::update_status(tx, &AuditSid::new(bytes(5)), 403));
    let newest = read(store, |tx| audit_log::list(tx, &account_sid(1), &EVER, None, false, 2));
    assert_eq!(newest, [Entry { status: Some(403), ..entries[4].clone() }, entries[3].clone()]);
}

fn the_oldest_entries_are_removed(store: &Store) {
    insert(store, &[1, 2, 3].map(|n| entry(1, n, "a")));
    assert!(!read(store, |tx| audit_log::any_before(tx, at(1))));
    assert!(read(store, |tx| audit_log::any_before(tx, at(3))));
    write(store, |tx| audit_log::delete_before(tx, at(3), 1));
    assert_eq!(list(store, EVER, 0, false).len(), 2);
    write(store, |tx| audit_log::delete_before(tx, at(3), 9));
    assert_eq!(list(store, EVER, 0, false), [3]);
}
