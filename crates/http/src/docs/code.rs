//! Code with a little colour: strings, comments, variables and words of the language.

use maud::{Markup, html};

/// Words that stand out, of all languages that are shown.
const WORDS: &[&str] = &[
    "import", "from", "const", "let", "await", "for", "in", "of", "if", "return", "new", "async", "def", "with", "as",
    "print", "true", "false", "null", "True", "False", "None", "curl", "dwell", "export",
];
/// The variable that the page can fill in.
const ACCOUNT: &str = "$TWILIO_ACCOUNT_SID";

/// A piece of code and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    Plain(&'a str),
    Text(&'a str),
    Comment(&'a str),
    Variable(&'a str),
    Word(&'a str),
}

/// A block of code that can be copied.
pub(super) fn block(language: &str, text: &str) -> Markup {
    html! { div.code { pre tabindex="0" { code data-language=(language) { (coloured(language, text)) } } } }
}

/// The code as it is, with marks.
fn coloured(language: &str, text: &str) -> Markup {
    let comment = match language {
        "js" | "node" | "javascript" | "json" => "//",
        _ => "#",
    };
    html! {
        @for piece in pieces(text, comment) {
            @match piece {
                Piece::Plain(text) => { (text) }
                Piece::Text(text) => { span.s { (text) } }
                Piece::Comment(text) => { span.c { (text) } }
                Piece::Variable(ACCOUNT) => { span.v data-account { (ACCOUNT) } }
                Piece::Variable(text) => { span.v { (text) } }
                Piece::Word(text) => { span.k { (text) } }
            }
        }
    }
}

/// Cuts code into pieces, none of which is lost.
fn pieces<'a>(text: &'a str, comment: &str) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut plain_from = text;
    let mut before = '\n';
    while let Some(first) = rest.chars().next() {
        let piece = if rest.starts_with(comment) && before.is_whitespace() {
            Some(Piece::Comment(head(rest, rest.find('\n'))))
        } else if matches!(first, '"' | '\'' | '`') && !before.is_alphanumeric() {
            string(rest, first)
        } else if first == '$' {
            Some(Piece::Variable(head(rest, rest.char_indices().skip(1).find(|(_, c)| !is_name(*c)).map(|(at, _)| at))))
                .filter(|piece| !matches!(piece, Piece::Variable("$")))
        } else if first.is_ascii_alphabetic() && !is_name(before) && before != '.' {
            let word = head(rest, rest.find(|c: char| !is_name(c)));
            Some(Piece::Word(word)).filter(|_| WORDS.contains(&word))
        } else {
            None
        };
        let len = piece.map_or(first.len_utf8(), |piece| piece.text().len());
        if let Some(piece) = piece {
            push_plain(&mut pieces, plain_from, rest);
            match piece {
                // Variables stand out within quotes too.
                Piece::Text(text) if first == '"' && text.contains('$') => pieces.extend(quoted(text)),
                piece => pieces.push(piece),
            }
        }
        before = rest[..len].chars().next_back().unwrap_or(before);
        rest = &rest[len..];
        if piece.is_some() {
            plain_from = rest;
        }
    }
    push_plain(&mut pieces, plain_from, rest);
    pieces
}

impl<'a> Piece<'a> {
    fn text(self) -> &'a str {
        match self {
            Piece::Plain(text)
            | Piece::Text(text)
            | Piece::Comment(text)
            | Piece::Variable(text)
            | Piece::Word(text) => text,
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The beginning up to a place, or all.
fn head(text: &str, to: Option<usize>) -> &str {
    to.and_then(|to| text.get(..to)).unwrap_or(text)
}

/// What is plain between where it began and where `rest` begins.
fn push_plain<'a>(pieces: &mut Vec<Piece<'a>>, from: &'a str, rest: &str) {
    let text = head(from, from.len().checked_sub(rest.len()));
    if !text.is_empty() {
        pieces.push(Piece::Plain(text));
    }
}

/// A text in quotes that ends on its line.
fn string(rest: &str, quote: char) -> Option<Piece<'_>> {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => return None,
            c if c == quote && !is_escaped => return Some(Piece::Text(head(rest, Some(at + 1)))),
            _ => is_escaped = c == '\\' && !is_escaped,
        }
    }
    None
}

/// The variables of a quoted text, and what is between them.
fn quoted(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        let end = from.char_indices().skip(1).find(|(_, c)| !is_name(*c)).map(|(end, _)| end);
        let variable = head(from, end);
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(if variable.len() > 1 { Piece::Variable(variable) } else { Piece::Text(variable) });
        rest = &from[variable.len()..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_variables_stand_out() {
        let text = "curl \"https://x/é/$CONVERSATION_SID/$\" \\\n  -u \"$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN\" 'a=$b' # it's so\n$ \"open";
        let cut = pieces(text, "#");
        assert_eq!(cut.iter().map(|piece| piece.text()).collect::<String>(), text);
        for wanted in [
            Piece::Word("curl"),
            Piece::Variable("$CONVERSATION_SID"),
            Piece::Variable("$TWILIO_ACCOUNT_SID"),
            Piece::Text("'a=$b'"),
            Piece::Comment("# it's so"),
        ] {
            assert!(cut.contains(&wanted), "{wanted:?} in {cut:?}");
        }
        assert_eq!(
            pieces("a['b'].from // c", "//"),
            [Piece::Plain("a["), Piece::Text("'b'"), Piece::Plain("].from "), Piece::Comment("// c"),]
        );
    }
}
