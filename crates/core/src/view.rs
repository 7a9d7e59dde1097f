//! Saved views: filters over conversations that the people of an account share. Ours; the contract knows nothing
//! like it.

use serde_json::{Map, Value};

use crate::limits;
use crate::sid::{AccountSid, ViewSid};
use crate::time::Timestamp;

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Its SID.
    pub sid: ViewSid,
    /// The account whose people share it.
    pub account_sid: AccountSid,
    /// Its name for people.
    pub friendly_name: String,
    /// What it selects, as the page that saved it says: a JSON object that only pages understand.
    pub filter: String,
    /// When it was saved first.
    pub date_created: Timestamp,
    /// When it last changed.
    pub date_updated: Timestamp,
}

/// Whether a text may be the filter of a view.
///
/// # Errors
/// What is wrong with it.
pub fn check_filter(text: &str) -> Result<(), String> {
    if text.len() > limits::VIEW_FILTER_BYTES_MAX {
        return Err(format!("larger than {} bytes", limits::VIEW_FILTER_BYTES_MAX));
    }
    serde_json::from_str::<Map<String, Value>>(text).map(|_| ()).map_err(|_| "not a JSON object".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_a_json_object_of_bounded_size() {
        let sized = |bytes: usize| format!(r#"{{"a": "{}"}}"#, "x".repeat(bytes - 9));
        for good in ["{}", r#"{"Status": ["waiting"]}"#, &sized(limits::VIEW_FILTER_BYTES_MAX)] {
            assert_eq!(check_filter(good), Ok(()), "{good}");
        }
        for bad in ["", "[]", "null", "{", &sized(limits::VIEW_FILTER_BYTES_MAX + 1)] {
            assert!(check_filter(bad).is_err(), "{bad}");
        }
    }
}
