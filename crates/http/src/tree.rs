//! The two path trees and the URLs in answers, which mirror the tree and the host of the request
//! (contract §1.1).

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use dwell_core::ServiceSid;

use crate::Options;

/// Where URLs in an answer begin.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    /// Scheme and host, such as `https://chat.example.com`.
    pub(crate) base: String,
    /// The service named in the path; `None` in the short tree.
    pub(crate) service: Option<ServiceSid>,
}

impl Tree {
    /// The URL of a path below this tree's root, such as `/Conversations/CH…`.
    pub(crate) fn url(&self, path: &str) -> String {
        match &self.service {
            Some(service) => format!("{}/v1/Services/{service}{path}", self.base),
            None => format!("{}/v1{path}", self.base),
        }
    }
}

/// Scheme and host of the request, as its client knows them: found once, at the door.
#[derive(Debug, Clone)]
pub(crate) struct BaseUrl(pub(crate) String);

impl BaseUrl {
    /// Whether the client speaks HTTPS.
    pub(crate) fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// The host that the client called, without a port.
    pub(crate) fn host(&self) -> &str {
        let host = self.0.split_once("://").map_or("", |(_, rest)| rest).split('/').next().unwrap_or_default();
        match host.rsplit_once(':') {
            // A colon within brackets belongs to the address.
            Some((name, port)) if !port.contains(']') => name,
            _ => host,
        }
    }
}

/// Scheme and host of the request.
pub(crate) fn base_url(parts: &Parts, options: &Options) -> String {
    if let Some(base) = &options.public_base_url {
        return base.trim_end_matches('/').to_owned();
    }
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let is_trusted = peer.is_some_and(|peer| options.trusted_proxies.iter().any(|proxy| same(*proxy, peer)));
    let forwarded = |name| is_trusted.then(|| first_of(&parts.headers, name)).flatten();
    let scheme = forwarded("x-forwarded-proto").filter(|scheme| *scheme == "https").unwrap_or("http");
    let host = forwarded("x-forwarded-host")
        .or_else(|| first_of(&parts.headers, header::HOST.as_str()))
        .or_else(|| parts.uri.authority().map(axum::http::uri::Authority::as_str))
        .filter(|host| is_host(host))
        .unwrap_or("localhost");
    format!("{scheme}://{host}")
}

/// Where a request comes from: the peer, or the last before the proxies that are trusted.
pub(crate) fn remote_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|proxy| same(*proxy, ip));
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let mut said: Vec<IpAddr> = lines.flat_map(|line| line.split(',')).map_while(|ip| ip.trim().parse().ok()).collect();
    let mut remote = peer;
    while is_trusted(remote)
        && let Some(before) = said.pop()
    {
        remote = before;
    }
    remote.to_canonical()
}

/// An IPv4 peer of an IPv6 socket counts as itself.
fn same(proxy: IpAddr, peer: IpAddr) -> bool {
    proxy.to_canonical() == peer.to_canonical()
}

fn first_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.split(',').next().unwrap_or_default().trim())
}

/// A name or address with an optional port, and nothing that could be more.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|c| c.is_ascii_alphanumeric() || b".-_:[]".contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_address_is_believed_of_trusted_proxies_alone() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        for (peer, forwarded, remote) in [
            ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("::ffff:10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
            ("10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "nonsense", "10.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            let found = remote_address(ip(peer), &headers, &[ip("10.0.0.1"), ip("10.0.0.2")]);
            assert_eq!(found, ip(remote), "{peer} {forwarded}");
        }
    }

    #[test]
    fn the_host_of_a_url() {
        for (url, host) in [
            ("https://chat.example.com", "chat.example.com"),
            ("http://localhost:8080", "localhost"),
            ("http://[::1]:8080", "[::1]"),
            ("http://[::1]", "[::1]"),
            ("https://example.com/below", "example.com"),
        ] {
            assert_eq!(BaseUrl(url.to_owned()).host(), host);
        }
    }
}
