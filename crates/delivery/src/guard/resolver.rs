//! Names to addresses, guarded. Connections go to exactly the addresses that come out of here, so a
//! name cannot show one address to the guard and another to the connection.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Guard;

/// What a lookup returns: the addresses of a host, to come.
pub type Lookups = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// A source of addresses.
pub trait Lookup: Send + Sync + 'static {
    /// Asks for every address of `host`.
    fn lookup(&self, host: String) -> Lookups;
}

/// The resolver of the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: String) -> Lookups {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Why a name led nowhere.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unresolved {
    /// None of its addresses may be called.
    #[error("{0}")]
    Closed(String),
    /// It has no address, or nobody could say.
    #[error("{0}")]
    Unknown(String),
}

/// The resolver that the connections use.
pub(crate) struct Resolver {
    guard: Arc<Guard>,
    lookup: Arc<dyn Lookup>,
}

impl Resolver {
    pub(crate) fn new(guard: Arc<Guard>, lookup: Arc<dyn Lookup>) -> Self {
        Resolver { guard, lookup }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let (guard, lookup) = (Arc::clone(&self.guard), Arc::clone(&self.lookup));
        Box::pin(async move {
            let open = resolve(&guard, &*lookup, host).await?;
            // Port 0 stands for the port of the URL.
            let open = open.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(open) as Addrs)
        })
    }
}

/// The addresses of `host`, a name or an address, that may be called.
pub(crate) async fn resolve(guard: &Guard, lookup: &dyn Lookup, host: String) -> Result<Vec<IpAddr>, Unresolved> {
    let found = match host.parse::<IpAddr>() {
        Ok(address) => vec![address],
        Err(_) => {
            let found = lookup.lookup(host.clone()).await;
            found.map_err(|error| Unresolved::Unknown(format!("{host}: {error}")))?
        }
    };
    open_of(guard, &host, found)
}

/// The addresses that may be called; a refusal if there are some but none may.
pub(crate) fn open_of(guard: &Guard, host: &str, found: Vec<IpAddr>) -> Result<Vec<IpAddr>, Unresolved> {
    let mut open = Vec::with_capacity(found.len());
    let mut closed = None;
    for address in found {
        match guard.check(address) {
            Ok(()) => open.push(address),
            Err(refused) => closed = Some(refused),
        }
    }
    match closed {
        _ if !open.is_empty() => Ok(open),
        Some(refused) => Err(Unresolved::Closed(format!("{host} may not be called: {refused}"))),
        None => Err(Unresolved::Unknown(format!("{host} has no address"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn only_open_addresses_come_through() {
        let guard = Guard::public_only();
        let found = addresses(&["10.0.0.1", "93.184.216.34", "::1", "2606:4700::1111", "::ffff:127.0.0.1"]);
        let open = open_of(&guard, "mixed.example", found).unwrap();
        assert_eq!(open, addresses(&["93.184.216.34", "2606:4700::1111"]));
    }

    #[test]
    fn a_name_with_closed_addresses_only_is_refused() {
        let refused = open_of(&Guard::public_only(), "inner.example", addresses(&["10.0.0.1"])).unwrap_err();
        assert!(matches!(&refused, Unresolved::Closed(_)), "{refused:?}");
        assert_eq!(
            refused.to_string(),
            "inner.example may not be called: 10.0.0.1 is private and in none of the allowed networks"
        );
    }

    #[test]
    fn a_name_without_addresses_is_unknown() {
        let unknown = open_of(&Guard::public_only(), "empty.example", Vec::new()).unwrap_err();
        assert!(matches!(unknown, Unresolved::Unknown(_)), "{unknown:?}");
    }

    #[tokio::test]
    async fn the_system_knows_localhost() {
        let found = SystemLookup.lookup("localhost".to_owned()).await.unwrap();
        assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{found:?}");
    }
}
