use dwell_core::DeliverySid;
use dwell_core::webhook::Method;
use dwell_store::deliveries::{self, Attempt, Delivery, Kind, Of, Status, Way};
use dwell_store::{Seek, Store, StoreError};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    deliveries_are_listed_newest_first,
    messages_are_listed_apart,
    attempts_are_shown_newest_first,
    a_finished_one_is_reopened_once,
}

fn delivery_sid(n: i64) -> DeliverySid {
    DeliverySid::new(bytes(n))
}

fn hook(n: i64) -> String {
    format!("WH{n}")
}

fn delivery(n: i64, hook_number: i64, stream: i64, status: Status) -> Delivery {
    Delivery {
        sid: delivery_sid(n),
        account_sid: account_sid(1),
        hook_sid: hook(hook_number),
        stream_sid: conversation_sid(stream).to_string(),
        seq: n,
        event: "onMessageAdded".to_owned(),
        url: "https://example.com/é".to_owned(),
        way: Way::Call(Method::Get),
        params: r#"{"Body":"\"é\""}"#.to_owned(),
        status,
        attempts: 3,
        last_status: None,
        last_error: None,
        created_at: at(n),
        finished_at: None,
    }
}

/// Numbers 1 to 8: of hooks 1 and 2 in turns, the first half about conversation 1; every fourth failed.
fn eight(store: &Store) {
    let status = |n| if n % 4 == 0 { Status::Failed } else { Status::Delivered };
    let mut all: Vec<_> = (1..=8).map(|n| delivery(n, 2 - n % 2, (n + 3) / 4, status(n))).collect();
    all.push(Delivery { account_sid: account_sid(2), ..delivery(9, 1, 1, Status::Failed) });
    write(store, move |tx| {
        deliveries::enqueue(tx, &all)?;
        for d in &all {
            let finished = Delivery { finished_at: Some(at(99)), last_error: Some("x".to_owned()), ..d.clone() };
            deliveries::update(tx, &finished)?;
            deliveries::take_out(tx, &d.hook_sid, &d.stream_sid)?;
        }
        Ok(())
    });
}

fn deliveries_are_listed_newest_first(store: &Store) {
    eight(store);
    let page = |account: i64, of: fn() -> Of<'static>, after: i64, before: i64| {
        let found = read(store, move |tx| {
            let key = delivery_sid(if after == 0 { before } else { after }).to_string();
            let seek = match (after, before) {
                (0, 0) => Seek::After(""),
                (0, _) => Seek::Before(&key),
                _ => Seek::After(&key),
            };
            deliveries::list(tx, &account_sid(account), Kind::Calls, of(), seek, 3)
        });
        found.iter().map(|d| d.seq).collect::<Vec<_>>()
    };
    assert_eq!(page(1, || Of::Account, 0, 0), [8, 7, 6]);
    assert_eq!(page(1, || Of::Account, 3, 0), [2, 1]);
    assert_eq!(page(1, || Of::Account, 0, 3), [4, 5, 6]);
    assert_eq!(page(2, || Of::Account, 0, 0), [9]);
    assert_eq!(page(1, || Of::Hook("WH1"), 0, 0), [7, 5, 3]);
    assert_eq!(page(1, || Of::Hook("WH1"), 0, 1), [3, 5, 7]);
    assert_eq!(page(2, || Of::Hook("WH2"), 0, 0), [0; 0]);
    assert_eq!(page(1, || Of::Failed, 0, 0), [8, 4]);
    assert_eq!(page(1, || Of::Failed, 8, 0), [4]);
    assert_eq!(page(1, || Of::Failed, 0, 4), [8]);
    let stream = |account: i64, n: i64| {
        let found = read(store, move |tx| {
            let sid = conversation_sid(n).to_string();
            deliveries::list(tx, &account_sid(account), Kind::Calls, Of::Stream(&sid), Seek::After(""), 9)
        });
        found.iter().map(|d| d.seq).collect::<Vec<_>>()
    };
    assert_eq!(
        (stream(1, 1), stream(1, 2), stream(2, 1), stream(2, 2)),
        (vec![4, 3, 2, 1], vec![8, 7, 6, 5], vec![9], vec![])
    );
    let fetch =
        |account: i64, n: i64| read(store, move |tx| deliveries::fetch(tx, &account_sid(account), &delivery_sid(n)));
    let expected = delivery(4, 2, 1, Status::Failed);
    let expected = Delivery { finished_at: Some(at(99)), last_error: Some("x".to_owned()), ..expected };
    assert_eq!((fetch(1, 4), fetch(2, 4), fetch(1, 9)), (Some(expected), None, None));
}

fn messages_are_listed_apart(store: &Store) {
    eight(store);
    let carried = |n: i64, status: Status| Delivery { way: Way::Channel, ..delivery(n, 7, n % 2, status) };
    let all = [carried(11, Status::Failed), carried(12, Status::Pending), carried(13, Status::Pending)];
    let written = all.clone();
    write(store, move |tx| deliveries::enqueue(tx, &written));
    let list = |kind: Kind, of: fn() -> Of<'static>| {
        let after = read(store, move |tx| deliveries::list(tx, &account_sid(1), kind, of(), Seek::After(""), 99));
        let key = delivery_sid(11).to_string();
        let back = read(store, move |tx| deliveries::list(tx, &account_sid(1), kind, of(), Seek::Before(&key), 99));
        (after.iter().map(|d| d.seq).collect::<Vec<_>>(), back.iter().map(|d| d.seq).collect::<Vec<_>>())
    };
    assert_eq!(list(Kind::Messages, || Of::Account), (vec![13, 12, 11], vec![12, 13]));
    assert_eq!(list(Kind::Messages, || Of::Failed), (vec![11], vec![]));
    assert_eq!(list(Kind::Messages, || Of::Hook("WH7")), (vec![13, 12, 11], vec![12, 13]));
    assert_eq!(list(Kind::Calls, || Of::Account), ((1..=8).rev().collect(), vec![]));
    assert_eq!(list(Kind::Calls, || Of::Failed), (vec![8, 4], vec![]));
    let of_stream = |kind: Kind| {
        let found = read(store, move |tx| {
            let sid = conversation_sid(1).to_string();
            let mut list = |seek| deliveries::list(tx, &account_sid(1), kind, Of::Stream(&sid), seek, 99);
            Ok([list(Seek::After(""))?, list(Seek::Before("WD"))?])
        });
        found.concat().iter().map(|d| d.seq).collect::<Vec<_>>()
    };
    assert_eq!(of_stream(Kind::Messages), [13, 11, 11, 13]);
    assert_eq!(of_stream(Kind::Calls), [4, 3, 2, 1, 1, 2, 3, 4]);
    let found = read(store, |tx| deliveries::fetch(tx, &account_sid(1), &delivery_sid(12)));
    assert_eq!(found, Some(all[1].clone()));
}

fn attempts_are_shown_newest_first(store: &Store) {
    let attempt = |number: i64| Attempt {
        number,
        at: at(number),
        micros: 7,
        status: (number > 1).then_some(503),
        error: (number == 1).then(|| "no".to_owned()),
        excerpt: (number == 2).then(|| "é".to_owned()),
    };
    write(store, move |tx| -> Result<(), StoreError> {
        deliveries::add_attempt(tx, &delivery_sid(2), &attempt(9))?;
        (1..=3).try_for_each(|number| deliveries::add_attempt(tx, &delivery_sid(1), &attempt(number)))
    });
    let attempts = |limit: i64| read(store, move |tx| deliveries::attempts(tx, &delivery_sid(1), limit));
    assert_eq!(attempts(9), [attempt(3), attempt(2), attempt(1)]);
    assert_eq!(attempts(2), [attempt(3), attempt(2)]);
}

fn a_finished_one_is_reopened_once(store: &Store) {
    eight(store);
    let reopen = |n: i64, stream: i64| {
        let d = delivery(n, 2, stream, Status::Failed);
        write(store, move |tx| {
            let is_reopened = deliveries::reopen(tx, &d, at(500))?;
            if is_reopened {
                deliveries::put_back(tx, &d, at(500))?;
            }
            Ok(is_reopened)
        })
    };
    let other = Delivery { account_sid: account_sid(2), ..delivery(4, 2, 1, Status::Failed) };
    assert!(!write(store, move |tx| deliveries::reopen(tx, &other, at(500))), "another account's");
    assert_eq!([reopen(77, 1), reopen(4, 1), reopen(4, 1), reopen(2, 1)], [false, true, false, true]);
    let waiting = read(store, |tx| deliveries::pending(tx, &hook(2), &conversation_sid(1), 9));
    let expected = |n: i64| Delivery {
        created_at: at(500),
        last_error: Some("x".to_owned()),
        ..delivery(n, 2, 1, Status::Pending)
    };
    assert_eq!(waiting, [expected(2), expected(4)], "in their old places");
    let queue = write(store, |tx| {
        let claim = deliveries::claim(tx, at(999), at(1_000), 99)?;
        let claim = claim.into_iter().find(|c| c.hook_sid == hook(2) && *c.stream_sid == *conversation_sid(1)).unwrap();
        deliveries::hold(tx, &claim)
    });
    assert_eq!(queue.unwrap().pending, 2);
}
