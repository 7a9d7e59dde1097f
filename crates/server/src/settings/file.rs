//! The settings file, TOML.

use std::fmt;
use std::path::{Path, PathBuf};

use super::Given;
use crate::failure::Failure;

/// The file with every setting at its default, for people to read and change.
pub(crate) const DEFAULT_FILE: &str = include_str!("../default.toml");
/// The file that is read when none is named and this one is there.
const FILE_NAME: &str = "dwell.toml";

/// Where settings come from, beside flags and the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// Nowhere.
    None,
    /// This file.
    File(PathBuf),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::None => f.write_str("no settings file"),
            Source::File(path) => path.display().fmt(f),
        }
    }
}

/// Reads the file named, or the usual one if it is there.
pub(super) fn load(named: Option<&Path>) -> Result<(Given, Source), Failure> {
    let path = match named {
        Some(path) => path,
        None if Path::new(FILE_NAME).exists() => Path::new(FILE_NAME),
        None => return Ok((Given::default(), Source::None)),
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(format_args!("cannot read settings file {}: {error}", path.display())))?;
    let given = parse(&text).map_err(|problem| Failure::new(format_args!("{}:{problem}", path.display())))?;
    Ok((given, Source::File(path.to_owned())))
}

/// Reads settings; the error begins with the number of the line.
pub(super) fn parse(text: &str) -> Result<Given, String> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        format!("{}: {}", before.matches('\n').count() + 1, error.message())
    })
}
