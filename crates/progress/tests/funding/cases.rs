//! Cases that wait for an officer, or were settled.

use crate::{
    province::{Province, reason, view},
    tales::{Told, account, brought, case, opened, settled},
};
use api::progress::{self as proto, DataStatus};
use events::funding::{CaseOutcome, FundingEvent, Item, ItemRegistered, Kind, Stage};
use kernel::{ItemId, Money};
use uuid::Uuid;

fn item() -> ItemId {
    ItemId::from_uuid(Uuid::from_u128(0xe000_0001))
}

fn works(on: &str) -> Told {
    let what = Item::Works {
        name: "Đường Phúc Than".to_owned(),
        area: "03618@0001-01-01".parse().unwrap(),
        asset_type: "road".to_owned(),
        approved_total: Money::from_dong(5_000_000_000),
    };
    Told::new(on, FundingEvent::ItemRegistered(ItemRegistered { item: item(), what }))
}

fn request(area: &str, as_at: &str, known_on: &str, map: &str) -> proto::ListCasesRequest {
    proto::ListCasesRequest { area: area.to_owned(), view: view(as_at, known_on, map), ..Default::default() }
}

fn numbers(listed: &proto::ListCasesResponse) -> Vec<u128> {
    let number = |row: &proto::CaseRow| (1..99).find(|number| row.name == format!("cases/{}", case(*number)));
    listed.cases.iter().map(|row| number(row).unwrap()).collect()
}

/// Three cases: one settled late, one recorded late, one of another area.
fn log() -> Vec<Told> {
    let line = [format!("items/{}", item())];
    vec![
        works("2024-01-01"),
        opened("2024-03-01", 1, "K06", &line, &[("total", "6000000000"), ("approved_total", "5000000000")])
            .in_area("03618"),
        opened(
            "2024-03-02",
            2,
            "K01",
            &[],
            &[("kind", "housing"), ("amount.DTTS", "40000000"), ("amount.GNBV", "60000000")],
        )
        .in_area("105"),
        settled("2024-04-01", 1, CaseOutcome::Explained).known("2024-05-10"),
        opened(
            "2024-03-15",
            3,
            "K03",
            &[],
            &[
                ("kind", "housing"),
                ("decided_on", "2024-03-10"),
                ("class_known_then", "NOT_POOR"),
                ("class_known_now", "NEAR_POOR"),
            ],
        )
        .in_area("03618")
        .known("2024-06-01"),
    ]
}

#[tokio::test]
async fn cases_are_seen_as_of_two_days_in_every_area_that_holds_their_money() {
    let province = Province::told(&log()).await;
    let seen = async |area: &str, as_at: &str, known_on: &str, map: &str| {
        let listed = province.cases(request(area, as_at, known_on, map)).await.unwrap();
        let open = listed.cases.iter().filter(|case| case.outcome.is_empty()).count();
        (numbers(&listed), open)
    };
    assert_eq!(
        seen("12", "2024-12-31", "2024-12-31", "").await,
        (vec![3, 2, 1], 2),
        "the latest recorded first"
    );
    assert_eq!(seen("12", "2024-12-31", "2024-05-31", "").await, (vec![2, 1], 1));
    assert_eq!(
        seen("12", "2024-12-31", "2024-05-09", "").await,
        (vec![2, 1], 2),
        "its settlement was not known"
    );
    assert_eq!(seen("12", "2024-03-31", "2024-12-31", "").await, (vec![3, 2, 1], 3), "it was settled later");
    assert_eq!(seen("12", "2024-03-01", "2024-12-31", "").await, (vec![1], 1));
    assert_eq!(seen("110", "2024-12-31", "2024-12-31", "").await, (vec![3, 1], 1));
    assert_eq!(seen("105", "2024-12-31", "2024-12-31", "").await, (vec![2], 1));
    assert_eq!(seen("03618", "2025-12-31", "2025-12-31", "").await, (vec![3, 1], 1), "on the new map");
    assert_eq!(seen("03625", "2024-12-31", "2024-12-31", "").await, (vec![], 0));
    province.end().await;
}

#[tokio::test]
async fn a_case_asks_one_question_and_shows_how_it_was_settled() {
    let province = Province::told(&log()).await;
    let listed = province.cases(request("12", "2024-12-31", "2024-12-31", "")).await.unwrap();
    let [eligible, stacked, works] = listed.cases.try_into().unwrap();
    assert_eq!(
        works.question_vi,
        "Tổng vốn các nguồn của công trình “Đường Phúc Than” là 6.000.000.000 đ, vượt tổng mức đầu tư được duyệt 5.000.000.000 đ: quyết định nào điều chỉnh tổng mức?"
    );
    assert_eq!((&*works.rule, &*works.opened_on, works.provisional), ("K06", "2024-03-01", false));
    assert_eq!((&*works.outcome, &*works.settled_on), ("EXPLAINED", "2024-04-01"));
    assert_eq!(works.explanation, "theo biên bản bổ sung");
    assert_eq!(works.area.unwrap().name, "areas/03618@0001-01-01");
    assert_eq!(
        (works.lines, works.inputs["total"].as_str()),
        (vec![format!("items/{}", item())], "6000000000")
    );
    assert_eq!(
        stacked.question,
        "one household has housing support from several programmes (DTTS 40.000.000 đ, GNBV 60.000.000 đ): which document allows them to be added up?"
    );
    assert!(eligible.question_vi.starts_with("Tại ngày quyết định 10/03/2024, hộ nhận hỗ trợ nhà ở được ghi nhận là hộ không nghèo (nay ghi nhận: hộ cận nghèo)"), "{}", eligible.question_vi);
    assert!(eligible.provisional && eligible.outcome.is_empty() && eligible.settled_on.is_empty());
    province.end().await;
}

#[tokio::test]
async fn cases_come_in_pages_that_a_new_case_does_not_disturb() {
    let many: Vec<Told> = (1..20).map(|number| opened("2024-03-01", number, "K01", &[], &[])).collect();
    let province = Province::told(&many).await;
    let ask = |page_size, page_token: &str| proto::ListCasesRequest {
        page_size,
        page_token: page_token.to_owned(),
        ..request("12", "2024-12-31", "2024-12-31", "")
    };
    let mut page = province.cases(ask(5, "")).await.unwrap();
    province.tell(&[opened("2024-03-01", 20, "K01", &[], &[])]).await;
    let mut seen = numbers(&page);
    while !page.next_page_token.is_empty() {
        page = province.cases(ask(5, &page.next_page_token)).await.unwrap();
        seen.extend(numbers(&page));
    }
    assert_eq!(seen, (1..20).rev().collect::<Vec<_>>());
    let first = province.cases(ask(100, "")).await.unwrap();
    assert_eq!(first.cases.len(), 7, "as many as the operator allows");
    let other = proto::ListCasesRequest { open_only: true, ..ask(5, &first.next_page_token) };
    assert_eq!(reason(&province.cases(other).await.unwrap_err()), "PAGE_TOKEN_INVALID");
    province.end().await;
}

#[tokio::test]
async fn open_cases_are_counted_and_the_count_is_explained_by_them() {
    let province = Province::told(&log()).await;
    let name = |known_on: &str| {
        format!(
            "figures/money/open-cases/-/areas/12@0001-01-01/as-at/2024-12-31/known-on/{known_on}/map/2025-06-30"
        )
    };
    for (known_on, open) in [("2024-12-31", vec![2, 3]), ("2024-05-09", vec![1, 2])] {
        let (sum, facts) = province.facts(&name(known_on), 1).await;
        assert_eq!(sum, Some(2));
        let subjects: Vec<_> = facts.iter().map(|fact| fact.subject.clone()).collect();
        assert_eq!(
            subjects,
            open.into_iter().map(|number| format!("cases/{}", case(number))).collect::<Vec<_>>()
        );
        assert!(facts.iter().all(|fact| fact.amount == 1 && fact.event_type == "funding.case_opened.v1"));
        let only_open =
            proto::ListCasesRequest { open_only: true, ..request("12", "2024-12-31", known_on, "") };
        assert_eq!(province.cases(only_open).await.unwrap().cases.len(), 2);
    }
    let (sum, facts) = province.facts(&name("2024-02-28"), 1).await;
    assert_eq!((sum, facts.len()), (None, 0), "no money, no cases to speak of");
    province.end().await;
}

#[tokio::test]
async fn a_case_of_a_unit_that_had_ended_is_that_units_and_of_no_unit_is_set_aside() {
    let log = [
        opened("2025-08-01", 1, "K01", &[], &[]).in_area("03625"),
        opened("2025-08-01", 2, "K01", &[], &[]).in_area("03618"),
        opened("2025-08-01", 3, "K01", &[], &[]).in_area("99999"),
    ];
    let province = Province::told(&log).await;
    let listed = province.cases(request("12", "2025-12-31", "2025-12-31", "")).await.unwrap();
    let areas: Vec<_> = listed.cases.iter().map(|case| case.area.clone().unwrap().name).collect();
    assert_eq!(areas, ["areas/03618@2025-07-01", "areas/03625@0001-01-01"]);
    assert_eq!(listed.positions[0].events_set_aside, 1);
    province.end().await;
}

#[tokio::test]
async fn where_money_was_recorded_no_open_case_is_a_count_of_none() {
    let paid = account(Stage::Paid, "GNBV", Kind::Recurrent, "CEN");
    let province = Province::told(&brought("2024-03-01", &paid, 5)).await;
    let page = proto::GetOverviewRequest {
        area: "12".to_owned(),
        view: view("2024-12-31", "2024-12-31", ""),
        ..Default::default()
    };
    let open = province.overview(page).await.unwrap().open_cases.unwrap();
    assert_eq!((open.status(), open.value, &*open.unit), (DataStatus::Complete, Some(0), "case"));
    province.end().await;
}
