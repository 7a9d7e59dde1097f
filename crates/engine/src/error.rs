//! Why a command did not do what it was asked.

use dwell_core::{Reason, lifecycle::LifecycleError};
use dwell_store::{StoreError, UniqueKey};

/// The failure of a command or query. Nothing was changed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or it belongs to somebody else.
    #[error("not found")]
    NotFound,
    /// A rule forbids it.
    #[error(transparent)]
    Refused(#[from] Reason),
    /// Somebody else changed the same thing at the same time.
    #[error("concurrent change")]
    Conflict,
    /// The account has more under way than it may have at once; try again shortly.
    #[error("too many requests")]
    TooManyRequests,
    /// The server has more to do than it can queue; try again shortly.
    #[error("overloaded")]
    Overloaded,
    /// The store cannot be used at the moment.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A mistake of ours.
    #[error("internal error: {0}")]
    Internal(String),
}

impl From<LifecycleError> for Error {
    fn from(error: LifecycleError) -> Self {
        Error::Refused(error.into())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unique(UniqueKey::ConversationUniqueName) => Error::Refused(Reason::UniqueNameTaken),
            StoreError::Unique(UniqueKey::UserIdentity) => Error::Refused(Reason::UserExists),
            StoreError::Unique(UniqueKey::PersonEmail) => Error::Refused(Reason::PersonExists { name: "Email" }),
            StoreError::Unique(UniqueKey::PersonIdentity) => Error::Refused(Reason::PersonExists { name: "Identity" }),
            StoreError::Unique(UniqueKey::ParticipantIdentity) => Error::Refused(Reason::ParticipantExists),
            StoreError::Unique(UniqueKey::ParticipantPair | UniqueKey::ConversationGroup)
            | StoreError::Contention(_) => Error::Conflict,
            StoreError::Overloaded => Error::Overloaded,
            StoreError::Unavailable(problem) => Error::Unavailable(problem),
            error @ (StoreError::Unique(UniqueKey::Other) | StoreError::Corrupt(_) | StoreError::Internal(_)) => {
                Error::Internal(error.to_string())
            }
        }
    }
}
