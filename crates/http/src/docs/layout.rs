//! What all pages have in common: head, bar, navigation, footer.

use dwell_docs::{Library, groups, guides};
use maud::{DOCTYPE, Markup, html};

use super::assets;
use crate::tree::BaseUrl;

/// The portal as one reader sees it.
pub(super) struct Site<'a> {
    pub(super) library: &'a Library,
    /// Scheme, host and perhaps a path of the server, for examples.
    pub(super) base: &'a str,
    /// The path of the server, mostly empty: what links begin with.
    pub(super) root: &'a str,
}

impl<'a> Site<'a> {
    pub(super) fn new(library: &'a Library, base: &'a BaseUrl) -> Self {
        let base = base.0.as_str();
        let rest = base.split_once("://").map_or("", |(_, rest)| rest);
        let root = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default();
        Site { library, base, root }
    }

    /// The link to a page below /docs.
    pub(super) fn link(&self, address: &str) -> String {
        match address {
            "" => format!("{}/docs", self.root),
            address => format!("{}/docs/{address}", self.root),
        }
    }
}

/// A page to be shown.
pub(super) struct Page<'a> {
    pub(super) title: &'a str,
    /// Its address below /docs; `None` for one without a twin.
    pub(super) address: Option<&'a str>,
    /// The group whose operations the navigation shows.
    pub(super) tag: &'a str,
    pub(super) main: Markup,
    /// What the search field holds.
    pub(super) query: &'a str,
}

pub(super) fn render(site: &Site<'_>, page: &Page<'_>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (page.title) @if page.title != "Dwell" { " · Dwell" } }
                link rel="icon" type="image/svg+xml" href=(assets::ICON.address(site.root));
                link rel="stylesheet" href=(assets::STYLE.address(site.root));
                @if let Some(address) = page.address {
                    link rel="alternate" type="text/markdown" href={ (site.link(address)) ".md" };
                }
                script src=(assets::EARLY.address(site.root)) {}
                script src=(assets::PAGE.address(site.root)) defer {}
                @if page.address.is_some_and(|address| address.starts_with("api/")) {
                    script src=(assets::TRY.address(site.root)) defer {}
                }
            }
            body data-root=(site.root) {
                a.skip href="#main" { "Skip to content" }
                (bar(site, page))
                div.frame {
                    (navigation(site, page))
                    main #main tabindex="-1" { (page.main) (footer(site, page)) }
                }
            }
        }
    }
}

fn bar(site: &Site<'_>, page: &Page<'_>) -> Markup {
    html! {
        header.bar {
            a.menu href="#nav" { "Menu" }
            a.brand href=(site.link("")) { img src=(assets::ICON.address(site.root)) alt="" width="20" height="20"; "Dwell" }
            form.search role="search" action=(site.link("search")) {
                input #q type="search" name="q" value=(page.query) placeholder="Search" aria-label="Search the documentation"
                    autocomplete="off" maxlength="200";
                button.go type="submit" { "Search" }
            }
            div.tools {}
        }
    }
}

fn navigation(site: &Site<'_>, page: &Page<'_>) -> Markup {
    let here = page.address.unwrap_or("?");
    let item = |address: &str, title: &str| {
        html! { li { a href=(site.link(address)) aria-current=[(address == here).then_some("page")] { (title) } } }
    };
    html! {
        nav #nav aria-label="Documentation" {
            a.close href="#main" { "Close menu" }
            h2 { "Guides" }
            ul { @for guide in guides::ALL { (item(&guide.address(), &guide.title())) } }
            h2 { "Reference" }
            ul { (item("api", "All operations")) (item("errors", "Errors")) (item("settings", "Settings")) }
            @for (is_own, title) in [(false, "Conversations API"), (true, "Dwell’s own")] {
                h2 { (title) }
                ul {
                    @for group in groups::ALL {
                        @let inside: Vec<_> = site.library.operations().iter().filter(|one| one.tag == group.tag).collect();
                        @if inside.first().is_some_and(|one| one.is_own() == is_own) {
                            li {
                                a href=(site.link(&format!("api#{}", dwell_docs::anchor(group.title)))) { (group.title) }
                                @if group.tag == page.tag {
                                    ul { @for one in &inside { (item(&one.address(), &one.title)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn footer(site: &Site<'_>, page: &Page<'_>) -> Markup {
    html! {
        footer {
            @if let Some(address) = page.address {
                "This page as " a href={ (site.link(address)) ".md" } { "Markdown" } " or "
                a href={ (site.link(address)) ".txt" } { "plain text" } ". "
            }
            "For programs: " a href={ (site.root) "/openapi.json" } { "OpenAPI" } ", "
            a href={ (site.root) "/openapi.yaml" } { "YAML" } ", " a href={ (site.root) "/llms.txt" } { "llms.txt" } ". "
            "Dwell " (site.library.version()) "."
        }
    }
}
