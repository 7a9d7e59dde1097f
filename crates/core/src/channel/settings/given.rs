//! Settings as people give them: a JSON object in which secrets may be left as they are.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::{Provider, SECRET, Settings, SettingsError};
use crate::limits;

/// A member that holds a secret.
struct Held {
    name: &'static str,
    /// The member without which it means nothing.
    needs: Option<&'static str>,
    /// The members that say where it is shown: for another place it has to be given again, or whoever may
    /// write settings could read it there.
    places: &'static [&'static str],
}

const fn secrets_of(provider: Provider) -> &'static [Held] {
    match provider {
        Provider::Twilio => &[Held { name: "auth_token", needs: None, places: &["url"] }],
        Provider::Smpp => &[Held { name: "password", needs: None, places: &["host", "port", "tls"] }],
        Provider::Email => &[
            Held { name: "smtp_password", needs: Some("smtp_username"), places: &["smtp_url"] },
            Held { name: "imap_password", needs: Some("imap_username"), places: &["imap_url"] },
        ],
        Provider::Http | Provider::Loopback => &[],
    }
}

impl Settings {
    /// Reads and checks settings as they were given, which take the place of `before` as a whole. A secret
    /// that is left out, or given as [`SECRET`], stays as it was before, if it goes to the same place.
    ///
    /// # Errors
    /// What is wrong, naming the member. It repeats no value: there are passwords among them.
    pub fn given(provider: Provider, json: &str, before: Option<&Settings>) -> Result<Self, SettingsError> {
        if json.len() > limits::CHANNEL_SETTINGS_BYTES_MAX {
            return Err(SettingsError(format!("longer than {} bytes", limits::CHANNEL_SETTINGS_BYTES_MAX)));
        }
        let Members(mut members) = serde_json::from_str(json).map_err(|error| SettingsError(told(&error)))?;
        let mut kept = Vec::new();
        for held @ Held { name, needs, .. } in secrets_of(provider) {
            let former = || {
                let secrets = before.map(Settings::secrets).unwrap_or_default();
                let found = secrets.into_iter().find(|(of, secret)| of == name && !secret.reveal().is_empty());
                found.map(|(_, secret)| Value::from(secret.reveal()))
            };
            match members.get(*name) {
                None if needs.is_none_or(|needs| members.contains_key(needs)) => {
                    if let Some(secret) = former() {
                        members.insert((*name).to_owned(), secret);
                        kept.push(held);
                    }
                }
                Some(Value::String(text)) if text == SECRET => {
                    let none = || SettingsError(format!("{name}: {SECRET} keeps what is there, and there is nothing"));
                    members.insert((*name).to_owned(), former().ok_or_else(none)?);
                    kept.push(held);
                }
                _ => {}
            }
        }
        let settings = Self::from_value(provider, Value::Object(members))?;
        settings.check()?;
        let (after, before) = (settings.shown(), before.map(Settings::shown));
        let moved = |place: &&str| before.as_ref().is_some_and(|before| before[*place] != after[*place]);
        match kept.iter().find_map(|held| Some((held.name, held.places.iter().find(|place| moved(place))?))) {
            Some((name, place)) => Err(SettingsError(format!("{name}: has to be given again with another `{place}`"))),
            None => Ok(settings),
        }
    }
}

/// A JSON object that has each of its members once.
struct Members(Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Members, A::Error> {
                let mut members = Map::new();
                while let Some((name, value)) = access.next_entry::<String, Value>()? {
                    if members.contains_key(&name) {
                        return Err(A::Error::custom(format_args!("{TWICE} `{name}`")));
                    }
                    members.insert(name, value);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

const TWICE: &str = "duplicate field";

/// What is wrong with a text that is to be an object, without anything of it but names.
fn told(error: &serde_json::Error) -> String {
    if error.is_data() {
        let text = error.to_string();
        let is_twice = text.starts_with(TWICE);
        return if is_twice { text } else { "not a JSON object".to_owned() };
    }
    format!("not JSON, at line {}, column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = r#"{"smtp_url": "smtps://mail.example", "smtp_username": "desk", "smtp_password": "hush",
        "imap_url": "imaps://mail.example", "imap_username": "desk", "imap_password": "hush too"}"#;

    fn first(provider: Provider, json: &str) -> Settings {
        Settings::given(provider, json, None).unwrap()
    }

    /// The secrets that are there after an update.
    fn updated(before: &Settings, provider: Provider, json: &str) -> Vec<(&'static str, String)> {
        let after = Settings::given(provider, json, Some(before)).unwrap();
        after.secrets().into_iter().map(|(name, secret)| (name, secret.reveal().to_owned())).collect()
    }

    #[test]
    fn what_is_stored_is_read_again_and_what_is_shown_holds_no_secret() {
        for (provider, json) in [
            (Provider::Twilio, r#"{"account_sid": "AC1", "auth_token": "hush"}"#),
            (Provider::Smpp, r#"{"host": "smsc.example", "system_id": "dwell", "password": "hush"}"#),
            (Provider::Email, MAIL),
            (Provider::Http, r#"{"url": "https://example.com", "groups": true}"#),
            (Provider::Loopback, "{}"),
        ] {
            let settings = first(provider, json);
            assert_eq!(Settings::parse(provider, &settings.to_json()).unwrap(), settings);
            assert_eq!(settings.to_json().contains("hush"), json.contains("hush"));
            for shown in [settings.shown().to_string(), format!("{settings:?}")] {
                assert!(!shown.contains("hush"), "{shown}");
            }
            // What is shown can be given back.
            assert_eq!(Settings::given(provider, &settings.shown().to_string(), Some(&settings)).unwrap(), settings);
        }
    }

    #[test]
    fn a_secret_stays_when_it_is_left_out_or_given_as_it_was_shown() {
        let twilio = first(Provider::Twilio, r#"{"account_sid": "AC1", "auth_token": "hush"}"#);
        for (json, token) in [
            (r#"{"account_sid": "AC2"}"#, "hush"),
            (r#"{"account_sid": "AC2", "auth_token": "********"}"#, "hush"),
            (r#"{"account_sid": "AC2", "auth_token": "new"}"#, "new"),
        ] {
            assert_eq!(updated(&twilio, Provider::Twilio, json), [("auth_token", token.to_owned())]);
        }
        let smpp = first(Provider::Smpp, r#"{"host": "h", "system_id": "dwell", "password": "hush"}"#);
        let blank = r#"{"host": "h", "system_id": "dwell", "password": ""}"#;
        assert_eq!(updated(&smpp, Provider::Smpp, blank), [("password", String::new())], "none from now on");
        let mail = first(Provider::Email, MAIL);
        let outgoing = r#"{"smtp_url": "smtps://mail.example", "smtp_username": "desk"}"#;
        let kept = [("smtp_password", "hush".to_owned())];
        assert_eq!(updated(&mail, Provider::Email, outgoing), kept, "one goes with what it belongs to");
    }

    #[test]
    fn a_secret_is_not_kept_for_another_place() {
        for (provider, before, after, problem) in [
            (
                Provider::Twilio,
                r#"{"account_sid": "AC1", "auth_token": "hush"}"#,
                r#"{"account_sid": "AC1", "url": "https://other.example"}"#,
                "auth_token: has to be given again with another `url`",
            ),
            (
                Provider::Smpp,
                r#"{"host": "h", "system_id": "dwell", "password": "hush", "tls": true}"#,
                r#"{"host": "h", "system_id": "dwell", "password": "********"}"#,
                "password: has to be given again with another `tls`",
            ),
            (
                Provider::Email,
                MAIL,
                r#"{"smtp_url": "smtps://mail.example", "imap_url": "imaps://other.example", "imap_username": "desk"}"#,
                "imap_password: has to be given again with another `imap_url`",
            ),
        ] {
            let before = first(provider, before);
            assert_eq!(Settings::given(provider, after, Some(&before)).unwrap_err().to_string(), problem);
        }
    }

    #[test]
    fn a_secret_that_is_not_there_cannot_be_kept() {
        let smpp = r#"{"host": "h", "system_id": "dwell", "password": "********"}"#;
        let without = first(Provider::Smpp, r#"{"host": "h", "system_id": "dwell"}"#);
        for before in [None, Some(&without)] {
            let refused = Settings::given(Provider::Smpp, smpp, before).unwrap_err().to_string();
            assert_eq!(refused, "password: ******** keeps what is there, and there is nothing");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_by_name_or_place() {
        let large = format!(r#"{{"url": "https://example.com/{}"}}"#, "x".repeat(4_096));
        for (json, problem) in [
            ("", "not JSON, at line 1, column 0"),
            ("{\n\"url\": hush}", "not JSON, at line 2, column 8"),
            (r#"["https://hush.example"]"#, "not a JSON object"),
            (r#""hush""#, "not a JSON object"),
            (r#"{"url": "hush", "url": "hush"}"#, "duplicate field `url` at line 1 column 30"),
            ("{}", "missing field `url`"),
            (r#"{"url": "hush", "uri": "hush"}"#, "unknown field `uri`, expected `url` or `groups`"),
            (r#"{"url": 7001}"#, "url: not of the expected type"),
            (r#"{"url": "https://example.com", "groups": "hush"}"#, "groups: not of the expected type"),
            (&large, "longer than 4096 bytes"),
        ] {
            assert_eq!(Settings::given(Provider::Http, json, None).unwrap_err().to_string(), problem, "{json}");
        }
    }
}
