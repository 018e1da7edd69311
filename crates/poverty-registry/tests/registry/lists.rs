//! Lists by area: of either map, by class, page by page.

use crate::{
    messages::{PHUC_THAN, SAN_THANG, assessment, list, registration, relocation},
    office::{Office, refused},
};
use api::{
    poverty::{
        Household, ListHouseholdsRequest, ListHouseholdsResponse, RegisterHouseholdRequest,
        poverty_registry_server::PovertyRegistry as _,
    },
    types::PovertyClass,
};
use service::request::ConsistencyToken;
use std::time::Duration;
use tonic::{Code, Request};

const OLD_PHUC_THAN: &str = "areas/03618@0001-01-01";
const OLD_MUONG_MIT: &str = "areas/03625@0001-01-01";
const NEW_MUONG_THAN: &str = "areas/03618@2025-07-01";

fn names(households: &[Household]) -> Vec<&str> {
    households.iter().map(|household| household.name.as_str()).collect()
}

async fn registered(office: &Office, request: RegisterHouseholdRequest) -> String {
    office.register(request).await.household.unwrap().name
}

#[tokio::test]
async fn a_merged_commune_lists_the_households_of_its_parts() {
    let office = Office::on_sqlite().await;
    let in_phuc_than = registered(&office, registration(PHUC_THAN, "2024-09-01")).await;
    let in_muong_mit = registered(&office, registration("03625", "2024-09-01")).await;
    let in_village = RegisterHouseholdRequest {
        village_code: "03625-001".into(),
        ..registration(PHUC_THAN, "2025-09-01")
    };
    let in_village = registered(&office, in_village).await;
    registered(&office, registration(SAN_THANG, "2024-09-01")).await;

    let listed = |area: &'static str| async { office.list(list(area)).await.households };
    assert_eq!(names(&listed(NEW_MUONG_THAN).await), [&*in_phuc_than, &*in_muong_mit, &*in_village]);
    assert_eq!(names(&listed(OLD_PHUC_THAN).await), [&*in_phuc_than]);
    assert_eq!(
        names(&listed(OLD_MUONG_MIT).await),
        [&*in_muong_mit, &*in_village],
        "the village tells the part"
    );
    assert_eq!(names(&listed("areas/03625-001@0001-01-01").await), [&*in_village]);
    assert_eq!(
        listed(NEW_MUONG_THAN).await[0],
        office.get(&in_phuc_than).await,
        "a list shows whole households"
    );
}

#[tokio::test]
async fn a_household_that_moves_is_listed_where_it_lives_now() {
    let office = Office::on_sqlite().await;
    let household = registered(&office, registration(SAN_THANG, "2024-09-01")).await;
    office.relocate(relocation(&household, PHUC_THAN, "2025-09-01")).await;
    assert!(office.list(list("areas/03409@0001-01-01")).await.households.is_empty());
    assert_eq!(names(&office.list(list(NEW_MUONG_THAN)).await.households), [&*household]);
}

#[tokio::test]
async fn the_class_of_the_latest_assessment_filters() {
    let office = Office::on_sqlite().await;
    let mut households = Vec::new();
    for _ in 0..4 {
        households.push(registered(&office, registration(PHUC_THAN, "2024-01-01")).await);
    }
    office.assess(assessment(&households[0], "2024-12-14", 140, 3)).await;
    office.assess(assessment(&households[1], "2024-12-14", 140, 2)).await;
    office.assess(assessment(&households[2], "2025-12-14", 141, 0)).await;
    // Recorded later, but it counts from an earlier day.
    office.assess(assessment(&households[2], "2024-12-14", 140, 3)).await;
    for (class, at) in [
        (PovertyClass::Poor, 0),
        (PovertyClass::NearPoor, 1),
        (PovertyClass::NotPoor, 2),
        (PovertyClass::NotReviewed, 3),
    ] {
        let request = ListHouseholdsRequest { poverty_class: class.into(), ..list(NEW_MUONG_THAN) };
        assert_eq!(names(&office.list(request).await.households), [&*households[at]], "{class:?}");
    }
}

#[tokio::test]
async fn pages_follow_one_another_in_the_order_of_registration() {
    let office = Office::on_sqlite().await;
    let mut registered_names = Vec::new();
    for _ in 0..7 {
        registered_names.push(registered(&office, registration(PHUC_THAN, "2024-09-01")).await);
    }
    let mut listed = Vec::new();
    let mut request = ListHouseholdsRequest { page_size: 3, ..list(NEW_MUONG_THAN) };
    loop {
        let ListHouseholdsResponse { households, next_page_token } = office.list(request.clone()).await;
        assert!(households.len() <= 3);
        listed.extend(households.into_iter().map(|household| household.name));
        if next_page_token.is_empty() {
            break;
        }
        request.page_token = next_page_token;
    }
    assert_eq!(listed, registered_names);
}

#[tokio::test]
async fn a_page_token_belongs_to_its_query() {
    let office = Office::on_sqlite().await;
    for _ in 0..2 {
        registered(&office, registration(PHUC_THAN, "2024-09-01")).await;
    }
    let first = office.list(ListHouseholdsRequest { page_size: 1, ..list(NEW_MUONG_THAN) }).await;
    let other = ListHouseholdsRequest { page_token: first.next_page_token, ..list(OLD_PHUC_THAN) };
    let refused = refused(office.registry.list_households(Request::new(other)).await);
    assert_eq!(refused.reason, "PAGE_TOKEN_INVALID");
}

#[tokio::test]
async fn a_read_that_cannot_catch_up_says_so_within_a_bound() {
    let office = Office::on_sqlite().await;
    let impatient = office.registry_that_waits(Duration::from_millis(50));
    let far_ahead = ConsistencyToken::of("poverty", 1_000_000).to_string();
    let request = ListHouseholdsRequest { consistency_token: far_ahead, ..list(NEW_MUONG_THAN) };
    let refused = refused(impatient.list_households(Request::new(request)).await);
    assert_eq!((refused.reason.as_str(), refused.code), ("NOT_CAUGHT_UP", Code::Unavailable));
    assert_eq!(refused.metadata["required"], "1000000");
}
