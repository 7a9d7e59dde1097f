use dwell_core::{Notifications, RoleSid};
use dwell_store::{Seek, Store, conversations, notifications, services};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_service_is_kept,
    notification_settings_are_the_defaults_until_they_are_saved,
    services_are_listed_in_order,
    a_deleted_service_hides_what_it_holds,
    the_longest_deleted_service_comes_first,
}

fn a_service_is_kept(store: &Store) {
    write(store, |tx| services::insert(tx, &service(1)));
    assert_eq!(read(store, |tx| services::fetch(tx, &account_sid(1), &service_sid(1))), Some(service(1)));
    assert_eq!(read(store, |tx| services::fetch(tx, &account_sid(2), &service_sid(1))), None);
    let changed = write(store, |tx| {
        assert_eq!(services::lock(tx, &account_sid(2), &service_sid(1))?, None);
        let mut found = services::lock(tx, &account_sid(1), &service_sid(1))?.unwrap();
        found.default_chat_service_role_sid = RoleSid::new(bytes(11));
        found.default_conversation_role_sid = RoleSid::new(bytes(12));
        found.default_conversation_creator_role_sid = RoleSid::new(bytes(13));
        found.reachability_enabled = true;
        found.date_updated = at(9);
        services::update(tx, &found)?;
        Ok(found)
    });
    assert_eq!(read(store, |tx| services::fetch(tx, &account_sid(1), &service_sid(1))), Some(changed));
    write(store, |tx| services::delete(tx, &service_sid(1)));
    assert_eq!(read(store, |tx| services::fetch(tx, &account_sid(1), &service_sid(1))), None);
}

fn notification_settings_are_the_defaults_until_they_are_saved(store: &Store) {
    let fetched = |account| read(store, move |tx| notifications::fetch(tx, &account_sid(account), &service_sid(1)));
    assert_eq!(fetched(1), Notifications::default());
    let mut settings = Notifications { log_enabled: true, ..Notifications::default() };
    settings.new_message.notice.template = "${MESSAGE} \"quoted\" 🔔".to_owned();
    for sound in ["ring", "bell"] {
        settings.removed_from_conversation.sound = sound.to_owned();
        let saved = settings.clone();
        write(store, move |tx| notifications::save(tx, &account_sid(1), &service_sid(1), &saved));
        assert_eq!(fetched(1), settings);
    }
    assert_eq!(fetched(2), Notifications::default(), "of another account");
    write(store, |tx| notifications::delete(tx, &service_sid(1)));
    assert_eq!(fetched(1), Notifications::default());
}

fn services_are_listed_in_order(store: &Store) {
    write(store, |tx| [3, 1, 2].into_iter().try_for_each(|n| services::insert(tx, &service(n))));
    assert_eq!(read(store, |tx| services::list(tx, &account_sid(1), Seek::After(""), 2)), [service(1), service(2)]);
    let after = service_sid(2);
    assert_eq!(read(store, move |tx| services::list(tx, &account_sid(1), Seek::After(&after), 2)), [service(3)]);
    assert!(read(store, |tx| services::list(tx, &account_sid(2), Seek::After(""), 2)).is_empty());
}

fn a_deleted_service_hides_what_it_holds(store: &Store) {
    let mut named = conversation(1);
    named.unique_name = Some("name".to_owned());
    given(store, vec![named]);
    let delete = |account: i64| {
        write(store, move |tx| services::mark_deleted(tx, &account_sid(account), &service_sid(1), at(5)))
    };
    assert!(!delete(2));
    assert!(delete(1));
    assert!(!delete(1), "it is gone already");
    assert!(read(store, |tx| services::list(tx, &account_sid(1), Seek::After(""), 9)).is_empty());
    assert_eq!(read(store, |tx| services::fetch(tx, &account_sid(1), &service_sid(1))), None);
    assert_eq!(fetched(store, 1), None);
    assert_eq!(read(store, |tx| conversations::fetch_anywhere(tx, &account_sid(1), &conversation_sid(1))), None);
    let locked = write(store, |tx| {
        let (account, service) = home();
        let by_name = conversations::lock(tx, &account, &service, conversations::Key::UniqueName("name"))?;
        let by_sid = conversations::lock(tx, &account, &service, conversations::Key::Sid(&conversation_sid(1)))?;
        Ok((by_name, by_sid))
    });
    assert_eq!(locked, (None, None));
    assert_eq!(read(store, services::next_deleted), Some((service_sid(1), account_sid(1))));
    let held = read(store, |tx| conversations::sids_of_service(tx, &service_sid(1), 10));
    assert_eq!(held, [(conversation_sid(1), 1)]);
}

fn the_longest_deleted_service_comes_first(store: &Store) {
    write(store, |tx| {
        for (n, deleted) in [(1, 30), (2, 10), (3, 20)] {
            services::insert(tx, &service(n))?;
            services::mark_deleted(tx, &account_sid(1), &service_sid(n), at(deleted))?;
        }
        services::insert(tx, &service(4))
    });
    for n in [2, 3, 1] {
        assert_eq!(read(store, services::next_deleted), Some((service_sid(n), account_sid(1))));
        assert_eq!(write(store, services::take_deleted), Some((service_sid(n), account_sid(1))));
        write(store, move |tx| services::delete(tx, &service_sid(n)));
    }
    assert_eq!(read(store, services::next_deleted), None);
}
