//! What makes figures about money provisional.

use super::{lens::Lens, question::Dimension, rows::Table};
use kernel::written_day;
use reference::{Caveat, ProgrammeNode};
use std::collections::BTreeSet;

/// What the table rests on that nobody has verified, each once.
pub(super) fn of(table: &Table<'_>) -> Vec<Caveat> {
    let mut caveats = BTreeSet::new();
    if !table.books.is_empty() {
        caveats.insert(counting());
    }
    for group in &table.books {
        if let Some(source) = table.lens.source(&group.cell).filter(|source| !source.provenance.verified()) {
            let code = &source.code;
            caveats.insert(Caveat::new(
                format!("nguồn vốn {code} ({}): cách phân loại chưa được kiểm chứng", source.vi),
                format!("source {code} ({}): its classification is not verified", source.en),
            ));
        }
    }
    let by_node = table.question.by.contains(&Dimension::Programme);
    let shown = table.rows.iter().filter(|_| by_node).map(|group| table.lens.seat(&group.cell).node);
    for code in shown.chain(table.question.only.programme.as_deref()) {
        caveats.extend(table.lens.programmes.get(code).and_then(|node| of_node(table.lens, node)));
    }
    caveats.extend(of_regrouping(table));
    caveats.into_iter().collect()
}

/// That reports count so is recalled.
fn counting() -> Caveat {
    Caveat::new(
        "giải ngân gồm tạm ứng chưa thu hồi, thanh toán và quyết toán: cách tính chưa được đối chiếu với văn bản",
        "disbursed counts unrecovered advances beside payments and settlements: not yet held against an instrument",
    )
}

/// Money of an unverified node is shown as it is; the nearest node above that is verified can be relied on.
fn of_node(lens: &Lens<'_>, node: &ProgrammeNode) -> Option<Caveat> {
    if node.provenance.verified() {
        return None;
    }
    let parent = |node: &ProgrammeNode| lens.programmes.get(node.parent.as_deref()?);
    let mut above = parent(node);
    while let Some(unverified) = above.filter(|above| !above.provenance.verified()) {
        above = parent(unverified);
    }
    let code = &node.code;
    let (vi, en) = above.map_or_else(
        || (String::new(), String::new()),
        |above| {
            (format!("; cấp đã kiểm chứng: {}", above.code), format!("; verified above it: {}", above.code))
        },
    );
    Some(Caveat::new(
        format!("{code} ({}): nội dung chương trình chưa được kiểm chứng{vi}", node.vi),
        format!("{code} ({}): this part of the programme is not verified{en}", node.en),
    ))
}

/// Only rows below the programme itself rest on where its parts go on.
fn of_regrouping(table: &Table<'_>) -> Vec<Caveat> {
    let only_below = table
        .question
        .only
        .programme
        .as_deref()
        .is_some_and(|code| table.lens.programmes.get(code).is_some_and(|node| node.parent.is_some()));
    let below = only_below || table.question.by.contains(&Dimension::Programme);
    let mut caveats = Vec::new();
    for row in table.nodes.iter().filter_map(|group| table.lens.seat(&group.cell).by) {
        let (from, to) = (&row.from, &row.to);
        if below && !row.provenance.verified() {
            caveats.push(Caveat::new(
                format!("{from} được xếp vào {to} theo bảng chuyển đổi chưa được kiểm chứng"),
                format!("{from} is shown under {to} by a row of the crosswalk that is not verified"),
            ));
        }
        if table.view.as_at < row.valid_from {
            let day = row.valid_from;
            caveats.push(Caveat::new(
                format!(
                    "bảng chuyển đổi từ {from} có hiệu lực từ ngày {}; số liệu trước đó chỉ được xếp lại để so sánh",
                    written_day(day)
                ),
                format!("the crosswalk from {from} holds from {day} on; earlier money is regrouped for comparison only"),
            ));
        }
    }
    caveats
}
