//! What webhooks are told after the fact (contract §10): one file for each thing that is done about it.

pub(crate) mod gate;
pub(crate) mod work;
