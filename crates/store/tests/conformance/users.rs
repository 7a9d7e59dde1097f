use dwell_core::RoleSid;
use dwell_store::users::{self, Key};
use dwell_store::{Seek, Store, StoreError};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_user_is_found_by_sid_and_identity,
    an_identity_is_taken_once_per_service,
    users_are_listed_in_order_and_removed_in_part,
}

fn a_user_is_found_by_sid_and_identity(store: &Store) {
    let (account, service) = home();
    assert!(write(store, |tx| users::insert(tx, &user(1, "ana"))));
    let by_sid = read(store, move |tx| users::fetch(tx, &account, &service, Key::Sid(&user(1, "").sid)));
    let by_identity = read(store, move |tx| users::fetch(tx, &account, &service, Key::Identity("ana")));
    assert_eq!((by_sid, by_identity), (Some(user(1, "ana")), Some(user(1, "ana"))));
    assert_eq!(read(store, move |tx| users::fetch(tx, &account, &service, Key::Identity("Ana"))), None);
    let changed = write(store, move |tx| {
        let mut found = users::lock(tx, &account, &service, Key::Identity("ana"))?.unwrap();
        found.friendly_name = Some("Ana".to_owned());
        found.attributes = r#"{"a":1}"#.to_owned();
        found.role_sid = RoleSid::new(bytes(9));
        found.event_seq = 2;
        found.date_updated = at(9);
        users::update(tx, &found)?;
        Ok(found)
    });
    assert_eq!(write(store, move |tx| users::lock(tx, &account, &service, Key::Sid(&user(1, "").sid))), Some(changed));
    write(store, |tx| users::delete(tx, &user(1, "").sid));
    assert_eq!(read(store, move |tx| users::fetch(tx, &account, &service, Key::Identity("ana"))), None);
}

fn an_identity_is_taken_once_per_service(store: &Store) {
    assert!(write(store, |tx| users::insert(tx, &user(1, "ana"))));
    assert!(!write(store, |tx| users::insert(tx, &user(2, "ana"))));
    let mut elsewhere = user(3, "ana");
    elsewhere.service_sid = service_sid(2);
    assert!(write(store, move |tx| users::insert(tx, &elsewhere)));
}

fn users_are_listed_in_order_and_removed_in_part(store: &Store) {
    let (account, service) = home();
    write(store, move |tx| -> Result<(), StoreError> {
        for n in [5, 3, 1, 2, 4] {
            assert!(users::insert(tx, &user(n, &format!("user {n}")))?);
        }
        Ok(())
    });
    let page = |after: Option<String>| {
        let found = read(store, move |tx| {
            users::list(tx, &account, &service, Seek::After(after.as_deref().unwrap_or_default()), 2)
        });
        found.into_iter().map(|u| u.identity).collect::<Vec<_>>()
    };
    assert_eq!(page(None), ["user 1", "user 2"]);
    assert_eq!(page(Some(user(4, "").sid.to_string())), ["user 5"]);
    assert_eq!(write(store, |tx| users::delete_of_service(tx, &service_sid(2), 3)), 0);
    assert_eq!(write(store, |tx| users::delete_of_service(tx, &service_sid(1), 3)), 3);
    assert_eq!(page(None), ["user 4", "user 5"]);
    assert_eq!(write(store, |tx| users::delete_of_service(tx, &service_sid(1), 3)), 2);
    assert_eq!(write(store, |tx| users::delete_of_service(tx, &service_sid(1), 3)), 0);
}
