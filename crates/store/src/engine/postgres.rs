//! The PostgreSQL engine.
use crate::engine::Job;
use crate::error::OpenError;
use crate::store::Options;

pub(crate) struct Postgres {}
impl Postgres {
    pub(crate) fn open(_url: &str, _options: &Options) -> Result<Self, OpenError> { Err(OpenError::Migration("".into())) }
    pub(crate) fn write(&self, _job: Box<dyn Job>) {}
    pub(crate) fn read(&self, _job: Box<dyn Job>) {}
}
