//! The packs as the API shows them: each row with where it was read and how well it is established.

use api::funding;
use reference::{InRate, Reference, WindowRule};

/// Programme tree, sources, kinds of support and payment windows.
pub(crate) fn all(reference: &Reference) -> funding::ListReferenceResponse {
    funding::ListReferenceResponse {
        programmes: programmes(reference),
        sources: sources(reference),
        support_kinds: support_kinds(reference),
        windows: reference.funding.window_rules().iter().map(window).collect(),
    }
}

fn programmes(reference: &Reference) -> Vec<funding::ProgrammeNode> {
    let node = |node: &reference::ProgrammeNode| funding::ProgrammeNode {
        code: node.code.clone(),
        parent: node.parent.clone().unwrap_or_default(),
        display_name: node.vi.clone(),
        display_name_en: node.en.clone(),
        first_year: node.years.0.into(),
        last_year: node.years.1.into(),
        spending_line: node.spending_line,
        source: node.provenance.to_string(),
    };
    reference.programmes.all().iter().map(node).collect()
}

fn sources(reference: &Reference) -> Vec<funding::FundingSource> {
    let source = |source: &reference::FundingSource| funding::FundingSource {
        code: source.code.clone(),
        display_name: source.vi.clone(),
        display_name_en: source.en.clone(),
        book: source.book.as_str().to_owned(),
        in_rate: source.in_rate != InRate::No,
        counterpart: source.counterpart,
        source: source.provenance.to_string(),
    };
    reference.funding.sources().iter().map(source).collect()
}

fn support_kinds(reference: &Reference) -> Vec<funding::SupportKind> {
    let kind = |kind: &reference::SupportKind| funding::SupportKind {
        code: kind.code.clone(),
        display_name: kind.vi.clone(),
        display_name_en: kind.en.clone(),
        source: kind.provenance.to_string(),
    };
    reference.funding.support_kinds().iter().map(kind).collect()
}

fn window(rule: &WindowRule) -> funding::PaymentWindow {
    let year = |year: Option<i16>| year.map_or(0, i32::from);
    funding::PaymentWindow {
        id: rule.id.clone(),
        programme: rule.programme.clone().unwrap_or_default(),
        first_vintage: year(rule.vintages.0),
        last_vintage: year(rule.vintages.1),
        first_executing_year: year(rule.executing_years.0),
        last_executing_year: year(rule.executing_years.1),
        last_day: rule.last_day.to_string(),
        extension_last_day: rule.extension_last_day.to_string(),
        source: rule.provenance.to_string(),
    }
}
