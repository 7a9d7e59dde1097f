use dwell_core::PersonSid;
use dwell_core::person::{PersonRole, Switches};
use dwell_store::sign_ins::{self, SignIn};
use dwell_store::{Store, role_permissions};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_sign_in_is_found_by_its_token_until_it_ends,
    of_many_sign_ins_the_newest_stay,
    those_that_are_not_used_are_removed,
    the_switches_of_a_role_are_kept_for_each_account,
}

fn person_sid(n: i64) -> PersonSid {
    PersonSid::new(bytes(n))
}

fn sign_in(store: &Store, person: i64, token: &'static str, now: i64, at_most: i64) {
    write(store, move |tx| sign_ins::insert(tx, &account_sid(1), &person_sid(person), token, at(now), at_most));
}

fn fetch(store: &Store, token: &'static str) -> Option<SignIn> {
    read(store, move |tx| sign_ins::fetch(tx, token))
}

fn those_there(store: &Store, tokens: &[&'static str]) -> Vec<&'static str> {
    tokens.iter().copied().filter(|token| fetch(store, token).is_some()).collect()
}

fn a_sign_in_is_found_by_its_token_until_it_ends(store: &Store) {
    sign_in(store, 1, "a", 10, 9);
    sign_in(store, 1, "b", 20, 9);
    sign_in(store, 2, "c", 30, 9);
    let expected =
        SignIn { account_sid: account_sid(1), person_sid: person_sid(1), date_created: at(10), date_used: at(10) };
    assert_eq!(fetch(store, "a"), Some(expected));
    write(store, |tx| sign_ins::touch(tx, "a", at(50)));
    write(store, |tx| sign_ins::touch(tx, "a", at(40)));
    assert_eq!(fetch(store, "a"), Some(SignIn { date_used: at(50), ..expected }));
    write(store, |tx| sign_ins::delete(tx, "b"));
    assert_eq!(those_there(store, &["a", "b", "c"]), ["a", "c"]);
    sign_in(store, 1, "d", 60, 9);
    write(store, |tx| sign_ins::delete_of_person(tx, &person_sid(1), Some("d")));
    assert_eq!(those_there(store, &["a", "c", "d"]), ["c", "d"]);
    write(store, |tx| sign_ins::delete_of_person(tx, &person_sid(1), None));
    assert_eq!(those_there(store, &["c", "d"]), ["c"]);
}

fn of_many_sign_ins_the_newest_stay(store: &Store) {
    for (n, token) in (1..).zip(["a", "b", "c", "d"]) {
        sign_in(store, 1, token, n, 2);
    }
    sign_in(store, 2, "e", 0, 2);
    assert_eq!(those_there(store, &["a", "b", "c", "d", "e"]), ["c", "d", "e"]);
}

fn those_that_are_not_used_are_removed(store: &Store) {
    for (n, token) in (1..).zip(["a", "b", "c"]) {
        sign_in(store, n, token, n, 9);
    }
    assert!(!read(store, |tx| sign_ins::any_unused(tx, at(1))));
    assert!(read(store, |tx| sign_ins::any_unused(tx, at(3))));
    write(store, |tx| sign_ins::delete_unused(tx, at(3), 1));
    assert_eq!(those_there(store, &["a", "b", "c"]), ["b", "c"]);
    write(store, |tx| sign_ins::delete_unused(tx, at(3), 9));
    assert_eq!(those_there(store, &["b", "c"]), ["c"]);
}

fn the_switches_of_a_role_are_kept_for_each_account(store: &Store) {
    let fetch = |account: i64, role: PersonRole| {
        read(store, move |tx| role_permissions::fetch(tx, &account_sid(account), role))
    };
    assert_eq!(fetch(1, PersonRole::Agent), None);
    let few = Switches { can_bulk: true, ..Switches::NONE };
    for switches in [Switches::ALL, few] {
        write(store, move |tx| role_permissions::put(tx, &account_sid(1), PersonRole::Agent, switches, at(1)));
        assert_eq!(fetch(1, PersonRole::Agent), Some(switches));
    }
    assert_eq!(fetch(1, PersonRole::Supervisor), None);
    assert_eq!(fetch(2, PersonRole::Agent), None);
}
