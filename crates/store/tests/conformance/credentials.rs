use dwell_core::{Credential, PushType};
use dwell_store::accounts::SealedSecret;
use dwell_store::credentials::{self, Secrets};
use dwell_store::{Seek, Store};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_credential_is_kept_and_changed,
    secrets_stay_until_others_are_given_or_the_credential_goes,
    credentials_are_listed_in_order,
    the_longest_deleted_credential_comes_first,
}

fn fetched(store: &Store, account: i64) -> Option<Credential> {
    read(store, move |tx| credentials::fetch(tx, &account_sid(account), &credential_sid(1)))
}

fn secrets(store: &Store, account: i64) -> Option<[Option<String>; 4]> {
    let found = read(store, move |tx| credentials::secrets(tx, &account_sid(account), &credential_sid(1)));
    found.map(|s| [s.certificate, s.private_key, s.api_key, s.secret].map(|sealed| sealed.map(|sealed| sealed.0)))
}

fn sealed(text: &str) -> Option<SealedSecret> {
    Some(SealedSecret(text.to_owned()))
}

fn a_credential_is_kept_and_changed(store: &Store) {
    let bare = Credential { friendly_name: None, ..credential(2) };
    write(store, move |tx| {
        credentials::insert(tx, &bare, &Secrets::default())?;
        credentials::insert(tx, &credential(1), &Secrets::default())
    });
    assert_eq!((fetched(store, 1), fetched(store, 2)), (Some(credential(1)), None));
    let changed = Credential {
        friendly_name: Some("other".to_owned()),
        push_type: PushType::Fcm,
        sandbox: false,
        date_updated: at(9),
        ..credential(1)
    };
    let expected = changed.clone();
    write(store, move |tx| {
        assert_eq!(credentials::lock(tx, &account_sid(2), &credential_sid(1))?, None);
        assert_eq!(credentials::lock(tx, &account_sid(1), &credential_sid(1))?, Some(credential(1)));
        credentials::update(tx, &changed, &Secrets::default())?;
        let foreign = Credential { account_sid: account_sid(2), friendly_name: None, ..changed.clone() };
        credentials::update(tx, &foreign, &Secrets::default())
    });
    assert_eq!(fetched(store, 1), Some(expected));
}

fn secrets_stay_until_others_are_given_or_the_credential_goes(store: &Store) {
    let first = Secrets { certificate: sealed("c"), private_key: sealed("p"), ..Secrets::default() };
    write(store, move |tx| credentials::insert(tx, &credential(1), &first));
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(secrets(store, 1), Some([text("c"), text("p"), None, None]));
    assert_eq!(secrets(store, 2), None);
    let second = Secrets { private_key: sealed("q"), api_key: sealed("a"), secret: sealed("s"), certificate: None };
    write(store, move |tx| credentials::update(tx, &credential(1), &second));
    assert_eq!(secrets(store, 1), Some([text("c"), text("q"), text("a"), text("s")]));
    let delete = |account| {
        write(store, move |tx| credentials::mark_deleted(tx, &account_sid(account), &credential_sid(1), at(5)))
    };
    assert_eq!([delete(2), delete(1), delete(1)], [false, true, false]);
    assert_eq!((fetched(store, 1), secrets(store, 1)), (None, None));
}

fn credentials_are_listed_in_order(store: &Store) {
    write(store, |tx| {
        [3, 1, 2, 4].into_iter().try_for_each(|n| credentials::insert(tx, &credential(n), &Secrets::default()))?;
        credentials::mark_deleted(tx, &account_sid(1), &credential_sid(2), at(9)).map(|_| ())
    });
    let page = |seek: fn(&str) -> Seek<'_>, key: String| {
        let found = read(store, move |tx| credentials::list(tx, &account_sid(1), seek(&key), 2));
        found.into_iter().map(|c| c.sid).collect::<Vec<_>>()
    };
    assert_eq!(page(after, String::new()), [credential_sid(1), credential_sid(3)]);
    assert_eq!(page(after, credential_sid(3).to_string()), [credential_sid(4)]);
    assert_eq!(page(before, credential_sid(4).to_string()), [credential_sid(3), credential_sid(1)]);
    assert!(read(store, |tx| credentials::list(tx, &account_sid(2), Seek::After(""), 9)).is_empty());
}

fn the_longest_deleted_credential_comes_first(store: &Store) {
    write(store, |tx| {
        for (n, deleted) in [(1, 30), (2, 10), (3, 20)] {
            credentials::insert(tx, &credential(n), &Secrets::default())?;
            credentials::mark_deleted(tx, &account_sid(1), &credential_sid(n), at(deleted))?;
        }
        credentials::insert(tx, &credential(4), &Secrets::default())
    });
    for n in [2, 3, 1] {
        assert_eq!(read(store, credentials::next_deleted), Some(credential_sid(n)));
        assert_eq!(write(store, credentials::take_deleted), Some(credential_sid(n)));
        write(store, move |tx| credentials::delete(tx, &credential_sid(n)));
    }
    assert_eq!(read(store, credentials::next_deleted), None);
}
