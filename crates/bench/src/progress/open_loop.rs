//! Load at a fixed rate, whatever becomes of what was sent before: a slow answer delays nobody else's start, and each
//! latency counts from the time at which the call was due, so that waiting to be sent is part of it.

use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use std::{
    thread,
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, task::JoinSet, time::timeout};

const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
/// Calls that are due and not yet begun; the schedule stands still while so many wait, and their latencies grow.
const DUE_MAX: usize = 1024;

/// When calls are due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    pub(super) per_second: u32,
    pub(super) seconds: u32,
    /// At the same rate before anything counts.
    pub(super) warm_up_seconds: u32,
}

impl Schedule {
    /// All calls, those of the warm-up included.
    pub(super) fn calls(self) -> usize {
        self.per_second as usize * (self.seconds + self.warm_up_seconds) as usize
    }

    fn uncounted(self) -> usize {
        self.per_second as usize * self.warm_up_seconds as usize
    }

    fn due_after(self, call: usize) -> Duration {
        Duration::from_nanos(1_000_000_000 / u64::from(self.per_second.max(1)) * call as u64)
    }
}

/// What became of the calls that count.
#[derive(Debug)]
pub(super) struct Outcome<const MARKS: usize> {
    /// Microseconds, one histogram for each mark of a call.
    pub(super) latencies: [Histogram<u64>; MARKS],
    /// From the first call's due time to the last one's end.
    pub(super) took: Duration,
    pub(super) failed: u64,
    pub(super) first_failure: Option<String>,
}

/// Makes every call of the schedule. A call gets its number and the time at which it was due, and answers with a latency
/// for each of its marks.
pub(super) async fn run<const MARKS: usize, Call>(
    schedule: Schedule,
    call: impl Fn(usize, Instant) -> Call,
) -> Result<Outcome<MARKS>>
where
    Call: Future<Output = Result<[Duration; MARKS]>> + Send + 'static,
{
    let (sender, mut due_calls) = mpsc::channel(DUE_MAX);
    let begin = Instant::now();
    // A thread sleeps more exactly than the runtime's timer, which counts whole milliseconds.
    let metronome = thread::spawn(move || {
        for number in 0..schedule.calls() {
            let due = begin + schedule.due_after(number);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if sender.blocking_send((number, due)).is_err() {
                break;
            }
        }
    });
    let mut running = JoinSet::new();
    while let Some((number, due)) = due_calls.recv().await {
        let call = call(number, due);
        running.spawn(async move {
            let outcome = timeout(ANSWERED_WITHIN, call).await.context("no answer in time").flatten();
            (number, outcome, Instant::now())
        });
    }

    let mut latencies = Vec::with_capacity(MARKS);
    for _ in 0..MARKS {
        latencies.push(Histogram::new(3)?);
    }
    let Ok(mut latencies) = <[Histogram<u64>; MARKS]>::try_from(latencies) else { unreachable!() };
    let (mut failed, mut first_failure, mut last_end) = (0, None, begin);
    while let Some(ended) = running.join_next().await {
        let (number, outcome, end) = ended?;
        if number < schedule.uncounted() {
            continue;
        }
        last_end = last_end.max(end);
        match outcome {
            Ok(marks) => {
                for (histogram, latency) in latencies.iter_mut().zip(marks) {
                    histogram.record(u64::try_from(latency.as_micros())?)?;
                }
            }
            Err(error) => {
                failed += 1;
                first_failure.get_or_insert(format!("{error:#}"));
            }
        }
    }
    metronome.join().ok().context("the metronome ended early")?;
    let first_due = begin + schedule.due_after(schedule.uncounted());
    Ok(Outcome { latencies, took: last_end.saturating_duration_since(first_due), failed, first_failure })
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;

    const SCHEDULE: Schedule = Schedule { per_second: 1_000, seconds: 1, warm_up_seconds: 1 };

    #[test]
    fn calls_are_due_at_even_distances() {
        assert_eq!(SCHEDULE.calls(), 2_000);
        assert_eq!(SCHEDULE.due_after(500), Duration::from_millis(500));
    }

    #[tokio::test]
    async fn what_counts_is_every_call_after_the_warm_up_and_failures_are_told_apart() {
        let outcome = run(SCHEDULE, |number, _| async move {
            if number == 1_500 {
                bail!("call {number} went wrong");
            }
            Ok([Duration::from_micros(7), Duration::from_micros(9)])
        });
        let outcome = outcome.await.unwrap();
        let [first, second] = &outcome.latencies;
        assert_eq!((first.len(), first.max(), second.max()), (999, 7, 9));
        assert_eq!((outcome.failed, outcome.first_failure.as_deref()), (1, Some("call 1500 went wrong")));
    }

    #[tokio::test]
    async fn a_call_is_never_made_before_it_is_due() {
        let outcome = run(SCHEDULE, |_, due| async move {
            anyhow::ensure!(Instant::now() >= due);
            Ok([due.elapsed()])
        });
        assert_eq!(outcome.await.unwrap().failed, 0);
    }
}
