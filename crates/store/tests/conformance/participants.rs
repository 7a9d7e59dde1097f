use dwell_core::participant::NotificationLevel;
use dwell_core::{Participant, RoleSid};
use dwell_store::participants::{self, Key};
use dwell_store::{Seek, Store, StoreError, UniqueKey};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_participant_is_kept_changed_and_removed,
    an_identity_joins_a_conversation_once,
    a_pair_is_held_by_one_open_conversation,
    a_pair_taken_by_an_update_is_named,
    release_lets_go_of_pairs_and_slots,
    participants_are_listed_in_order,
    an_author_is_an_identity_or_an_address,
}

fn add(store: &Store, p: Participant) -> bool {
    write(store, move |tx| participants::insert(tx, &p))
}

fn holder(store: &Store, address: &'static str) -> Option<dwell_core::ConversationSid> {
    let held = read(store, move |tx| participants::pair_holder(tx, &account_sid(1), address, "+2"));
    held.map(|(conversation, _)| conversation)
}

fn a_participant_is_kept_changed_and_removed(store: &Store) {
    let fetch = |p: Participant| {
        read(store, move |tx| participants::fetch(tx, &account_sid(1), &p.conversation_sid, Key::Sid(&p.sid)))
    };
    let mut p = texting(1, 1, "+1", "+2");
    p.last_read_message_index = Some(4);
    p.last_read_timestamp = Some(at(5));
    p.role_sid = Some(RoleSid::new(bytes(1)));
    assert!(add(store, p.clone()));
    assert_eq!(fetch(p.clone()), Some(p.clone()));
    if let Some(binding) = &mut p.binding {
        binding.proxy_address = Some("+3".to_owned());
    }
    p.role_sid = None;
    p.notification_level = NotificationLevel::Muted;
    p.last_read_message_index = None;
    p.attributes = r#"{"b":2}"#.to_owned();
    p.date_updated = at(88);
    let changed = p.clone();
    write(store, move |tx| participants::update(tx, &changed));
    assert_eq!(fetch(p.clone()), Some(p.clone()));
    let gone = p.clone();
    write(store, move |tx| participants::delete(tx, &gone));
    assert_eq!(fetch(p), None);
    let chat = chatting(1, 2, "ana");
    assert!(add(store, chat.clone()));
    let found = read(store, |tx| participants::fetch(tx, &account_sid(1), &conversation_sid(1), Key::Identity("ana")));
    assert_eq!(found, Some(chat));
    write(store, |tx| participants::delete_all(tx, &conversation_sid(1)));
    assert!(
        read(store, |tx| participants::list(tx, &account_sid(1), &conversation_sid(1), Seek::After(""), 9)).is_empty()
    );
}

fn an_identity_joins_a_conversation_once(store: &Store) {
    assert!(add(store, chatting(1, 1, "ana")));
    assert!(!add(store, chatting(1, 2, "ana")));
    assert!(add(store, chatting(2, 3, "ana")));
    assert!(add(store, chatting(1, 4, "Ana")));
}

fn a_pair_is_held_by_one_open_conversation(store: &Store) {
    assert!(add(store, texting(1, 1, "+1", "+2")));
    assert!(!add(store, texting(2, 2, "+1", "+2")));
    assert!(add(store, texting(2, 3, "+1", "+3")));
    let mut elsewhere = texting(3, 4, "+1", "+2");
    elsewhere.account_sid = account_sid(2);
    assert!(add(store, elsewhere), "another account");
    assert_eq!(holder(store, "+1"), Some(conversation_sid(1)));
    assert_eq!(holder(store, "+9"), None);
    // An address without a proxy address holds no pair.
    for (conversation, n) in [(4, 5), (5, 6)] {
        let mut p = texting(conversation, n, "+1", "");
        p.binding.as_mut().unwrap().proxy_address = None;
        assert!(add(store, p));
    }
}

fn a_pair_taken_by_an_update_is_named(store: &Store) {
    assert!(add(store, texting(1, 1, "+1", "+2")));
    assert!(add(store, texting(2, 2, "+1", "+3")));
    let taken = store.write_blocking(|tx| participants::update(tx, &texting(2, 2, "+1", "+2")));
    assert!(matches!(taken, Err(StoreError::Unique(UniqueKey::ParticipantPair))), "{taken:?}");
}

fn release_lets_go_of_pairs_and_slots(store: &Store) {
    assert!(add(store, texting(1, 1, "+1", "+2")));
    assert!(add(store, chatting(1, 2, "ana")));
    assert!(add(store, chatting(2, 3, "ana")));
    assert!(add(store, chatting(3, 4, "ana")));
    let open = |limit| read(store, move |tx| participants::count_open(tx, &service_sid(1), "ana", limit));
    assert_eq!((open(10), open(2)), (3, 2));
    let (account, service) = home();
    let conversations = move |store: &Store| {
        let found = read(store, move |tx| participants::open_conversations(tx, &account, &service, "ana", 10));
        found.into_iter().map(|(conversation, _)| conversation).collect::<Vec<_>>()
    };
    assert_eq!(conversations(store), [1, 2, 3].map(conversation_sid));
    write(store, |tx| participants::release(tx, &[1, 3, 77].map(conversation_sid)));
    assert_eq!(open(10), 1);
    assert_eq!(conversations(store), [conversation_sid(2)]);
    assert_eq!(holder(store, "+1"), None);
    assert!(add(store, texting(2, 5, "+1", "+2")), "the pair is free again");
    assert!(!add(store, chatting(1, 6, "ana")), "but the identity is still in the conversation");
    write(store, |tx| participants::release(tx, &[]));
    assert_eq!(open(10), 1);
}

fn participants_are_listed_in_order(store: &Store) {
    for n in [3, 1, 2] {
        assert!(add(store, participant(1, n)));
    }
    assert!(add(store, participant(2, 4)));
    let page = |after: Option<String>| {
        let found = read(store, move |tx| {
            participants::list(
                tx,
                &account_sid(1),
                &conversation_sid(1),
                Seek::After(after.as_deref().unwrap_or_default()),
                2,
            )
        });
        found.into_iter().map(|p| p.date_created).collect::<Vec<_>>()
    };
    assert_eq!(page(None), [at(1), at(2)]);
    let second = participant(1, 2);
    write(store, |tx| participants::delete(tx, &participant(1, 2)));
    assert_eq!(page(Some(second.sid.to_string())), [at(3)], "goes on after a row that has gone");
}

fn an_author_is_an_identity_or_an_address(store: &Store) {
    assert!(add(store, chatting(1, 1, "ana")));
    assert!(add(store, texting(1, 2, "+1", "+2")));
    assert!(add(store, texting(1, 3, "ana", "+2")));
    let author = |name: &'static str| {
        read(store, move |tx| participants::author(tx, &service_sid(1), &conversation_sid(1), name))
    };
    assert_eq!(author("ana"), Some(participant(1, 1).sid), "an identity goes before an address");
    assert_eq!(author("+1"), Some(participant(1, 2).sid));
    assert_eq!(author("+2"), None, "a proxy address is nobody's");
    assert_eq!(author("bob"), None);
}
