use dwell_core::{Person, PersonRole, PersonSid};
use dwell_store::people::{self, PasswordHash};
use dwell_store::{Seek, Store, StoreError, UniqueKey};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_person_of_every_role_is_kept,
    an_address_is_known_once_on_the_server_and_an_identity_once_in_an_account,
    people_of_an_account_are_listed_in_order,
}

/// Person `n` of an account.
fn person(account: i64, n: i64) -> Person {
    Person {
        sid: PersonSid::new(bytes(n)),
        account_sid: account_sid(account),
        email: format!("person{n}@example.com"),
        friendly_name: format!("Person {n} – Zürich 🕰"),
        identity: format!("person-{n}"),
        role: PersonRole::Agent,
        disabled_at: None,
        has_password: false,
        date_created: at(n),
        date_updated: at(n),
        date_last_sign_in: None,
    }
}

fn insert(store: &Store, person: &Person) -> Result<(), StoreError> {
    let person = person.clone();
    store.write_blocking(move |tx| people::insert(tx, &person, None))
}

fn fetch(store: &Store, account: i64, sid: PersonSid) -> Option<Person> {
    read(store, move |tx| people::fetch(tx, &account_sid(account), &sid))
}

fn a_person_of_every_role_is_kept(store: &Store) {
    for (n, role) in (1..).zip(PersonRole::ALL) {
        let mut kept = Person { role, ..person(1, n) };
        let sid = kept.sid;
        insert(store, &kept).unwrap();
        assert_eq!(fetch(store, 1, sid), Some(kept.clone()));
        assert_eq!(fetch(store, 2, sid), None);

        kept.email = format!("other{n}@example.com");
        kept.friendly_name = "Other".to_owned();
        kept.identity = format!("other-{n}");
        kept.disabled_at = Some(at(40));
        kept.date_updated = at(50);
        let written = kept.clone();
        write(store, move |tx| people::update(tx, &written));
        let hash = PasswordHash(format!("hash {n}"));
        let given = hash.clone();
        write(store, move |tx| people::update_password(tx, &account_sid(1), &sid, &given, at(60)));
        write(store, move |tx| people::update_last_sign_in(tx, &account_sid(1), &sid, at(70)));
        kept.date_updated = at(60);
        kept.date_last_sign_in = Some(at(70));
        kept.has_password = true;
        assert_eq!(write(store, move |tx| people::lock(tx, &account_sid(1), &sid)), Some(kept.clone()));
        let (email, identity) = (kept.email.clone(), kept.identity.clone());
        let known = Some((kept.clone(), Some(hash)));
        assert!(read(store, move |tx| people::fetch_by_email(tx, &email)) == known);
        assert!(read(store, move |tx| people::fetch_with_password(tx, &account_sid(1), &sid)) == known);
        let found = read(store, move |tx| people::fetch_by_identity(tx, &account_sid(1), &identity));
        assert_eq!(found, Some(kept));

        assert!(!write(store, move |tx| people::delete(tx, &account_sid(2), &sid)));
        assert!(write(store, move |tx| people::delete(tx, &account_sid(1), &sid)));
        assert_eq!(fetch(store, 1, sid), None);
    }
}

fn an_address_is_known_once_on_the_server_and_an_identity_once_in_an_account(store: &Store) {
    let first = person(1, 1);
    insert(store, &first).unwrap();
    let same_email = Person { email: first.email.clone(), ..person(2, 2) };
    let taken = insert(store, &same_email);
    assert!(matches!(taken, Err(StoreError::Unique(UniqueKey::PersonEmail))), "{taken:?}");
    let same_identity = Person { identity: first.identity.clone(), ..person(1, 2) };
    let taken = insert(store, &same_identity);
    assert!(matches!(taken, Err(StoreError::Unique(UniqueKey::PersonIdentity))), "{taken:?}");
    insert(store, &Person { identity: first.identity, ..person(2, 2) }).unwrap();
}

fn people_of_an_account_are_listed_in_order(store: &Store) {
    for (account, n) in [(1, 4), (1, 1), (2, 5), (1, 3), (1, 2)] {
        insert(store, &person(account, n)).unwrap();
    }
    let page = |is_back: bool, n: i64| {
        let key = if n == 0 { String::new() } else { PersonSid::new(bytes(n)).to_string() };
        let found = read(store, move |tx| {
            let seek = if is_back { Seek::Before(&key) } else { Seek::After(&key) };
            people::list(tx, &account_sid(1), seek, 3)
        });
        found.into_iter().map(|person| person.date_created.as_micros() / 1_000_000).collect::<Vec<_>>()
    };
    assert_eq!(page(false, 0), [1, 2, 3]);
    assert_eq!(page(false, 3), [4]);
    assert_eq!(page(true, 3), [2, 1]);
}
