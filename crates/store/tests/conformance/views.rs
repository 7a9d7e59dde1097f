use dwell_core::{View, ViewSid};
use dwell_store::{Seek, Store, views};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_view_is_kept_changed_and_removed,
    views_of_an_account_are_listed_and_counted,
}

fn view(account: i64, n: i64) -> View {
    View {
        sid: ViewSid::new(bytes(n)),
        account_sid: account_sid(account),
        friendly_name: format!("view {n} – Zürich 🕰"),
        filter: r#"{"Status": ["waiting"]}"#.to_owned(),
        date_created: at(n),
        date_updated: at(n),
    }
}

fn insert(store: &Store, view: View) {
    write(store, move |tx| views::insert(tx, &view));
}

fn fetch(store: &Store, account: i64, sid: ViewSid) -> Option<View> {
    read(store, move |tx| views::fetch(tx, &account_sid(account), &sid))
}

fn a_view_is_kept_changed_and_removed(store: &Store) {
    let kept = view(1, 1);
    let sid = kept.sid;
    insert(store, kept.clone());
    assert_eq!(fetch(store, 1, sid), Some(kept.clone()));
    assert_eq!(fetch(store, 2, sid), None);

    let changed = View { friendly_name: "x".to_owned(), filter: "{}".to_owned(), date_updated: at(9), ..kept };
    let written = changed.clone();
    write(store, move |tx| views::update(tx, &written));
    assert_eq!(write(store, move |tx| views::lock(tx, &account_sid(1), &sid)), Some(changed));

    assert!(!write(store, move |tx| views::delete(tx, &account_sid(2), &sid)));
    assert!(write(store, move |tx| views::delete(tx, &account_sid(1), &sid)));
    assert_eq!(fetch(store, 1, sid), None);
}

fn views_of_an_account_are_listed_and_counted(store: &Store) {
    for n in 1..=4 {
        insert(store, view(1, n));
    }
    insert(store, view(2, 5));
    let sids = |found: Vec<View>| found.into_iter().map(|view| view.sid).collect::<Vec<_>>();
    let first = view(1, 2).sid;
    let after = read(store, move |tx| views::list(tx, &account_sid(1), Seek::After(&first), 9));
    assert_eq!(sids(after), [3, 4].map(|n| view(1, n).sid));
    let before = read(store, move |tx| views::list(tx, &account_sid(1), Seek::Before(&first), 9));
    assert_eq!(sids(before), [view(1, 1).sid]);
    for (account, count) in [(1, 4), (2, 1), (3, 0)] {
        assert_eq!(read(store, move |tx| views::count(tx, &account_sid(account))), count);
    }
}
