use dwell_core::ChannelSid;
use dwell_core::channel::{Channel, Provider};
use dwell_store::accounts::SealedSecret;
use dwell_store::channels::{self, Stored};
use dwell_store::{Seek, Store, StoreError};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    a_channel_of_every_provider_is_kept,
    an_address_has_one_channel_per_account,
    of_channels_that_race_for_addresses_one_gets_them,
    channels_of_an_account_are_listed_in_order,
    channels_are_found_across_accounts,
}

/// Channel `n` of an account, with its settings.
fn channel(account: i64, n: i64, addresses: &[&str]) -> Stored {
    let channel = Channel {
        sid: ChannelSid::new(bytes(n)),
        account_sid: account_sid(account),
        provider: Provider::Loopback,
        friendly_name: None,
        addresses: addresses.iter().map(|address| (*address).to_owned()).collect(),
        enabled: true,
        date_created: at(n),
        date_updated: at(n),
    };
    Stored { channel, settings: SealedSecret(format!("sealed {n}")), takes_groups: n % 2 == 0 }
}

/// Whether it was inserted; a refused one leaves nothing.
fn insert(store: &Store, stored: &Stored) -> bool {
    let stored = stored.clone();
    let refused = || StoreError::Internal("refused".to_owned());
    store.write_blocking(move |tx| channels::insert(tx, &stored)?.then_some(()).ok_or_else(refused)).is_ok()
}

/// What can be compared of a channel and its settings.
fn whole(stored: Option<Stored>) -> Option<(Channel, String)> {
    stored.map(|stored| (stored.channel, stored.settings.0))
}

fn fetch(store: &Store, account: i64, sid: ChannelSid) -> Option<(Channel, String)> {
    whole(read(store, move |tx| channels::fetch(tx, &account_sid(account), &sid)))
}

fn serving(store: &Store, account: i64, address: &'static str) -> Option<ChannelSid> {
    let found = read(store, move |tx| channels::serving(tx, &account_sid(account), address));
    let owns = read(store, move |tx| channels::owns(tx, &account_sid(account), address));
    assert_eq!(found.is_some(), owns, "{address}");
    found.map(|stored| stored.channel.sid)
}

fn a_channel_of_every_provider_is_kept(store: &Store) {
    for (n, provider) in (1..).zip(Provider::ALL) {
        let mut kept = channel(1, n, &[]);
        kept.channel.provider = provider;
        kept.channel.friendly_name = Some("Zürich 🕰".to_owned());
        kept.channel.addresses = ["c", "a", "b"].map(|name| format!("{name}@{n}.example")).to_vec();
        assert!(insert(store, &kept));
        let sid = kept.channel.sid;
        assert_eq!(fetch(store, 1, sid), whole(Some(kept.clone())), "with its addresses in their order");
        assert_eq!(fetch(store, 2, sid), None);

        let mut changed = kept.clone();
        changed.channel.friendly_name = None;
        changed.channel.enabled = false;
        changed.channel.addresses = vec![format!("d@{n}.example"), format!("a@{n}.example")];
        changed.channel.date_updated = at(50);
        changed.settings = SealedSecret("sealed again".to_owned());
        let written = changed.clone();
        assert!(write(store, move |tx| channels::update(tx, &written)));
        let locked = write(store, move |tx| channels::lock(tx, &account_sid(1), &sid));
        assert_eq!(whole(locked), whole(Some(changed)));

        write(store, move |tx| channels::delete(tx, &account_sid(1), &sid));
        assert_eq!(fetch(store, 1, sid), None);
    }
    assert_eq!(serving(store, 1, "a@1.example"), None, "its addresses are gone as well");
}

fn an_address_has_one_channel_per_account(store: &Store) {
    let first = channel(1, 1, &["+15017122661", "+15017122662"]);
    let second = channel(1, 2, &["+15017122663"]);
    assert!(insert(store, &first) && insert(store, &second));
    assert!(!insert(store, &channel(1, 3, &["+15017122664", "+15017122662"])));
    assert_eq!(fetch(store, 1, ChannelSid::new(bytes(3))), None);
    assert!(insert(store, &channel(2, 3, &["+15017122662"])), "another account may have it too");
    let mut wanting = second.clone();
    wanting.channel.addresses.push("+15017122661".to_owned());
    assert!(!write(store, move |tx| channels::update(tx, &wanting)));
    let sid = |n: i64| Some(ChannelSid::new(bytes(n)));
    assert_eq!(serving(store, 1, "+15017122661"), sid(1));
    assert_eq!(serving(store, 1, "+15017122662"), sid(1));
    assert_eq!(serving(store, 2, "+15017122662"), sid(3));
    assert_eq!(serving(store, 2, "+15017122661"), None);
    assert_eq!(serving(store, 1, "+15017122664"), None, "the refused one left nothing");
}

fn of_channels_that_race_for_addresses_one_gets_them(store: &Store) {
    let addresses = ["+15017122661", "+15017122662", "+15017122663"];
    let mut turned = addresses;
    turned.reverse();
    let winners: Vec<i64> = std::thread::scope(|scope| {
        let racers = (1..=8).map(|n| {
            let order = if n % 2 == 0 { &addresses } else { &turned };
            scope.spawn(move || insert(store, &channel(1, n, order)).then_some(n))
        });
        let racers: Vec<_> = racers.collect();
        racers.into_iter().filter_map(|racer| racer.join().unwrap()).collect()
    });
    let [winner] = winners[..] else { panic!("{winners:?}") };
    for address in addresses {
        assert_eq!(serving(store, 1, address), Some(ChannelSid::new(bytes(winner))));
    }
    assert_eq!(read(store, |tx| channels::list(tx, &account_sid(1), Seek::After(""), 9)).len(), 1);
}

fn channels_of_an_account_are_listed_in_order(store: &Store) {
    for n in [4, 1, 3, 2] {
        assert!(insert(store, &channel(1, n, &[&n.to_string(), &format!("{n}{n}")])));
    }
    let page = |after: i64, before: i64| {
        let key = |n: i64| if n == 0 { String::new() } else { ChannelSid::new(bytes(n)).to_string() };
        let (after, before) = (key(after), key(before));
        let found = read(store, move |tx| {
            let seek = if before.is_empty() { Seek::After(&after) } else { Seek::Before(&before) };
            channels::list(tx, &account_sid(1), seek, 3)
        });
        found.into_iter().map(|stored| stored.channel.addresses.join("/")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(page(0, 0), "1/11 2/22 3/33");
    assert_eq!(page(3, 0), "4/44");
    assert_eq!(page(0, 3), "2/22 1/11");
    assert!(read(store, |tx| channels::list(tx, &account_sid(2), Seek::After(""), 9)).is_empty());
}

fn channels_are_found_across_accounts(store: &Store) {
    for (account, n, provider) in
        [(1, 1, Provider::Smpp), (2, 2, Provider::Http), (2, 3, Provider::Smpp), (3, 4, Provider::Smpp)]
    {
        let mut made = channel(account, n, &["+15017122661"]);
        made.channel.provider = provider;
        made.channel.addresses.extend((account == 1).then(|| "+15017122662".to_owned()));
        // The third has another account's channel beside it.
        if n == 3 {
            made.channel.addresses = vec!["+15017122663".to_owned()];
        }
        assert!(insert(store, &made));
    }
    let sids = |found: Vec<Stored>| found.into_iter().map(|stored| stored.channel.sid).collect::<Vec<_>>();
    let numbered = |numbers: &[i64]| numbers.iter().map(|n| ChannelSid::new(bytes(*n))).collect::<Vec<_>>();
    let of_provider = |after: &'static str, limit: i64| {
        sids(read(store, move |tx| channels::of_provider(tx, Provider::Smpp, after, limit)))
    };
    assert_eq!(of_provider("", 9), numbered(&[1, 3, 4]));
    assert_eq!(of_provider("", 2), numbered(&[1, 3]));
    let after = ChannelSid::new(bytes(3)).to_string().leak();
    assert_eq!(of_provider(after, 2), numbered(&[4]));
    let of_address = |limit: i64| sids(read(store, move |tx| channels::of_address(tx, "+15017122661", limit)));
    assert_eq!(of_address(9), numbered(&[1, 2, 4]), "by account");
    assert_eq!(of_address(2), numbered(&[1, 2]));
    let found = read(store, |tx| channels::of_address(tx, "+15017122661", 1));
    assert_eq!(found[0].channel.addresses, ["+15017122661", "+15017122662"]);
}
