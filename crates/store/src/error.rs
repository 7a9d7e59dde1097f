//! What can go wrong in a store.

/// A uniqueness rule, by the name of its constraint in both engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UniqueKey {
    /// One conversation per unique name in a service.
    ConversationUniqueName,
    /// One participant per identity in a conversation.
    ParticipantIdentity,
    /// One open participant per (address, proxy address) in an account.
    ParticipantPair,
    /// One open group text per set of addresses in an account.
    ConversationGroup,
    /// One user per identity in a service.
    UserIdentity,
    /// One person per e-mail address on the server.
    PersonEmail,
    /// One person per identity in an account.
    PersonIdentity,
    /// Any other key; two of them equal would be a mistake of ours.
    Other,
}

impl UniqueKey {
    pub(crate) fn from_constraint(name: &str) -> Self {
        match name {
            "conversations_unique_name" => UniqueKey::ConversationUniqueName,
            "conversations_group" => UniqueKey::ConversationGroup,
            "people_email" => UniqueKey::PersonEmail,
            "people_identity" => UniqueKey::PersonIdentity,
            "participants_identity" => UniqueKey::ParticipantIdentity,
            "participants_pair" => UniqueKey::ParticipantPair,
            "users_identity" => UniqueKey::UserIdentity,
            _ => UniqueKey::Other,
        }
    }

    /// SQLite names the columns of a violated key, not the key.
    pub(crate) fn from_columns(columns: &str) -> Self {
        match columns {
            "conversations.service_sid, conversations.unique_name" => UniqueKey::ConversationUniqueName,
            "conversations.account_sid, conversations.group_key" => UniqueKey::ConversationGroup,
            "people.email" => UniqueKey::PersonEmail,
            "people.account_sid, people.identity" => UniqueKey::PersonIdentity,
            "participants.conversation_sid, participants.identity" => UniqueKey::ParticipantIdentity,
            "participants.account_sid, participants.address, participants.proxy_address" => UniqueKey::ParticipantPair,
            "users.service_sid, users.identity" => UniqueKey::UserIdentity,
            _ => UniqueKey::Other,
        }
    }
}

/// A failed unit of work. Nothing of it was kept, but for a connection that broke while it was being
/// committed: then it may have been, and [`StoreError::Unavailable`] says so.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// A uniqueness rule was broken.
    #[error("not unique: {0:?}")]
    Unique(UniqueKey),
    /// The queue of units of work is full; try again shortly.
    #[error("the store's queue is full")]
    Overloaded,
    /// The database cannot be used at the moment (disk full, connection lost); it may be later.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// The database lost against a concurrent unit of work too often.
    #[error("too much contention: {0}")]
    Contention(String),
    /// A row holds what no version of Dwell writes.
    #[error("unreadable row: {0}")]
    Corrupt(String),
    /// A mistake of ours or of the database.
    #[error("store error: {0}")]
    Internal(String),
}

/// Why a store could not be opened. The messages are for the person who starts the server.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data directory cannot be made or written.
    #[error("cannot write to {path}: {problem}")]
    NotWritable {
        /// The directory or file.
        path: String,
        /// What the system said.
        problem: String,
    },
    /// The database was migrated by a newer Dwell.
    #[error(
        "the database is at schema version {found}, newer than {supported}, the newest that this Dwell knows; start a newer Dwell"
    )]
    Newer {
        /// The version of the database.
        found: i64,
        /// The newest version known.
        supported: i64,
    },
    /// Migrations failed or were tampered with.
    #[error("migration failed: {0}")]
    Migration(String),
    /// The database cannot be reached or read.
    #[error("cannot open {database}: {problem}")]
    Unreachable {
        /// The database, without its password.
        database: String,
        /// What the engine said.
        problem: String,
    },
}
