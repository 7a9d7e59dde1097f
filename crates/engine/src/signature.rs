//! `X-Twilio-Signature` (contract §10.4): on what webhooks are told, and on what a Messages API as Twilio's
//! tells us.

use std::collections::BTreeSet;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The signature of a call: HMAC-SHA1 with the auth token as key over the URL followed by the distinct
/// pairs of name and value in order of their bytes, nothing between them. A name with several values is
/// repeated, as the official validators do it.
///
/// `url` is the URL as it is requested, with its query, without user, password and fragment.
/// `form` is what the body holds; a call without a body has none, and its URL alone is signed.
pub fn signature(auth_token: &str, url: &str, form: &[(String, String)]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, auth_token.as_bytes());
    let mut context = hmac::Context::with_key(&key);
    context.update(url.as_bytes());
    let pairs: BTreeSet<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for (name, value) in pairs {
        context.update(name.as_bytes());
        context.update(value.as_bytes());
    }
    STANDARD.encode(context.sign())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";

    fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_published_vector() {
        let form = form(&[
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ]);
        assert_eq!(signature("12345", URL, &form), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    }

    #[test]
    fn everything_counts() {
        let plain = signature("12345", URL, &form(&[("A", "1")]));
        assert_ne!(signature("12346", URL, &form(&[("A", "1")])), plain);
        assert_ne!(signature("12345", "https://mycompany.com/myapp.php", &form(&[("A", "1")])), plain);
        assert_ne!(signature("12345", URL, &form(&[("A", "2")])), plain);
        assert_ne!(signature("12345", URL, &[]), plain);
    }

    proptest! {
        #[test]
        fn the_order_of_parameters_does_not_count(
            form in prop::collection::vec((".{0,4}", ".{0,4}"), 0..8),
            shuffled in any::<prop::sample::Index>(),
        ) {
            let mut other = form.clone();
            other.reverse();
            let middle = if other.is_empty() { 0 } else { shuffled.index(other.len()) };
            other.rotate_left(middle);
            prop_assert_eq!(signature("t", URL, &form), signature("t", URL, &other));
        }

        #[test]
        fn a_repeated_pair_counts_once(form in prop::collection::vec((".{0,4}", ".{0,4}"), 0..8)) {
            let twice = [form.clone(), form.clone()].concat();
            prop_assert_eq!(signature("t", URL, &form), signature("t", URL, &twice));
        }

        #[test]
        fn it_is_twenty_bytes_in_base64(token in ".{0,40}", url in ".{0,80}") {
            prop_assert_eq!(signature(&token, &url, &[]).len(), 28);
        }
    }
}
