use dwell_core::bulk::{Act, Job, JobState, Order, Outcome, Refusal};
use dwell_core::lifecycle::Timers;
use dwell_core::{BulkSid, ConversationSid, State, Timestamp};
use dwell_store::{Seek, Store, bulk};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_job_is_kept_with_its_conversations_in_their_order,
    a_job_gets_on_until_it_is_over_and_forgotten,
    jobs_of_an_account_are_listed_newest_first,
    results_are_kept_once_and_listed_both_ways,
    conversations_are_found_by_state_and_timers,
}

fn job(account: i64, n: i64, total: i64) -> Job {
    Job {
        sid: BulkSid::new(bytes(n)),
        account_sid: account_sid(account),
        act: Act::End,
        order: Order { farewell: Some("Bis bald 🕰".to_owned()), ..Order::default() },
        state: JobState::Running,
        total,
        done: 0,
        refused: 0,
        created_by: "AC".to_owned(),
        date_created: at(n),
        date_updated: at(n),
        changed_at: at(n),
    }
}

fn insert(store: &Store, job: &Job) {
    let job = job.clone();
    let sids: Vec<_> = (1..=job.total).rev().map(conversation_sid).collect();
    write(store, move |tx| bulk::insert(tx, &job, &sids));
}

fn a_job_is_kept_with_its_conversations_in_their_order(store: &Store) {
    let kept = job(1, 1, 2_500);
    insert(store, &kept);
    insert(store, &job(1, 2, 0));
    let sid = kept.sid;
    assert_eq!(read(store, move |tx| bulk::fetch(tx, &account_sid(1), &sid)), Some(kept.clone()));
    assert_eq!(read(store, move |tx| bulk::fetch(tx, &account_sid(2), &sid)), None);
    assert_eq!(write(store, move |tx| bulk::lock(tx, &account_sid(1), &sid)), Some(kept));
    let part = |position, most| read(store, move |tx| bulk::conversations(tx, &sid, position, most));
    let expected = |range: std::ops::Range<i64>| range.map(|n| conversation_sid(2_500 - n)).collect::<Vec<_>>();
    assert_eq!(part(0, 3), expected(0..3));
    assert_eq!(part(998, 5), expected(998..1_000), "a part ends there");
    assert_eq!(part(1_000, 2), expected(1_000..1_002));
    assert_eq!(part(2_499, 9), expected(2_499..2_500));
    assert_eq!(part(2_500, 9), []);
}

fn a_job_gets_on_until_it_is_over_and_forgotten(store: &Store) {
    let mut kept = job(1, 1, 3);
    insert(store, &kept);
    let sid = kept.sid;
    let running = || read(store, |tx| bulk::running(tx, "", 9));
    let over = |before| read(store, move |tx| bulk::over(tx, at(before)));
    assert_eq!(running(), [(account_sid(1), sid)]);
    assert_eq!(read(store, |tx| bulk::count_running(tx, &account_sid(1))), 1);
    (kept.done, kept.refused, kept.state) = (2, 1, JobState::Done);
    (kept.date_updated, kept.changed_at) = (at(8), at(9));
    let written = kept.clone();
    write(store, move |tx| bulk::update(tx, &written));
    assert_eq!(read(store, move |tx| bulk::fetch(tx, &account_sid(1), &sid)), Some(kept));
    assert_eq!(write(store, move |tx| bulk::take(tx, &account_sid(1), &sid)), None, "it does not run");
    assert_eq!((running(), over(9), over(10)), (vec![], None, Some((account_sid(1), sid))));
    let outcome = |n| Outcome { conversation_sid: conversation_sid(n), refusal: None };
    write(store, move |tx| bulk::insert_results(tx, &sid, &[outcome(1), outcome(2), outcome(3)]));
    for left in [1, 0, 0] {
        write(store, move |tx| bulk::remove_some(tx, &account_sid(1), &sid, 2));
        assert_eq!(read(store, move |tx| bulk::results(tx, &sid, Seek::After(""), 9)).len(), left);
    }
    assert_eq!(read(store, move |tx| bulk::fetch(tx, &account_sid(1), &sid)), None);
    assert_eq!(read(store, move |tx| bulk::conversations(tx, &sid, 0, 9)), []);
}

fn jobs_of_an_account_are_listed_newest_first(store: &Store) {
    for n in 1..=4 {
        insert(store, &job(1, n, 1));
    }
    insert(store, &job(2, 5, 1));
    let sids = |found: Vec<Job>| found.into_iter().map(|job| job.sid).collect::<Vec<_>>();
    let second = job(1, 2, 1).sid;
    let list = |seek: fn(&'static str) -> Seek<'static>, key: String| {
        let key: &'static str = Box::leak(key.into_boxed_str());
        sids(read(store, move |tx| bulk::list(tx, &account_sid(1), seek(key), 2)))
    };
    assert_eq!(list(Seek::After, String::new()), [4, 3].map(|n| job(1, n, 1).sid));
    assert_eq!(list(Seek::After, second.to_string()), [job(1, 1, 1).sid]);
    assert_eq!(list(Seek::Before, second.to_string()), [3, 4].map(|n| job(1, n, 1).sid));
}

fn results_are_kept_once_and_listed_both_ways(store: &Store) {
    let sid = job(1, 1, 1).sid;
    let refusal = Refusal { code: 20_409, message: "bäh".to_owned() };
    let outcome =
        move |n: i64| Outcome { conversation_sid: conversation_sid(n), refusal: (n == 2).then(|| refusal.clone()) };
    let all: Vec<_> = (1..=3).map(&outcome).collect();
    let written = all.clone();
    write(store, move |tx| bulk::insert_results(tx, &sid, &written));
    write(store, move |tx| bulk::insert_results(tx, &sid, &[]));
    assert_eq!(read(store, move |tx| bulk::results(tx, &sid, Seek::After(""), 9)), all);
    let third = conversation_sid(3);
    let back = read(store, move |tx| bulk::results(tx, &sid, Seek::Before(&third), 9));
    assert_eq!(back, [all[1].clone(), all[0].clone()]);
    let again = all[..1].to_vec();
    assert!(store.write_blocking(move |tx| bulk::insert_results(tx, &sid, &again)).is_err());
}

fn conversations_are_found_by_state_and_timers(store: &Store) {
    let hour = Timers { inactive: Some(3_600), closed: None };
    let all = (1..=6).map(|n| {
        let mut c = conversation(n);
        // Many in one instant.
        c.activity_at = at(n / 3);
        c.lifecycle.has_own_timers = false;
        c.lifecycle.timers = if n % 2 == 0 { hour } else { Timers::default() };
        c.lifecycle.state = if n == 6 { State::Closed } else { State::Active };
        c
    });
    given(store, all.collect());
    let find = |state, other_than| {
        let (mut found, mut from) = (Vec::<ConversationSid>::new(), (Timestamp::MIN, String::new()));
        loop {
            let place = from.clone();
            let page =
                read(store, move |tx| bulk::in_state(tx, &service_sid(1), state, other_than, (place.0, &place.1), 2));
            let Some((at, sid)) = page.last() else { return found };
            from = (*at, sid.to_string());
            found.extend(page.into_iter().map(|(_, sid)| sid));
        }
    };
    let sids = |all: &[i64]| all.iter().copied().map(conversation_sid).collect::<Vec<_>>();
    assert_eq!(find(State::Active, None), sids(&[1, 2, 3, 4, 5]));
    assert_eq!(find(State::Active, Some(hour)), sids(&[1, 3, 5]));
    assert_eq!(find(State::Active, Some(Timers::default())), sids(&[2, 4]));
    assert_eq!(find(State::Closed, None), sids(&[6]));
}
