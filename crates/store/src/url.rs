//! Where the database is: `sqlite:path` or `postgres://…`.

use std::fmt;
use std::path::PathBuf;

/// A database, chosen by the scheme of its URL.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// An embedded database in a file; made on first use.
    Sqlite(PathBuf),
    /// A PostgreSQL database, by its connection string.
    Postgres(String),
}

/// The text is neither kind of URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a database is `sqlite:path` or `postgres://user@host/name`")]
pub struct DatabaseUrlError;

impl std::str::FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() { Err(DatabaseUrlError) } else { Ok(DatabaseUrl::Sqlite(path.into())) };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(DatabaseUrl::Postgres(text.to_owned()));
        }
        Err(DatabaseUrlError)
    }
}

/// Without the password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseUrl::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            DatabaseUrl::Postgres(url) => match (url.find("://"), url.rfind('@')) {
                (Some(scheme), Some(at)) if scheme + 3 < at => {
                    let user = url[scheme + 3..at].split(':').next().unwrap_or_default();
                    write!(f, "{}{user}@{}", &url[..scheme + 3], without_query(&url[at + 1..]))
                }
                _ => f.write_str(without_query(url)),
            },
        }
    }
}

/// A query may carry a password too.
fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_kinds_and_hides_passwords() {
        for (text, shown) in [
            ("sqlite:./a/b.db", Some("sqlite:./a/b.db")),
            ("sqlite:///var/b.db", Some("sqlite:/var/b.db")),
            ("postgres://dwell:secret@host/db", Some("postgres://dwell@host/db")),
            ("postgres://host/db?password=secret", Some("postgres://host/db")),
            ("postgresql://d:p@h@host:5432/db?sslmode=disable", Some("postgresql://d@host:5432/db")),
            ("sqlite:", None),
            ("mysql://x", None),
            ("", None),
        ] {
            let parsed = text.parse::<DatabaseUrl>();
            assert_eq!(parsed.ok().map(|url| url.to_string()).as_deref(), shown, "{text}");
        }
    }
}
