//! Lists: page sizes, tokens and `meta` (contract §3, §18 U11).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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
#[derive(Debug, Default)]
pub(crate) struct PageParameters {
    page: Option<String>,
    page_size: Option<String>,
    page_token: Option<String>,
}

form! {
    /// The paging parameters of a list.
    PageQuery => PageParameters { page = "Page", page_size = "PageSize", page_token = "PageToken" }
}

/// Every token begins so.
const TOKEN_PREFIX: &str = "PT";

/// Which page was asked for, and how to name the others.
#[derive(Debug)]
pub(crate) struct Paging {
    number: u64,
    token: Option<String>,
    /// What the engine is asked for.
    pub(crate) request: PageRequest,
}

/// The default and largest page sizes of a list (contract §3).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) default: usize,
    pub(crate) max: usize,
}

impl PageQuery {
    /// Reads the paging parameters of a list.
    pub(crate) fn read(self, sizes: Sizes) -> Result<Paging, Failure> {
        let PageParameters { page, page_size, page_token } = self.0;
        let number = |name: &str, text: &str| {
            text.parse::<u64>()
                .map_err(|_| Failure::Malformed(format!("Invalid parameter {name}: not a page number or size")))
        };
        let page = page.map_or(Ok(0), |text| number("Page", &text))?;
        let size = match page_size {
            None => sizes.default,
            Some(text) => match number("PageSize", &text)? {
                0 => return Err(Failure::Malformed("Invalid parameter PageSize: must be at least 1".to_owned())),
                size => usize::try_from(size).unwrap_or(usize::MAX).min(sizes.max),
            },
        };
        let after = page_token.as_deref().map(read_token).transpose()?;
        Ok(Paging { number: page, token: page_token, request: PageRequest { size, after } })
    }
}

fn read_token(token: &str) -> Result<String, Failure> {
    token
        .strip_prefix(TOKEN_PREFIX)
        .and_then(|encoded| URL_SAFE_NO_PAD.decode(encoded).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| Failure::Malformed("Invalid parameter PageToken: not a page token of this list".to_owned()))
}

fn write_token(cursor: &str) -> String {
    format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(cursor))
}

impl Paging {
    /// The `meta` of a page of the list at `url`, with the filters that were given, by name.
    pub(crate) fn meta<T>(
        &self,
        url: &str,
        filters: &[(&str, Option<&str>)],
        page: &Page<T>,
        key: &'static str,
    ) -> Meta {
        let page_url = |number: u64, token: Option<&str>| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            for (name, value) in filters {
                if let Some(value) = value {
                    query.append_pair(name, value);
                }
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
            previous_page_url: None,
            url: page_url(self.number, self.token.as_deref()),
            next_page_url: page.next.as_deref().map(|cursor| page_url(self.number + 1, Some(&write_token(cursor)))),
            key,
        }
    }
}
