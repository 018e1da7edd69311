//! What a chore did: each step, what came of it and how long it took.

use crate::session::Session;
use anyhow::{Result, bail};
use std::{
    process::Command,
    time::{Duration, Instant},
};

/// The steps so far.
#[derive(Default)]
pub(crate) struct Report {
    steps: Vec<Step>,
}

struct Step {
    name: String,
    /// In a few words; empty where there is nothing to add.
    seen: String,
    took: Duration,
    good: bool,
}

impl Report {
    /// Does the work as a step of that name. The work tells what it sees by writing it into the text it is given; an error
    /// is what was seen, too.
    pub(crate) fn step<T>(&mut self, name: &str, work: impl FnOnce(&mut String) -> Result<T>) -> Result<T> {
        println!("== {name}");
        let started = Instant::now();
        let mut seen = String::new();
        let outcome = work(&mut seen);
        if let Err(error) = &outcome {
            seen = format!("{error:#}");
        }
        self.steps.push(Step { name: name.to_owned(), seen, took: started.elapsed(), good: outcome.is_ok() });
        outcome
    }

    /// Runs the command as a step of that name and shows each line of its output to `on_line`. True where it succeeded.
    pub(crate) fn run(
        &mut self,
        session: &mut Session,
        name: &str,
        command: Command,
        on_line: impl FnMut(&str),
    ) -> bool {
        let outcome = self.step(name, |_| match session.run(command, on_line)? {
            status if status.success() => Ok(()),
            status => bail!("{status}"),
        });
        outcome.is_ok()
    }

    /// Notes that a step was left out, and why.
    pub(crate) fn left_out(&mut self, name: &str, why: &str) {
        let seen = format!("not run: {why}");
        self.steps.push(Step { name: name.to_owned(), seen, took: Duration::ZERO, good: true });
    }

    /// Whether every step came to its end.
    pub(crate) fn is_good(&self) -> bool {
        self.steps.iter().all(|step| step.good)
    }

    /// The table.
    pub(crate) fn print(&self) {
        let width = self.steps.iter().map(|step| step.name.chars().count()).max().unwrap_or(0).max(20);
        println!("\n{:<width$} {:>9}", "step", "seconds");
        for Step { name, seen, took, good } in &self.steps {
            let failed = if *good { "" } else { "FAILED  " };
            let line = format!("{name:<width$} {:>9.1}  {failed}{}", took.as_secs_f64(), first_line(seen));
            println!("{}", line.trim_end());
        }
        let total: Duration = self.steps.iter().map(|step| step.took).sum();
        println!("{:<width$} {:>9.1}\n", "total", total.as_secs_f64());
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failed_step_is_enough_to_be_bad_and_a_step_left_out_is_not() {
        let mut report = Report::default();
        report
            .step("first", |seen| {
                *seen = "all there".to_owned();
                Ok(())
            })
            .unwrap();
        report.left_out("second", "no engine");
        assert!(report.is_good());
        assert!(report.step::<()>("third", |_| bail!("not there")).is_err());
        assert!(!report.is_good());
        assert_eq!(report.steps[2].seen, "not there");
    }
}
