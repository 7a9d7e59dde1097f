//! The guides: the pages of docs/ that are for users, and the quick start of the README.

/// A guide.
#[derive(Debug, Clone, Copy)]
pub struct Guide {
    /// The name of its page: `guides/{name}`.
    pub name: &'static str,
    /// What it is about, in a line.
    pub summary: &'static str,
    /// Its file, seen from the folder of the guides.
    pub(crate) file: &'static str,
    markdown: &'static str,
}

/// Where the part of the README begins that is a guide.
const QUICK_START: &str = "\n## Start\n";
/// Where it ends.
const QUICK_START_END: &str = "\n## More\n";

/// Where the pictures of guides are, below docs/ and below /docs alike.
const PICTURES: &str = "pictures/";

/// Every guide, the first to be read first.
pub const ALL: &[Guide] = &[
    Guide {
        name: "quick-start",
        summary: "A server and a conversation in five minutes",
        file: "../README.md",
        markdown: include_str!("../../../README.md"),
    },
    Guide {
        name: "sdks",
        summary: "The official libraries: Python, Node and the others, pointed at Dwell",
        file: "sdks.md",
        markdown: include_str!("../../../docs/sdks.md"),
    },
    Guide {
        name: "lifecycle",
        summary: "States, timers, test clocks",
        file: "lifecycle.md",
        markdown: include_str!("../../../docs/lifecycle.md"),
    },
    Guide {
        name: "policies",
        summary: "Whose silence counts, warnings, business hours, which rules a conversation lives by",
        file: "policies.md",
        markdown: include_str!("../../../docs/policies.md"),
    },
    Guide {
        name: "timers",
        summary: "Default timers and policies in the console, with pictures",
        file: "timers.md",
        markdown: include_str!("../../../docs/timers.md"),
    },
    Guide {
        name: "desk",
        summary: "A day of an agent in the console, with pictures",
        file: "desk.md",
        markdown: include_str!("../../../docs/desk.md"),
    },
    Guide {
        name: "console",
        summary: "Every screen of the console: supervisor, overview, the page of a conversation",
        file: "console.md",
        markdown: include_str!("../../../docs/console.md"),
    },
    Guide {
        name: "sessions",
        summary: "Who works on which conversation: sessions, queues, capacity, and the live stream",
        file: "sessions.md",
        markdown: include_str!("../../../docs/sessions.md"),
    },
    Guide {
        name: "last-call",
        summary: "A program that is asked before a timer moves a conversation",
        file: "last-call.md",
        markdown: include_str!("../../../docs/last-call.md"),
    },
    Guide {
        name: "webhooks",
        summary: "Every event and parameter, receivers, deliveries, safety",
        file: "webhooks.md",
        markdown: include_str!("../../../docs/webhooks.md"),
    },
    Guide {
        name: "people",
        summary: "Who signs in to the console: roles, passwords, the audit log",
        file: "people.md",
        markdown: include_str!("../../../docs/people.md"),
    },
    Guide {
        name: "media",
        summary: "Files of messages, and where they are kept",
        file: "media.md",
        markdown: include_str!("../../../docs/media.md"),
    },
    Guide {
        name: "inbound",
        summary: "Where a message from outside goes, and who may bring it",
        file: "inbound.md",
        markdown: include_str!("../../../docs/inbound.md"),
    },
    Guide {
        name: "channels",
        summary: "A Twilio number, your own program, simulated phones",
        file: "channels.md",
        markdown: include_str!("../../../docs/channels.md"),
    },
    Guide {
        name: "group-texts",
        summary: "Several telephones and your numbers in one conversation",
        file: "group-texts.md",
        markdown: include_str!("../../../docs/group-texts.md"),
    },
    Guide {
        name: "smpp",
        summary: "SMPP 3.4, for those with a carrier of their own",
        file: "smpp.md",
        markdown: include_str!("../../../docs/smpp.md"),
    },
    Guide {
        name: "email",
        summary: "A mailbox: SMTP out, IMAP in",
        file: "email.md",
        markdown: include_str!("../../../docs/email.md"),
    },
    Guide {
        name: "channels-reference",
        summary: "Addresses and the providers that serve them, with every setting",
        file: "channels-reference.md",
        markdown: include_str!("../../../docs/channels-reference.md"),
    },
    Guide {
        name: "mcp",
        summary: "The MCP server: documentation and conversations for AI tools",
        file: "mcp.md",
        markdown: include_str!("../../../docs/mcp.md"),
    },
    Guide {
        name: "configuration",
        summary: "Where settings come from, accounts, keys",
        file: "configuration.md",
        markdown: include_str!("../../../docs/configuration.md"),
    },
    Guide {
        name: "operations",
        summary: "Start, stop, back-up, upgrade, metrics",
        file: "operations.md",
        markdown: include_str!("../../../docs/operations.md"),
    },
];

impl Guide {
    /// The address of its page.
    pub fn address(&self) -> String {
        format!("guides/{}", self.name)
    }

    /// Its text, which begins with its title.
    pub fn markdown(&self) -> String {
        match self.markdown.split_once(QUICK_START) {
            Some((_, rest)) if self.file == "../README.md" => {
                let part = rest.split_once(QUICK_START_END).map_or(rest, |(part, _)| part);
                format!("# Quick start\n\n## Start\n{part}\n")
            }
            _ => self.markdown.to_owned(),
        }
    }

    /// Its title.
    pub fn title(&self) -> String {
        let text = self.markdown();
        text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or(self.name).trim().to_owned()
    }
}

/// The address below /docs that a link of a guide leads to: `Some("guides/webhooks#events")`, a page or a picture;
/// `None` for any other file. Links to other sites and within the page stay as they are.
pub fn link(target: &str) -> Option<String> {
    let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    if file.is_empty() || file.contains("://") {
        return Some(target.to_owned());
    }
    // The README speaks of docs/sdks.md, its neighbours of sdks.md.
    let file = file.strip_prefix("docs/").unwrap_or(file);
    if file.starts_with(PICTURES) {
        return Some(file.to_owned());
    }
    let guide = ALL.iter().find(|guide| guide.file == file)?;
    Some(match anchor {
        Some(anchor) => format!("{}#{anchor}", guide.address()),
        None => guide.address(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_of_docs_is_a_guide() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let pages: Vec<_> = files.filter(|name| name.ends_with(".md") && name != "README.md").collect();
        let missing: Vec<_> = pages.iter().filter(|name| !ALL.iter().any(|guide| guide.file == **name)).collect();
        assert!(missing.is_empty(), "add these to guides.rs: {missing:?}");
    }

    #[test]
    fn links_lead_to_pages() {
        assert_eq!(link("webhooks.md#events").as_deref(), Some("guides/webhooks#events"));
        assert_eq!(link("../README.md#start").as_deref(), Some("guides/quick-start#start"));
        assert_eq!(link("docs/sdks.md").as_deref(), Some("guides/sdks"));
        assert_eq!(link("#events").as_deref(), Some("#events"));
        assert_eq!(link("https://example.com/a").as_deref(), Some("https://example.com/a"));
        assert_eq!(link("pictures/desk-dark.png").as_deref(), Some("pictures/desk-dark.png"));
        assert_eq!(link("../ARCHITECTURE.md"), None);
    }

    #[test]
    fn the_quick_start_is_a_part_of_the_readme() {
        let text = ALL[0].markdown();
        assert!(
            text.starts_with("# Quick start\n\n## Start\n") && text.contains("make run") && !text.contains("## More")
        );
    }
}
