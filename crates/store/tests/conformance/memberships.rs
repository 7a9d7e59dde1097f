use dwell_core::{Participant, ParticipantSid, UserSid};
use dwell_store::memberships::{of_address, of_identity, of_user};
use dwell_store::{Seek, Store, conversations, messages, participants, users};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    an_identity_is_found_in_open_and_closed_conversations_in_order,
    a_membership_holds_both_as_they_were,
    an_address_is_found_with_every_proxy,
    unread_messages_are_counted_up_to_the_limit,
    what_is_counted_is_not_what_is_listed,
}

fn put(store: &Store, people: Vec<Participant>) {
    write(store, move |tx| {
        for p in &people {
            assert!(participants::insert(tx, p)?);
        }
        Ok(())
    });
}

/// The conversations on a page of the list of an identity, by number.
fn page(store: &Store, identity: &'static str, seek: Seek<'_>, limit: i64) -> Vec<i64> {
    let (key, back) = match seek {
        Seek::After(key) => (key.to_owned(), false),
        Seek::Before(key) => (key.to_owned(), true),
    };
    let found = read(store, move |tx| {
        let (account, service) = home();
        let seek = if back { Seek::Before(&key) } else { Seek::After(&key) };
        let by_user = of_user(tx, &account, &service, identity, seek, limit)?;
        let found = of_identity(tx, &account, &service, identity, seek, limit)?;
        let sids = |c: &dwell_core::Conversation| c.sid;
        let users: Vec<_> = by_user.iter().map(|found| sids(&found.conversation)).collect();
        assert_eq!(users, found.iter().map(|found| sids(&found.conversation)).collect::<Vec<_>>());
        Ok(found)
    });
    found.iter().map(|found| (1..99).find(|n| conversation_sid(*n) == found.conversation.sid).unwrap()).collect()
}

fn an_identity_is_found_in_open_and_closed_conversations_in_order(store: &Store) {
    given(store, (1..=7).map(conversation).collect());
    put(store, [5, 3, 1, 7, 2, 6].into_iter().map(|n| chatting(n, n, "ana")).collect());
    put(store, vec![chatting(4, 4, "bob"), chatting(5, 15, "Ana")]);
    write(store, |tx| participants::release(tx, &[2, 3, 7].map(conversation_sid)));
    assert_eq!(page(store, "ana", Seek::After(""), 9), [1, 2, 3, 5, 6, 7]);
    assert_eq!(page(store, "ana", Seek::After(""), 2), [1, 2]);
    assert_eq!(page(store, "ana", Seek::After(&conversation_sid(2)), 3), [3, 5, 6]);
    assert_eq!(page(store, "ana", Seek::After(&conversation_sid(4)), 9), [5, 6, 7], "from where it is not");
    assert_eq!(page(store, "ana", Seek::Before(&conversation_sid(6)), 2), [5, 3], "nearest first");
    assert_eq!(page(store, "ana", Seek::Before(&conversation_sid(1)), 2), [0_i64; 0]);
    assert_eq!((page(store, "Ana", Seek::After(""), 9), page(store, "an", Seek::After(""), 9)), (vec![5], vec![]));
    let (account, service) = home();
    let stranger = read(store, move |tx| of_identity(tx, &account_sid(2), &service, "ana", Seek::After(""), 9));
    let elsewhere = read(store, move |tx| of_identity(tx, &account, &service_sid(2), "ana", Seek::After(""), 9));
    assert_eq!((stranger, elsewhere), (vec![], vec![]));
}

fn a_membership_holds_both_as_they_were(store: &Store) {
    let mut c = armed(1, 60);
    c.unique_name = Some("room".to_owned());
    given(store, vec![c.clone(), conversation(2)]);
    let (ana, bob) = (chatting(1, 1, "ana"), chatting(2, 2, "bob"));
    put(store, vec![ana.clone(), bob.clone()]);
    write(store, |tx| users::insert(tx, &user(9, "ana")));
    let of = |identity: &'static str| {
        let (account, service) = home();
        read(store, move |tx| of_identity(tx, &account, &service, identity, Seek::After(""), 9)).remove(0)
    };
    let found = of("ana");
    assert_eq!((found.participant, found.conversation, found.more), (ana, c, Some(UserSid::new(bytes(9)))));
    let found = of("bob");
    assert_eq!((found.participant, found.conversation, found.more), (bob, conversation(2), None), "without a user");
}

fn an_address_is_found_with_every_proxy(store: &Store) {
    given(store, (1..=3).map(conversation).collect());
    put(store, vec![texting(1, 11, "+1", "+7"), texting(1, 12, "+1", "+8"), texting(1, 13, "+1", "+9")]);
    put(store, vec![texting(2, 14, "+2", "+9"), texting(3, 10, "+1", "+6"), chatting(3, 15, "+1")]);
    write(store, |tx| participants::release(tx, &[conversation_sid(1)]));
    let (account, service) = home();
    let key =
        |conversation: i64, n: i64| format!("{} {}", conversation_sid(conversation), ParticipantSid::new(bytes(n)));
    let page = |key: String, back: bool, limit: i64| {
        let found = read(store, move |tx| {
            let seek = if back { Seek::Before(&key) } else { Seek::After(&key) };
            of_address(tx, &account, &service, "+1", seek, limit)
        });
        found.iter().map(|found| found.participant.date_created).collect::<Vec<_>>()
    };
    assert_eq!(page(String::new(), false, 9), [11, 12, 13, 10].map(at));
    assert_eq!(page(key(1, 11), false, 2), [12, 13].map(at), "a page may end within a conversation");
    assert_eq!(page(key(1, 13), false, 2), [at(10)]);
    assert_eq!(page(key(3, 10), true, 2), [13, 12].map(at));
    assert_eq!(page(key(1, 12), true, 2), [at(11)]);
    let stranger = read(store, move |tx| of_address(tx, &account_sid(2), &service, "+1", Seek::After(""), 9));
    assert_eq!(stranger, []);
}

fn unread_messages_are_counted_up_to_the_limit(store: &Store) {
    given(store, (1..=4).map(conversation).collect());
    let read_to = |conversation: i64, index: Option<i64>| Participant {
        last_read_message_index: index,
        ..chatting(conversation, conversation, "ana")
    };
    put(store, vec![read_to(1, Some(2)), read_to(2, Some(0)), read_to(3, None), read_to(4, Some(9))]);
    write(store, |tx| {
        (0..6).try_for_each(|index| messages::insert(tx, &message(1, index)))?;
        messages::delete(tx, &message(1, 4))?;
        (0..1_005).try_for_each(|index| messages::insert(tx, &message(2, index)))?;
        (0..3).try_for_each(|index| messages::insert(tx, &message(3, index)))
    });
    let (account, service) = home();
    let found = read(store, move |tx| of_user(tx, &account, &service, "ana", Seek::After(""), 9));
    let unread: Vec<_> = found.iter().map(|found| found.more).collect();
    assert_eq!(unread, [Some(2), Some(1_000), None, Some(0)]);
    let count = |account: i64, index: i64, limit: i64| {
        read(store, move |tx| messages::count_after(tx, &account_sid(account), &conversation_sid(1), index, limit))
    };
    assert_eq!((count(1, 2, 10), count(1, -1, 3), count(1, 5, 10), count(2, -1, 10)), (2, 3, 0, 0));
}

/// The limit of open conversations is counted by the same index that lists them all.
fn what_is_counted_is_not_what_is_listed(store: &Store) {
    given(store, (1..=4).map(conversation).collect());
    put(store, (1..=4).map(|n| chatting(n, n, "ana")).collect());
    let open = || read(store, |tx| participants::count_open(tx, &service_sid(1), "ana", 99));
    write(store, |tx| participants::release(tx, &[conversation_sid(2)]));
    assert_eq!((open(), page(store, "ana", Seek::After(""), 9).len()), (3, 4));
    write(store, |tx| {
        participants::delete_all(tx, &conversation_sid(2))?;
        conversations::delete(tx, &conversation_sid(2))
    });
    assert_eq!((open(), page(store, "ana", Seek::After(""), 9)), (3, vec![1, 3, 4]));
}
