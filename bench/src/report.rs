//! The table and the JSON file.

use std::path::Path;

use serde_json::{Value, json};

/// Figures on their way to the reader.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

struct Row {
    program: &'static str,
    what: String,
    value: f64,
    unit: &'static str,
}

impl Report {
    /// Adds a figure and shows it at once.
    pub(crate) fn add(&mut self, program: &'static str, what: impl Into<String>, value: f64, unit: &'static str) {
        let row = Row { program, what: what.into(), value, unit };
        eprintln!("{}", row.line());
        self.rows.push(row);
    }

    /// Prints the table.
    pub(crate) fn print(&self) {
        println!("\n{:<10} {:<66} {:>14} unit", "program", "what", "value");
        for row in &self.rows {
            println!("{}", row.line());
        }
    }

    /// Writes the figures as JSON.
    pub(crate) fn write(&self, path: &Path) {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| json!({"program": row.program, "what": row.what, "value": row.value, "unit": row.unit}))
            .collect();
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let document = json!({"version": env!("CARGO_PKG_VERSION"), "cores": cores, "figures": rows});
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).expect("a directory for the report");
        }
        std::fs::write(path, format!("{document:#}\n")).expect("the report is written");
        println!("\nwritten to {}", path.display());
    }
}

impl Row {
    fn line(&self) -> String {
        let value = if self.value >= 100.0 { format!("{:.0}", self.value) } else { format!("{:.3}", self.value) };
        format!("{:<10} {:<66} {:>14} {}", self.program, self.what, value, self.unit)
    }
}

/// The middle of some figures.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The value below which a share of some figures lies.
pub(crate) fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = ((sorted.len() as f64 - 1.0) * share).round() as usize;
    sorted.get(place).copied().unwrap_or(f64::NAN)
}
