//! `/dwell/v1/People` and what their roles allow.

/// Refusals that these tests provoke.
pub(crate) const REASONS: &[&str] = &["PersonExists", "RoleForbids"];
