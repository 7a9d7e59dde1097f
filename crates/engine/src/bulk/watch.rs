//! A unit of work that knows whether anything was written in it: what a rule refuses after something was written must
//! not be kept.

use dwell_store::{News, Row, Stmt, StoreError, Tx, Value};

pub(super) struct Watched<'a> {
    tx: &'a mut dyn Tx,
    /// Whether a statement has changed something, or tried to.
    pub(super) has_written: bool,
}

impl<'a> Watched<'a> {
    pub(super) fn new(tx: &'a mut dyn Tx) -> Self {
        Watched { tx, has_written: false }
    }
}

impl Tx for Watched<'_> {
    fn exec(&mut self, stmt: &'static Stmt, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.has_written = true;
        self.tx.exec(stmt, params)
    }

    fn rows(
        &mut self,
        stmt: &'static Stmt,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.tx.rows(stmt, params, each)
    }

    fn exec_many(&mut self, stmt: &'static Stmt, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.has_written = true;
        self.tx.exec_many(stmt, params)
    }

    fn rows_many(
        &mut self,
        stmt: &'static Stmt,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.tx.rows_many(stmt, params, each)
    }

    fn tell(&mut self, news: News) {
        self.tx.tell(news);
    }
}
