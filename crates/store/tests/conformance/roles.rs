use dwell_core::{Role, RoleSid};
use dwell_store::{Seek, Store, roles};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_role_is_kept_changed_and_removed,
    roles_are_listed_in_order_and_removed_in_part,
}

fn role_of(store: &Store, account: i64, service: i64) -> Option<Role> {
    let sid = RoleSid::new(bytes(4));
    read(store, move |tx| roles::fetch(tx, &account_sid(account), &service_sid(service), &sid))
}

fn a_role_is_kept_changed_and_removed(store: &Store) {
    write(store, |tx| roles::insert(tx, &role(4)));
    assert_eq!(role_of(store, 1, 1), Some(role(4)));
    assert_eq!((role_of(store, 1, 2), role_of(store, 2, 1)), (None, None));
    let (account, service) = home();
    let changed = write(store, move |tx| {
        let mut found = roles::lock(tx, &account, &service, &role(4).sid)?.unwrap();
        found.permissions = vec!["leaveConversation".to_owned()];
        found.date_updated = at(9);
        roles::update(tx, &found)?;
        roles::update(tx, &Role { account_sid: account_sid(2), permissions: Vec::new(), ..found.clone() })?;
        Ok(found)
    });
    assert_eq!(role_of(store, 1, 1), Some(changed));
    let delete = |account: i64, service: i64| {
        write(store, move |tx| roles::delete(tx, &account_sid(account), &service_sid(service), &role(4).sid))
    };
    assert_eq!([delete(2, 1), delete(1, 2), delete(1, 1), delete(1, 1)], [false, false, true, false]);
    assert_eq!(role_of(store, 1, 1), None);
}

fn roles_are_listed_in_order_and_removed_in_part(store: &Store) {
    write(store, |tx| [5, 3, 1, 2, 4].into_iter().try_for_each(|n| roles::insert(tx, &role(n))));
    let page = |seek: fn(&str) -> Seek<'_>, key: String| {
        let (account, service) = home();
        let found = read(store, move |tx| roles::list(tx, &account, &service, seek(&key), 2));
        found.into_iter().map(|r| r.date_created).collect::<Vec<_>>()
    };
    assert_eq!(page(after, String::new()), [at(1), at(2)]);
    assert_eq!(page(after, role(4).sid.to_string()), [at(5)]);
    assert_eq!(page(before, role(4).sid.to_string()), [at(3), at(2)]);
    assert!(read(store, |tx| roles::list(tx, &account_sid(2), &service_sid(1), Seek::After(""), 9)).is_empty());
    assert_eq!(write(store, |tx| roles::delete_of_service(tx, &service_sid(2), 3)), 0);
    assert_eq!(write(store, |tx| roles::delete_of_service(tx, &service_sid(1), 3)), 3);
    assert_eq!(page(after, String::new()), [at(4), at(5)]);
    assert_eq!(write(store, |tx| roles::delete_of_service(tx, &service_sid(1), 3)), 2);
}
