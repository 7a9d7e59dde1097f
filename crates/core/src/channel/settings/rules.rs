//! What settings must be like: so that a mistake is told to whoever makes it, and not found in a log when the
//! first message waits.

use std::net::IpAddr;

use url::{Host, Url};

use super::{EmailSettings, HttpSettings, Settings, SettingsError, SmppSettings, TwilioSettings};
use crate::limits;
use crate::webhook;

type Checked = Result<(), SettingsError>;

impl Settings {
    /// Checks every member.
    pub(super) fn check(&self) -> Checked {
        match self {
            Settings::Twilio(settings) => twilio(settings),
            Settings::Smpp(settings) => smpp(settings),
            Settings::Email(settings) => email(settings),
            Settings::Http(settings) => http(settings),
            Settings::Loopback(_) => Ok(()),
        }
    }
}

fn wrong<T>(name: &str, problem: impl std::fmt::Display) -> Result<T, SettingsError> {
    Err(SettingsError(format!("{name}: {problem}")))
}

fn ensure(name: &str, holds: bool, problem: &str) -> Checked {
    if holds { Ok(()) } else { wrong(name, problem) }
}

fn twilio(settings: &TwilioSettings) -> Checked {
    web_url("url", &settings.url)?;
    ensure("url", !settings.url.contains(['?', '#']), "must have no query and no fragment")?;
    // It stands in paths, and before the colon of Basic credentials.
    let is_plain = settings.account_sid.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_');
    ensure("account_sid", is_plain, "must be of letters, digits, - and _")?;
    line("account_sid", &settings.account_sid)?;
    line("auth_token", settings.auth_token.reveal())
}

/// Lengths are those of SMPP 3.4 §5.2.1 to §5.2.3, without the null that ends each.
fn smpp(settings: &SmppSettings) -> Checked {
    ensure("host", is_host(&settings.host), "must be the name of a host or an IP address")?;
    ensure("port", settings.port != 0, "must be from 1 to 65535")?;
    ensure("system_id", !settings.system_id.is_empty(), "must not be blank")?;
    for (name, text, chars_max) in [
        ("system_id", settings.system_id.as_str(), limits::SMPP_SYSTEM_ID_CHARS_MAX),
        ("password", settings.password.reveal(), limits::SMPP_PASSWORD_CHARS_MAX),
        ("system_type", &settings.system_type, limits::SMPP_SYSTEM_TYPE_CHARS_MAX),
    ] {
        let is_printable = text.bytes().all(|c| c.is_ascii_graphic() || c == b' ');
        if !is_printable || text.len() > chars_max {
            return wrong(name, format_args!("must be at most {chars_max} printable ASCII characters"));
        }
    }
    Ok(())
}

fn email(settings: &EmailSettings) -> Checked {
    let smtp = server_url("smtp_url", &settings.smtp_url, ["smtps", "smtp"])?;
    let asks_for_tls = smtp.scheme() == "smtp" && smtp.query() == Some("tls=required");
    ensure("smtp_url", smtp.query().is_none() || asks_for_tls, "may have the query tls=required after smtp://, only")?;
    pair("smtp_username", "smtp_password", settings.smtp_username.is_some() == settings.smtp_password.is_some())?;
    if let Some(text) = &settings.imap_url {
        let imap = server_url("imap_url", text, ["imaps", "imap"])?;
        let asks_for_tls = imap.scheme() == "imap" && imap.query() == Some("tls=required");
        ensure(
            "imap_url",
            imap.query().is_none() || asks_for_tls,
            "may have the query tls=required after imap://, only",
        )?;
    }
    let signs_in = (settings.imap_username.is_some(), settings.imap_password.is_some());
    pair("imap_username", "imap_password", signs_in.0 == signs_in.1)?;
    ensure(
        "imap_url",
        settings.imap_url.is_some() == signs_in.0,
        "must be given with imap_username, or neither of them",
    )?;
    line("imap_folder", &settings.imap_folder)?;
    for (name, text) in [
        ("smtp_username", settings.smtp_username.as_deref()),
        ("smtp_password", settings.smtp_password.as_ref().map(super::Secret::reveal)),
        ("imap_username", settings.imap_username.as_deref()),
        ("imap_password", settings.imap_password.as_ref().map(super::Secret::reveal)),
        ("from_name", settings.from_name.as_deref()),
    ] {
        text.map_or(Ok(()), |text| line(name, text))?;
    }
    Ok(())
}

fn http(settings: &HttpSettings) -> Checked {
    web_url("url", &settings.url)
}

fn pair(first: &str, second: &str, is_whole: bool) -> Checked {
    ensure(first, is_whole, &format!("must be given with {second}, or neither of them"))
}

/// One line of text, such as a name or a password: it may stand in a protocol whose lines end where it would.
fn line(name: &str, text: &str) -> Checked {
    let chars_max = limits::CHANNEL_SETTING_CHARS_MAX;
    ensure(name, !text.is_empty(), "must not be blank")?;
    if text.chars().count() > chars_max || text.chars().any(char::is_control) {
        return wrong(name, format_args!("must be one line of at most {chars_max} characters"));
    }
    Ok(())
}

/// A URL that a webhook could have. It is shown as it is, so it holds no password.
fn web_url(name: &str, text: &str) -> Checked {
    if !webhook::is_url(text) {
        let chars_max = limits::WEBHOOK_URL_CHARS_MAX;
        return wrong(name, format_args!("must be an absolute http or https URL of at most {chars_max} characters"));
    }
    ensure(name, webhook::without_password(text) == text, "must hold no user and no password")
}

/// The URL of a mail server: a scheme, a host and perhaps a port; the query is for the caller to judge.
fn server_url(name: &str, text: &str, schemes: [&str; 2]) -> Result<Url, SettingsError> {
    let problem = || format!("must be {}:// or {}:// and a host, perhaps with a port", schemes[0], schemes[1]);
    // The parser passes over tabs and line ends.
    let is_plain = text.bytes().all(|c| c.is_ascii_graphic()) && text.len() <= limits::CHANNEL_SETTING_CHARS_MAX;
    let Some(url) = Url::parse(text).ok().filter(|url| is_plain && schemes.contains(&url.scheme())) else {
        return wrong(name, problem());
    };
    let has_host = url.host_str().is_some_and(is_host);
    if !has_host || !matches!(url.path(), "" | "/") || url.fragment().is_some() || url.port() == Some(0) {
        return wrong(name, problem());
    }
    ensure(name, url.username().is_empty() && url.password().is_none(), "must hold no user and no password")?;
    Ok(url)
}

/// A name that DNS can know, or an IP address, in brackets or without.
fn is_host(text: &str) -> bool {
    if text.parse::<IpAddr>().is_ok() {
        return true;
    }
    match Host::parse(text) {
        Ok(Host::Domain(name)) => {
            let is_label = |label: &str| !label.is_empty() && label.len() <= 63;
            name.len() <= limits::HOST_NAME_CHARS_MAX && name.trim_end_matches('.').split('.').all(is_label)
        }
        Ok(_) => true,
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::channel::Provider;

    /// Settings of each provider that are right.
    fn right(provider: Provider) -> Value {
        match provider {
            Provider::Twilio => json!({"account_sid": "AC1", "auth_token": "hush"}),
            Provider::Smpp => json!({"host": "smsc.example", "system_id": "dwell", "password": "hush"}),
            Provider::Email => json!({
                "smtp_url": "smtps://mail.example:465", "smtp_username": "desk", "smtp_password": "hush",
                "imap_url": "imaps://mail.example", "imap_username": "desk", "imap_password": "hush",
            }),
            Provider::Http => json!({"url": "https://example.com/hook"}),
            Provider::Loopback => json!({}),
        }
    }

    /// What is said of right settings with one member changed.
    fn with(provider: Provider, name: &str, value: &Value) -> Result<(), String> {
        let mut settings = right(provider);
        settings[name] = value.clone();
        let given = Settings::given(provider, &settings.to_string(), None);
        given.map(|_| ()).map_err(|error| error.to_string())
    }

    #[test]
    fn members_may_be_what_the_other_side_takes() {
        for provider in Provider::ALL {
            assert!(Settings::given(provider, &right(provider).to_string(), None).is_ok(), "{provider:?}");
        }
        for (provider, name, value) in [
            (Provider::Twilio, "url", json!("http://127.0.0.1:8080/base")),
            (Provider::Twilio, "account_sid", json!("7f3c-11ee_x")),
            (Provider::Smpp, "host", json!("192.0.2.1")),
            (Provider::Smpp, "host", json!("2001:db8::1")),
            (Provider::Smpp, "host", json!("[2001:db8::1]")),
            (Provider::Smpp, "host", json!("smsc")),
            (Provider::Smpp, "port", json!(65_535)),
            (Provider::Smpp, "system_id", json!("fifteen chars!!")),
            (Provider::Smpp, "password", json!("")),
            (Provider::Smpp, "system_type", json!("twelve chars")),
            (Provider::Email, "smtp_url", json!("smtp://mail.example:587?tls=required")),
            (Provider::Email, "smtp_url", json!("smtp://[2001:db8::1]:25")),
            (Provider::Email, "smtp_url", json!("smtps://mail.example/")),
            (Provider::Email, "imap_url", json!("imap://192.0.2.1:143")),
            (Provider::Email, "imap_folder", json!("INBOX/Zürich")),
            (Provider::Email, "from_name", json!("Zürich desk")),
            (Provider::Http, "url", json!("http://example.com/hook?x=1")),
        ] {
            assert_eq!(with(provider, name, &value), Ok(()), "{provider:?} {name} {value}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_not_repeated() {
        let long = "y".repeat(257);
        for (provider, name, values) in [
            (
                Provider::Twilio,
                "url",
                &["", "x.example", "ftp://x.example", "https://x.example?a=b", "https://x.example#a"][..],
            ),
            (Provider::Twilio, "url", &["https://me:pw@x.example"]),
            (Provider::Twilio, "account_sid", &["", "AC/../x", "AC:x", "AC x", &long]),
            (Provider::Twilio, "auth_token", &["", "pw\nx", "pw\u{0}", &long]),
            (
                Provider::Smpp,
                "host",
                &["", "x.example:2775", "x example", "smpp://x.example", "x..example", "a/b", &long],
            ),
            (Provider::Smpp, "system_id", &["", "sixteen letters!", "dwéll", "dw\u{0}ll"]),
            (Provider::Smpp, "password", &["nine char", "pä", "p\n"]),
            (Provider::Smpp, "system_type", &["thirteen char", "\t"]),
            (
                Provider::Email,
                "smtp_url",
                &["", "mail.example", "http://mail.example", "smtps:mail.example", "smtps://?", "smtp:///x"],
            ),
            (
                Provider::Email,
                "smtp_url",
                &["smtps://me:pw@mail.example", "smtp://me@mail.example", "smtps://mail.example/x"],
            ),
            (
                Provider::Email,
                "smtp_url",
                &["smtps://mail.example?tls=required", "smtp://mail.example?tls=maybe", "smtp://a#b"],
            ),
            (
                Provider::Email,
                "smtp_url",
                &["smtp://a\tb", "smtp://a:0", "smtp://a:99999", "smtp://a b", "smtp://mail.example?"],
            ),
            (
                Provider::Email,
                "imap_url",
                &["imaps://mail.example?tls=required", "pop3://mail.example", "imap://me@mail.example"],
            ),
            (Provider::Email, "smtp_username", &["", "me\r\n", &long]),
            (Provider::Email, "smtp_password", &["", "pw\r\nx", &long]),
            (Provider::Email, "imap_username", &["", "me\r\n", &long]),
            (Provider::Email, "imap_password", &["", "pw\r\nx", &long]),
            (Provider::Email, "imap_folder", &["", "a\nb", &long]),
            (Provider::Email, "from_name", &["", "Desk\r\nBcc: x", &long]),
            (Provider::Http, "url", &["", "/hook", "ws://example.com", "https://me:pw@example.com"]),
        ] {
            for value in values {
                let said = with(provider, name, &json!(value)).expect_err(value);
                assert!(said.starts_with(&format!("{name}: ")), "{value:?}: {said}");
                assert!(value.len() < 4 || !said.contains(value), "{said} repeats {value:?}");
            }
        }
        for (provider, name) in [
            (Provider::Smpp, "port"),
            (Provider::Smpp, "tls"),
            (Provider::Smpp, "messages_per_second_max"),
            (Provider::Http, "groups"),
        ] {
            for value in [json!(-1), json!(4_294_967_296_u64), json!("pw"), json!([])] {
                let said = with(provider, name, &value).expect_err(name);
                assert_eq!(said, format!("{name}: not of the expected type"));
            }
        }
        assert_eq!(with(Provider::Smpp, "port", &json!(0)).unwrap_err(), "port: must be from 1 to 65535");
    }

    #[test]
    fn who_signs_in_needs_a_password_and_a_place() {
        for (name, said) in [
            ("smtp_username", "smtp_username: must be given with smtp_password, or neither of them"),
            ("smtp_password", "smtp_username: must be given with smtp_password, or neither of them"),
            ("imap_username", "imap_username: must be given with imap_password, or neither of them"),
            ("imap_password", "imap_username: must be given with imap_password, or neither of them"),
            ("imap_url", "imap_url: must be given with imap_username, or neither of them"),
        ] {
            assert_eq!(with(Provider::Email, name, &Value::Null).unwrap_err(), said, "{name}");
        }
    }
}
