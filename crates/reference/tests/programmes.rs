//! Programmes: trees with parents first, what continues them, published amounts, and findings for broken ones.

mod broken;
mod folder;

use broken::{MARKED, assert_finding, findings};
use folder::{Folder, pack};
use kernel::{Money, Ratio};
use reference::{Mark, NodeKind, Programmes, Reference, Relation};
use std::collections::HashSet;

fn embedded() -> Programmes {
    Reference::embedded().expect("the embedded packs are whole").programmes
}

#[test]
fn parents_stand_before_their_children_and_lead_to_their_programme() {
    let programmes = embedded();
    let mut seen = HashSet::new();
    for node in programmes.all() {
        assert!(
            node.parent.as_ref().is_none_or(|parent| seen.contains(parent)),
            "{} comes too early",
            node.code
        );
        seen.insert(node.code.clone());
        let root = programmes.root(&node.code).unwrap();
        assert_eq!(root.kind, NodeKind::Programme);
        assert!(node.code.starts_with(&root.code));
    }
    let below = |code: &str| {
        programmes.all().iter().filter(|node| programmes.is_within(&node.code, code)).count() - 1
    };
    assert_eq!(["DTTS", "GNBV", "NTM", "MTQG2635"].map(below), [24, 18, 11, 2]);
    assert_eq!(
        programmes.children("GNBV.DA3").map(|node| node.code.as_str()).collect::<Vec<_>>(),
        ["GNBV.DA3.TDA1", "GNBV.DA3.TDA2"]
    );
    assert!(programmes.is_within("GNBV.DA3.TDA1", "GNBV") && programmes.is_within("GNBV", "GNBV"));
    assert!(!programmes.is_within("GNBV", "GNBV.DA3") && !programmes.is_within("GNBV.DA3", "NTM"));
    assert!(programmes.root("UNKNOWN").is_none() && !programmes.is_within("UNKNOWN", "UNKNOWN"));
}

#[test]
fn a_node_tells_its_years_its_decision_and_how_well_it_is_known() {
    let programmes = embedded();
    let root = programmes.get("GNBV").unwrap();
    assert_eq!((root.years, root.provenance.mark, root.spending_line), ((2021, 2025), Mark::Law, false));
    assert_eq!(root.decision.as_deref(), Some("Decision 90/QĐ-TTg (2022-01-18)"));
    let (code, provenance) = root.budget_index.as_ref().unwrap();
    assert_eq!((code.as_str(), provenance.mark), ("0470", Mark::Unverified), "recalled, unlike the node");
    let component = programmes.get("NTM.ND04").unwrap();
    assert!(!component.spending_line && component.note.is_some(), "a pointer to another programme");
    assert_eq!(programmes.get("MTQG2635").map(|node| node.years), Some((2026, 2035)));
}

#[test]
fn the_merged_programme_continues_the_three_whole() {
    let programmes = embedded();
    assert_eq!(
        programmes.group("ALL2125").map(|group| group.members.join(" ")).as_deref(),
        Some("DTTS GNBV NTM")
    );
    let merged: Vec<_> =
        programmes.crosswalk().iter().filter(|row| row.relation == Relation::MergedInto).collect();
    assert_eq!(merged.iter().map(|row| row.from.as_str()).collect::<Vec<_>>(), ["NTM", "GNBV", "DTTS"]);
    assert!(merged.iter().all(|row| row.to == "MTQG2635" && row.share == Ratio::whole(1) && row.descendants));
    let housing = programmes.overlaps().iter().find(|overlap| overlap.id == "O1").unwrap();
    assert_eq!(housing.nodes, ["DTTS.DA1", "GNBV.DA5"]);
}

#[test]
fn the_amounts_of_the_province_add_up() {
    let programmes = embedded();
    let amount = |item: &str| {
        let of_province = programmes.envelopes().iter().filter(|envelope| envelope.area.is_some());
        let mut own = of_province.filter(|envelope| envelope.id == "E09" && envelope.item == item);
        own.next().unwrap().amount
    };
    assert_eq!(amount("total"), Money::from_dong(6_033_000_000_000));
    assert_eq!(amount("dtpt").checked_add(amount("sn")), Ok(amount("total")));
}

#[test]
fn a_folder_adds_nodes_below_those_that_exist() {
    let folder = Folder::new();
    let node = |code: &str, parent: &str| {
        let fields =
            format!(r#""code": "{code}", "kind": "component", "parent": "{parent}", "vi": "a", "en": "a""#);
        let days = r#""valid_from": "2021-01-01", "valid_to": "2025-12-31""#;
        format!(r#"{{{fields}, {days}, "spending_line": true, {MARKED}}}"#)
    };
    // The child is written before its parent.
    let records = format!("{},\n{}", node("NTM.CD1.A", "NTM.CD1"), node("NTM.CD1", "NTM"));
    folder.add("nodes.json", &pack("programmes", &records));
    let programmes = Reference::load(Some(folder.path())).unwrap().programmes;
    let place = |code: &str| programmes.all().iter().position(|node| node.code == code).unwrap();
    assert!(place("NTM") < place("NTM.CD1") && place("NTM.CD1") < place("NTM.CD1.A"));
    assert_eq!(programmes.root("NTM.CD1.A").map(|node| node.code.as_str()), Some("NTM"));
}

#[test]
fn broken_trees_are_named() {
    let node = |code: &str, kind: &str, parent: &str, days: (&str, &str)| {
        let fields =
            format!(r#""code": "{code}", "kind": "{kind}", "parent": {parent}, "vi": "a", "en": "a""#);
        let days = format!(r#""valid_from": "{}", "valid_to": "{}""#, days.0, days.1);
        pack("programmes", &format!(r#"{{{fields}, {days}, "spending_line": true, {MARKED}}}"#))
    };
    let period = ("2021-01-01", "2025-12-31");
    let orphan = node("NTM.X", "component", r#""XYZ""#, period);
    assert_finding(&orphan, 2, Some("NTM.X"), "its parent XYZ is not known");
    let outside = node("NTM.X", "component", r#""NTM""#, ("2021-01-01", "2026-12-31"));
    assert_finding(&outside, 2, Some("NTM.X"), "are not all days of NTM");
    let backwards = node("NTM.X", "component", r#""NTM""#, ("2022-01-01", "2021-12-31"));
    assert_finding(&backwards, 2, Some("NTM.X"), "ends before it begins");
    let rootless = node("NTM.X", "component", "null", period);
    assert_finding(&rootless, 2, Some("NTM.X"), "kind component does not fit its parent");
    let nested = node("NTM.X", "programme", r#""NTM""#, period);
    assert_finding(&nested, 2, Some("NTM.X"), "kind programme does not fit its parent");
    let cycle = node("GNBV.DA3", "project", r#""GNBV.DA3.TDA1""#, period);
    assert_finding(&cycle, 2, Some("GNBV.DA3"), "through its parent GNBV.DA3.TDA1 it lies below itself");
    assert!(findings(&cycle).iter().any(|it| it.key.as_deref() == Some("GNBV.DA3.TDA1")), "both are named");
    let unknown_kind = node("NTM.X", "chapter", r#""NTM""#, period);
    assert_finding(&unknown_kind, 2, Some("NTM.X"), "unknown variant `chapter`");
}

#[test]
fn broken_groups_crosswalks_overlaps_and_amounts_are_named() {
    let group = |code: &str, members: &str| {
        let fields = format!(r#""code": "{code}", "vi": "a", "en": "a", "members": [{members}]"#);
        pack("programme-groups", &format!("{{{fields}, {MARKED}}}"))
    };
    assert_finding(&group("G", r#""XYZ""#), 2, Some("G"), "its node XYZ is not known");
    assert_finding(&group("G", ""), 2, Some("G"), "it names no node");
    assert_finding(&group("G", r#""NTM.ND01""#), 2, Some("G"), "its member NTM.ND01 is not a programme");
    assert_finding(&group("NTM", r#""NTM""#), 2, Some("NTM"), "NTM is the code of a node as well");
    let row = |from: &str, to: &str, share: &str| {
        let fields =
            format!(r#""from": "{from}", "to": "{to}", "relation": "continued_in", "share": "{share}""#);
        let rest = r#""descendants": false, "valid_from": "2026-01-01""#;
        pack("programme-crosswalk", &format!("{{{fields}, {rest}, {MARKED}}}"))
    };
    let to_nowhere = row("NTM.ND01", "XYZ", "1");
    assert_finding(&to_nowhere, 2, Some("NTM.ND01 continued_in XYZ"), "its node XYZ is not known");
    let half = row("NTM.ND01", "MTQG2635.HP1", "1/2");
    let key = Some("NTM.ND01 continued_in MTQG2635.HP1");
    assert_finding(&half, 2, key, "the shares of NTM.ND01 continued_in do not add up to 1");
    let more = row("NTM.ND01", "MTQG2635.HP1", "1.5");
    assert_finding(&more, 2, key, "the share 15/10 is not above 0 and at most 1");
    let too_much = row("GNBV", "MTQG2635.HP2", "0.5");
    assert_finding(
        &too_much,
        2,
        Some("GNBV continued_in MTQG2635.HP2"),
        "the shares of GNBV continued_in do not",
    );
    let back = row("MTQG2635.HP1", "NTM", "1");
    assert_finding(&back, 2, Some("MTQG2635.HP1 continued_in NTM"), "NTM leads back to MTQG2635.HP1");
    let overlap = pack(
        "programme-overlaps",
        &format!(r#"{{"id": "O9", "nodes": ["XYZ"], "subject_vi": "a", "subject_en": "", {MARKED}}}"#),
    );
    assert_finding(&overlap, 2, Some("O9"), "its node XYZ is not known");
    assert_finding(&overlap, 2, Some("O9"), "the field subject_en is empty");
    let amount = |programme: &str, area: &str, to: &str, amount: i64| {
        let fields = format!(r#""id": "E99", "item": "total", "programme": "{programme}", "area": {area}"#);
        let rest = format!(
            r#""from": "2021-01-01", "to": "{to}", "amount": {amount}, "bound": "exact", "precision": 1000"#
        );
        pack("envelopes", &format!("{{{fields}, {rest}, {MARKED}}}"))
    };
    let named = |content: &str, problem: &str| assert_finding(content, 2, Some("E99/total"), problem);
    named(&amount("XYZ", "null", "2025-12-31", 1000), "its programme XYZ is not known");
    named(
        &amount("ALL2125", r#""13@0001-01-01""#, "2025-12-31", 1000),
        "its area 13@0001-01-01 is not known",
    );
    named(&amount("ALL2125", "null", "2020-12-31", 1000), "ends before it begins");
    named(&amount("ALL2125", "null", "2025-12-31", 1500), "is not printed in steps of");
    named(&amount("ALL2125", "null", "2025-12-31", 0), "is not printed in steps of");
}
