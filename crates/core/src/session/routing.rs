//! Who gets what waits: the oldest first, to whoever serves its queue and has most room.

use crate::time::Timestamp;

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
