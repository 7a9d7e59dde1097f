//! Lists: page sizes, tokens and `meta` (contract §3, §18 U11).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dwell_core::Reason;
use dwell_engine::{Page, PageRequest};
use serde::Serialize;
use utoipa::ToSchema;

use crate::errors::Failure;
use crate::form::form;

/// What every list says of itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Meta {
    /// The number of this page, from zero.
    page: u64,
    /// Most items on a page.
    page_size: usize,
    /// The URL of the first page.
    first_page_url: String,
    /// The URL of the page before, when there is one that can be named.
    previous_page_url: Option<String>,
    /// The URL of this page.
    url: String,
    /// The URL of the next page; null on the last.
    next_page_url: Option<String>,
    /// The name of the member that holds the items.
    key: &'static str,
}

/// The parameters that every list takes.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageParameters {
    page: Option<String>,
    page_size: Option<String>,
    page_token: Option<String>,
}

form! {
    /// The paging parameters of a list.
    PageQuery => PageParameters {
        /// How many items a page holds at most: 50 by default, but 5 webhooks of a conversation and 100 entries of a
        /// history. More than the list allows is taken for the most it allows: 100, but 50 addresses, receipts, roles,
        /// users and conversations of one participant, 5 webhooks of a conversation, 200 saved views, and 1,000 timers,
        /// events or entries of a history.
        page_size = "PageSize" integer,
        /// The number of the page, from zero: for the client's own count, it selects nothing.
        page = "Page" integer,
        /// Which page: from the URLs in `meta` of its neighbour.
        page_token = "PageToken",
    }
}

/// The key of the list of messages.
const MESSAGES: &str = "messages";
/// Every token begins so.
const TOKEN_PREFIX: &str = "PT";

/// Which page was asked for, and how to name the others.
#[derive(Debug)]
pub(crate) struct Paging {
    key: &'static str,
    number: u64,
    token: Option<String>,
    /// What the engine is asked for.
    pub(crate) request: PageRequest,
}

/// What sets one list apart (contract §3).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listing {
    /// The name of the member that holds the items. Tokens carry it, so that none is taken for
    /// that of another list.
    pub(crate) key: &'static str,
    /// The page size when none is asked for.
    pub(crate) size_default: usize,
    /// The largest page size.
    pub(crate) size_max: usize,
}

impl PageQuery {
    /// Reads the paging parameters of a list.
    pub(crate) fn read(self, listing: Listing) -> Result<Paging, Failure> {
        let PageParameters { page, page_size, page_token } = self.0;
        let number = |name: &str, text: &str| {
            if text.is_empty() || !text.bytes().all(|c| c.is_ascii_digit()) {
                return Err(Failure::Malformed(format!("Invalid parameter {name}: not a page number or size")));
            }
            // Digits fail to be a number only when there are too many of them.
            Ok(text.parse::<u64>().unwrap_or(u64::MAX))
        };
        let page = page.map_or(Ok(0), |text| number("Page", &text))?;
        let size = match page_size {
            None => listing.size_default,
            Some(text) => match number("PageSize", &text)? {
                0 => return Err(Failure::Malformed("Invalid parameter PageSize: must be at least 1".to_owned())),
                size => usize::try_from(size).unwrap_or(usize::MAX).min(listing.size_max),
            },
        };
        let after = page_token.as_deref().map(|token| read_token(listing.key, token)).transpose()?;
        Ok(Paging { key: listing.key, number: page, token: page_token, request: PageRequest { size, after } })
    }
}

fn read_token(key: &str, token: &str) -> Result<String, Failure> {
    let cursor = || {
        let bytes = URL_SAFE_NO_PAD.decode(token.strip_prefix(TOKEN_PREFIX)?).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let cursor = text.strip_prefix(key)?.strip_prefix(' ')?;
        (!cursor.contains('\0')).then(|| cursor.to_owned())
    };
    let is_negative = |text: &str| {
        text.strip_prefix('-').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit()))
    };
    // Tokens of messages are places in a numbered list, and have a refusal of their own (contract §4.3).
    if key == MESSAGES && (is_negative(token) || cursor().as_deref().is_some_and(is_negative)) {
        return Err(Failure::Engine(Reason::MessagePageTokenNegative.into()));
    }
    cursor().ok_or_else(|| Failure::Malformed("Invalid parameter PageToken: not a page token of this list".to_owned()))
}

fn write_token(key: &str, cursor: &str) -> String {
    format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(format!("{key} {cursor}")))
}

impl Paging {
    /// The `meta` of a page of the list at `url`, with the filters that were given, by name.
    pub(crate) fn meta<T>(&self, url: &str, filters: &[(&'static str, String)], page: &Page<T>) -> Meta {
        let page_url = |number: u64, token: Option<&str>| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            for (name, value) in filters {
                query.append_pair(name, value);
            }
            query.append_pair("PageSize", &self.request.size.to_string());
            query.append_pair("Page", &number.to_string());
            if let Some(token) = token {
                query.append_pair("PageToken", token);
            }
            format!("{url}?{}", query.finish())
        };
        Meta {
            page: self.number,
            page_size: self.request.size,
            first_page_url: page_url(0, None),
            previous_page_url: page
                .previous
                .as_deref()
                .map(|cursor| page_url(self.number.saturating_sub(1), Some(&write_token(self.key, cursor)))),
            url: page_url(self.number, self.token.as_deref()),
            next_page_url: page
                .next
                .as_deref()
                .map(|cursor| page_url(self.number.saturating_add(1), Some(&write_token(self.key, cursor)))),
            key: self.key,
        }
    }
}
