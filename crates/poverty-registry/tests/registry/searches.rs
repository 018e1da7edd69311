//! Searches by name: marks and tone placement, words, suggestions, pages.

use crate::{
    messages::{PHUC_THAN, SAN_THANG, change, named, search},
    office::Office,
};
use api::poverty::SearchHouseholdsRequest;

const SINCE: &str = "2024-09-01";

/// Names of the found households with whether they are suggestions.
async fn found(office: &Office, request: SearchHouseholdsRequest) -> Vec<(String, bool)> {
    let hits = office.search(request).await.hits;
    hits.into_iter().map(|hit| (hit.household.unwrap().name, hit.suggestion)).collect()
}

async fn registered(office: &Office, commune: &str, names: &[&str]) -> String {
    office.register(named(commune, SINCE, names)).await.household.unwrap().name
}

#[tokio::test]
async fn a_household_is_found_by_the_beginning_of_any_word_of_any_members_name() {
    let office = Office::on_sqlite().await;
    let household = registered(&office, PHUC_THAN, &["Lò Văn Páo", "Giàng Thị Mỷ"]).await;
    registered(&office, PHUC_THAN, &["Vàng A Chứ"]).await;
    for query in ["Lò Văn Páo", "lò v", "VĂN PÁO", "páo", "giàng", "mỷ", "Lò  Văn"] {
        assert_eq!(found(&office, search(query)).await, [(household.clone(), false)], "'{query}'");
    }
    for query in ["áo", "văn lò", "hờ"] {
        assert_eq!(found(&office, search(query)).await, [], "'{query}'");
    }
}

#[tokio::test]
async fn both_tone_placements_and_compositions_are_one_name() {
    let office = Office::on_sqlite().await;
    let household = registered(&office, PHUC_THAN, &["Lò Văn Khoá"]).await;
    for query in ["khoá", "khóa", "KHO\u{0301}A"] {
        assert_eq!(found(&office, search(query)).await, [(household.clone(), false)], "'{query}'");
    }
}

#[tokio::test]
async fn names_that_agree_only_without_marks_come_last_as_suggestions() {
    let office = Office::on_sqlite().await;
    let lo = registered(&office, PHUC_THAN, &["Lò Thị Mây"]).await;
    let lo_with_another_tone = registered(&office, PHUC_THAN, &["Lỗ Thị Mây"]).await;
    assert_eq!(
        found(&office, search("lỗ thị")).await,
        [(lo_with_another_tone.clone(), false), (lo.clone(), true)]
    );
    assert_eq!(found(&office, search("lo thi")).await, [(lo, true), (lo_with_another_tone, true)]);
}

#[tokio::test]
async fn a_household_comes_once_however_many_members_match_over_all_pages() {
    let office = Office::on_sqlite().await;
    let mut expected = Vec::new();
    for number in 0..5 {
        let names =
            [format!("Lò Văn Thử {number}"), format!("Lò Thị Thử {number}"), format!("Lo Văn {number}")];
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        expected.push(registered(&office, PHUC_THAN, &names).await);
    }
    for page_size in [1, 2, 50] {
        let mut seen = Vec::new();
        let mut request = SearchHouseholdsRequest { page_size, ..search("lò") };
        loop {
            let answer = office.search(request.clone()).await;
            seen.extend(answer.hits.into_iter().map(|hit| {
                assert!(!hit.suggestion, "each of them has a name that agrees");
                hit.household.unwrap().name
            }));
            if answer.next_page_token.is_empty() {
                break;
            }
            request.page_token = answer.next_page_token;
        }
        seen.sort();
        let mut expected = expected.clone();
        expected.sort();
        assert_eq!(seen, expected, "page size {page_size}");
    }
}

#[tokio::test]
async fn an_area_narrows_the_search() {
    let office = Office::on_sqlite().await;
    let here = registered(&office, PHUC_THAN, &["Lò Văn Páo"]).await;
    registered(&office, SAN_THANG, &["Lò Văn Páo"]).await;
    let request = SearchHouseholdsRequest { area: "areas/03618@2025-07-01".into(), ..search("páo") };
    assert_eq!(found(&office, request).await, [(here, false)]);
    assert_eq!(found(&office, search("páo")).await.len(), 2);
}

#[tokio::test]
async fn a_member_who_left_is_no_longer_found() {
    let office = Office::on_sqlite().await;
    let household =
        office.register(named(PHUC_THAN, SINCE, &["Lò Văn Páo", "Lò Thị Mây"])).await.household.unwrap();
    assert_eq!(found(&office, search("mây")).await.len(), 1);
    let mut leaves = change(&household.name, "2025-09-01");
    leaves.remove = vec![household.members[1].member_id.clone()];
    office.change(leaves).await;
    assert_eq!(found(&office, search("mây")).await, []);
    assert_eq!(found(&office, search("páo")).await, [(household.name, false)]);
}
