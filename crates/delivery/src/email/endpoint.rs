//! Where a mail server is and how the connection to it is kept private.

use url::{Host, Url};

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// Its name or address, an IPv6 one without brackets.
    pub(super) host: String,
    /// Its port.
    pub(super) port: u16,
    /// How the connection is encrypted.
    pub(super) security: Security,
}

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// Not at all.
    Plain,
    /// After a word in the clear, and not a word more before it.
    StartTls,
    /// From the start.
    Tls,
}

impl Endpoint {
    /// Of `smtps://host:465`, `smtp://host:587?tls=required` or `smtp://host:25`.
    pub(super) fn of_smtp(url: &str) -> Result<Self, String> {
        Self::of(url, "smtp_url", ("smtp", 25), ("smtps", 465))
    }

    /// Of `imaps://host:993`, `imap://host:143?tls=required` or `imap://host:143`.
    pub(super) fn of_imap(url: &str) -> Result<Self, String> {
        Self::of(url, "imap_url", ("imap", 143), ("imaps", 993))
    }

    fn of(text: &str, member: &str, plain: (&str, u16), tls: (&str, u16)) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("{member}: {error}"))?;
        let asks_for_tls = match url.query() {
            None => false,
            Some("tls=required") => true,
            Some(_) => return Err(format!("{member}: the only parameter is `tls=required`")),
        };
        let (security, usual_port) = match url.scheme() {
            scheme if scheme == tls.0 => (Security::Tls, tls.1),
            scheme if scheme == plain.0 && asks_for_tls => (Security::StartTls, plain.1),
            scheme if scheme == plain.0 => (Security::Plain, plain.1),
            _ => return Err(format!("{member}: begins with neither `{}://` nor `{}://`", plain.0, tls.0)),
        };
        let host = match url.host() {
            // Of a scheme that browsers do not know, an IPv4 address is a name to the parser.
            Some(Host::Domain(name)) if !name.is_empty() => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            _ => return Err(format!("{member}: names no host")),
        };
        Ok(Endpoint { host, port: url.port().unwrap_or(usual_port), security })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_say_where_and_how() {
        for (url, host, port, security) in [
            ("smtps://mail.example", "mail.example", 465, Security::Tls),
            ("smtp://mail.example:587?tls=required", "mail.example", 587, Security::StartTls),
            ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, Security::Plain),
            ("smtp://[::1]", "::1", 25, Security::Plain),
        ] {
            let wanted = Endpoint { host: host.to_owned(), port, security };
            assert_eq!(Endpoint::of_smtp(url), Ok(wanted), "{url}");
        }
        let imap = Endpoint { host: "mail.example".to_owned(), port: 993, security: Security::Tls };
        assert_eq!(Endpoint::of_imap("imaps://mail.example"), Ok(imap));
    }

    #[test]
    fn what_is_wrong_is_said_without_repeating_the_url() {
        for url in ["", "mail.example", "https://mail.example", "smtp://", "smtp://h?tls=maybe", "smtp://u:secret@"] {
            let problem = Endpoint::of_smtp(url).unwrap_err();
            assert!(problem.starts_with("smtp_url: ") && !problem.contains("secret"), "{problem}");
        }
    }
}
