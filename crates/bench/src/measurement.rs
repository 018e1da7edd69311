//! One measurement, and the median of several.

use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use serde::Serialize;
use std::time::Duration;

/// How fast something went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Measurement {
    /// Whole events.
    pub(crate) events_per_second: u64,
    /// Half of the requests were answered within this time; `None` where there are no single requests.
    pub(crate) p50_us: Option<u64>,
    /// Of a hundred requests, all but one were answered within this time.
    pub(crate) p99_us: Option<u64>,
    /// All requests were answered within this time.
    pub(crate) max_us: Option<u64>,
}

impl Measurement {
    /// So many events in that time.
    pub(crate) fn of(events: u64, took: Duration) -> Self {
        let micros = took.as_micros().max(1);
        let rate = u128::from(events) * 1_000_000 / micros;
        let events_per_second = u64::try_from(rate).unwrap_or(u64::MAX);
        Self { events_per_second, p50_us: None, p99_us: None, max_us: None }
    }

    /// With the latencies of single requests, in microseconds.
    pub(crate) fn with_latencies(self, latencies: &Histogram<u64>) -> Self {
        let at = |quantile| Some(latencies.value_at_quantile(quantile));
        Self { p50_us: at(0.5), p99_us: at(0.99), max_us: Some(latencies.max()), ..self }
    }
}

/// The median of each value by itself.
pub(crate) fn median(runs: &[Measurement]) -> Result<Measurement> {
    let middle = |mut values: Vec<u64>| {
        values.sort_unstable();
        values.get(values.len() / 2).copied()
    };
    Ok(Measurement {
        events_per_second: middle(runs.iter().map(|run| run.events_per_second).collect())
            .context("nothing was measured")?,
        p50_us: middle(runs.iter().filter_map(|run| run.p50_us).collect()),
        p99_us: middle(runs.iter().filter_map(|run| run.p99_us).collect()),
        max_us: middle(runs.iter().filter_map(|run| run.max_us).collect()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_whole_events_in_a_second() {
        assert_eq!(Measurement::of(3_000, Duration::from_millis(1_500)).events_per_second, 2_000);
    }

    #[test]
    fn one_slow_run_of_three_does_not_move_the_median() {
        let run = |rate, p99| Measurement {
            events_per_second: rate,
            p50_us: None,
            p99_us: Some(p99),
            max_us: Some(p99 * 2),
        };
        assert_eq!(median(&[run(100, 9), run(1, 9_000), run(110, 8)]).unwrap(), run(100, 9));
        assert!(median(&[]).is_err());
    }
}
