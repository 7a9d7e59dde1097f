//! What a unit of work has to tell, kept until it is on disk.

use std::collections::HashMap;
use std::sync::Arc;

use dwell_store::{News, Tx};
use parking_lot::Mutex;

use crate::observed::Observed;

/// What the last run of a unit of work had to tell.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Vec<News>>>);

impl Notes {
    /// Runs a unit of work. It may run more than once: the last time counts.
    pub(crate) fn during<T>(&self, tx: &mut dyn Tx, work: &impl Fn(&mut dyn Tx) -> T) -> T {
        let mut observed = Observed::new(tx);
        let answer = work(&mut observed);
        *self.0.lock() = observed.news;
        answer
    }

    /// What there is to tell, each session once: as it is at the end.
    pub(crate) fn take(&self) -> Vec<News> {
        let mut kept: Vec<News> = Vec::new();
        let mut places = HashMap::new();
        for news in std::mem::take(&mut *self.0.lock()).into_iter().rev() {
            if let News::Session { session, moved } = &news {
                let place = *places.entry(session.sid).or_insert(kept.len());
                if let Some(News::Session { moved: has_moved, .. }) = kept.get_mut(place) {
                    *has_moved |= moved;
                    continue;
                }
            }
            kept.push(news);
        }
        kept.reverse();
        kept
    }
}
