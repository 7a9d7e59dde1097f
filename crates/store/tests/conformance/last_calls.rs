//! Who is asked before a timer moves a conversation, and what came of it.

use dwell_core::Timestamp;
use dwell_core::last_call::{Ended, LastCall, Outcome, Setting};
use dwell_core::timer::TimerKind;
use dwell_core::webhook::Method;
use dwell_store::purges::{self, Purge};
use dwell_store::{Store, conversations, last_calls};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    settings_are_kept_by_account,
    nobody_is_asked_twice_about_a_deadline,
    what_came_of_it_is_kept_as_it_was,
    the_deadline_counts_and_not_the_index,
    a_deleted_conversation_takes_them_along,
}

fn asked(due: i64) -> LastCall {
    LastCall { timer: TimerKind::Inactive, due: at(due), asked_at: at(due - 10), ended: None }
}

fn begin(store: &Store, conversation: i64, due: i64) -> bool {
    write(store, move |tx| last_calls::begin(tx, &account_sid(1), &conversation_sid(conversation), &asked(due)))
}

fn newest(store: &Store, account: i64, conversation: i64) -> Vec<LastCall> {
    read(store, move |tx| last_calls::newest(tx, &account_sid(account), &conversation_sid(conversation), 2))
}

fn settings_are_kept_by_account(store: &Store) {
    let get = |account: i64| read(store, move |tx| last_calls::setting(tx, &account_sid(account)));
    assert_eq!(get(1), Setting::default());
    let setting = Setting { url: Some("https://example.com/ü".to_owned()), method: Method::Get, lead_seconds: 30 };
    for (account, setting) in [(1, setting.clone()), (2, Setting { lead_seconds: 5, ..Setting::default() })] {
        write(store, move |tx| {
            assert_eq!(last_calls::lock_setting(tx, &account_sid(account))?, Setting::default());
            last_calls::update_setting(tx, &account_sid(account), &setting)
        });
    }
    assert_eq!((get(1), get(2).lead_seconds, get(3)), (setting.clone(), 5, Setting::default()));
    assert_eq!(write(store, |tx| last_calls::lock_setting(tx, &account_sid(1))), setting);
    assert_eq!(read(store, last_calls::settings), [(account_sid(1), setting)], "only where somebody is asked");
}

fn nobody_is_asked_twice_about_a_deadline(store: &Store) {
    given(store, (1..=3).map(|n| armed(n, 100 + n)).collect());
    let unasked = |account: i64, now: i64, until: i64, limit| {
        let any = read(store, move |tx| last_calls::any_unasked(tx, &account_sid(account), at(now), at(until)));
        let found = write(store, move |tx| last_calls::unasked(tx, &account_sid(account), at(now), at(until), limit));
        assert_eq!(any, !found.is_empty());
        found
    };
    assert_eq!(unasked(1, 50, 100, 9), []);
    assert_eq!(unasked(1, 50, 102, 9), [1, 2].map(conversation_sid));
    assert_eq!(unasked(1, 101, 200, 1), [conversation_sid(2)], "what is due now is the scheduler's");
    assert_eq!(unasked(2, 50, 200, 9), [], "another account");
    assert!(begin(store, 1, 101) && !begin(store, 1, 101));
    assert_eq!(unasked(1, 50, 200, 9), [2, 3].map(conversation_sid));
    assert!(begin(store, 2, 555), "another deadline");
    assert_eq!(unasked(1, 50, 200, 9), [2, 3].map(conversation_sid));
}

fn what_came_of_it_is_kept_as_it_was(store: &Store) {
    let ended = Ended { outcome: Outcome::Postponed, at: at(55), postponed_to: Some(at(120)), problem: None };
    let failed = Ended { outcome: Outcome::None, at: at(99), postponed_to: None, problem: Some("Zürich".to_owned()) };
    for due in [60, 120, 180] {
        assert!(begin(store, 1, due));
    }
    let end = |account: i64, due: i64, ended: &Ended| {
        let ended = ended.clone();
        write(store, move |tx| last_calls::end(tx, &account_sid(account), &conversation_sid(1), at(due), &ended));
    };
    end(1, 60, &ended);
    end(1, 60, &failed);
    end(2, 180, &failed);
    end(1, 120, &failed);
    let kept = |due: i64, ended: Option<&Ended>| LastCall { ended: ended.cloned(), ..asked(due) };
    let fetch = |account: i64, due: i64| {
        read(store, move |tx| last_calls::fetch(tx, &account_sid(account), &conversation_sid(1), at(due)))
    };
    assert_eq!(fetch(1, 60), Some(kept(60, Some(&ended))), "the first word is the last");
    assert_eq!((fetch(1, 61), fetch(2, 60)), (None, None));
    assert_eq!(newest(store, 1, 1), [kept(180, None), kept(120, Some(&failed))]);
    assert_eq!((newest(store, 2, 1), newest(store, 1, 2)), (Vec::new(), Vec::new()));
}

fn the_deadline_counts_and_not_the_index(store: &Store) {
    given(store, vec![armed(1, 100)]);
    write(store, |tx| {
        let mut c = armed(1, 100);
        c.lifecycle.armed = armed(1, 150).lifecycle.armed;
        conversations::update_after_message(tx, &c)
    });
    let unasked =
        |until: i64| write(store, move |tx| last_calls::unasked(tx, &account_sid(1), Timestamp::MIN, at(until), 9));
    assert_eq!(unasked(149), []);
    assert!(begin(store, 1, 100));
    assert_eq!(unasked(150), [conversation_sid(1)]);
}

fn a_deleted_conversation_takes_them_along(store: &Store) {
    for (conversation, due) in [(1, 60), (1, 120), (1, 180), (2, 60)] {
        assert!(begin(store, conversation, due));
    }
    let purge = Purge { conversation_sid: conversation_sid(1), account_sid: account_sid(1), event_seq: 1 };
    write(store, move |tx| purges::insert(tx, &[purge]));
    while write(store, move |tx| purges::remove_some(tx, &purge, 2)) > 0 {}
    assert_eq!((newest(store, 1, 1).len(), newest(store, 1, 2).len()), (0, 1));
}
