//! Published figures that the views must reproduce.

use crate::{
    province::{Province, view},
    tales::{Told, account, at, brought, moved},
};
use api::progress as proto;
use events::funding::{Kind, Movement, Stage};
use kernel::Ratio;

const BILLION: i64 = 1_000_000_000;
const MILLION: i64 = 1_000_000;

async fn shown(province: &Province, by: &str) -> proto::FundingView {
    let request = proto::GetFundingRequest {
        area: "12".to_owned(),
        view: view("2025-10-31", "2025-11-15", ""),
        by: vec![by.to_owned()],
        ..Default::default()
    };
    province.funding(request).await.unwrap()
}

fn plan(row: &proto::FundingRow) -> i64 {
    row.plan.as_ref().unwrap().value.unwrap()
}

#[tokio::test]
async fn the_plan_of_2021_to_2025_is_the_sum_of_its_kinds_and_its_rate_is_71_6_percent() {
    let investment = account(Stage::Paid, "NTM", Kind::Investment, "CEN");
    let recurrent = account(Stage::Paid, "GNBV", Kind::Recurrent, "CEN");
    let log: Vec<Told> = [
        brought("2024-03-01", &at(Stage::Assigned, &investment), 789 * BILLION),
        brought("2024-03-01", &investment, 2_800 * BILLION),
        brought("2024-03-01", &at(Stage::Committed, &recurrent), 926 * BILLION),
        brought("2024-03-01", &recurrent, 1_518 * BILLION),
    ]
    .concat();
    let province = Province::told(&log).await;
    let view = shown(&province, "kind").await;
    let total = view.total.unwrap();
    assert_eq!(view.rows.iter().map(plan).collect::<Vec<_>>(), [3_589 * BILLION, 2_444 * BILLION]);
    assert_eq!(view.rows[0].display_name, "Vốn đầu tư phát triển");
    assert_eq!(view.rows[1].display_name, "Vốn sự nghiệp");
    assert_eq!(plan(&total), 6_033 * BILLION);
    let rate = total.rate_of_plan.unwrap();
    assert_eq!((rate.numerator, rate.denominator), (Some(4_318 * BILLION), Some(6_033 * BILLION)));
    assert_eq!(rate.percent, "71.57");
    let exactly = Ratio::new(rate.numerator.unwrap(), rate.denominator.unwrap()).unwrap();
    assert_eq!(exactly.percent(1), "71.6");
    province.end().await;
}

#[tokio::test]
async fn credit_and_contributions_stand_beside_the_budget_and_are_never_added_to_it() {
    let line = |source, kind| account(Stage::Assigned, "NTM", kind, source);
    let budget = [("CEN", 6_429_629), ("PRV", 2_351_585), ("DST", 463_731), ("COM", 3_105)];
    let mut log = Vec::new();
    for (source, amount) in budget {
        log.extend(brought("2024-03-01", &line(source, Kind::Investment), amount * MILLION));
    }
    let outside = [
        (Movement::Lend, line("CRE", Kind::Loan), 384_740),
        (Movement::Contribute, line("CLA", Kind::InKind), 413_914),
        (Movement::Contribute, line("CCA", Kind::Recurrent), 100_000),
        (Movement::Contribute, line("ORG", Kind::Recurrent), 456_163),
    ];
    for (movement, account, amount) in &outside {
        let (from, to) = (at(Stage::Grantor, account), at(Stage::Paid, account));
        log.push(moved("2024-05-01", *movement, &from, &to, amount * MILLION));
    }
    let province = Province::told(&log).await;
    let view = shown(&province, "source").await;
    let total = view.total.unwrap();
    assert_eq!(plan(&total), 9_248_050 * MILLION);
    let sources: Vec<_> =
        view.rows.iter().map(|row| (row.key["source"].as_str(), plan(row) / MILLION)).collect();
    assert_eq!(
        sources,
        [("CEN", 6_429_629), ("PRV", 2_351_585), ("COM", 3_105), ("DST", 463_731)],
        "in the order of the packs"
    );
    assert_eq!(total.disbursed.unwrap().value, Some(0), "nothing of the budget was spent");
    assert_eq!(total.rate_of_plan.unwrap().percent, "0.00");
    let apart: Vec<_> = view
        .outside
        .iter()
        .map(|row| (row.key["source"].as_str(), row.key["kind"].as_str(), plan(row) / MILLION))
        .collect();
    assert_eq!(
        apart,
        [
            ("CRE", "loan", 384_740),
            ("ORG", "recurrent", 456_163),
            ("CCA", "recurrent", 100_000),
            ("CLA", "in_kind", 413_914)
        ]
    );
    assert_eq!(view.outside.iter().map(plan).sum::<i64>(), 1_354_817 * MILLION);
    assert_eq!(view.outside[0].display_name, "Tín dụng chính sách");
    assert_eq!(view.outside[1].display_name, "Tổ chức phi chính phủ và tổ chức khác · Vốn sự nghiệp");
    province.end().await;
}
