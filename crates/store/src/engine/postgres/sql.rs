//! Turns the common text of a statement into PostgreSQL's.

use crate::statement::{Kind, Stmt};

/// The text of a statement for PostgreSQL. Any number of rows are handed over as one array for each
/// column: one prepared statement and one round trip, however many there are.
pub(crate) fn text(stmt: &Stmt) -> String {
    let arrays: Vec<String> = stmt
        .row
        .iter()
        .enumerate()
        .map(|(i, kind)| match kind {
            Kind::Int => format!("${}::bigint[]", i + 1),
            Kind::Text => format!("${}::text[]", i + 1),
        })
        .collect();
    let names: Vec<String> = (1..=stmt.row.len()).map(|i| format!("column{i}")).collect();
    let rows = format!("unnest({}) AS rows ({})", arrays.join(", "), names.join(", "));
    let sql = names
        .iter()
        .enumerate()
        .fold(stmt.sql.to_owned(), |sql, (i, name)| sql.replace(&format!("{{{}}}", i + 1), &format!("rows.{name}")));
    // No text or operator of a statement has a question mark.
    sql.replace("VALUES {rows}", &format!("SELECT * FROM {rows}"))
        .replace("{from_rows}", &format!("FROM {rows}"))
        .replace("{lock}", "FOR UPDATE")
        .replace("{skip_locked}", "FOR UPDATE SKIP LOCKED")
        .replace("{share}", "FOR SHARE")
        .replace('?', "$")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_postgresql() {
        let stmt = |sql, row| Stmt { name: "test", sql, row };
        assert_eq!(
            text(&stmt("SELECT a FROM t WHERE b = ?1 AND c = ?12 {lock}", &[])),
            "SELECT a FROM t WHERE b = $1 AND c = $12 FOR UPDATE"
        );
        assert_eq!(
            text(&stmt("INSERT INTO t (a, b) VALUES {rows}", &[Kind::Text, Kind::Int])),
            "INSERT INTO t (a, b) SELECT * FROM unnest($1::text[], $2::bigint[]) AS rows (column1, column2)"
        );
        assert_eq!(
            text(&stmt("UPDATE t SET b = {2} {from_rows} WHERE t.a = {1}", &[Kind::Text, Kind::Int])),
            "UPDATE t SET b = rows.column2 FROM unnest($1::text[], $2::bigint[]) AS rows (column1, column2) WHERE t.a = rows.column1"
        );
        assert!(text(&stmt("SELECT a FROM t {skip_locked}", &[])).ends_with("FOR UPDATE SKIP LOCKED"));
    }
}
