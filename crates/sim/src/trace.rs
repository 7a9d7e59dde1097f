//! What happened, step by step: a hash of all of it, and the words of the last of it.

use std::collections::VecDeque;

/// Steps whose words are kept.
const KEPT: usize = 12;
/// FNV-1a, 64 bits.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

/// The trace of a history.
#[derive(Debug, Clone)]
pub(crate) struct Trace {
    hash: u64,
    last: VecDeque<String>,
}

impl Trace {
    pub(crate) fn new() -> Self {
        Trace { hash: OFFSET, last: VecDeque::new() }
    }

    pub(crate) fn add(&mut self, line: String) {
        for byte in line.bytes().chain([b'\n']) {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(PRIME);
        }
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(line);
    }

    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    pub(crate) fn last(self) -> Vec<String> {
        self.last.into()
    }
}
