use dwell_core::webhook::{Action, Method};
use dwell_core::{DeliverySid, Webhook, WebhookSid};
use dwell_store::deliveries::{self, Attempt, Claim, Delivery, Queue, Status, Way};
use dwell_store::{Store, webhooks};

use crate::samples::*;
use crate::webhooks::hook;
use crate::{on_both_engines, read, write};

on_both_engines! {
    everything_of_a_delivery_is_kept,
    a_queue_is_claimed_once_and_comes_back_when_the_claim_ends,
    the_longest_waiting_queue_comes_first,
    deliveries_of_a_queue_go_out_in_the_order_of_events,
    only_an_empty_queue_is_removed,
    a_replay_comes_before_what_is_newer_and_keeps_the_queue,
    claims_of_several_queues_are_moved_together,
    a_delivery_that_was_taken_out_can_be_put_back,
    what_is_finished_long_ago_is_removed_with_its_attempts,
    the_webhooks_of_many_conversations_are_found_at_once,
}

/// The delivery of event `n` of a conversation to a hook of account 1, written at second `n`.
pub(crate) fn delivery(hook: &str, conversation: i64, n: i64) -> Delivery {
    let of_hook = hook.bytes().map(i64::from).sum::<i64>() * 1_000_000;
    Delivery {
        sid: DeliverySid::new(bytes(of_hook + conversation * 1_000 + n)),
        account_sid: account_sid(1),
        hook_sid: hook.to_owned(),
        stream_sid: conversation_sid(conversation).to_string(),
        seq: n,
        event: "onMessageAdded".to_owned(),
        url: "https://example.com/é?a=\"b\"".to_owned(),
        way: Way::Call(Method::Get),
        params: r#"{"Body":"Zürich 🕰"}"#.to_owned(),
        status: Status::Pending,
        attempts: 0,
        last_status: None,
        last_error: None,
        created_at: at(n),
        finished_at: None,
    }
}

pub(crate) fn enqueue(store: &Store, found: Vec<Delivery>) {
    write(store, move |tx| deliveries::enqueue(tx, &found));
}

fn claim(store: &Store, now: i64, until: i64, limit: i64) -> Vec<Claim> {
    write(store, move |tx| deliveries::claim(tx, at(now), at(until), limit))
}

fn hold(store: &Store, claim: &Claim) -> Option<Queue> {
    let claim = claim.clone();
    write(store, move |tx| deliveries::hold(tx, &claim))
}

fn pending(store: &Store, hook: &'static str, conversation: i64) -> Vec<Delivery> {
    let stream = conversation_sid(conversation);
    read(store, move |tx| deliveries::pending(tx, hook, &stream, 99))
}

fn next_at(store: &Store) -> Option<dwell_core::Timestamp> {
    read(store, deliveries::next_at)
}

fn move_all(store: &Store, claims: &[Claim], to: i64) {
    let claims = claims.to_vec();
    write(store, move |tx| deliveries::move_all(tx, &claims, at(to)));
}

fn delete_if_empty(store: &Store, claim: &Claim) -> bool {
    let claim = claim.clone();
    write(store, move |tx| deliveries::delete_if_empty(tx, &claim))
}

fn take_out(store: &Store, claim: &Claim) {
    let claim = claim.clone();
    write(store, move |tx| deliveries::take_out(tx, &claim.hook_sid, &claim.stream_sid));
}

fn everything_of_a_delivery_is_kept(store: &Store) {
    let made = delivery("WH1", 1, 5);
    enqueue(store, vec![made.clone()]);
    assert_eq!(pending(store, "WH1", 1), std::slice::from_ref(&made));
    let tried = Delivery {
        url: "https://example.com/moved".to_owned(),
        way: Way::Call(Method::Post),
        attempts: 3,
        last_status: Some(503),
        last_error: Some("no complete answer within 5000 ms".to_owned()),
        created_at: at(6),
        ..made
    };
    let written = tried.clone();
    write(store, move |tx| deliveries::update(tx, &written));
    assert_eq!(pending(store, "WH1", 1), std::slice::from_ref(&tried));
    for status in [Status::Failed, Status::Delivered] {
        let ended = Delivery { status, finished_at: Some(at(9)), ..tried.clone() };
        write(store, move |tx| deliveries::update(tx, &ended));
        assert_eq!(pending(store, "WH1", 1), [], "{status:?} waits no more");
    }
}

fn a_queue_is_claimed_once_and_comes_back_when_the_claim_ends(store: &Store) {
    assert_eq!((next_at(store), claim(store, 99, 100, 9)), (None, vec![]));
    enqueue(store, vec![delivery("WH1", 1, 5)]);
    assert_eq!((next_at(store), claim(store, 4, 14, 9)), (Some(at(5)), vec![]));
    let first = claim(store, 5, 15, 9);
    let stream_sid = conversation_sid(1).to_string();
    let expected = Claim { hook_sid: "WH1".to_owned(), stream_sid, account_sid: account_sid(1), until: at(15) };
    assert_eq!(first, [expected]);
    assert_eq!(next_at(store), Some(at(15)));
    assert_eq!(claim(store, 14, 24, 9), [], "somebody works on it");
    // What is added meanwhile changes nothing about that.
    enqueue(store, vec![delivery("WH1", 1, 6)]);
    assert_eq!(claim(store, 14, 24, 9), []);
    assert_eq!(hold(store, &first[0]), Some(Queue { pending: 2, replay: None }));
    let second = claim(store, 15, 25, 9);
    assert_eq!(second.len(), 1);
    assert_eq!(hold(store, &first[0]), None, "its time is over");
    move_all(store, &first, 16);
    assert_eq!(next_at(store), Some(at(25)), "who lost a claim moves nothing");
    assert!(hold(store, &second[0]).is_some());
    move_all(store, &second, 20);
    assert_eq!(next_at(store), Some(at(20)), "given back");
    assert_eq!(hold(store, &second[0]), None);
    let gone = Claim { hook_sid: "WH2".to_owned(), ..second[0].clone() };
    assert_eq!(hold(store, &gone), None);
}

fn the_longest_waiting_queue_comes_first(store: &Store) {
    // Both kinds of rows many at once, and one queue twice.
    let found = [("WH2", 1, 7), ("AC1", 2, 3), ("WH1", 1, 7), ("AC1", 2, 9), ("AC1", 1, 5)];
    enqueue(store, found.map(|(hook, conversation, n)| delivery(hook, conversation, n)).to_vec());
    let names = |claims: Vec<Claim>| {
        claims.into_iter().map(|claim| format!("{} {}", claim.hook_sid, claim.stream_sid)).collect::<Vec<_>>()
    };
    let queue = |hook: &str, conversation: i64| format!("{hook} {}", conversation_sid(conversation));
    assert_eq!(names(claim(store, 99, 199, 3)), [queue("AC1", 2), queue("AC1", 1), queue("WH1", 1)]);
    assert_eq!(names(claim(store, 99, 199, 3)), [queue("WH2", 1)]);
    assert_eq!(names(claim(store, 99, 199, 3)), [""; 0]);
}

fn deliveries_of_a_queue_go_out_in_the_order_of_events(store: &Store) {
    enqueue(store, vec![delivery("WH1", 1, 3), delivery("WH1", 2, 1)]);
    let mut late = delivery("WH1", 1, 2);
    late.sid = DeliverySid::new(bytes(999_999));
    let replayed = Delivery { seq: -1, sid: DeliverySid::new(bytes(999_998)), ..delivery("WH1", 1, 0) };
    enqueue(store, vec![late, replayed, delivery("WH2", 1, 1), delivery("WH1", 1, 4)]);
    let numbers = pending(store, "WH1", 1).iter().map(|delivery| delivery.seq).collect::<Vec<_>>();
    assert_eq!(numbers, [-1, 2, 3, 4]);
    let first = read(store, |tx| deliveries::pending(tx, "WH1", &conversation_sid(1), 2));
    assert_eq!(first.iter().map(|delivery| delivery.seq).collect::<Vec<_>>(), [-1, 2]);
}

fn only_an_empty_queue_is_removed(store: &Store) {
    enqueue(store, vec![delivery("WH1", 1, 1), delivery("WH1", 1, 2), delivery("WH1", 2, 1)]);
    let claims = claim(store, 9, 19, 9);
    let of_first = claims.iter().find(|claim| claim.stream_sid == conversation_sid(1).as_str()).unwrap();
    for left in [1, 0] {
        assert!(!delete_if_empty(store, of_first));
        take_out(store, of_first);
        assert_eq!(hold(store, of_first), Some(Queue { pending: left, replay: None }));
    }
    assert!(delete_if_empty(store, of_first));
    assert!(!delete_if_empty(store, of_first));
    assert_eq!(hold(store, of_first), None);
    // A new one begins where nobody works on it.
    enqueue(store, vec![delivery("WH1", 1, 12)]);
    assert_eq!(claim(store, 12, 22, 9).len(), 1);
}

fn a_replay_comes_before_what_is_newer_and_keeps_the_queue(store: &Store) {
    write(store, |tx| deliveries::set_replay(tx, &account_sid(1), "WH1", &conversation_sid(1), (3, 9), at(5)));
    let claims = claim(store, 5, 15, 9);
    assert_eq!(claims.len(), 1, "there is something to look at");
    let held = |claims: &[Claim]| hold(store, &claims[0]);
    assert_eq!(held(&claims), Some(Queue { pending: 0, replay: Some((3, 9)) }));
    enqueue(store, vec![delivery("WH1", 1, 20)]);
    take_out(store, &claims[0]);
    assert!(!delete_if_empty(store, &claims[0]), "messages are left to tell");
    let (moved, over) = (claims[0].clone(), claims[0].clone());
    write(store, move |tx| deliveries::move_replay(tx, &moved, Some(7)));
    assert_eq!(held(&claims), Some(Queue { pending: 0, replay: Some((7, 9)) }));
    write(store, move |tx| deliveries::move_replay(tx, &over, None));
    assert_eq!(held(&claims), Some(Queue { pending: 0, replay: None }));
    assert!(delete_if_empty(store, &claims[0]));
}

fn claims_of_several_queues_are_moved_together(store: &Store) {
    enqueue(store, (1..=20).map(|n| delivery("AC1", n, n)).collect());
    let mut claims = claim(store, 99, 199, 99);
    assert_eq!(claims.len(), 20);
    claims.reverse();
    let lost = Claim { until: at(1), ..claims.remove(3) };
    claims.push(lost);
    move_all(store, &claims, 300);
    assert_eq!(next_at(store), Some(at(199)));
    assert_eq!(claim(store, 299, 999, 99).len(), 1, "that whose claim was lost");
    assert_eq!(claim(store, 300, 999, 99).len(), 19);
    move_all(store, &[], 1);
    enqueue(store, vec![]);
}

fn a_delivery_that_was_taken_out_can_be_put_back(store: &Store) {
    let failed = Delivery { status: Status::Failed, finished_at: Some(at(9)), ..delivery("WH1", 1, 1) };
    enqueue(store, vec![delivery("WH1", 1, 1)]);
    let claims = claim(store, 9, 19, 9);
    take_out(store, &claims[0]);
    assert!(delete_if_empty(store, &claims[0]));
    let again = failed.clone();
    write(store, move |tx| {
        deliveries::update(tx, &Delivery { status: Status::Pending, finished_at: None, ..again.clone() })?;
        deliveries::put_back(tx, &again, at(30))
    });
    assert_eq!((next_at(store), pending(store, "WH1", 1).len()), (Some(at(30)), 1));
    write(store, move |tx| deliveries::put_back(tx, &failed, at(40)));
    let claims = claim(store, 30, 50, 9);
    assert_eq!(hold(store, &claims[0]), Some(Queue { pending: 2, replay: None }));
}

fn what_is_finished_long_ago_is_removed_with_its_attempts(store: &Store) {
    enqueue(store, (1..=5).map(|n| delivery("WH1", 1, n)).collect());
    write(store, |tx| {
        for n in 1..=4 {
            let sid = delivery("WH1", 1, n).sid;
            for number in [1, 2, 2] {
                let (status, error) = if number == 1 { (None, Some("x".to_owned())) } else { (Some(200), None) };
                let excerpt = status.map(|_| "ok".to_owned());
                deliveries::add_attempt(tx, &sid, &Attempt { number, at: at(n), micros: 7, status, error, excerpt })?;
            }
            let status = if n % 2 == 0 { Status::Failed } else { Status::Delivered };
            let ended = Delivery { status, finished_at: Some(at(10 * n)), ..delivery("WH1", 1, n) };
            deliveries::update(tx, &ended)?;
        }
        Ok(())
    });
    let remove = |before: i64, limit: i64| write(store, move |tx| deliveries::remove_finished(tx, at(before), limit));
    assert_eq!([remove(10, 9), remove(31, 2), remove(31, 2), remove(31, 2)], [0, 2, 1, 0]);
    assert_eq!(pending(store, "WH1", 1).len(), 1, "what waits is never too old");
    static ATTEMPTS: dwell_store::Stmt =
        dwell_store::Stmt { name: "test", sql: "DELETE FROM webhook_attempts", row: &[] };
    assert_eq!(write(store, |tx| tx.exec(&ATTEMPTS, &[])), 2, "the attempts of the one that is left");
}

fn the_webhooks_of_many_conversations_are_found_at_once(store: &Store) {
    let any = |account: i64| read(store, move |tx| webhooks::any(tx, &account_sid(account)));
    assert!(!any(1));
    write(store, |tx| {
        for (account, conversation, n) in [(1, 1, 1), (1, 3, 2), (1, 1, 3), (2, 2, 4), (1, 4, 5)] {
            let webhook = Webhook {
                sid: WebhookSid::new(bytes(n)),
                account_sid: account_sid(account),
                conversation_sid: conversation_sid(conversation),
                action: Action::Webhook(hook()),
                replay_after: None,
                date_created: at(n),
                date_updated: at(n),
            };
            webhooks::insert(tx, &webhook)?;
        }
        Ok(())
    });
    assert_eq!((any(1), any(2), any(3)), (true, true, false));
    let found = |account: i64, conversations: &'static [i64]| {
        let mut found = read(store, move |tx| {
            let sids: Vec<_> = conversations.iter().map(|n| conversation_sid(*n)).collect();
            webhooks::of_conversations(tx, &account_sid(account), &sids)
        });
        found.sort_by_key(|webhook| webhook.sid);
        found.into_iter().map(|webhook| webhook.sid).collect::<Vec<_>>()
    };
    let sids = |numbers: &[i64]| numbers.iter().map(|n| WebhookSid::new(bytes(*n))).collect::<Vec<_>>();
    assert_eq!(found(1, &[1, 2, 3]), sids(&[1, 2, 3]));
    assert_eq!((found(2, &[1, 2, 3]), found(1, &[9])), (sids(&[4]), vec![]));
    assert_eq!(found(1, &[]), []);
}
