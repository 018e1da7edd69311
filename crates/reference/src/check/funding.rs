//! Sources, kinds of support, payment windows and dated limits. Some general rule of windows must cover every year.

use super::{Finding, days, overlaps, programmes::known, texts};
use crate::{
    funding::{Book, InRate, share_a_year},
    packs::{FundingSourceRecord, Located, Packs, PaymentWindowRecord},
};
use std::collections::HashSet;

pub(super) fn check(packs: &Packs, findings: &mut Vec<Finding>) {
    for located in packs.funding_sources.located() {
        source(located, findings);
    }
    support_kinds(packs, findings);
    parameters(packs, findings);
    windows(packs, findings);
}

fn source(located: &Located<FundingSourceRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    texts(located, &[("code", &record.code), ("vi", &record.vi), ("en", &record.en)], findings);
    let validity = record.validity();
    if validity.to.is_some_and(|last| last < validity.from) {
        let problem = format!("it ends before it begins ({})", days(validity));
        findings.push(Finding::of(located, problem, "correct valid_from or valid_to"));
    }
    if record.book != Book::Cash && record.in_rate != InRate::No {
        let problem =
            format!("book {} stands beside in_rate {}", record.book.as_str(), record.in_rate.as_str());
        let remedy = "what is lent or converted never counts in a rate: correct one of the two";
        findings.push(Finding::of(located, problem, remedy));
    }
    if record.counterpart && !record.budget {
        let problem = "it counts as counterpart but is not money of the budget";
        findings.push(Finding::of(located, problem, "correct budget or counterpart"));
    }
}

fn support_kinds(packs: &Packs, findings: &mut Vec<Finding>) {
    for located in packs.support_kinds.located() {
        let record = &located.record;
        texts(located, &[("code", &record.code), ("vi", &record.vi), ("en", &record.en)], findings);
        if let Some(overlap) = &record.overlap
            && packs.programme_overlaps.get(overlap).is_none()
        {
            let problem = format!("its overlap {overlap} is not known");
            findings.push(Finding::of(located, problem, "correct the id or add the overlap"));
        }
        let distinct: HashSet<_> = record.eligible.iter().collect();
        if distinct.is_empty() || distinct.len() != record.eligible.len() {
            let problem = "a class is eligible twice, or none is";
            findings.push(Finding::of(located, problem, "name each eligible class once"));
        }
    }
}

fn parameters(packs: &Packs, findings: &mut Vec<Finding>) {
    let mut dated = Vec::new();
    for located in packs.funding_parameters.located() {
        let record = &located.record;
        texts(located, &[("key", &record.key), ("vi", &record.vi), ("en", &record.en)], findings);
        if let Some(value) = &record.value {
            texts(located, &[("value", value)], findings);
        }
        let validity = record.validity();
        if validity.to.is_some_and(|last| last < validity.from) {
            let problem = format!("it ends before it begins ({})", days(validity));
            findings.push(Finding::of(located, problem, "correct valid_from or valid_to"));
        }
        dated.push((&record.key, validity, located));
    }
    overlaps(dated, findings);
}

fn windows(packs: &Packs, findings: &mut Vec<Finding>) {
    let all = packs.payment_windows.located();
    for (at, located) in all.iter().enumerate() {
        window(packs, located, findings);
        let record = &located.record;
        let same = all[..at].iter().find(|earlier| {
            let earlier = &earlier.record;
            earlier.programme == record.programme
                && share_a_year(earlier.executing_years, record.executing_years)
                && share_a_year(earlier.vintages.unwrap_or_default(), record.vintages.unwrap_or_default())
        });
        if let Some(earlier) = same {
            let problem = format!("it speaks of years that {} speaks of as well", earlier.record.id);
            findings.push(Finding::of(located, problem, "let one rule speak of a vintage and year"));
        }
    }
    every_year(packs, findings);
}

fn window(packs: &Packs, located: &Located<PaymentWindowRecord>, findings: &mut Vec<Finding>) {
    let record = &located.record;
    if let Some(code) = &record.programme
        && !known(packs, code)
    {
        let problem = format!("its programme {code} is not known");
        findings.push(Finding::of(located, problem, "name a node or a group of programmes, or null"));
    }
    for (field, years) in
        [("vintages", record.vintages.unwrap_or_default()), ("executing_years", record.executing_years)]
    {
        if let (Some(first), Some(last)) = years
            && last < first
        {
            let problem = format!("{field} end before they begin ({first} to {last})");
            findings.push(Finding::of(located, problem, "give the first and the last year"));
        }
    }
    // The order of the two days is the same in every year; 2023 stands for all.
    if record.extension_last_day.in_year(2023) < record.last_day.in_year(2023) {
        let problem =
            format!("an extension to {} ends before {}", record.extension_last_day, record.last_day);
        findings.push(Finding::of(located, problem, "correct one of the two days"));
    }
}

/// The rules for all money must speak of every executing year and every vintage.
fn every_year(packs: &Packs, findings: &mut Vec<Finding>) {
    let general = packs.payment_windows.located().iter().filter(|located| located.record.programme.is_none());
    let mut general: Vec<_> = general.collect();
    for located in general.iter().filter(|located| located.record.vintages.is_some()) {
        let problem = "a rule for all money names vintages";
        findings.push(Finding::of(located, problem, "name a programme, or let vintages be null"));
    }
    general.sort_by_key(|located| located.record.executing_years);
    let (mut due, mut open) = (None, false);
    for located in general {
        let (first, last) = located.record.executing_years;
        if open {
            // It begins in years of the one before, which is a finding of its own.
            return;
        }
        if first != due {
            let problem = match due {
                Some(due) => format!("no rule for all money speaks of the year {due}"),
                None => "the first rule for all money is not open towards the past".to_owned(),
            };
            findings.push(Finding::of(located, problem, "let the rules for all money cover every year once"));
            return;
        }
        due = last.and_then(|last| last.checked_add(1));
        open = due.is_none();
    }
    if !open {
        let problem = "no payment window for all money is open towards the future";
        findings.push(Finding::of_all(problem, "let the last rule end with null"));
    }
}
