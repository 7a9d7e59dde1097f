//! The guard, by tables and properties.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

/// First, last and some inner address of every closed network, and the way they may be dressed up.
const CLOSED: &[(&str, &str)] = &[
    ("0.0.0.0", "unspecified"),
    ("0.0.0.1", "of this network"),
    ("0.255.255.255", "of this network"),
    ("10.0.0.0", "private"),
    ("10.255.255.255", "private"),
    ("100.64.0.0", "shared behind a provider's NAT"),
    ("100.127.255.255", "shared behind a provider's NAT"),
    ("127.0.0.1", "loopback"),
    ("127.255.255.255", "loopback"),
    ("169.254.0.0", "link-local"),
    ("169.254.169.254", "link-local"),
    ("169.254.255.255", "link-local"),
    ("172.16.0.0", "private"),
    ("172.31.255.255", "private"),
    ("192.0.0.1", "reserved"),
    ("192.0.2.1", "for documentation only"),
    ("192.88.99.1", "reserved"),
    ("192.168.0.0", "private"),
    ("192.168.255.255", "private"),
    ("198.18.0.0", "for benchmarks only"),
    ("198.19.255.255", "for benchmarks only"),
    ("198.51.100.7", "for documentation only"),
    ("203.0.113.7", "for documentation only"),
    ("224.0.0.1", "multicast"),
    ("239.255.255.255", "multicast"),
    ("240.0.0.1", "reserved"),
    ("255.255.255.254", "reserved"),
    ("255.255.255.255", "broadcast"),
    ("::", "unspecified"),
    ("::1", "loopback"),
    ("::ffff:127.0.0.1", "loopback"),
    ("::ffff:a9fe:a9fe", "link-local"),
    ("::127.0.0.1", "reserved"),
    ("::10.0.0.1", "reserved"),
    ("::8.8.8.8", "reserved"),
    ("64:ff9b::127.0.0.1", "loopback"),
    ("64:ff9b::a9fe:a9fe", "link-local"),
    ("64:ff9b::10.0.0.1", "private"),
    ("64:ff9b:1::1", "reserved"),
    ("100::1", "reserved"),
    ("2001::1", "reserved"),
    ("2001:2::1", "reserved"),
    ("2001:1ff:ffff::1", "reserved"),
    ("2001:db8::1", "for documentation only"),
    ("2002:7f00:1::1", "loopback"),
    ("2002:c0a8:101::1", "private"),
    ("3fff::1", "for documentation only"),
    ("4000::1", "reserved"),
    ("5f00::1", "reserved"),
    ("fc00::1", "unique local"),
    ("fd12:3456::1", "unique local"),
    ("fdff:ffff::1", "unique local"),
    ("fe80::1", "link-local"),
    ("febf::1", "link-local"),
    ("fec0::1", "site-local"),
    ("ff02::1", "multicast"),
    ("ffff::1", "multicast"),
];

/// Neighbours of the closed networks, and addresses of well-known servers.
const OPEN: &[&str] = &[
    "1.0.0.0",
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.0.3.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2002:808:808::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001::1",
    "3ffe::1",
];

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn guard(entries: &[&str]) -> Guard {
    let entries: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
    Guard::from_allow_list(&entries).unwrap()
}

fn problem(entry: &str) -> String {
    Guard::from_allow_list(&[entry.to_owned()]).unwrap_err().to_string()
}

#[test]
fn closed_addresses_say_what_they_are() {
    for (address, kind) in CLOSED {
        let refused = Guard::public_only().check(ip(address)).expect_err(address);
        assert_eq!(refused.kind, *kind, "{address}");
        assert_eq!(refused.address, ip(address));
    }
}

#[test]
fn the_public_internet_is_open() {
    for address in OPEN {
        assert_eq!(Guard::public_only().check(ip(address)), Ok(()), "{address}");
    }
}

#[test]
fn listed_networks_are_open_and_no_others() {
    let guard = guard(&["127.0.0.0/8", "::1", " 10.1.0.0/16 ", "fd00::/8", "192.168.7.9"]);
    for address in ["127.0.0.1", "127.9.9.9", "::1", "10.1.2.3", "::ffff:10.1.2.3", "fd00::5", "192.168.7.9"] {
        assert_eq!(guard.check(ip(address)), Ok(()), "{address}");
    }
    for address in ["10.2.0.1", "fc00::5", "192.168.7.8", "169.254.169.254", "::", "64:ff9b::10.1.2.3"] {
        assert!(guard.check(ip(address)).is_err(), "{address}");
    }
}

#[test]
fn everything_can_be_opened() {
    let guard = guard(&["0.0.0.0/0", "::/0"]);
    for (address, _) in CLOSED {
        assert_eq!(guard.check(ip(address)), Ok(()), "{address}");
    }
}

#[test]
fn a_wrong_entry_says_what_to_write() {
    for entry in ["", "localhost", "10.1", "10.0.0.0/33", "10.0.0.0/", "::/129", "10.0.0.0-10.0.0.9", "http://10.0.0.1"]
    {
        assert_eq!(
            problem(entry),
            format!(
                "`{entry}` is neither an address nor a network; write one as `10.1.0.0/16`, `fd00::/8` or `127.0.0.1`"
            )
        );
    }
    assert_eq!(problem("10.1.2.3/8"), "`10.1.2.3/8` has bits behind its prefix; did you mean `10.0.0.0/8`?");
    for entry in ["::ffff:10.0.0.0/104", "::ffff:10.0.0.1"] {
        assert_eq!(problem(entry), format!("`{entry}` is an IPv4 network in the form of IPv6; write it as IPv4"));
    }
}

proptest! {
    /// The standard library names some of the kinds too, from a table of its own.
    #[test]
    fn the_table_agrees_with_the_standard_library(bits in any::<u32>()) {
        let address = Ipv4Addr::from(bits);
        let known = address.is_private() || address.is_loopback() || address.is_link_local()
            || address.is_multicast() || address.is_documentation() || address.is_broadcast()
            || address.is_unspecified();
        if known {
            prop_assert!(Guard::public_only().check(IpAddr::V4(address)).is_err());
        }
    }

    #[test]
    fn what_carries_a_closed_address_is_closed(index in 0..CLOSED.len()) {
        if let IpAddr::V4(inner) = ip(CLOSED[index].0) {
            let [a, b, c, d] = inner.octets().map(u16::from);
            let (high, low) = (a << 8 | b, c << 8 | d);
            let carriers = [
                inner.to_ipv6_mapped(),
                Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
            ];
            for carrier in carriers {
                prop_assert!(Guard::public_only().check(IpAddr::V6(carrier)).is_err(), "{}", carrier);
            }
        }
    }

    #[test]
    fn nothing_outside_global_unicast_is_open_by_itself(bits in any::<u128>()) {
        let address = Ipv6Addr::from(bits);
        let carries = address.to_ipv4_mapped().is_some() || address.segments()[..2] == [0x64, 0xff9b];
        if address.segments()[0] & 0xe000 != 0x2000 && !carries {
            prop_assert!(Guard::public_only().check(IpAddr::V6(address)).is_err());
        }
    }

    #[test]
    fn a_listed_network_opens_exactly_itself(bits in any::<u32>(), prefix in 8_u8..=32, other in any::<u32>()) {
        let network = ipnet::Ipv4Net::new(Ipv4Addr::from(bits), prefix).unwrap().trunc();
        let guard = guard(&[&network.to_string()]);
        prop_assert_eq!(guard.check(IpAddr::V4(network.network())), Ok(()));
        prop_assert_eq!(guard.check(IpAddr::V4(network.broadcast())), Ok(()));
        let other = Ipv4Addr::from(other);
        let open = network.contains(&other) || Guard::public_only().check(IpAddr::V4(other)).is_ok();
        prop_assert_eq!(guard.check(IpAddr::V4(other)).is_ok(), open);
    }

    #[test]
    fn any_entry_is_a_network_or_an_error(entry in "[0-9a-f:./]{0,20}") {
        if let Ok(guard) = Guard::from_allow_list(&[entry]) {
            prop_assert_eq!(guard.allowed.len(), 1);
        }
    }
}
