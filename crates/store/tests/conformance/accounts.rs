use dwell_core::account::TestClock;
use dwell_core::{KeySid, Rights};
use dwell_store::accounts::{self, Key, SealedSecret};
use dwell_store::{Store, StoreError, UniqueKey, conversations};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    an_account_is_kept_as_it_was,
    a_taken_sid_is_refused,
    an_update_leaves_the_token_alone,
    accounts_are_listed_in_order,
    wakes_show_every_account,
    keys_come_and_go,
}

fn secret(text: &str) -> SealedSecret {
    SealedSecret(text.to_owned())
}

fn insert(store: &Store, n: i64) {
    assert!(write(store, move |tx| accounts::insert(tx, &account(n), &secret("sealed"))));
}

fn an_account_is_kept_as_it_was(store: &Store) {
    insert(store, 1);
    let mut test = account(2);
    test.test_clock = Some(TestClock { offset_micros: -5, frozen_at: Some(at(9)) });
    test.disabled_at = Some(at(7));
    test.default_inactive_timer = Some("PT1M".to_owned());
    let expected = test.clone();
    write(store, move |tx| accounts::insert(tx, &test, &secret("other")));
    let (found, token) = read(store, |tx| accounts::fetch(tx, &account_sid(1))).unwrap();
    assert_eq!((found, token.0.as_str()), (account(1), "sealed"));
    let (found, token) = read(store, |tx| accounts::fetch(tx, &account_sid(2))).unwrap();
    assert_eq!((found, token.0.as_str()), (expected, "other"));
    assert!(read(store, |tx| accounts::fetch(tx, &account_sid(3))).is_none());
}

fn a_taken_sid_is_refused(store: &Store) {
    insert(store, 1);
    assert!(!write(store, |tx| accounts::insert(tx, &account(1), &secret("another"))));
}

fn an_update_leaves_the_token_alone(store: &Store) {
    insert(store, 1);
    let changed = write(store, |tx| {
        let mut locked = accounts::lock(tx, &account_sid(1))?.unwrap();
        locked.friendly_name = "renamed".to_owned();
        locked.disabled_at = Some(at(3));
        accounts::update(tx, &locked)?;
        Ok(locked)
    });
    let (found, token) = read(store, |tx| accounts::fetch(tx, &account_sid(1))).unwrap();
    assert_eq!((found, token.0.as_str()), (changed, "sealed"));
    write(store, |tx| accounts::update_token(tx, &account_sid(1), &secret("new")));
    assert_eq!(read(store, |tx| accounts::fetch(tx, &account_sid(1))).unwrap().1.0, "new");
}

fn accounts_are_listed_in_order(store: &Store) {
    for n in [3, 1, 2] {
        insert(store, n);
    }
    let sids = |after: Option<String>, limit| {
        let found = read(store, move |tx| accounts::list(tx, after.as_deref(), limit));
        found.into_iter().map(|(account, _)| account.sid).collect::<Vec<_>>()
    };
    assert_eq!(sids(None, 2), [account_sid(1), account_sid(2)]);
    assert_eq!(sids(Some(account_sid(2).to_string()), 2), [account_sid(3)]);
}

fn wakes_show_every_account(store: &Store) {
    insert(store, 1);
    let mut test = account(2);
    test.test_clock = Some(TestClock::RUNNING);
    write(store, move |tx| accounts::insert(tx, &test, &secret("")));
    given(store, vec![armed(1, 50), armed(2, 40), conversation(3)]);
    let mut wakes = read(store, accounts::wakes);
    wakes.sort_by_key(|wake| wake.account_sid);
    assert_eq!((wakes[0].wake_at, wakes[0].test_clock), (Some(at(40)), None));
    assert_eq!((wakes[1].wake_at, wakes[1].test_clock), (None, Some(TestClock::RUNNING)));
    write(store, |tx| conversations::delete(tx, &conversation_sid(2)));
    let wakes = read(store, accounts::wakes);
    assert!(wakes.iter().any(|wake| wake.account_sid == account_sid(1) && wake.wake_at == Some(at(50))));
}

fn keys_come_and_go(store: &Store) {
    let key = |n: i64| Key {
        sid: KeySid::new(bytes(n)),
        account_sid: account_sid(1),
        friendly_name: format!("key {n}"),
        rights: if n == 2 { Rights::Read } else { Rights::All },
        date_created: at(n),
    };
    write(store, move |tx| {
        for n in [2, 1, 3] {
            accounts::insert_key(tx, &key(n), &secret("s"))?;
        }
        Ok(())
    });
    let (found, sealed) = read(store, move |tx| accounts::fetch_key(tx, &key(2).sid)).unwrap();
    assert_eq!((found, sealed.0.as_str()), (key(2), "s"));
    assert_eq!(read(store, |tx| accounts::list_keys(tx, &account_sid(1), None, 2)), [key(1), key(2)]);
    let after = key(2).sid;
    assert_eq!(read(store, move |tx| accounts::list_keys(tx, &account_sid(1), Some(&after), 2)), [key(3)]);
    assert!(!write(store, move |tx| accounts::delete_key(tx, &account_sid(2), &key(2).sid)));
    assert!(write(store, move |tx| accounts::delete_key(tx, &account_sid(1), &key(2).sid)));
    assert!(!write(store, move |tx| accounts::delete_key(tx, &account_sid(1), &key(2).sid)));
    let again = store.write_blocking(move |tx| accounts::insert_key(tx, &key(1), &secret("s")));
    assert!(matches!(again, Err(StoreError::Unique(UniqueKey::Other))), "{again:?}");
}
