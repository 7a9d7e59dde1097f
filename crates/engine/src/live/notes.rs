//! What a unit of work has to tell, kept until it is on disk.

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

    pub(crate) fn take(&self) -> Vec<News> {
        std::mem::take(&mut self.0.lock())
    }
}
