//! How many requests may wait for webhooks at once: each keeps its connection, its parameters and an
//! open call in memory for up to five seconds.

use std::collections::HashMap;

use dwell_core::AccountSid;
use parking_lot::Mutex;

use crate::error::Error;

/// Most requests of one account that wait.
pub(super) const PER_ACCOUNT_MAX: usize = 1_024;
/// Most requests that wait in all.
const TOTAL_MAX: usize = 4_096;

/// The requests that wait, counted. Each server counts for itself.
#[derive(Default)]
pub(crate) struct Waiting(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    total: usize,
    /// Accounts of which none waits have no entry.
    by_account: HashMap<AccountSid, usize>,
}

/// A place among those who wait, until it is dropped.
pub(super) struct Place<'a> {
    waiting: &'a Waiting,
    account: AccountSid,
}

impl Waiting {
    /// # Errors
    /// [`Error::TooManyRequests`] when the account has its share waiting already, and
    /// [`Error::Overloaded`] when all accounts together fill every place.
    pub(super) fn enter(&self, account: AccountSid) -> Result<Place<'_>, Error> {
        let mut counts = self.0.lock();
        if counts.by_account.get(&account).is_some_and(|count| *count >= PER_ACCOUNT_MAX) {
            return Err(Error::TooManyRequests);
        }
        if counts.total >= TOTAL_MAX {
            return Err(Error::Overloaded);
        }
        counts.total += 1;
        *counts.by_account.entry(account).or_default() += 1;
        Ok(Place { waiting: self, account })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut counts = self.waiting.0.lock();
        counts.total -= 1;
        if let Some(count) = counts.by_account.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                counts.by_account.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use dwell_core::SidBytes;

    use super::*;

    fn account(n: i64) -> AccountSid {
        AccountSid::new(SidBytes::new(n, 0, [7; 8]))
    }

    #[test]
    fn each_account_has_its_share_and_all_have_an_end() {
        let waiting = Waiting::default();
        let fill = |n| (0..).map_while(|_| waiting.enter(account(n)).ok()).collect::<Vec<_>>();
        let mut places: Vec<_> = (0..4).map(fill).collect();
        assert!(places.iter().all(|places| places.len() == PER_ACCOUNT_MAX));
        assert!(matches!(waiting.enter(account(0)).err(), Some(Error::TooManyRequests)));
        assert!(matches!(waiting.enter(account(4)).err(), Some(Error::Overloaded)));
        places[0].pop();
        drop(waiting.enter(account(4)).unwrap());
        drop(waiting.enter(account(0)).unwrap());
        places.clear();
        let counts = waiting.0.lock();
        assert_eq!((counts.total, counts.by_account.len()), (0, 0), "nobody is remembered");
    }
}
