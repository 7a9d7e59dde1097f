use dwell_core::{PushBinding, PushType};
use dwell_store::bindings::{self, Filter};
use dwell_store::credentials::{self, Secrets};
use dwell_store::{Seek, Store};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_binding_is_kept_and_removed,
    bindings_are_listed_in_order_by_type_and_identity,
    the_bindings_of_a_deleted_credential_are_hidden_at_once,
    bindings_go_with_their_user_and_service,
}

use PushType::{Apn, Fcm, Gcm, Twilsock};

/// Eight bindings of three identities.
fn eight(store: &Store) {
    write(store, |tx| {
        let kinds = [Apn, Fcm, Gcm, Twilsock];
        for (n, kind) in (1..=8).zip(kinds.into_iter().cycle()) {
            bindings::insert(tx, &push_binding(n, ["ann", "bob", "cy"][usize::try_from(n).unwrap() % 3], kind))?;
        }
        let elsewhere = PushBinding { service_sid: service_sid(2), ..push_binding(50, "ann", Apn) };
        bindings::insert(tx, &elsewhere)
    });
}

fn listed(store: &Store, filter: &Filter, seek: fn(&str) -> Seek<'_>, key: i64, limit: i64) -> Vec<i64> {
    let filter = filter.clone();
    let key = if key == 0 { String::new() } else { push_binding(key, "", Apn).sid.to_string() };
    let found = read(store, move |tx| {
        let (account, service) = home();
        bindings::list(tx, &account, &service, &filter, seek(&key), limit)
    });
    found.into_iter().map(|b| b.date_created.as_micros() / 1_000_000).collect()
}

fn a_binding_is_kept_and_removed(store: &Store) {
    let fetched = |account, service, n| {
        let sid = push_binding(n, "", Apn).sid;
        read(store, move |tx| bindings::fetch(tx, &account_sid(account), &service_sid(service), &sid))
    };
    write(store, |tx| {
        bindings::insert(tx, &push_binding(1, "ann", Apn))?;
        bindings::insert(tx, &push_binding(2, "ann", Twilsock))
    });
    assert_eq!(fetched(1, 1, 1), Some(push_binding(1, "ann", Apn)));
    assert_eq!(fetched(1, 1, 2), Some(push_binding(2, "ann", Twilsock)));
    assert_eq!((fetched(2, 1, 1), fetched(1, 2, 1)), (None, None));
    let delete = |account, service| {
        let sid = push_binding(1, "", Apn).sid;
        write(store, move |tx| bindings::delete(tx, &account_sid(account), &service_sid(service), &sid))
    };
    assert_eq!([delete(2, 1), delete(1, 2), delete(1, 1), delete(1, 1)], [false, false, true, false]);
    assert_eq!(fetched(1, 1, 1), None);
}

fn bindings_are_listed_in_order_by_type_and_identity(store: &Store) {
    eight(store);
    let filter = |types: &[PushType], identities: &[&str]| Filter {
        types: types.to_vec(),
        identities: identities.iter().map(|&identity| identity.to_owned()).collect(),
    };
    for (filter, all) in [
        (filter(&[], &[]), &[1, 2, 3, 4, 5, 6, 7, 8][..]),
        (filter(&[Apn], &[]), &[1, 5]),
        (filter(&[Gcm, Fcm], &[]), &[2, 3, 6, 7]),
        (filter(&[], &["ann"]), &[3, 6]),
        (filter(&[], &["cy", "ann"]), &[2, 3, 5, 6, 8]),
        (filter(&[Fcm], &["cy", "ann"]), &[2, 6]),
        (filter(&PushType::ALL, &["ann", "bob", "cy", "nobody"]), &[1, 2, 3, 4, 5, 6, 7, 8]),
        (filter(&[], &["Ann", ""]), &[]),
    ] {
        for limit in [1, 2, 3, 9] {
            let count = usize::try_from(limit).unwrap();
            let mut last = 0;
            for page in all.chunks(count) {
                assert_eq!(listed(store, &filter, after, last, limit), page, "{filter:?}");
                last = page[page.len() - 1];
            }
            assert!(listed(store, &filter, after, last, limit).is_empty() || all.is_empty());
            let back: Vec<_> = all.iter().rev().copied().filter(|n| *n < 7).take(count).collect();
            assert_eq!(listed(store, &filter, before, 7, limit), back, "{filter:?}");
        }
    }
    let foreign = read(store, |tx| {
        let filter = Filter { identities: ["ann".to_owned()].into(), ..Filter::default() };
        let mut found = bindings::list(tx, &account_sid(2), &service_sid(1), &filter, Seek::After(""), 9)?;
        found.extend(bindings::list(tx, &account_sid(2), &service_sid(1), &Filter::default(), Seek::After(""), 9)?);
        Ok(found)
    });
    assert!(foreign.is_empty());
}

fn the_bindings_of_a_deleted_credential_are_hidden_at_once(store: &Store) {
    eight(store);
    write(store, |tx| {
        credentials::insert(tx, &credential(1), &Secrets::default())?;
        credentials::insert(tx, &credential(2), &Secrets::default())?;
        let other = PushBinding { credential_sid: Some(credential_sid(2)), ..push_binding(9, "ann", Apn) };
        bindings::insert(tx, &other)?;
        credentials::mark_deleted(tx, &account_sid(1), &credential_sid(1), at(9))
    });
    let ann = Filter { identities: ["ann".to_owned()].into(), ..Filter::default() };
    assert_eq!(listed(store, &Filter::default(), after, 0, 9), [4, 8, 9], "those that need it not, or another");
    assert_eq!(listed(store, &Filter::default(), before, 9, 9), [8, 4]);
    assert_eq!(listed(store, &ann, after, 0, 9), [9]);
    let (account, service) = home();
    assert_eq!(read(store, move |tx| bindings::fetch(tx, &account, &service, &push_binding(1, "", Apn).sid)), None);
    let remove = || write(store, |tx| bindings::delete_of_credential(tx, &credential_sid(1), 4));
    assert_eq!([remove(), remove(), remove()], [4, 3, 0], "one of them in the other service");
    assert_eq!(listed(store, &Filter::default(), after, 0, 9), [4, 8, 9]);
}

fn bindings_go_with_their_user_and_service(store: &Store) {
    eight(store);
    write(store, |tx| {
        let (account, service) = home();
        bindings::delete_of_identity(tx, &account_sid(2), &service, "ann")?;
        bindings::delete_of_identity(tx, &account, &service, "ann")
    });
    assert_eq!(listed(store, &Filter::default(), after, 0, 9), [1, 2, 4, 5, 7, 8]);
    let remove = || write(store, |tx| bindings::delete_of_service(tx, &service_sid(1), 4));
    assert_eq!([remove(), remove(), remove()], [4, 2, 0]);
    let other =
        read(store, |tx| bindings::list(tx, &account_sid(1), &service_sid(2), &Filter::default(), Seek::After(""), 9));
    assert_eq!(other.len(), 1);
}
