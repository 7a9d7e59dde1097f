//! Who gets what waits: the oldest first, to whoever serves its queue and has most room.

use crate::time::Timestamp;

/// Whether waiting sessions are given out, or taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Routing {
    /// The server gives them to who is available.
    #[default]
    Automatic,
    /// People take them.
    Manual,
}

names! { Routing: Automatic = "automatic", Manual = "manual" }

/// How an account hands out its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeskSettings {
    /// Whether waiting sessions are given out.
    pub routing: Routing,
    /// Whether parked sessions take room as active ones do.
    pub count_inactive: bool,
    /// How many sessions somebody without a limit of their own has room for.
    pub limit_default: i64,
}

impl Default for DeskSettings {
    fn default() -> Self {
        let limit_default = crate::limits::SESSIONS_OF_AGENT_DEFAULT;
        DeskSettings { routing: Routing::Automatic, count_inactive: false, limit_default }
    }
}

/// Somebody who works on sessions, and what they have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentDesk {
    /// Their identity.
    pub identity: String,
    /// Whether the server may give them work.
    pub available: bool,
    /// How many sessions they have room for; `None` for as many as anybody.
    pub limit_own: Option<i64>,
    /// The queues that they serve, beside the one that everybody serves.
    pub queues: Vec<String>,
    /// When routing last gave them one.
    pub assigned_at: Option<Timestamp>,
    /// How many active sessions they have.
    pub used: i64,
    /// How many parked ones.
    pub inactive: i64,
}

impl AgentDesk {
    /// Somebody who has not said yet that they are available.
    pub fn new(identity: &str) -> Self {
        let identity = identity.to_owned();
        AgentDesk {
            identity,
            available: false,
            limit_own: None,
            queues: Vec::new(),
            assigned_at: None,
            used: 0,
            inactive: 0,
        }
    }

    /// How many sessions they have room for altogether.
    pub fn limit(&self, settings: &DeskSettings) -> i64 {
        self.limit_own.unwrap_or(settings.limit_default)
    }

    /// How many more they have room for; negative when people or returning customers have given them too many.
    pub fn free(&self, settings: &DeskSettings) -> i64 {
        let parked = if settings.count_inactive { self.inactive } else { 0 };
        self.limit(settings) - self.used - parked
    }
}

/// Somebody who is available for work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// Their identity.
    pub identity: String,
    /// The queues that they serve, beside the one that everybody serves.
    pub queues: Vec<String>,
    /// How many sessions more they can have; none when not positive.
    pub free: i64,
    /// When they were last given one; whoever never was comes first.
    pub assigned_at: Option<Timestamp>,
}

/// A session that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting<T> {
    /// Which session it is.
    pub of: T,
    /// The queue that it waits in; `None` for the one that everybody serves.
    pub queue: Option<String>,
}

impl Desk {
    fn serves(&self, queue: Option<&str>) -> bool {
        queue.is_none_or(|queue| self.queues.iter().any(|served| served == queue))
    }
}

/// Gives the waiting sessions, oldest first, to the desks, until no desk that serves one has room. Whoever has most
/// room is first, then who was given one longest ago, then by identity. Returns who gets which.
pub fn route<T>(waiting: impl IntoIterator<Item = Waiting<T>>, desks: &mut [Desk], now: Timestamp) -> Vec<(T, String)> {
    let mut given = Vec::new();
    for Waiting { of, queue } in waiting {
        let able = desks.iter_mut().filter(|desk| desk.free > 0 && desk.serves(queue.as_deref()));
        let first = able.min_by(|a, b| {
            b.free.cmp(&a.free).then(a.assigned_at.cmp(&b.assigned_at)).then_with(|| a.identity.cmp(&b.identity))
        });
        if let Some(desk) = first {
            desk.free -= 1;
            desk.assigned_at = Some(now);
            given.push((of, desk.identity.clone()));
        }
    }
    given
}
