//! The settings, from the file that has each at its default with a comment before it.

/// That file.
const DEFAULT_FILE: &str = include_str!("../../server/src/default.toml");

/// A setting of the server.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Its name in the file, such as `drain_seconds`.
    pub name: String,
    /// Its value when nothing is given, in TOML; for one without a default, a value that it could have.
    pub value: String,
    /// Whether `value` is the default.
    pub has_default: bool,
    /// What it does.
    pub description: String,
}

impl Setting {
    /// Its name as a flag of `dwell serve`.
    pub fn flag(&self) -> String {
        format!("--{}", self.name.replace('_', "-"))
    }

    /// Its name in the environment.
    pub fn variable(&self) -> String {
        format!("DWELL_{}", self.name.to_uppercase())
    }
}

/// Every setting, in the order of the file.
pub fn all() -> Vec<Setting> {
    let mut settings: Vec<Setting> = Vec::new();
    let mut comment: Vec<&str> = Vec::new();
    for line in DEFAULT_FILE.lines() {
        let text = line.strip_prefix("# ").unwrap_or(line);
        let pair = text.split_once(" = ").filter(|(name, _)| is_name(name));
        match pair {
            Some((name, value)) => {
                // Two settings under one comment share it.
                let description = match comment.is_empty() {
                    true => settings.last().map(|last| last.description.clone()).unwrap_or_default(),
                    false => comment.join(" "),
                };
                comment.clear();
                let (name, value) = (name.to_owned(), value.to_owned());
                settings.push(Setting { name, value, has_default: !line.starts_with('#'), description });
            }
            None if line.starts_with('#') => comment.push(line.trim_start_matches('#').trim()),
            None => comment.clear(),
        }
    }
    settings
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|c| c.is_ascii_lowercase() || c == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_its_comment() {
        let all = all();
        assert!(all.len() > 20, "{all:?}");
        for setting in &all {
            assert!(setting.description.len() > 10, "{}: no comment before it in default.toml", setting.name);
        }
        let drain = all.iter().find(|setting| setting.name == "drain_seconds").unwrap();
        assert_eq!((drain.flag().as_str(), drain.variable().as_str()), ("--drain-seconds", "DWELL_DRAIN_SECONDS"));
        assert!(drain.has_default && drain.value == "30");
        assert!(!all.iter().find(|setting| setting.name == "public_base_url").unwrap().has_default);
    }
}
