//! The results as a table for people and as JSON for programs.

use crate::measurement::Measurement;
use serde::Serialize;

/// One line: what was measured, and beside it the peer and the limit where there are any.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// `PostgreSQL`, `SQLite`
    pub(crate) store: &'static str,
    /// What was done.
    pub(crate) what: String,
    /// The median of all runs.
    pub(crate) ours: Measurement,
    /// The same through the peer.
    pub(crate) peer: Option<Measurement>,
    /// What the database gives at most.
    pub(crate) limit: Option<u64>,
}

/// The rows beside peer and limit.
pub(crate) fn comparison(rows: &[Row]) -> String {
    let head = ["store", "", "events/s", "p50 ms", "p99 ms", "peer/s", "x peer", "peer p99 ms", "% of limit"];
    aligned(&head, 2, rows.iter().map(cells).collect())
}

/// The lines under a head, columns aligned: the first ones left, the others right.
pub(crate) fn aligned(head: &[&str], left: usize, rows: Vec<Vec<String>>) -> String {
    let mut lines = vec![head.iter().map(|&cell| cell.to_owned()).collect()];
    lines.extend(rows);
    let widths: Vec<usize> = (0..head.len())
        .map(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0))
        .collect();
    let aligned = lines.iter().map(|line| {
        let cells = line.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if column < left { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    aligned.collect::<Vec<_>>().join("\n")
}

fn cells(row: &Row) -> Vec<String> {
    let ours = row.ours.events_per_second;
    let empty = String::new;
    vec![
        row.store.to_owned(),
        row.what.clone(),
        grouped(ours),
        row.ours.p50_us.map_or_else(empty, milliseconds),
        row.ours.p99_us.map_or_else(empty, milliseconds),
        row.peer.map_or_else(empty, |peer| grouped(peer.events_per_second)),
        row.peer.map_or_else(empty, |peer| tenths(ours * 10 / peer.events_per_second.max(1))),
        row.peer.and_then(|peer| peer.p99_us).map_or_else(empty, milliseconds),
        row.limit.map_or_else(empty, |limit| format!("{}", ours * 100 / limit.max(1))),
    ]
}

/// 37000 as `37,000`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// 1230 microseconds as `1.23`.
pub(crate) fn milliseconds(micros: u64) -> String {
    format!("{}.{:02}", micros / 1000, micros % 1000 / 10)
}

/// 42 as `4.2`.
pub(crate) fn tenths(number: u64) -> String {
    format!("{}.{}", number / 10, number % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(37_000), "37,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(milliseconds(1_230), "1.23");
        assert_eq!(tenths(42), "4.2");
    }

    #[test]
    fn a_row_says_how_many_times_the_peer_and_how_near_the_limit() {
        let measured = |rate| Measurement {
            events_per_second: rate,
            p50_us: Some(800),
            p99_us: Some(1_200),
            max_us: Some(2_000),
        };
        let row = Row {
            store: "PostgreSQL",
            what: "append, 32 callers".to_owned(),
            ours: measured(37_000),
            peer: Some(measured(8_800)),
            limit: Some(270_000),
        };
        let table = comparison(&[row]);
        let cells: Vec<&str> = table.lines().last().unwrap().split_whitespace().collect();
        assert_eq!(&cells[4..], ["37,000", "0.80", "1.20", "8,800", "4.2", "1.20", "13"]);
    }
}
