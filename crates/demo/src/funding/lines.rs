//! The lines on which money is planned, and how much stands on each: totals as published, everything below invented.

use crate::apportion::apportion;

/// Đồng in a million.
pub(super) const MILLION: i64 = 1_000_000;
/// Plan of the three programmes 2021-2025, in millions of đồng: investment and recurrent (press).
const INVESTMENT_MILLION: u64 = 3_589_000;
const RECURRENT_MILLION: u64 = 2_444_000;
/// Disbursed by 2025-10-31, in đồng (press).
pub(super) const DISBURSED: u64 = 4_318_000_000_000;

/// The vintages and their weights. The programmes' first money was assigned in 2022 (Resolution 517/NQ-UBTVQH15).
pub(super) const VINTAGES: [(i16, u64); 4] = [(2022, 240), (2023, 280), (2024, 270), (2025, 210)];

/// Capital of capital.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Capital {
    Investment,
    Recurrent,
    Loan,
    InKind,
}

impl Capital {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Investment => "investment",
            Self::Recurrent => "recurrent",
            Self::Loan => "loan",
            Self::InKind => "in_kind",
        }
    }
}

/// Who builds or buys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holders {
    /// The department with this index.
    Department(usize),
    /// Any district.
    Districts,
    /// Poor districts.
    PoorDistricts,
    /// Communes.
    Communes,
    /// Communes of region III.
    DifficultCommunes,
}

/// A support to households that the line pays for beside its works.
#[derive(Clone, Copy, Debug)]
pub(super) struct SupportOf {
    /// Code of the kind.
    pub(super) kind: &'static str,
    pub(super) unit: &'static str,
    pub(super) millions: i64,
    /// Households in a year at full size.
    pub(super) households: u64,
    /// Only households of poor districts.
    pub(super) poor_districts_only: bool,
}

/// A line of the plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// The node on which money is assigned.
    pub(super) assigned: &'static str,
    /// The node on which it is detailed: the same or one below.
    pub(super) detailed: &'static str,
    pub(super) kind: Capital,
    /// Among the lines of its kind.
    weight: u64,
    pub(super) holders: Holders,
    /// Works or activities of a year at full size.
    pub(super) works: u64,
    /// What is built or done, by turns: asset type and words.
    pub(super) assets: &'static [(&'static str, &'static str)],
    pub(super) support: Option<SupportOf>,
}

const fn works(
    nodes: (&'static str, &'static str),
    weight: u64,
    holders: Holders,
    works: u64,
    assets: &'static [(&'static str, &'static str)],
) -> Line {
    Line {
        assigned: nodes.0,
        detailed: nodes.1,
        kind: Capital::Investment,
        weight,
        holders,
        works,
        assets,
        support: None,
    }
}

const fn activities(
    nodes: (&'static str, &'static str),
    weight: u64,
    holders: Holders,
    count: u64,
    assets: &'static [(&'static str, &'static str)],
) -> Line {
    Line { kind: Capital::Recurrent, ..works(nodes, weight, holders, count, assets) }
}

const fn supports(
    nodes: (&'static str, &'static str),
    weight: u64,
    (kind, unit): (&'static str, &'static str),
    millions: i64,
    households: u64,
) -> Line {
    let support = SupportOf { kind, unit, millions, households, poor_districts_only: false };
    Line {
        support: Some(support),
        ..activities(nodes, weight, Holders::Communes, 5, &[("community_project", "Dự án cộng đồng")])
    }
}

const ROADS_AND_MORE: &[(&str, &str)] = &[
    ("road", "Đường giao thông bản"),
    ("irrigation", "Thủy lợi nhỏ"),
    ("community_house", "Nhà sinh hoạt cộng đồng"),
    ("road", "Đường nội đồng"),
    ("school", "Điểm trường"),
];
const HOUSING: (&str, &str) = ("housing", "nhà");
const PRODUCTION: (&str, &str) = ("production", "hộ");
const TRAINING: (&str, &str) = ("vocational_training", "khóa học");
const TRAINING_CLASSES: &[(&str, &str)] = &[("training", "Lớp đào tạo, tập huấn")];
const COMMUNICATION: &[(&str, &str)] = &[("activity", "Hoạt động truyền thông")];

/// All lines of 2021-2025; weights of each kind sum to a hundred.
pub(super) const LINES: [Line; 30] = [
    works(
        ("DTTS.DA1", "DTTS.DA1"),
        8,
        Holders::Communes,
        18,
        &[("water_supply", "Cấp nước sinh hoạt tập trung")],
    ),
    works(("DTTS.DA2", "DTTS.DA2"), 6, Holders::Districts, 6, &[("resettlement", "Điểm sắp xếp dân cư")]),
    works(("DTTS.DA4", "DTTS.DA4.TDA1"), 24, Holders::DifficultCommunes, 60, ROADS_AND_MORE),
    works(("DTTS.DA5", "DTTS.DA5.TDA1"), 8, Holders::Districts, 10, &[("school", "Trường bán trú")]),
    works(("DTTS.DA6", "DTTS.DA6"), 2, Holders::Districts, 5, &[("culture", "Thiết chế văn hóa")]),
    works(("DTTS.DA9", "DTTS.DA9.TDA1"), 5, Holders::DifficultCommunes, 8, ROADS_AND_MORE),
    works(
        ("GNBV.DA1", "GNBV.DA1.TDA1"),
        24,
        Holders::PoorDistricts,
        30,
        &[("road", "Đường liên xã"), ("bridge", "Cầu dân sinh"), ("clinic", "Trạm y tế")],
    ),
    works(
        ("GNBV.DA4", "GNBV.DA4.TDA1"),
        3,
        Holders::Department(3),
        3,
        &[("training_centre", "Cơ sở dạy nghề")],
    ),
    works(("NTM.ND02", "NTM.ND02"), 20, Holders::Communes, 50, ROADS_AND_MORE),
    supports(("DTTS.DA1", "DTTS.DA1"), 8, HOUSING, 40, 60),
    activities(
        ("DTTS.DA3", "DTTS.DA3.TDA1"),
        16,
        Holders::DifficultCommunes,
        14,
        &[("forest_protection", "Khoán bảo vệ rừng")],
    ),
    supports(("DTTS.DA3", "DTTS.DA3.TDA2"), 9, PRODUCTION, 15, 80),
    supports(("DTTS.DA5", "DTTS.DA5.TDA3"), 8, TRAINING, 6, 70),
    activities(("DTTS.DA6", "DTTS.DA6"), 2, Holders::Department(5), 3, &[("activity", "Bảo tồn văn hóa")]),
    activities(("DTTS.DA7", "DTTS.DA7"), 3, Holders::Department(4), 3, &[("activity", "Chăm sóc sức khỏe")]),
    activities(("DTTS.DA8", "DTTS.DA8"), 4, Holders::Department(6), 3, &[("activity", "Bình đẳng giới")]),
    activities(
        ("DTTS.DA9", "DTTS.DA9.TDA1"),
        3,
        Holders::DifficultCommunes,
        5,
        &[("model", "Mô hình sinh kế")],
    ),
    activities(("DTTS.DA10", "DTTS.DA10.TDA1"), 3, Holders::Department(6), 3, COMMUNICATION),
    supports(("GNBV.DA2", "GNBV.DA2"), 9, PRODUCTION, 12, 80),
    supports(("GNBV.DA3", "GNBV.DA3.TDA1"), 8, PRODUCTION, 14, 60),
    activities(
        ("GNBV.DA3", "GNBV.DA3.TDA2"),
        2,
        Holders::Department(4),
        2,
        &[("activity", "Cải thiện dinh dưỡng")],
    ),
    supports(("GNBV.DA4", "GNBV.DA4.TDA1"), 7, TRAINING, 6, 60),
    activities(
        ("GNBV.DA4", "GNBV.DA4.TDA3"),
        2,
        Holders::Department(3),
        2,
        &[("activity", "Kết nối việc làm")],
    ),
    in_poor_districts(supports(("GNBV.DA5", "GNBV.DA5"), 5, HOUSING, 44, 50)),
    activities(("GNBV.DA6", "GNBV.DA6.TDA1"), 2, Holders::Department(7), 2, COMMUNICATION),
    activities(("GNBV.DA7", "GNBV.DA7.TDA1"), 1, Holders::Department(3), 2, TRAINING_CLASSES),
    activities(("NTM.ND03", "NTM.ND03"), 4, Holders::Communes, 8, &[("model", "Mô hình liên kết sản xuất")]),
    activities(
        ("NTM.ND07", "NTM.ND07"),
        2,
        Holders::Communes,
        5,
        &[("environment", "Cảnh quan, môi trường")],
    ),
    activities(
        ("NTM.ND08", "NTM.ND08"),
        1,
        Holders::Department(2),
        1,
        &[("activity", "Chuyển đổi số cấp xã")],
    ),
    activities(("NTM.ND11", "NTM.ND11"), 1, Holders::Department(2), 1, TRAINING_CLASSES),
];

const fn in_poor_districts(line: Line) -> Line {
    match line.support {
        Some(support) => Line { support: Some(SupportOf { poor_districts_only: true, ..support }), ..line },
        None => line,
    }
}

/// Components of the merged programme, their plan of 2026 in millions of đồng (invented).
pub(super) const LINES_2026: [(Line, i64); 4] = [
    (works(("MTQG2635.HP1", "MTQG2635.HP1"), 1, Holders::Communes, 20, ROADS_AND_MORE), 410_000),
    (works(("MTQG2635.HP2", "MTQG2635.HP2"), 1, Holders::Communes, 24, ROADS_AND_MORE), 520_000),
    (
        activities(
            ("MTQG2635.HP1", "MTQG2635.HP1"),
            1,
            Holders::Communes,
            10,
            &[("model", "Mô hình sinh kế")],
        ),
        190_000,
    ),
    (
        activities(
            ("MTQG2635.HP2", "MTQG2635.HP2"),
            1,
            Holders::Communes,
            12,
            &[("forest_protection", "Khoán bảo vệ rừng")],
        ),
        230_000,
    ),
];

/// Money of one line, source and vintage, which is accounted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// Index of its line; lines of other books have none.
    pub(super) line: Option<u8>,
    pub(super) assigned: &'static str,
    pub(super) detailed: &'static str,
    pub(super) kind: Capital,
    pub(super) source: &'static str,
    pub(super) vintage: i16,
    /// What is planned, in millions of đồng: of 2021-2025 it sums to the published totals.
    pub(super) millions: i64,
    /// Of this, what nobody has allocated in detail.
    pub(super) unallocated: i64,
}

/// Sources of a line and their shares in a thousand. District budgets ended in the middle of 2025: none of its money is
/// planned for that year.
fn sources(line: &Line, vintage: i16) -> &'static [(&'static str, u64)] {
    match line.holders {
        Holders::Department(_) => &[("CEN", 950), ("PRV", 50)],
        Holders::Districts | Holders::PoorDistricts if vintage < 2025 => {
            &[("CEN", 910), ("PRV", 55), ("DST", 35)]
        }
        Holders::Districts | Holders::PoorDistricts => &[("CEN", 930), ("PRV", 70)],
        Holders::Communes | Holders::DifficultCommunes if matches!(line.kind, Capital::Investment) => {
            &[("CEN", 920), ("PRV", 65), ("COM", 15)]
        }
        Holders::Communes | Holders::DifficultCommunes => &[("CEN", 955), ("PRV", 45)],
    }
}

/// The cells of 2021-2025, line by line; those of a line and vintage lie side by side, central money first.
pub(super) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut weights = Vec::new();
    for (at, line) in (0_u8..).zip(&LINES) {
        for (vintage, of_vintage) in VINTAGES {
            for &(source, share) in sources(line, vintage) {
                weights.push(line.weight * of_vintage * share);
                cells.push(Cell {
                    line: Some(at),
                    assigned: line.assigned,
                    detailed: line.detailed,
                    kind: line.kind,
                    source,
                    vintage,
                    millions: 0,
                    unallocated: 0,
                });
            }
        }
    }
    for (kind, total) in [(Capital::Investment, INVESTMENT_MILLION), (Capital::Recurrent, RECURRENT_MILLION)]
    {
        let of_kind: Vec<u64> = cells
            .iter()
            .zip(&weights)
            .map(|(cell, &weight)| if cell.kind == kind { weight } else { 0 })
            .collect();
        let caps: Vec<u64> = of_kind.iter().map(|&weight| if weight > 0 { total } else { 0 }).collect();
        for (cell, millions) in cells.iter_mut().zip(apportion(total, &of_kind, &caps)) {
            // Invariant: a part is at most the total.
            cell.millions += millions as i64;
        }
    }
    for cell in &mut cells {
        cell.unallocated = cell.millions * unallocated_per_mille(cell) / 1000;
    }
    cells
}

/// How much of a cell is still not allocated in detail: most of the youngest recurrent money.
fn unallocated_per_mille(cell: &Cell) -> i64 {
    match (cell.source, cell.kind, cell.vintage) {
        ("CEN", Capital::Recurrent, 2023) => 8,
        ("CEN", Capital::Recurrent, 2024) => 35,
        ("CEN", Capital::Recurrent, 2025) => 120,
        ("CEN", Capital::Investment, 2025) => 40,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_sums_exactly_to_what_was_published() {
        let cells = cells();
        let sum = |kind| cells.iter().filter(|cell| cell.kind == kind).map(|cell| cell.millions).sum::<i64>();
        assert_eq!(sum(Capital::Investment), 3_589_000);
        assert_eq!(sum(Capital::Recurrent), 2_444_000);
        assert!(cells.iter().all(|cell| cell.millions > 0 && cell.unallocated < cell.millions));
    }

    #[test]
    fn weights_of_each_kind_are_hundredths() {
        for kind in [Capital::Investment, Capital::Recurrent] {
            let weights = LINES.iter().filter(|line| line.kind == kind).map(|line| line.weight);
            assert_eq!(weights.sum::<u64>(), 100, "{kind:?}");
        }
    }
}
