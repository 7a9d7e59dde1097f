//! Attributes: a JSON document that the API carries as text (contract §1.5).

use crate::reason::Reason;

/// The attributes of a resource that was given none.
pub const EMPTY: &str = "{}";

/// Checks that `text` is one JSON document of at most `bytes_max` bytes; it is kept as sent.
///
/// # Errors
/// [`Reason::AttributesTooLong`] (50303) or [`Reason::AttributesNotJson`] (50304).
pub fn check(text: &str, bytes_max: usize) -> Result<(), Reason> {
    if text.len() > bytes_max {
        return Err(Reason::AttributesTooLong { bytes_max });
    }
    serde_json::from_str::<serde::de::IgnoredAny>(text).map(|_| ()).map_err(|_| Reason::AttributesNotJson)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_of_any_kind_is_kept_and_the_rest_refused() {
        for good in ["{}", "[]", "null", "1", "\"x\"", " {\"a\": 1} "] {
            assert_eq!(check(good, 100), Ok(()), "{good}");
        }
        for bad in ["", "{", "{a:1}", "{} {}", "nul"] {
            assert_eq!(check(bad, 100), Err(Reason::AttributesNotJson), "{bad}");
        }
        assert_eq!(check("{\"a\":1}", 6), Err(Reason::AttributesTooLong { bytes_max: 6 }));
        assert!(check(&"[".repeat(5_000), 16_384).is_err(), "deep nesting is refused, not a stack overflow");
    }
}
