//! The cookies of the console: who is signed in, and who is about to be.

use axum::http::{HeaderMap, HeaderValue, header};
use dwell_engine::sign_in::Token;

use crate::tree::BaseUrl;

/// The cookie of whoever is signed in.
pub(crate) const SESSION: &str = "dwell_session";

/// The value of a cookie that was sent.
pub(crate) fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// Who the browser says it is.
pub(crate) fn token(headers: &HeaderMap) -> Option<Token> {
    find(headers, SESSION).filter(|text| !text.is_empty()).map(Token::sent)
}

/// Signs the browser in, until it is closed or the sign-in ends here.
pub(crate) fn sign_in(token: &Token, base: &BaseUrl) -> Option<HeaderValue> {
    let line = format!("{SESSION}={}; Path=/; HttpOnly; SameSite=Strict{}", token.reveal(), secure(base));
    HeaderValue::from_str(&line).ok()
}

/// Makes the browser forget who it was.
pub(crate) fn sign_out(base: &BaseUrl) -> Option<HeaderValue> {
    let line = format!("{SESSION}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{}", secure(base));
    HeaderValue::from_str(&line).ok()
}

/// Over HTTPS a cookie is never to leave without it.
pub(crate) fn secure(base: &BaseUrl) -> &'static str {
    if base.is_https() { "; Secure" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; xdwell_session=2"));
        headers.append(header::COOKIE, HeaderValue::from_static("b=3;dwell_session=4=5 ; c"));
        assert_eq!(find(&headers, SESSION), Some("4=5"));
        assert_eq!(find(&headers, "c"), None);
        assert!(token(&HeaderMap::new()).is_none());
    }
}
