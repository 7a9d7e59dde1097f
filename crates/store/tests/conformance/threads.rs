use dwell_core::{Message, ParticipantSid, Receipt, ReceiptSid};
use dwell_store::inbound_messages::{self, Arrival, Name};
use dwell_store::threads::{self, Stretch};
use dwell_store::{Store, messages, receipts};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_mail_answers_what_its_reader_was_sent_and_wrote,
    a_thread_has_the_latest_subject,
}

fn participant(n: i64) -> ParticipantSid {
    ParticipantSid::new(bytes(n))
}

/// A message that the participant `n` was sent under a name.
fn sent(store: &Store, index: i64, n: i64, name: &'static str) {
    let m = message(1, index);
    let receipt = Receipt {
        sid: ReceiptSid::new(bytes(index * 10 + n)),
        account_sid: m.account_sid,
        conversation_sid: m.conversation_sid,
        message_sid: m.sid,
        message_index: m.index,
        participant_sid: participant(n),
        channel_sid: None,
        channel_message_sid: Some(name.to_owned()),
        status: None,
        error_code: None,
        date_created: at(1),
        date_updated: at(1),
    };
    write(store, move |tx| receipts::insert(tx, std::slice::from_ref(&receipt)));
}

/// A message that the participant `n` wrote under a name.
fn wrote(store: &Store, index: i64, n: i64, name: &'static str) {
    let m = Message { participant_sid: Some(participant(n)), ..message(1, index) };
    let arrival = Arrival {
        outcome: "appended".to_owned(),
        conversation_sid: Some(m.conversation_sid),
        message_sid: Some(m.sid),
        received_at: at(1),
    };
    write(store, move |tx| {
        messages::insert(tx, &m)?;
        inbound_messages::insert(tx, &m.account_sid, Name { source_sid: "CN1", channel_message_sid: name }, &arrival)
    });
}

fn stretch<T>(before: i64, window: i64, then: impl FnOnce(Stretch<'_>) -> T) -> T {
    then(Stretch { account: &account_sid(1), conversation: &conversation_sid(1), before, window })
}

fn a_mail_answers_what_its_reader_was_sent_and_wrote(store: &Store) {
    given(store, vec![conversation(1)]);
    wrote(store, 0, 1, "a@x");
    sent(store, 1, 1, "b@x");
    wrote(store, 2, 1, "c@x");
    sent(store, 3, 2, "somebody else's@x");
    wrote(store, 4, 2, "somebody else's too@x");
    let names =
        |before, window| read(store, move |tx| stretch(before, window, |of| threads::names(tx, of, &participant(1))));
    assert_eq!(names(9, 9), ["a@x", "b@x", "c@x"]);
    assert_eq!(names(2, 1), ["b@x"]);
    assert_eq!(names(0, 9), Vec::<String>::new());
}

fn a_thread_has_the_latest_subject(store: &Store) {
    given(store, vec![conversation(1)]);
    for (index, subject) in [(0, Some("first")), (1, Some("second")), (2, None)] {
        let m = Message { subject: subject.map(str::to_owned), ..message(1, index) };
        write(store, move |tx| messages::insert(tx, &m));
    }
    let subject = |before, window| read(store, move |tx| stretch(before, window, |of| threads::subject(tx, of)));
    assert_eq!(subject(3, 9).as_deref(), Some("second"));
    assert_eq!(subject(1, 9).as_deref(), Some("first"));
    assert_eq!(subject(3, 1), None);
}
