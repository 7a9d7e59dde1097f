use dwell_core::AddressSid;
use dwell_core::address_configuration::{Action, AddressConfiguration, AddressType, AutoCreation};
use dwell_store::address_configurations::{self, Key};
use dwell_store::{Seek, Store};

use crate::samples::*;
use crate::webhooks::{flow_sid, hook};
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_configuration_of_every_type_is_kept,
    an_address_has_one_configuration_per_account,
    configurations_are_listed_by_type_and_in_order,
}

fn configuration(n: i64, address: &str) -> AddressConfiguration {
    AddressConfiguration {
        sid: AddressSid::new(bytes(n)),
        account_sid: account_sid(1),
        address_type: AddressType::Sms,
        address: address.to_owned(),
        friendly_name: None,
        address_country: None,
        auto_creation: AutoCreation::OFF,
        date_created: at(n),
        date_updated: at(n),
    }
}

fn insert(store: &Store, configuration: &AddressConfiguration) -> bool {
    let configuration = configuration.clone();
    write(store, move |tx| address_configurations::insert(tx, &configuration))
}

fn a_configuration_of_every_type_is_kept(store: &Store) {
    let actions = [Action::Default, Action::Webhook(hook()), Action::Studio { flow_sid: flow_sid(7), retry_count: 3 }];
    for (n, action) in (1..).zip(actions.clone()) {
        let mut kept = configuration(n, &format!("address {n}"));
        kept.address_type = AddressType::Chat;
        kept.friendly_name = Some("Zürich 🕰".to_owned());
        kept.address_country = Some("CH".to_owned());
        kept.auto_creation = AutoCreation { enabled: true, service_sid: Some(service_sid(n)), action };
        assert!(insert(store, &kept));
        let (sid, address) = (kept.sid, kept.address.clone());
        let by_sid = read(store, move |tx| address_configurations::fetch(tx, &account_sid(1), Key::Sid(&sid)));
        assert_eq!(by_sid.as_ref(), Some(&kept));
        let find = |account: i64, address_type: AddressType| {
            let address = address.clone();
            read(store, move |tx| address_configurations::find(tx, &account_sid(account), address_type, &address))
        };
        assert_eq!(find(1, AddressType::Chat).as_ref(), Some(&kept));
        assert_eq!((find(1, AddressType::Sms), find(2, AddressType::Chat)), (None, None));
        // Every action may become every other.
        for action in actions.clone() {
            let mut changed = kept.clone();
            changed.friendly_name = None;
            changed.auto_creation = AutoCreation { enabled: false, service_sid: None, action };
            changed.date_updated = at(50);
            let written = changed.clone();
            write(store, move |tx| address_configurations::update(tx, &written));
            let address = address.clone();
            let locked =
                write(store, move |tx| address_configurations::lock(tx, &account_sid(1), Key::Address(&address)));
            assert_eq!(locked, Some(changed));
        }
        write(store, move |tx| address_configurations::delete(tx, &sid));
        assert_eq!(find(1, AddressType::Chat), None);
    }
}

fn an_address_has_one_configuration_per_account(store: &Store) {
    assert!(insert(store, &configuration(1, "911")));
    assert!(!insert(store, &configuration(2, "911")));
    assert!(!insert(store, &AddressConfiguration { address_type: AddressType::Chat, ..configuration(2, "911") }));
    assert!(insert(store, &AddressConfiguration { account_sid: account_sid(2), ..configuration(2, "911") }));
    let sid = configuration(2, "").sid;
    let fetch =
        |account: i64| read(store, move |tx| address_configurations::fetch(tx, &account_sid(account), Key::Sid(&sid)));
    assert!(fetch(1).is_none() && fetch(2).is_some());
}

fn configurations_are_listed_by_type_and_in_order(store: &Store) {
    for (n, address_type) in
        [(4, AddressType::Chat), (1, AddressType::Sms), (3, AddressType::Sms), (2, AddressType::Rcs)]
    {
        assert!(insert(store, &AddressConfiguration { address_type, ..configuration(n, &n.to_string()) }));
    }
    let page = |address_type: Option<AddressType>, after: i64, before: i64| {
        let key = |n: i64| if n == 0 { String::new() } else { AddressSid::new(bytes(n)).to_string() };
        let (after, before) = (key(after), key(before));
        let found = read(store, move |tx| {
            let seek = if before.is_empty() { Seek::After(&after) } else { Seek::Before(&before) };
            address_configurations::list(tx, &account_sid(1), address_type, seek, 3)
        });
        found.into_iter().map(|a| a.address).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(page(None, 0, 0), "1 2 3");
    assert_eq!(page(None, 3, 0), "4");
    assert_eq!(page(None, 0, 3), "2 1");
    assert_eq!(page(Some(AddressType::Sms), 0, 0), "1 3");
    assert_eq!(page(Some(AddressType::Sms), 1, 0), "3");
    assert_eq!(page(Some(AddressType::Sms), 0, 3), "1");
    assert_eq!(page(Some(AddressType::Email), 0, 0), "");
    assert!(read(store, |tx| address_configurations::list(tx, &account_sid(2), None, Seek::After(""), 9)).is_empty());
}
