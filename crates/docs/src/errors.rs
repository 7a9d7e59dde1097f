//! The errors that the API answers with: what each means, why it comes and what to do.

mod table;

use crate::operation::Operation;
pub use table::ALL;

/// An error code.
#[derive(Debug, Clone, Copy)]
pub struct ErrorCode {
    /// The number by which programs know it.
    pub code: u32,
    /// The HTTP status that comes with it.
    pub status: u16,
    /// What went wrong, in a few words.
    pub title: &'static str,
    /// Why it comes.
    pub cause: &'static str,
    /// What to do about it.
    pub cure: &'static str,
    /// Which operations answer with it.
    pub(crate) arises: Arises,
}

/// Where an error arises.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Arises {
    /// At every operation.
    Everywhere,
    /// At all that write.
    Writes,
    /// At all that write, and at these.
    WritesAnd(&'static [&'static str]),
    /// At all with a form.
    Forms,
    /// At all with a variable in their path, and at these.
    VariablesAnd(&'static [&'static str]),
    /// At those with one of these parameters.
    Takes(&'static [&'static str]),
    /// At those of these names.
    At(&'static [&'static str]),
}

impl ErrorCode {
    /// The address of its page: `errors/50353`.
    pub fn address(&self) -> String {
        format!("errors/{}", self.code)
    }

    /// Whether it belongs to no resource: every operation of a kind, such as those that write, answers with it.
    pub fn is_common(&self) -> bool {
        !matches!(self.arises, Arises::Takes(_) | Arises::At(_))
    }

    /// Whether an operation answers with it.
    pub fn is_answered_by(&self, operation: &Operation) -> bool {
        match self.arises {
            Arises::Everywhere => true,
            Arises::Writes => operation.method != "GET",
            Arises::WritesAnd(slugs) => operation.method != "GET" || slugs.contains(&operation.slug.as_str()),
            Arises::Forms => operation.method == "POST",
            Arises::VariablesAnd(slugs) => operation.path().contains('{') || slugs.contains(&operation.slug.as_str()),
            Arises::Takes(names) => names.iter().any(|name| operation.parameter(name).is_some()),
            Arises::At(slugs) => slugs.contains(&operation.slug.as_str()),
        }
    }
}

/// The error of a code.
pub fn find(code: u32) -> Option<&'static ErrorCode> {
    ALL.iter().find(|error| error.code == code)
}

/// The codes that an operation answers with, ascending.
pub(crate) fn codes_of(operation: &Operation) -> Vec<u32> {
    let mut codes: Vec<_> =
        ALL.iter().filter(|error| error.is_answered_by(operation)).map(|error| error.code).collect();
    codes.sort_unstable();
    codes
}
