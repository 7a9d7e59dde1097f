use dwell_core::MessageSid;
use dwell_store::Store;
use dwell_store::inbound_messages::{self, Arrival, Name};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    what_became_of_a_message_is_known_by_its_name,
    what_arrived_long_ago_is_forgotten_oldest_first,
}

fn arrival(outcome: &str, n: i64) -> Arrival {
    Arrival {
        outcome: outcome.to_owned(),
        conversation_sid: (outcome != "rejected").then(|| conversation_sid(1)),
        message_sid: (outcome != "rejected").then(|| MessageSid::new(bytes(1))),
        received_at: at(n),
    }
}

fn keep(store: &Store, source_sid: &'static str, channel_message_sid: &'static str, a: Arrival) -> bool {
    let name = Name { source_sid, channel_message_sid };
    write(store, move |tx| inbound_messages::insert(tx, &account_sid(1), name, &a))
}

fn known(store: &Store, source_sid: &'static str, channel_message_sid: &'static str) -> Option<Arrival> {
    let name = Name { source_sid, channel_message_sid };
    read(store, move |tx| inbound_messages::fetch(tx, &account_sid(1), name))
}

fn what_became_of_a_message_is_known_by_its_name(store: &Store) {
    assert_eq!(known(store, "CX1", "SM1"), None);
    assert!(keep(store, "CX1", "SM1", arrival("created", 5)));
    assert!(!keep(store, "CX1", "SM1", arrival("appended", 6)), "the first stands");
    assert!(keep(store, "CX1", "SM2", arrival("rejected", 6)));
    assert!(keep(store, "CX2", "SM1", arrival("appended", 7)), "another channel has names of its own");
    assert_eq!(known(store, "CX1", "SM1"), Some(arrival("created", 5)));
    assert_eq!(known(store, "CX1", "SM2"), Some(arrival("rejected", 6)));
    assert_eq!(known(store, "CX2", "SM1"), Some(arrival("appended", 7)));
    let of_another = read(store, |tx| {
        inbound_messages::fetch(tx, &account_sid(2), Name { source_sid: "CX1", channel_message_sid: "SM1" })
    });
    assert_eq!(of_another, None);
}

fn what_arrived_long_ago_is_forgotten_oldest_first(store: &Store) {
    for (name, second) in [("a", 3), ("b", 1), ("c", 2), ("d", 4)] {
        keep(store, "CX1", name, arrival("appended", second));
    }
    let left = || ["a", "b", "c", "d"].map(|name| known(store, "CX1", name).is_some());
    assert_eq!(write(store, |tx| inbound_messages::remove_old(tx, at(4), 2)), 2);
    assert_eq!(left(), [true, false, false, true]);
    assert_eq!(write(store, |tx| inbound_messages::remove_old(tx, at(4), 2)), 1);
    assert_eq!(left(), [false, false, false, true]);
    assert_eq!(write(store, |tx| inbound_messages::remove_old(tx, at(4), 2)), 0);
}
