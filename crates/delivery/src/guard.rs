//! Which addresses may be called.
//!
//! Whoever may configure a webhook could otherwise reach what only this machine can reach: its own
//! services, the local network, the metadata service of the cloud. So only addresses that everybody on
//! the Internet can reach are called, plus the networks that the operator opens.

mod addresses;
mod resolver;

use std::net::IpAddr;

use ipnet::IpNet;

pub use resolver::{Lookup, Lookups, SystemLookup};
pub(crate) use resolver::{Resolver, Unresolved, resolve};

/// Judges addresses: those of the public Internet are open, others only by the list of networks.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    allowed: Vec<IpNet>,
}

/// An entry that is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{entry}` {problem}")]
pub struct InvalidNetwork {
    /// The entry as written.
    pub entry: String,
    /// What is wrong with it, and what to write.
    pub problem: String,
}

/// An address that may not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{address} is {kind} and in none of the allowed networks")]
pub struct Closed {
    /// The address.
    pub address: IpAddr,
    /// What kind of address it is.
    pub kind: &'static str,
}

impl Guard {
    /// Opens the public Internet and nothing else.
    pub fn public_only() -> Self {
        Guard::default()
    }

    /// Opens the public Internet and `entries`: networks such as `10.1.0.0/16` or `fd00::/8`, or single
    /// addresses such as `127.0.0.1`. `0.0.0.0/0` with `::/0` opens everything.
    ///
    /// # Errors
    ///
    /// The first entry that is not a network, with a text to show.
    pub fn from_allow_list(entries: &[String]) -> Result<Self, InvalidNetwork> {
        let allowed = entries.iter().map(|entry| network(entry)).collect::<Result<_, _>>()?;
        Ok(Guard { allowed })
    }

    /// Whether `address` may be called.
    ///
    /// # Errors
    ///
    /// [`Closed`], with the kind of the address, if not.
    pub fn check(&self, address: IpAddr) -> Result<(), Closed> {
        // A connection to `::ffff:10.0.0.1` is one to 10.0.0.1.
        let canonical = address.to_canonical();
        if self.allowed.iter().any(|network| network.contains(&canonical)) {
            return Ok(());
        }
        match addresses::closed_kind(canonical) {
            Some(kind) => Err(Closed { address, kind }),
            None => Ok(()),
        }
    }
}

fn network(entry: &str) -> Result<IpNet, InvalidNetwork> {
    let refuse = |problem: &str| InvalidNetwork { entry: entry.to_owned(), problem: problem.to_owned() };
    let text = entry.trim();
    let network = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => text.parse::<IpNet>().map_err(|_| {
            refuse("is neither an address nor a network; write one as `10.1.0.0/16`, `fd00::/8` or `127.0.0.1`")
        })?,
    };
    if network.trunc() != network {
        return Err(refuse(&format!("has bits behind its prefix; did you mean `{}`?", network.trunc())));
    }
    match network {
        IpNet::V6(v6) if addresses::is_mapped(v6) => {
            Err(refuse("is an IPv4 network in the form of IPv6; write it as IPv4"))
        }
        network => Ok(network),
    }
}

#[cfg(test)]
mod tests;
