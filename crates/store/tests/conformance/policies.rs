use std::sync::Arc;

use dwell_core::address::BindingType;
use dwell_core::hours::Hours;
use dwell_core::lifecycle::{Armed, Left, Mark, Timers};
use dwell_core::policy::{Policy, Preset, Rules, Scope, Warning};
use dwell_core::{Conversation, Lifecycle, PolicySid, State};
use dwell_store::{Seek, Store, conversations, participants, policies};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_policy_is_kept_with_its_newest_rules,
    policies_of_an_account_are_listed_in_order,
    the_most_specific_policy_governs_and_the_newest_of_equals,
    a_conversation_lives_by_the_version_that_it_was_given,
    a_clock_is_kept_running_and_held,
    who_is_to_live_by_another_version_is_found_in_order,
}

fn sid(n: i64) -> PolicySid {
    PolicySid::new(bytes(n))
}

/// Policy `n` of the first account, for all its conversations.
fn policy(n: i64) -> Policy {
    Policy {
        account_sid: account_sid(1),
        scope: Scope::default(),
        friendly_name: format!("policy {n}"),
        enabled: true,
        rules: Preset::RepDesk.rules(sid(n)),
        date_created: at(n),
        date_updated: at(n),
    }
}

fn scoped(n: i64, service: Option<i64>, channel_type: Option<BindingType>, address: Option<&str>) -> Policy {
    let (service_sid, address) = (service.map(service_sid), address.map(str::to_owned));
    Policy { scope: Scope { service_sid, channel_type, address }, ..policy(n) }
}

/// Rules of policy `n` with everything set.
fn full_rules(n: i64, version: i64) -> Rules {
    let hours = r#"{"time_zone": "Europe/Berlin", "week": {"mon": [["09:00", "17:00"]]}}"#;
    Rules {
        version,
        queue: Some("parcels".to_owned()),
        farewell: Some("Tschüß 🕰".to_owned()),
        warnings: vec![Warning { before_seconds: 60, body: "it's \"late\"".to_owned() }],
        hours: Some(Hours::parse(hours).unwrap()),
        end_closes: false,
        ..Preset::RepDesk.rules(sid(n))
    }
}

fn insert(store: &Store, all: &[Policy]) {
    let all = all.to_vec();
    write(store, move |tx| all.iter().try_for_each(|policy| policies::insert(tx, policy)));
}

fn update(store: &Store, policy: &Policy) {
    let policy = policy.clone();
    write(store, move |tx| policies::update(tx, &policy));
}

fn fetch(store: &Store, account: i64, n: i64) -> Option<Policy> {
    read(store, move |tx| policies::fetch(tx, &account_sid(account), &sid(n)))
}

fn a_policy_is_kept_with_its_newest_rules(store: &Store) {
    let mut kept = scoped(1, Some(2), Some(BindingType::Whatsapp), Some("whatsapp:+15017122661"));
    insert(store, &[kept.clone(), policy(2)]);
    assert_eq!(fetch(store, 1, 1), Some(kept.clone()));
    assert_eq!((fetch(store, 2, 1), fetch(store, 1, 3)), (None, None));

    kept.rules = full_rules(1, 2);
    kept.scope = Scope::default();
    kept.friendly_name = "other".to_owned();
    kept.enabled = false;
    kept.date_updated = at(50);
    update(store, &kept);
    let locked = write(store, |tx| policies::lock(tx, &account_sid(1), &sid(1)));
    assert_eq!((locked, fetch(store, 1, 2)), (Some(kept.clone()), Some(policy(2))));
    kept.friendly_name = "the same rules again".to_owned();
    update(store, &kept);
    assert_eq!(fetch(store, 1, 1), Some(kept));
    let name = |account: i64, n: i64| read(store, move |tx| policies::name_of(tx, &account_sid(account), &sid(n)));
    assert_eq!((name(1, 2).as_deref(), name(2, 2), name(1, 3)), (Some("policy 2"), None, None));

    write(store, |tx| policies::delete(tx, &account_sid(2), &sid(1)));
    assert!(fetch(store, 1, 1).is_some(), "another account's");
    write(store, |tx| policies::delete(tx, &account_sid(1), &sid(1)));
    assert_eq!(fetch(store, 1, 1), None);
}

fn policies_of_an_account_are_listed_in_order(store: &Store) {
    insert(store, &[policy(2), policy(1), policy(3)]);
    insert(store, &[Policy { account_sid: account_sid(2), ..policy(4) }]);
    let list = |account: i64, after: Option<i64>, limit| {
        let key = after.map(|n| sid(n).to_string()).unwrap_or_default();
        let found = read(store, move |tx| policies::list(tx, &account_sid(account), Seek::After(&key), limit));
        found.into_iter().map(|policy| policy.rules.policy_sid).collect::<Vec<_>>()
    };
    assert_eq!(list(1, None, 9), [sid(1), sid(2), sid(3)]);
    assert_eq!((list(1, Some(1), 1), list(2, None, 9)), (vec![sid(2)], vec![sid(4)]));
    let back = sid(3).to_string();
    let found = read(store, move |tx| policies::list(tx, &account_sid(1), Seek::Before(&back), 1));
    assert_eq!(found.first().map(|policy| policy.rules.policy_sid), Some(sid(2)));
    assert_eq!(read(store, |tx| policies::count(tx, &account_sid(1))), 3);
}

/// A conversation with somebody who is reached by SMS, and one with somebody in the chat.
fn populated(store: &Store) {
    given(store, vec![conversation(1), conversation(2)]);
    let all = [texting(1, 1, "+15017122661", "+15017122660"), chatting(2, 2, "ada")];
    write(store, move |tx| {
        for participant in &all {
            participants::insert(tx, participant)?;
        }
        Ok(())
    });
}

fn governing(store: &Store, service: i64, conversation: i64) -> Option<PolicySid> {
    let found = read(store, move |tx| {
        policies::governing(tx, &account_sid(1), &service_sid(service), &conversation_sid(conversation))
    });
    found.map(|policy| policy.rules.policy_sid)
}

fn the_most_specific_policy_governs_and_the_newest_of_equals(store: &Store) {
    use BindingType::{Email, Sms};
    populated(store);
    assert_eq!(governing(store, 1, 1), None);
    insert(
        store,
        &[
            scoped(1, None, None, None),
            scoped(2, None, None, None),
            scoped(3, Some(1), None, None),
            scoped(4, None, Some(Sms), None),
            scoped(5, Some(1), Some(Sms), None),
            scoped(6, None, None, Some("+15017122660")),
            scoped(10, None, Some(Email), None),
            scoped(11, Some(2), Some(Sms), Some("+15017122660")),
            scoped(12, None, None, Some("+15017122661")),
            scoped(13, None, Some(Email), Some("+15017122660")),
            Policy { enabled: false, ..scoped(14, Some(1), Some(Sms), Some("+15017122660")) },
            Policy { account_sid: account_sid(2), ..policy(15) },
        ],
    );
    // One after another goes: the address, the channel in the service, the channel, the service, the newer one.
    for n in [6, 5, 4, 3, 2, 1] {
        assert_eq!(governing(store, 1, 1), Some(sid(n)));
        let expected = if n > 3 { 3 } else { n };
        assert_eq!(governing(store, 1, 2), Some(sid(expected)), "nobody there is outside");
        write(store, move |tx| policies::delete(tx, &account_sid(1), &sid(n)));
    }
    assert_eq!((governing(store, 1, 1), governing(store, 2, 1)), (None, Some(sid(11))));
}

fn governed(n: i64, rules: Rules) -> Conversation {
    let timers = rules.timers();
    let armed = Some(Armed { due: at(500), kind: Mark::Warning });
    let lifecycle = Lifecycle { timers, armed, rules: Some(Arc::new(rules)), ..conversation(n).lifecycle };
    Conversation { lifecycle, ..conversation(n) }
}

fn a_conversation_lives_by_the_version_that_it_was_given(store: &Store) {
    let mut kept = policy(1);
    insert(store, std::slice::from_ref(&kept));
    given(store, vec![governed(1, kept.rules.clone()), conversation(2)]);
    assert_eq!(fetched(store, 1), Some(governed(1, kept.rules.clone())));
    kept.rules = full_rules(1, 2);
    update(store, &kept);
    assert_eq!(fetched(store, 1), Some(governed(1, policy(1).rules)), "the first version");
    let (expected, c) = (governed(2, kept.rules.clone()), governed(2, kept.rules.clone()));
    write(store, move |tx| conversations::update(tx, &c));
    write(store, |tx| policies::delete(tx, &account_sid(1), &sid(1)));
    assert_eq!(fetched(store, 2), Some(expected), "also when the policy is gone");
    let timers = write(store, |tx| conversations::due(tx, &account_sid(1), at(500), 10));
    let versions: Vec<_> = timers.iter().map(|timer| timer.lifecycle.rules.as_ref().map(|r| r.version)).collect();
    assert_eq!(versions, [Some(1), Some(2)]);
    let plain = conversation(2);
    write(store, move |tx| conversations::update(tx, &plain));
    assert_eq!(fetched(store, 2), Some(conversation(2)));
}

fn a_clock_is_kept_running_and_held(store: &Store) {
    given(store, vec![conversation(1)]);
    let left = Some(Left { kind: Mark::Inactive, micros: 1_234_567 });
    for (warned, held, has_own_timers) in
        [(2, None, false), (0, Some(None), true), (0, Some(left), false), (0, None, false)]
    {
        let mut c = conversation(1);
        c.lifecycle = Lifecycle { warned, held, has_own_timers, ..c.lifecycle };
        let expected = c.clone();
        write(store, move |tx| conversations::update(tx, &c));
        assert_eq!(fetched(store, 1), Some(expected));
    }
}

fn who_is_to_live_by_another_version_is_found_in_order(store: &Store) {
    let mut p = policy(1);
    insert(store, std::slice::from_ref(&p));
    let old = p.rules.clone();
    p.rules = full_rules(1, 2);
    update(store, &p);
    let with = |n: i64, change: fn(&mut Lifecycle)| {
        let mut c = conversation(n);
        change(&mut c.lifecycle);
        c
    };
    given(
        store,
        vec![
            governed(1, old.clone()),
            governed(2, p.rules.clone()),
            conversation(3),
            with(4, |life| life.has_own_timers = true),
            with(5, |life| life.state = State::Closed),
            Conversation {
                lifecycle: Lifecycle { state: State::Closed, ..governed(6, old.clone()).lifecycle },
                ..conversation(6)
            },
            with(7, |life| life.timers = Timers { inactive: Some(60), closed: None }),
            governed(8, old),
        ],
    );
    let inside = texting(8, 1, "+15017122661", "+15017122660");
    write(store, move |tx| participants::insert(tx, &inside));
    let candidates = |n: i64, after: Option<i64>, limit: i64| {
        let after = after.map(conversation_sid);
        read(store, move |tx| policies::candidates(tx, &account_sid(1), &sid(n), after.as_ref(), limit))
    };
    let count = |n: i64| read(store, move |tx| policies::count_candidates(tx, &account_sid(1), &sid(n)));
    let sids = |numbers: &[i64]| numbers.iter().map(|n| conversation_sid(*n)).collect::<Vec<_>>();
    assert_eq!(candidates(1, None, 9), sids(&[1, 3, 7, 8]));
    assert_eq!((candidates(1, Some(1), 2), count(1)), (sids(&[3, 7]), 4));
    let outdated = p.clone();
    assert_eq!(read(store, move |tx| policies::count_outdated(tx, &outdated)), 2, "the closed one does not count");

    // One that outranks it takes its own away.
    insert(store, &[scoped(2, None, Some(BindingType::Sms), None)]);
    assert_eq!((candidates(1, None, 9), candidates(2, None, 9)), (sids(&[1, 3, 7]), sids(&[8])));
    p.enabled = false;
    update(store, &p);
    assert_eq!((candidates(1, None, 9), count(1), count(2)), (vec![], 0, 1));
}
